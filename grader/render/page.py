"""Pages of HTML that need nothing else: their style and script are in them, and nothing else may run."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from grader.course.material import PICTURES
from grader.files import read_file
from grader.language.points import number_text, points_text, score_text
from grader.render.prose import prose, ticked, visible, with_pictures

MAX_PICTURES = 200_000  # characters of all pictures of a page, which has at most 300 kB
MAX_FILE = 1 << 30  # bytes: far above what a course may allow
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
    pictures: Mapping[str, Path] = MappingProxyType({}),
    **content: Any,
) -> str:
    """Return a page with a policy that allows its own style and script, and the styles of its parts.

    `style` and `script` are files beside the template. Without a script, the policy allows none. `pictures`
    are files, by the names that texts use; those that would make a page too large are left out.
    """
    css, code = _text(style), _text(script) if script else ""
    styles = [css, *(one for part in parts for one in _STYLE.findall(part))]
    policy = (
        "default-src 'none'; base-uri 'none'; form-action 'none'; "
        f"style-src {_hashes(styles)}{f'; script-src {_hashes([code])}' if code else ''}"
        f"{'; img-src data:' if pictures else ''}"
    )
    html = (
        environment()
        .get_template(template)
        .render(title=title, style=Markup(css), script=Markup(code), policy=Markup(policy), **content)  # noqa: S704 our own files
    )
    return with_pictures(html, dict(_addresses(pictures)))


def _addresses(pictures: Mapping[str, Path]) -> Iterator[tuple[str, str]]:
    """Yield each picture as an address that holds it, while there is room."""
    room = MAX_PICTURES
    for name, file in pictures.items():
        content = base64.b64encode(read_file(file, MAX_FILE)).decode()
        room -= len(content)
        if room >= 0:
            yield name, f"data:{PICTURES[file.suffix.lower()]};base64,{content}"


def _text(name: str) -> str:
    """Return a style or a script as it is written into a page."""
    return environment().get_template(name).render()


def _hashes(texts: Iterable[str]) -> str:
    """Return what the policy calls these texts."""
    digests = (hashlib.sha256(text.encode()).digest() for text in dict.fromkeys(texts))
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
