"""Python's collector rests while many objects are made, and is then as it was before."""

from __future__ import annotations

import gc
import json

import pytest

from grader.worker import wire
from grader.worker.garbage import collector_paused


@pytest.mark.parametrize("was_on", [True, False])
def test_the_collector_is_afterwards_as_it_was_before(was_on: bool) -> None:
    try:
        if not was_on:
            gc.disable()
        with pytest.raises(ValueError), collector_paused():
            assert not gc.isenabled()
            raise ValueError
        assert gc.isenabled() is was_on
    finally:
        gc.enable()


def test_it_rests_while_a_reply_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []
    loads = json.loads

    def noted(text: str | bytes) -> object:
        seen.append(gc.isenabled())
        return loads(text)

    packed = wire.pack({"id": 1})
    monkeypatch.setattr(json, "loads", noted)
    wire.unpack(packed[: wire.PREFIX.size], packed[wire.PREFIX.size :])
    assert seen == [False]
