"""The page about all variants in Chromium: its filter finds bad variants, and it reads without a script."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from grader.course.loading import LoadedCourse
from grader.proof.overview import overview_of
from grader.render.overview_page import overview_html
from grader.service.home import find_course
from tests.cli.test_show import BREAKS, COURSE, EXERCISE, rewritten
from tests.render.pages import EVIL
from tests.render.tabs import IN_CHROMIUM, Open

pytestmark = IN_CHROMIUM
RIGHT, ALIKE, BROKEN = "right", "alike", "broken"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, shipped: LoadedCourse) -> Path:
    folder = tmp_path_factory.mktemp("overviews")
    (folder / "exercises" / "steps").mkdir(parents=True)
    (folder / "course.yaml").write_text(COURSE, encoding="utf-8")
    hostile = BREAKS.replace("You dropped the last batch.", EVIL).replace("how many steps?", EVIL)
    texts = {"planted": EXERCISE, "broken": BREAKS, "hostile": hostile}
    overviews = {
        name: overview_of(find_course(rewritten(folder, text)).exercise("steps"), 12)
        for name, text in texts.items()
    }
    overviews["walks"] = overview_of(
        shipped.exercise("exercise-9"), 0
    )  # a second variant adds no kind of element
    for name, overview in overviews.items():
        (folder / f"{name}.html").write_text(overview_html(overview), encoding="utf-8")
    return folder


def shown(page: Page) -> list[str]:
    """Return the variants and questions that are visible."""
    seen: list[str] = page.evaluate("""() => [...document.querySelectorAll(".asked")]
        .filter((one) => one.checkVisibility()).map((one) =>
            `${one.closest(".variant").dataset.name} ${one.dataset.question}`.trim())""")
    return seen


def test_the_filter_finds_planted_bad_variants(opened: Open, pages: Path) -> None:
    page = opened(pages / "planted.html").page
    assert len(shown(page)) == 26
    page.get_by_label("Look for").select_option(RIGHT)
    assert shown(page) == ["variant 0 steps"]
    assert page.get_by_role("status").text_content() == "1 of 13 variants match, with 1 question."
    expect(page.get_by_text("last-batch-dropped leads to the right answer.")).to_be_visible()
    page.get_by_label("Look for").select_option(ALIKE)
    assert shown(page) == ["variant 0 rest"]
    page.get_by_label("Look for").select_option("")
    assert len(shown(page)) == 26


def test_the_filter_finds_a_prompt_that_breaks(opened: Open, pages: Path) -> None:
    page = opened(pages / "broken.html").page
    page.get_by_label("Look for").select_option(BROKEN)
    found = shown(page)
    assert 0 < len(found) < 13
    # inner_text() leaves out what Chromium has not drawn yet (content-visibility)
    assert all("epochs=6" in (page.locator(f'[data-name="{name}"]').text_content() or "") for name in found)
    page.get_by_label("Look for").select_option("")
    page.get_by_label("Text").fill("modulo epochs=60")
    assert shown(page) == []
    page.get_by_label("Text").fill("modulo epochs=6")
    assert shown(page) == found


def test_words_are_looked_for_in_parameters_questions_and_answers(opened: Open, pages: Path) -> None:
    page = opened(pages / "planted.html").page
    for text, found in (
        ("N=96", ["variant 0 steps", "variant 0 rest"]),
        ("N=9", []),
        ("variant 0 rest", ["variant 0 rest"]),
        ("n = 96  one-EPOCH", ["variant 0 steps"]),
        ("rest = 33 made-up", None),
        ("(N + [", []),
    ):
        page.get_by_label("Text").fill(text)
        seen = shown(page)
        assert seen == found if found is not None else len(seen) == 12, text
    page.get_by_label("Text").fill("N=96 batches are in one epoch")
    expect(page.get_by_text("How many batches are in one epoch?").first).to_be_visible()
    page.get_by_label("Text").fill("")
    page.get_by_label("Question").select_option("rest")
    assert len(shown(page)) == 13


def test_without_a_script_everything_is_shown(opened: Open, pages: Path) -> None:
    page = opened(pages / "walks.html", java_script_enabled=False).page
    assert not page.locator(".filter").is_visible()
    hidden = page.locator("details:not([open])").count()
    assert hidden == 0
    expect(page.get_by_text("This page holds the answers")).to_be_visible()
    expect(page.locator("figure").first).to_be_visible()


@pytest.mark.parametrize("name", ["planted", "hostile", "walks"])
def test_the_page_asks_for_nothing_and_runs_nothing_of_others(opened: Open, pages: Path, name: str) -> None:
    seen = opened(pages / f"{name}.html")
    seen.page.wait_for_timeout(300)
    assert (seen.others, seen.complaints) == ([], [])
    assert seen.page.evaluate("window.hit") is None
    assert seen.page.locator("img, iframe").count() == 0
    for width in (320, 375, 687, 688, 1280):
        seen.page.set_viewport_size({"width": width, "height": 800})
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", ["broken", "walks"])
@pytest.mark.parametrize(
    ("width", "scheme", "media"),
    [(320, "dark", "screen"), (1280, "light", "screen"), (1280, "dark", "screen"), (1280, "light", "print")],
)
def test_axe_finds_nothing_on_it(
    opened: Open, pages: Path, name: str, width: int, scheme: str, media: Literal["print", "screen"]
) -> None:
    seen = {"color_scheme": scheme, "media": media}
    page = opened(pages / f"{name}.html", width, seen, bypass_csp=True).page
    if media == "screen":
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_it_is_printed_light_and_without_the_filter(opened: Open, pages: Path) -> None:
    page = opened(pages / "planted.html", media={"color_scheme": "dark"}).page
    page.get_by_label("Look for").select_option(RIGHT)
    page.emulate_media(media="print")
    assert not page.locator(".filter").is_visible()
    assert shown(page) == ["variant 0 steps"]
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
