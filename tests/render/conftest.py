"""Chromium for the files that look at pages in it; only they import what drives it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.render.tabs import Open, Tabs


@pytest.fixture(scope="module")
def tabs() -> Iterator[Tabs]:
    """Yield the tabs of a browser; while it is there, no other test of this process can use asyncio."""
    from tests.render.tabs import tabs_of_chromium

    with tabs_of_chromium() as tabs:
        yield tabs


@pytest.fixture
def opened(tabs: Tabs) -> Iterator[Open]:
    """Yield a function that opens a file in a tab; the tabs are empty after the test."""
    yield tabs.open
    tabs.rest()
