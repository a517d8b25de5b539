"""Every relative link of a page leads to a file, and every anchor to a heading."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT

PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
FENCED = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)|^\[[^\]]+\]:\s*(\S+)", re.MULTILINE)
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)
ELSEWHERE = re.compile(r"^[a-z][a-z+.-]*:", re.IGNORECASE)


def links(text: str) -> list[str]:
    """Return the links of a page, which are not in its code."""
    prose = CODE.sub("", FENCED.sub("", text))
    return [first or second for first, second in LINK.findall(prose)]


def anchors(text: str) -> set[str]:
    """Return the anchors that a forge gives the headings: a second one of a name ends with -1."""
    found: set[str] = set()
    for heading in HEADING.findall(FENCED.sub("", text)):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        number = next((n for n in range(1, 100) if f"{slug}-{n}" not in found), 0) if slug in found else 0
        found.add(f"{slug}-{number}" if number else slug)
    return found


def fault(page: Path, link: str) -> str | None:
    """Return what is wrong with a link of a page, if anything."""
    if ELSEWHERE.match(link):
        return None
    name, _, anchor = link.partition("#")
    file = (page.parent / name).resolve() if name else page
    if not file.exists() or not file.is_relative_to(ROOT):
        return f"{link}: no such file"
    if anchor and anchor not in anchors(file.read_text(encoding="utf-8")):
        return f"{link}: no such heading"
    return None


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.exists()], ids=lambda page: page.relative_to(ROOT).as_posix()
)
def test_every_link_leads_somewhere(page: Path) -> None:
    found = [fault(page, link) for link in links(page.read_text(encoding="utf-8"))]
    assert [one for one in found if one] == []


def test_links_and_anchors_are_found(tmp_path: Path) -> None:
    text = "# A `b` (c)\n[x](y.md#z) ![i](i.png) `[no](no)`\n```\n[no](no)\n# no\n```\n## A b c\n[r]: r.md\n"
    assert links(text) == ["y.md#z", "i.png", "r.md"]
    assert anchors(text) == {"a-b-c", "a-b-c-1"}
    page = tmp_path / "page.md"
    assert fault(page, "https://example.org/#x") is None
    assert fault(ROOT / "README.md", "missing.md") == "missing.md: no such file"
    assert fault(ROOT / "README.md", "LICENSE#no") == "LICENSE#no: no such heading"
