"""Reports as pages: one of every kind of figure, and one by a hostile student and author."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from grader.classroom.feedback import Feedback, Revealed
from grader.classroom.released import Released
from grader.course.outline import AskedQuestion
from grader.course.sitting import Paper
from grader.examiner.report import Report
from grader.gradebook.analysis import analyse
from grader.gradebook.class_summary import Arrivals, ClassMember, ClassSummary, Examples, Pace
from grader.gradebook.scoring import Score
from grader.render.class_page import class_html
from grader.render.feedback_page import feedback_html
from grader.render.report_page import report_html
from tests.figures.layers import padded_tracks, sized_tracks, turned_tracks

EVIL = "</pre></style></script><script>window.hit=1</script><img src=http://x.example/a onerror=window.hit=1>"
TURNED_ROUND = "\u202eevil\u202d\x1b[31m"
LIMITS = {"seconds": 1}


def paper(questions: list[dict[str, Any]], **fields: Any) -> Paper:
    """Return a paper of these questions, as a student has it."""
    told = {"course": "Course", "exercise": "exercise-1", "title": "Stride", "intro": "", "student": None}
    return Paper.model_validate(
        told | {"packages": (), "limits": LIMITS, "questions": questions} | fields, strict=False
    )


def posed(id_: str, prompt: str = "What comes out?", **fields: Any) -> dict[str, Any]:
    """Return a question as a paper has it."""
    told = {"id": id_, "kind": "number", "points": 2, "prompt": prompt, "how": "", "starter": f"{id_} = ..."}
    return told | fields


def marked(id_: str, outcome: str = "failed", **fields: Any) -> dict[str, Any]:
    """Return a question as a report has it."""
    score = 2 if outcome == "passed" else 0
    told = {"id": id_, "kind": "number", "outcome": outcome, "score": score, "points": 2, "message": "No."}
    return told | fields


def report(questions: list[dict[str, Any]], **fields: Any) -> Report:
    """Return a report of these questions."""
    points = {"score": sum(one["score"] for one in questions), "points": sum(o["points"] for o in questions)}
    told = {"exercise": "exercise-1", "student": None, "isolation": (), "questions": questions}
    return Report.model_validate(told | points | fields)


def ordinary_report() -> tuple[Report, Paper]:
    """Return a right answer, one not given, and wrong ones with every kind of two tracks."""
    table = "| a | b |\n| --- | --- |\n| 1 | 2 |\n"
    code = "```python\nimage = [[1, 2], [3, 4]]\n```\n"
    asked = [
        posed("right", f"Read `nn.Conv2d(1, 1, 3)`.\n\n{code}\n{table}", hints=["One.", "Two."]),
        posed("turned", r"Is $\lfloor (M - K) / S \rfloor + 1$ right?", hints=["Look *here*.", "Two."]),
        posed("padded"),
        posed(
            "sized", options=[{"letter": "a", "text": "`one`"}, {"letter": "b", "text": "two"}], kind="choice"
        ),
        posed("open"),
    ]
    wrong = {"misconception": "slip", "message": "You turned the `kernel` round. torch does not."}
    found = [
        marked("right", "passed", message="", answer="right = 4"),
        marked(
            "turned", answer="turned = [[1, 2],\n          [3, 4]]", hint=1, tracks=turned_tracks(), **wrong
        ),
        marked("padded", answer="padded = 3", tracks=padded_tracks(), **wrong),
        marked("sized", kind="choice", answer='sized = "a"', tracks=sized_tracks(), **wrong),
        marked("open", "unanswered", message="Not answered."),
    ]
    told = report(found, student="Ada Lovelace", printed="hello\n", notes=["A `%pip` line was skipped."])
    return told, paper(asked, intro="Lay the kernel on the image.\n\n# A head\n\n- one\n- two")


def ordinary() -> str:
    """Return a page with a right answer, one not given, and wrong ones with every kind of two tracks."""
    return report_html(*ordinary_report(), {"turned": 1})


def feedback(told: tuple[Report, Paper], name: str) -> str:
    """Return feedback on a report, with everything released."""
    seen = Released(score=True, messages=True, explanation=True, checks=True)
    given = Revealed(f"Because of {name}.", f"answer = 4  # {name}", f"def test_{name}(): ...")
    own = {one.id: given for one in told[1].questions}
    score = Score(name, "exercise-1", 4, 3.5, 10, (f"override by {name}",), is_graded=True)
    made = Feedback(*told, seen, "2026-12-01 12:00 (UTC)", name, score, "2026-11-30 (UTC)", name, own)
    return feedback_html(made)


def about_class(name: str, count: int = 30) -> str:
    """Return the page about a class of people with this name, who make mistakes with this name."""
    question = {"id": "q", "kind": "number", "outcome": "failed", "score": 0, "points": 2, "message": name}
    wrong = [report([question | {"misconception": "slip", "answer": f"q = {name!r}"}]) for _ in range(count)]
    right = [report([question | {"outcome": "passed", "score": 2, "message": ""}]) for _ in range(count)]
    examples, asked = Examples(), {"exercise-1": [AskedQuestion(id="q", kind="number", points=2)]}
    analysis = analyse(examples.passing([*wrong, *right]), asked)
    students = [
        ClassMember(f"{name}{at}", {"exercise-1": at % 3}, {"slip": ["q"]}) for at in range(2 * count)
    ]
    arrived = Arrivals("exercise-1", count, count, 0, {-3: count, 1: count})
    hour = timedelta(hours=1)
    pace = Pace("exercise-1", (1, *[3] * count), (hour / 9, *[hour * 30] * (count - 1)), (-hour, 50 * hour))
    points = {"exercise-1": 2.0}
    return class_html(
        ClassSummary(name, points, analysis, examples.ranked(), (arrived,), (pace,), tuple(students))
    )


def hostile() -> str:
    """Return a page on which everybody tries to run or load something."""
    return report_html(*hostile_report())


def hostile_report() -> tuple[Report, Paper]:
    """Return a report in which everybody tries to run or load something."""
    link = "![x](http://x.example/p.png) [a](javascript:window.hit=1) <iframe src=http://x.example></iframe>"
    asked = [posed("q", f"{EVIL} {link} $<b>{EVIL}</b>$ {TURNED_ROUND}", hints=[EVIL])]
    check = {
        "id": "c",
        "title": EVIL,
        "visible": True,
        "outcome": "failed",
        "score": 0,
        "points": 2,
        "message": EVIL,
        "call": EVIL,
        "expected": EVIL,
        "actual": f"{EVIL}{TURNED_ROUND}",
    }
    found = [
        marked(
            "q",
            kind="code",
            answer=f"q = '{EVIL}'",
            message=f"`{EVIL}`",
            hint=1,
            checks=(check, check | {"id": "d", "outcome": "passed"}),
        )
    ]
    told = report(found, student=f"{EVIL}{TURNED_ROUND}", printed=EVIL, notes=[EVIL, TURNED_ROUND])
    return told, paper(asked, title=EVIL, course=EVIL, intro=f"{EVIL}\n\n{link}")
