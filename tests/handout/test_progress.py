"""What a student's own machine remembers."""

from __future__ import annotations

from pathlib import Path

from grader.handout.progress import Progress
from tests.gradebook.test_gradebook import report


def test_progress_survives_a_damaged_file(tmp_path: Path) -> None:
    Progress(tmp_path).remember("ex-1", "digest", report(4, "passed"))
    again = Progress(tmp_path).of("ex-1").report
    assert again is not None
    assert again.is_full
    (tmp_path / ".grade" / "ex-1.json").write_bytes(b"\xff{")
    assert Progress(tmp_path).of("ex-1").report is None
    assert Progress(tmp_path).count_hint("ex-1", "q") == 1
    assert Progress(tmp_path).count_hint("ex-1", "q") == 2
