"""Chromium for tests: its tabs are used again, because a new one costs more than most tests."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
IN_CHROMIUM = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here (apt-get install chromium)"),
]
ARGUMENTS = ["--no-sandbox", "--disable-gpu"]
USUAL = {
    "media": "screen",
    "color_scheme": "light",
    "reduced_motion": "no-preference",
    "forced_colors": "none",
}


class Tab:
    """A tab: the page in it, what that page has asked for, and what it has complained about."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.refused: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("requestfailed", lambda request: self.refused.append(str(request.failure)))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    @property
    def others(self) -> list[str]:
        """What was asked for besides the page itself."""
        return self.requests[1:]

    def show(self, address: str) -> None:
        """Show another page, and forget what the page before it did."""
        self.page.goto("about:blank")
        for seen in (self.requests, self.complaints, self.refused):
            seen.clear()
        self.page.goto(address)


Open = Callable[..., Tab]


class Tabs:
    """The tabs of a browser: one for each set of options that a tab cannot change later."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._tabs: dict[tuple[tuple[str, bool], ...], Tab] = {}

    def open(
        self, file: Path, width: int = 1280, media: dict[str, Any] | None = None, **options: bool
    ) -> Tab:
        """Open a file; `media` is what `Page.emulate_media` takes."""
        key = tuple(options.items())
        if key not in self._tabs:
            self._tabs[key] = Tab(self._browser.new_context(**options).new_page())  # type: ignore[arg-type]
        tab = self._tabs[key]
        tab.page.set_viewport_size({"width": width, "height": 800})
        tab.page.emulate_media(**USUAL | (media or {}))
        tab.show(file.as_uri())
        return tab

    def rest(self) -> None:
        """Take away all pages: the figures of a page that nobody looks at would go on moving."""
        for tab in self._tabs.values():
            tab.page.goto("about:blank")


@contextmanager
def tabs_of_chromium() -> Iterator[Tabs]:
    """Start Chromium, and end it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield Tabs(browser)
        browser.close()
