"""Pages and figures in Chromium, offline: they play, step, read without a script, and run nothing from elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from grader.figures.svg import as_svg
from tests.figures.layers import all_figures
from tests.render.pages import EVIL, about_class, feedback, hostile, hostile_report, ordinary, ordinary_report
from tests.render.tabs import IN_CHROMIUM

WIDTHS = (320, 1280)
PAGES = [f"{start}{name}.html" for name in ("feedback", "class") for start in ("", "hostile-")]
PAGES += ["ordinary.html", "hostile.html"]
pytestmark = IN_CHROMIUM


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    pages = {
        "ordinary": ordinary(),
        "hostile": hostile(),
        "feedback": feedback(ordinary_report(), "Ada"),
        "hostile-feedback": feedback(hostile_report(), EVIL),
        "class": about_class("Ada"),
        "few": about_class("Ada", 4),  # the same kinds of elements
        "hostile-class": about_class(EVIL),
    }
    for name, text in pages.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    for name, figure in all_figures().items():
        (folder / f"{name}.svg").write_text(as_svg(figure, prefix="f", alone=True), encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_for_nothing_and_runs_nothing_of_others(opened, files, name):
    shown = opened(files / name)
    shown.page.wait_for_timeout(300)
    assert shown.others == []
    assert shown.complaints == []
    assert shown.page.evaluate("window.hit") is None
    assert shown.page.locator("img, iframe, a[href^='javascript']").count() == 0


def test_nothing_that_gets_into_a_page_could_run_there(opened, files):
    shown = opened(files / "ordinary.html")
    shown.page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.hit = 1";
            document.body.append(script);
            const image = document.createElement("img");
            image.src = "http://x.example/a.png";
            document.body.append(image);
        }"""
    )
    shown.page.wait_for_timeout(200)
    assert shown.page.evaluate("window.hit") is None
    assert shown.refused == ["csp"]


def result(page: Page):
    """Return the result that the first figure shows now."""
    return page.evaluate(
        """() => [...document.querySelector("figure svg .all").querySelectorAll(".big")].filter(one => {
            for (let at = one; at.tagName !== "svg"; at = at.parentNode)
                if (getComputedStyle(at).opacity < 0.5 || getComputedStyle(at).display === "none") return false;
            return true;
        }).map(one => one.textContent).join(" ")"""
    )


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_buttons_slider_and_keys_step_a_figure(opened, files, motion):
    page = opened(files / "ordinary.html", media={"reduced_motion": motion}).page
    bar = page.locator(".controls").first
    slider, told = bar.get_by_role("slider"), bar.locator("output")
    last = int(slider.get_attribute("max") or 0)
    assert last > 2
    seen = []
    bar.get_by_label("One step forward").click()
    bar.get_by_label("One step back").click()
    for number in range(1, last + 1):
        assert told.text_content() == f"Step {number} of {last}"
        seen.append(result(page))
        bar.get_by_label("One step forward").click()
    assert all(seen)
    assert len(set(seen)) > 1
    slider.focus()
    page.keyboard.press("Home")
    assert result(page) == seen[0]
    page.keyboard.press("ArrowRight")
    assert result(page) == seen[1]
    assert told.text_content() == f"Step 2 of {last}"
    assert slider.get_attribute("aria-valuetext") == f"Step 2 of {last}"
    page.keyboard.press("End")
    assert result(page) == seen[-1]


def test_a_table_is_sorted_by_its_buttons(opened, files):
    page = opened(files / "class.html").page
    table = page.locator("table.sortable").last

    def totals() -> list[float]:
        return [float(text) for text in table.locator("tbody td:nth-child(2)").all_inner_texts()]

    table.get_by_role("button", name="points").click()
    assert totals() == sorted(totals(), reverse=True)
    table.get_by_role("button", name="points").press("Enter")
    assert totals() == sorted(totals())
    assert table.locator("th[aria-sort=ascending]").count() == 1


def test_feedback_has_no_script_at_all(opened, files):
    page = opened(files / "feedback.html").page
    assert page.locator("script").count() == 0


def test_a_figure_plays_and_pauses(opened, files):
    page = opened(files / "ordinary.html").page
    states = "() => new Set(document.querySelector('figure svg').getAnimations({subtree: true}).map(a => a.playState))"
    button = page.locator(".controls .play").first
    assert button.text_content() == "Pause"
    assert page.evaluate(f"[...({states})()]") == ["running"]
    button.focus()
    page.keyboard.press("Enter")
    assert button.text_content() == "Play"
    assert page.evaluate(f"[...({states})()]") == ["paused"]
    page.keyboard.press("Space")
    assert page.evaluate(f"[...({states})()]") == ["running"]


def test_without_a_script_a_page_says_everything_and_can_be_paused(opened, files):
    shown = opened(files / "ordinary.html", java_script_enabled=False)
    page = shown.page
    assert page.locator(".controls").count() == 0
    text = page.locator("main").inner_text()
    for part in ("of 10 points", "turned = [[1, 2],", "You turned the kernel round.", "hello"):
        assert part in text
    assert page.get_by_role("img").count() >= 3
    page.locator("summary").first.click()
    assert page.get_by_text("Look here.").is_visible()
    page.get_by_label("Pause the figure").first.check()
    moving = page.locator("figure svg .v0").first
    assert moving.evaluate("one => getComputedStyle(one).animationPlayState") == "paused"


def test_less_motion_shows_the_first_and_the_last_frame(opened, files):
    page = opened(files / "ordinary.html", media={"reduced_motion": "reduce"}).page
    assert page.evaluate("document.getAnimations().length") == 0
    assert page.locator("figure svg .end").first.evaluate("one => getComputedStyle(one).display") == "inline"
    page = opened(files / "ordinary.html").page
    assert page.locator("figure svg .end").first.evaluate("one => getComputedStyle(one).display") == "none"


def test_print_is_light_still_and_without_controls(opened, files):
    page = opened(files / "ordinary.html", media={"color_scheme": "dark"}).page
    page.emulate_media(media="print")
    assert page.evaluate("document.getAnimations().length") == 0
    assert not page.locator(".controls").first.is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert result(page)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_never_scrolls_sideways(opened, files, name):
    page = opened(files / name).page
    for width in (*WIDTHS, 375, 687, 688):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


AXED = [
    *(("ordinary.html", width, scheme, "screen") for width in WIDTHS for scheme in ("light", "dark")),
    ("ordinary.html", 1280, "dark", "print"),
    *((f"{name}.html", 320, "dark", "screen") for name in ("feedback", "few")),
    *(
        (f"{name}.html", 1280, "light", media)
        for name in ("feedback", "few")
        for media in ("screen", "print")
    ),
    ("hostile.html", 320, "light", "screen"),
]


@pytest.mark.parametrize(("name", "width", "scheme", "media"), AXED)
def test_axe_finds_nothing(opened, files, name, width, scheme, media):
    page = opened(files / name, width, {"color_scheme": scheme, "media": media}, bypass_csp=True).page
    if media == "screen":
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("forced", ["active", "none"])
def test_forced_colours_are_those_of_the_system(opened, files, forced):
    page = opened(files / "ordinary.html", media={"forced_colors": forced}).page
    colours = page.evaluate("""() => {
        const probe = document.body.appendChild(document.createElement("p"));
        probe.style.color = "CanvasText";
        const edge = document.querySelector("figure svg .edge");
        return [getComputedStyle(edge).stroke, getComputedStyle(probe).color];
    }""")
    assert (colours[0] == colours[1]) == (forced == "active")


OUTSIDE = """() => {
    const whole = document.documentElement.getBoundingClientRect();
    return [...document.querySelectorAll(".all text, .all rect, .all path")].filter(one => {
        if (one.closest("defs")) return false;
        const box = one.getBoundingClientRect();
        return box.width && (box.left < whole.left - 1 || box.right > whole.right + 1
            || box.top < whole.top - 1 || box.bottom > whole.bottom + 1);
    }).map(one => one.outerHTML);
}"""
OVERLAPPING = """() => {
    const seen = [...document.querySelectorAll(".all text")].filter(one => {
        for (let at = one; at.tagName !== "svg"; at = at.parentNode)
            if (getComputedStyle(at).opacity < 0.5) return false;
        return true;
    }).map(one => [one.textContent, one.getBoundingClientRect()]);
    return seen.flatMap(([text, a], number) => seen.slice(0, number).filter(([_, b]) =>
        Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
        && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 6
    ).map(([other, _]) => `${text} over ${other}`));
}"""


@pytest.mark.parametrize("width", WIDTHS)
def test_a_figure_opens_alone_with_all_of_it_inside_and_no_text_over_another(opened, files, width):
    shown = opened(files / "ordinary.html", width, {"reduced_motion": "reduce"})
    for name in all_figures():
        shown.page.goto((files / f"{name}.svg").as_uri())
        assert shown.page.evaluate("document.documentElement.getBoundingClientRect().height") > 60
        assert shown.page.evaluate(OUTSIDE) == [], name
        assert shown.page.evaluate(OVERLAPPING) == [], name
    assert shown.complaints == []
    assert len(shown.requests) == 1 + len(all_figures())


def test_a_lone_figure_is_paused_by_its_link(opened, files):
    page = opened(files / "convolution.svg").page
    state = "() => document.getAnimations().filter(a => a.playState === 'running').length"
    assert page.evaluate(state) > 0
    page.get_by_role("link", name="Pause").click()
    assert page.evaluate(state) == 0
    page.get_by_role("link", name="Play").click()
    assert page.evaluate(state) > 0
