"""What another front end than the commands would call: hand in, grade, regrade, scores, export, analysis."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import UsageFault
from grader.examiner.events import Asked, Event, Verdict
from grader.lms import BY_NAME
from grader.service.home import find_course
from grader.service.publishing import ExportOrder
from grader.service.service import Service
from tests.conftest import Run

RIGHT, WRONG = b"size = 3\n", b"size = 4\n"


def test_a_file_is_handed_in_graded_and_counted(own: Path) -> None:
    seen: list[tuple[str, Event]] = []
    with Service(
        find_course(own), watch=lambda job, event: seen.append((job.handed_in.student, event))
    ) as service:
        first = service.hand_in("ada", "exercise-1", "exercise-1.py", WRONG)
        second = service.hand_in("ada", "exercise-1", "exercise-1.py", RIGHT)
        [score] = service.scores(["ADA"], ["exercise-1"])
        events, _ = service.history("ada")
        [asked] = service.analysis().exercises
    assert (first.report.score, second.report.score, score.final) == (0, 2, 2)
    assert len(events) >= 2
    assert asked.exercise == "exercise-1"
    assert [event for _, event in seen if isinstance(event, Asked)] == [Asked("size")] * 2
    verdicts = [event for _, event in seen if isinstance(event, Verdict)]
    assert [verdict.outcome for verdict in verdicts] == ["failed", "passed"]


def test_what_a_front_end_stores_the_commands_show(own: Path, course: Run, tmp_path: Path) -> None:
    with Service(find_course(own)) as service:
        service.hand_in("ada", "exercise-1", "exercise-1.py", RIGHT)
        made, [now] = service.override("ada", "exercise-1", 1.5, "late by a minute")
        exported = service.export(ExportOrder(BY_NAME["csv"], tmp_path / "exports"))
        assert service.regrade().left == 0
    assert (made.score, now.final) == (1.5, 1.5)
    assert exported.is_complete
    assert "late by a minute" in course(own, "history", "ada").out
    assert (tmp_path / "exports" / exported.files[0].name).exists()


def test_what_there_is_not_is_refused(own: Path) -> None:
    with Service(find_course(own)) as service:
        for ask in (
            lambda: service.hand_in("ada", "exercise-9", "exercise-9.py", RIGHT),
            lambda: service.scores(exercises=["exercise-9"]),
            lambda: service.override("ada", "exercise-1", 1.0, "?"),
            lambda: service.override("ada", "exercise-1", float("nan"), "?"),
            lambda: service.history("ada"),
            lambda: service.regrade(students=["ada"]),
        ):
            with pytest.raises(UsageFault):
                ask()


def test_notices_are_given_to_whoever_asked(own: Path) -> None:
    told: list[str] = []
    with Service(find_course(own), told.append) as service:
        service.gradebook.hand_out({("ada", "exercise-1"): {"M": 5, "K": 2}})
        (own / "S" / "ada").mkdir(parents=True)
        (own / "S" / "ada" / "exercise-1.py").write_bytes(b"size = 4\n")
        grading = service.grade([own / "S"])
        [settled] = grading.settle()
    assert settled.report.score == 2
    assert grading.is_complete
    assert any("No --roster" in sentence for sentence in told)
