"""A report as one HTML page: whole, small, in order, and inert."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.render.prose import prose, visible
from grader.render.report_page import MAX_BYTES, report_html
from tests.figures.layers import turned_tracks
from tests.render.pages import EVIL, hostile, marked, ordinary, paper, posed, report

VOID = {"meta", "br", "input", "hr", "rect", "path", "circle", "use"}
LOADING = {"script", "img", "iframe", "link", "object", "embed", "base", "form", "image", "foreignobject"}


class Read(HTMLParser):
    """The elements of a page, the texts outside of style and script, and what is still open at the end."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in {"style", "script"}:
            self.text += data


def test_a_page_reads_in_order():
    text = Read(ordinary()).text
    places = [
        text.index(part)
        for part in ("of 10 points", "Is ", "turned = [[1, 2],", "You turned the", "Look here.", "padded = 3")
    ]
    assert places == sorted(places)
    figure = text.index("the kernel upside down")
    assert text.index("You turned the") < figure < text.index("Look here.")


def test_a_page_is_whole_and_needs_nothing_else():
    html = ordinary()
    read = Read(html)
    assert html.startswith("<!doctype html>")
    assert read.open in ([], ["html"])
    assert "default-src 'none'" in html
    assert {tag for tag in read.tags if tag in LOADING} == {"script"}
    loaded = [value for name, value in read.attributes if name in {"src", "href", "srcset", "data", "action"}]
    assert all(value.startswith("#") for value in loaded)
    ids = [value for name, value in read.attributes if name == "id"]
    assert len(ids) == len(set(ids))


def test_what_people_write_stays_text():
    read = Read(hostile())
    assert [tag for tag in read.tags if tag in LOADING] == ["script"]
    assert not [name for name, _ in read.attributes if name.startswith("on")]
    assert not [v for _, v in read.attributes if v.lower().startswith("javascript:")]
    assert EVIL in read.text
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x1b]", hostile())


def test_hints_that_were_not_shown_are_not_on_the_page():
    asked = [posed("q", hints=["The first.", "The second.", "The third."])]
    html = report_html(report([marked("q", hint=3)]), paper(asked), {"q": 1})
    assert "The first." in html
    assert "The second." not in html
    assert "The third." in html
    assert "grade exercise-1 q --hint" in html
    right = report_html(report([marked("q", "passed")]), paper(asked), {"q": 1})
    assert "The first." not in right


def test_a_wrong_size_does_not_tell_the_size():
    walk = turned_tracks().true.walk
    html = report_html(report([marked("q", walk=walk)]), paper([posed("q")]))
    assert "First position" in html
    assert "positions" not in Read(html).text


@pytest.mark.parametrize("letter", ["x", "<", "€", "\x1b", "\n"])
def test_a_page_is_never_larger_than_allowed(letter):
    long = letter * 8_000
    check = {"id": "c", "title": "t", "visible": True, "outcome": "failed", "score": 0, "points": 1}
    checks = tuple(
        check | {"id": str(number), "message": f"{number}{long}", "call": long} for number in range(4)
    )
    found = [
        marked(f"q{number}", kind="code", answer=long, message=long, checks=checks, tracks=turned_tracks())
        for number in range(12)
    ]
    html = report_html(report(found, printed=long, notes=[long]), paper([posed(one["id"]) for one in found]))
    assert len(html.encode()) <= MAX_BYTES
    assert "more characters" in html


def test_figures_that_have_no_room_are_told():
    found = [marked(f"q{number}", tracks=turned_tracks()) for number in range(30)]
    html = report_html(report(found), paper([posed(one["id"]) for one in found]))
    assert len(html.encode()) <= MAX_BYTES
    assert html.count("<figure") + html.count("A figure is left out") == len(found)
    assert html.count("<figure") >= 5


@given(st.text())
def test_prose_of_anybody_is_inert(text):
    read = Read(str(prose(text)))
    assert not {tag for tag in read.tags if tag in LOADING}
    assert all(letter.isprintable() or letter == "\n" for letter in visible(text))
