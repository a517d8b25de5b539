"""Pages of HTML that need nothing else: their style and script are in them, and nothing else may run."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from grader.language.points import number_text, points_text, score_text
from grader.render.prose import prose, ticked, visible

_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


@cache
def environment() -> Environment:
    """Return the environment of all HTML templates, which escapes what they are given."""
    made = Environment(
        loader=ChoiceLoader([PackageLoader("grader.render"), PackageLoader("grader.figures")]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,
    )
    made.filters.update(
        prose=prose, ticked=ticked, visible=visible, points=points_text, score=score_text, number=number_text
    )
    return made


def page(
    template: str,
    title: str,
    parts: Iterable[str] = (),
    *,
    script: str = "",
    style: str = "page.css.jinja",
    **content: Any,
) -> str:
    """Return a page with a policy that allows its own style and script, and the styles of its parts.

    `style` and `script` are files beside the template. Without a script, the policy allows none.
    """
    css, code = _text(style), _text(script) if script else ""
    styles = [css, *(one for part in parts for one in _STYLE.findall(part))]
    policy = (
        "default-src 'none'; base-uri 'none'; form-action 'none'; "
        f"style-src {_hashes(styles)}{f'; script-src {_hashes([code])}' if code else ''}"
    )
    return (
        environment()
        .get_template(template)
        .render(title=title, style=Markup(css), script=Markup(code), policy=Markup(policy), **content)  # noqa: S704 our own files
    )


def _text(name: str) -> str:
    """Return a style or a script as it is written into a page."""
    return environment().get_template(name).render()


def _hashes(texts: Iterable[str]) -> str:
    """Return what the policy calls these texts."""
    digests = (hashlib.sha256(text.encode()).digest() for text in dict.fromkeys(texts))
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
