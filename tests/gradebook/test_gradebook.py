"""The gradebook remembers everything, and hands out the newest."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from grader.errors import UsageFault
from grader.examiner.report import QuestionReport, Report
from grader.gradebook.progress import Progress
from grader.gradebook.store import Gradebook, HandedIn

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def report(score: float, outcome: str = "failed") -> Report:
    question = QuestionReport(id="q", kind="number", outcome=outcome, score=score, points=4, message="")
    return Report(
        exercise="ex-1", student="ada", score=score, points=4, isolation=("process",), questions=(question,)
    )


def handed_in(content: bytes, hours: int = 0) -> HandedIn:
    return HandedIn("ada", "ex-1", "ex-1.py", content, NOON + timedelta(hours=hours))


def test_what_was_graded_last_counts_whatever_time_a_file_claims(tmp_path: Path) -> None:
    with Gradebook("sqlite:///g.db", tmp_path) as gradebook:
        gradebook.record(handed_in(b"second", hours=10**6), report(2), b"")
        gradebook.record(handed_in(b"first"), report(4), b"")
        assert [score.score for score in gradebook.scores()] == [4]
        gradebook.record(handed_in(b"second", hours=2), report(3, "ungraded"), b"printed")
        [score] = gradebook.scores()
        assert (score.score, score.is_graded) == (3, False)
    rows = sqlite3.connect(tmp_path / "g.db").execute("select count(*) from report").fetchone()
    files = (
        sqlite3.connect(tmp_path / "g.db").execute("select content from submission order by id").fetchall()
    )
    assert rows == (3,)
    assert files == [(b"second",), (b"first",)]


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "g.db").write_text("not a database, but long enough to be looked at " * 100, encoding="utf-8")
    with pytest.raises(UsageFault, match="not a database"):
        Gradebook("sqlite:///g.db", tmp_path)


def test_a_password_is_never_shown(tmp_path: Path) -> None:
    with pytest.raises(UsageFault) as caught:
        Gradebook("sqlite://user:hunter2@host/x", tmp_path)
    assert "hunter2" not in str(caught.value)


def test_progress_survives_a_damaged_file(tmp_path: Path) -> None:
    Progress(tmp_path).remember("ex-1", "digest", report(4, "passed"))
    again = Progress(tmp_path).of("ex-1").report
    assert again is not None
    assert again.is_full
    (tmp_path / ".grade" / "ex-1.json").write_bytes(b"\xff{")
    assert Progress(tmp_path).of("ex-1").report is None
    assert Progress(tmp_path).count_hint("ex-1", "q") == 1
    assert Progress(tmp_path).count_hint("ex-1", "q") == 2
