"""What a student's own machine remembers."""

from __future__ import annotations

import json
from pathlib import Path

from grader.examiner.report import QuestionReport, Report
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


def test_the_best_report_of_the_same_questions_is_kept(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    for outcomes, best in (
        (("failed", "passed"), 1),
        (("failed", "failed"), 1),
        (("passed", "passed"), 2),
        (("error", "passed"), 2),
        (("passed", "passed", "failed"), 3),  # the exercise has another question now
    ):
        questions = tuple(
            QuestionReport(
                id=f"q{i}", kind="number", outcome=outcome, score=outcome == "passed", points=1, message=""
            )
            for i, outcome in enumerate(outcomes)
        )
        score = sum(one.score for one in questions)
        own = Report(
            exercise="ex-1",
            student=None,
            score=score,
            points=len(questions),
            isolation=(),
            questions=questions,
        )
        progress.remember("ex-1", "digest", own)
        known = Progress(tmp_path).of("ex-1")
        assert known.report == own
        assert known.best is not None
        assert known.best.score == (2 if best == 3 else best)
        assert len(known.best.questions) == len(questions)


def test_what_an_earlier_version_remembers_is_read(tmp_path: Path) -> None:
    Progress(tmp_path).remember("ex-1", "digest", report(4, "passed"))
    file = tmp_path / ".grade" / "ex-1.json"
    document = json.loads(file.read_text(encoding="utf-8"))
    del document["better"]
    file.write_text(json.dumps(document), encoding="utf-8")
    assert Progress(tmp_path).of("ex-1").best == Progress(tmp_path).of("ex-1").report
