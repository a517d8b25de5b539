"""Markdown of authors as HTML that can neither run nor load anything.

A picture of the exercise is written as `<img src="picture:NAME">`, which loads nothing. `with_pictures` puts
the picture itself in its place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markupsafe import Markup, escape

from grader.errors import printable

_FORMULA = re.compile(r"\$(?!\s)([^$\n]+?)(?<!\s)\$(?!\d)")
_PICTURE = re.compile(
    r"!\[([^\]\n]*)\]\(\s*<?([\w.-]+\.(?:png|jpe?g|gif|svg|webp))>?(?:\s+[\"'][^)\n]*)?\)", re.I
)
_PLACE = re.compile(r'<img alt="([^"]*)" src="picture:([\w.-]+)">')
_SIGNS = {
    "times": "×",
    "cdot": "·",
    "le": "≤",
    "leq": "≤",
    "ge": "≥",
    "geq": "≥",
    "ne": "≠",
    "neq": "≠",
    "lfloor": "⌊",
    "rfloor": "⌋",
    "lceil": "⌈",
    "rceil": "⌉",
    "to": "→",
    "dots": "…",
    "ldots": "…",
    "left": "",
    "right": "",
}
_COMMAND = re.compile(r"\\([a-zA-Z]+)")
_TICKED = re.compile(r"`([^`\n]+)`")
_RAISED = re.compile(r"([_^])(?:\{([^{}]*)\}|(\w))")
_TAGS = {"_": "sub", "^": "sup"}


def visible(text: str) -> str:
    r"""Return the text with its lines, and "?" for characters that are invisible or reverse others.

    >>> visible("a\tb\u202ec\nd")
    'a   b?c\nd'
    """
    return "\n".join(printable(line.expandtabs(4)) for line in text.splitlines())


def prose(text: str) -> Markup:
    r"""Return Markdown as HTML. HTML in it is shown as text, and pictures from elsewhere as links.

    >>> prose("Use `a < b` in <b>this</b> $M - K$.")
    Markup('<p>Use <code>a &lt; b</code> in &lt;b&gt;this&lt;/b&gt; <span class="math">M − K</span>.</p>\n')
    """
    return Markup(_MARKDOWN.render(visible(text)))  # noqa: S704 the parser escapes all that it is given


def ticked(text: str) -> Markup:
    """Return a message, with the text between backticks as code.

    >>> ticked("`size` is <b>.")
    Markup('<code>size</code> is &lt;b&gt;.')
    """
    return Markup(_TICKED.sub(r"<code>\1</code>", str(escape(visible(text)))))  # noqa: S704 escaped


def formula(text: str) -> Markup:
    r"""Return a short formula of LaTeX as text: signs for commands, and raised or lowered letters.

    >>> str(formula(r"\lfloor (M - K) / S \rfloor + 1"))
    '⌊ (M − K) / S ⌋ + 1'
    >>> str(formula("x_{i} < y^2"))
    'x<sub>i</sub> &lt; y<sup>2</sup>'
    """
    signs = _COMMAND.sub(lambda found: _SIGNS.get(found[1], found[1]), text)
    safe = str(escape(signs.replace("-", "−").replace("'", "′")))
    return Markup(  # noqa: S704 escaped above
        _RAISED.sub(lambda one: "<{0}>{1}</{0}>".format(_TAGS[one[1]], one[2] or one[3]), safe)
    )


def _read_formula(state: StateInline, silent: bool) -> bool:
    """Read `$...$` as a formula: the rule that the parser calls at a dollar."""
    found = _FORMULA.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        state.push("formula", "", 0).content = found[1]
    state.pos = found.end()
    return True


def _read_picture(state: StateInline, silent: bool) -> bool:
    """Read a picture of the exercise: the rule that the parser calls at an exclamation mark."""
    found = _PICTURE.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        token = state.push("picture", "", 0)
        token.content, token.info = found[1], found[2]
    state.pos = found.end()
    return True


def _picture_html(_: RendererHTML, tokens: Sequence[Token], at: int, *_rest: Any) -> str:
    return f'<img alt="{escape(tokens[at].content)}" src="picture:{escape(tokens[at].info)}">'


def with_pictures(html: str, pictures: Mapping[str, str]) -> str:
    """Put pictures, as addresses that hold them, into a page; of others only the description is left."""

    def put(found: re.Match[str]) -> str:
        address = pictures.get(found[2])
        return f'<img alt="{found[1]}" src="{address}">' if address else f"[{found[1] or found[2]}]"

    return _PLACE.sub(put, html)


def _formula_html(_: RendererHTML, tokens: Sequence[Token], at: int, *_rest: Any) -> str:
    return f'<span class="math">{formula(tokens[at].content)}</span>'


def _code_html(_: RendererHTML, tokens: Sequence[Token], at: int, *_rest: Any) -> str:
    return f'<pre tabindex="0" role="group" aria-label="Code">{escape(tokens[at].content)}</pre>\n'


def _lower_headings(state: Any) -> None:
    """Let the author's headings begin below those of the page."""
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = "h3"


def _parser() -> MarkdownIt:
    """Return the parser, which knows no HTML and loads no pictures."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image", "html_inline"])
    parser.inline.ruler.before("escape", "formula", _read_formula)
    parser.inline.ruler.before("escape", "picture", _read_picture)
    parser.core.ruler.push("lower_headings", _lower_headings)
    parser.add_render_rule("formula", _formula_html)
    parser.add_render_rule("picture", _picture_html)
    parser.add_render_rule("fence", _code_html)
    parser.add_render_rule("code_block", _code_html)
    for name, tags in (
        ("table_open", '<div class="wide" tabindex="0" role="group" aria-label="Table"><table>'),
        ("table_close", "</table></div>"),
    ):
        parser.add_render_rule(name, lambda *_rest, tags=tags: tags)
    return parser


_MARKDOWN = _parser()
