"""Whatever fails on the way to Canvas, no score is lost and no comment is sent twice."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing

import pytest

from grader.gradebook.outbox import Outbox
from grader.worker.locks import lock
from tests.classroom.conftest import Small
from tests.conftest import Run
from tests.push.conftest import Push
from tests.push.made_canvas import CUT, Held, MadeCanvas, Trouble
from tests.push.test_push import RIGHT

assert sys.platform != "win32"  # it has no SIGKILL

MANY = 10_000
A_THOUSAND = 1000
LIMIT_SECONDS = 3000  # for a push of all: even on a machine that does much else, it hangs after that
FAULTY = """
from grader.lms.canvas_rest import patient
patient.FIRST_WAIT_SECONDS = 0.001
from grader.cli import begin
begin.course()
"""
THROTTLED = Trouble(403, body="403 Forbidden (Rate Limit Exceeded)\n")
SHORT_OF_TIME = [
    Trouble(429, headers={"Retry-After": "0"}),
    THROTTLED,
    Trouble(409, body={"errors": [{"message": "conflict"}]}),
    Trouble(500, body={"errors": [{"message": "An error occurred."}], "error_report_id": 1}),
    Trouble(502, body="<html>Bad Gateway</html>", headers={"Content-Type": "text/html"}),
    Trouble(503, headers={"Retry-After": "0"}),
    Trouble(CUT),
]
LATE = [Trouble(status, when) for status in (409, 500, 504, CUT) for when in ("halfway", "after")]


def told(trouble: Trouble) -> str:
    """Return the name of a test."""
    return f"{trouble.status or 'cut'}-{trouble.when}"


def once(trouble: Trouble, method: str, number: int) -> Callable[[str, int], Trouble | None]:
    """Have one request fail."""
    return lambda its, count: trouble if (its, count) == (method, number) else None


def assert_once(canvas: MadeCanvas) -> None:
    """Check that everybody has their score and one comment."""
    assert canvas.scores() == RIGHT
    assert [len(held.comments) for held in canvas.held.values()] == [1, 1, 1]


@pytest.mark.parametrize("trouble", [*SHORT_OF_TIME, *LATE], ids=told)
def test_a_request_that_fails_once_is_sent_again_as_far_as_it_did_not_arrive(
    trouble: Trouble, canvas: MadeCanvas, push: Push
) -> None:
    canvas.troubles = once(trouble, "PUT", 2)
    ran = push("--send")
    assert ran.code == 0
    assert ran.err.count("Trying again in") == 1
    assert_once(canvas)


@pytest.mark.parametrize("trouble", SHORT_OF_TIME, ids=told)
def test_an_answer_that_fails_once_is_asked_for_again(
    trouble: Trouble, canvas: MadeCanvas, push: Push
) -> None:
    canvas.troubles = lambda method, count: trouble if method == "GET" and count % 2 else None
    assert push("--send").code == 0
    assert_once(canvas)


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (Trouble(400, body={"error": "bad grade"}), "left out: bob: Canvas refuses this (400: bad grade)"),
        (Trouble(401, body={"errors": [{"message": "not authorized"}]}), "bob: Canvas refuses this (401: not authorized)"),
        (Trouble(403, body={"errors": "no right"}), "left out: bob: Canvas refuses this (403: no right)"),
        (Trouble(404, body="<html>", headers={"Content-Type": "text/html"}), "left out: bob: Canvas refuses this (404)"),
        (Trouble(422, body=[1]), "left out: bob: Canvas refuses this (422)"),
        (Trouble(403, body={"errors": [{"message": "\x1b[31mred"}]}), "(403: ?[31mred)"),
    ],
)  # fmt: skip
def test_a_score_that_is_refused_is_left_out(
    trouble: Trouble, said: str, canvas: MadeCanvas, push: Push
) -> None:
    canvas.troubles = once(trouble, "PUT", 2)
    ran = push("--send")
    assert ran.code == 1
    assert said in ran.out
    assert canvas.scores() == RIGHT | {"bob": None}
    assert push("--send").code == 0
    assert_once(canvas)


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (
            Trouble(401, headers={"WWW-Authenticate": "Bearer"}, body={"errors": [{"message": "Revoked."}]}),
            "stopped: Canvas does not accept the token (401: Revoked). Make a new one in Canvas",
        ),
        (
            Trouble(429, headers={"Retry-After": "3600"}),
            "stopped: Canvas gets too many requests (429). Canvas asks to wait 3600 seconds. Nothing is lost",
        ),
        (
            Trouble(301, headers={"Location": "https://elsewhere.example.edu/"}),
            "redirects to https://elsewhere.example.edu/. Give the address that your browser shows",
        ),
        (
            Trouble(200, body="<html>", headers={"Content-Type": "text/html"}),
            "does not answer like Canvas. Is this its address?",
        ),
    ],
)
def test_a_push_that_must_stop_says_why_and_goes_on_later(
    trouble: Trouble, said: str, canvas: MadeCanvas, push: Push
) -> None:
    canvas.troubles = once(trouble, "PUT", 2)
    ran = push("--send")
    assert ran.code == 2
    assert [line for line in ran.err.splitlines() if said in line]
    assert "ex-1: 1 score sent to 'Sums' (12)\n  not sent yet: 2 scores\n" in ran.out
    assert canvas.asked["PUT"] == 2
    canvas.troubles = lambda *_: None
    assert push("--send").code == 0
    assert_once(canvas)


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (Trouble(401, body={"errors": [{"message": "no"}]}), "Canvas refuses this (401: no). Correct the numbers"),
        (Trouble(403, body={"errors": [{"message": "no"}]}), "Canvas refuses this (403: no). Correct the numbers"),
        (Trouble(404), "It does not exist, or is hidden from the token. Correct the numbers"),
        (Trouble(200, body={"x": 1}), "Canvas gave an answer that its documentation does not describe: the students of"),
        (Trouble(200, body=[{"id": "x"}]), "Canvas gave an answer that its documentation does not describe: the students of"),
        (Trouble(200, body="{"), "Canvas gave an answer that its documentation does not describe: the students of"),
        (Trouble(500), "Canvas has failed (500), even after several tries. Nothing is lost: run the command"),
        (Trouble(CUT), "The connection to Canvas was cut, even after several tries. Nothing is lost"),
    ],
)  # fmt: skip
def test_nothing_is_sent_if_canvas_cannot_be_read(
    trouble: Trouble, said: str, canvas: MadeCanvas, push: Push
) -> None:
    canvas.troubles = lambda *_: trouble
    ran = push("--send")
    assert (ran.code, ran.out, canvas.asked["PUT"]) == (2, "", 0)
    assert said in ran.err.splitlines()[-1]


def test_canvas_that_fails_for_everybody_is_left_alone(canvas: MadeCanvas, push: Push, taught: Small) -> None:
    canvas.troubles = lambda method, _count: Trouble(500, "after") if method == "PUT" else None
    assert push("--send").code == 0  # what has arrived is seen
    assert_once(canvas)
    canvas.held = {key: Held() for key in canvas.held}
    canvas.troubles = lambda method, _count: Trouble(500) if method == "PUT" else None
    ran = push("--send")
    assert ran.code == 2
    assert "left out: ada: Canvas has failed (500), after several tries; run the command again" in ran.out
    assert "stopped: Canvas has failed (500), after several tries; run the command again." in ran.err
    assert taught.rows("select distinct state from outbox") == [("sending",)]
    canvas.troubles = lambda *_: None
    assert push("--send").code == 0
    assert_once(canvas)
    assert taught.rows("select distinct state from outbox") == [("sent",)]


def test_a_crash_between_the_answer_and_the_outbox(
    canvas: MadeCanvas, push: Push, taught: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise RuntimeError("crash")

    with monkeypatch.context() as patched:
        patched.setattr(Outbox, "settle", crash)
        patched.setattr("tempfile.tempdir", str(taught.root))
        assert push("--send").code == 3
    assert len([*taught.root.glob("torchgrade-*.log")]) == 1
    assert taught.rows("select distinct state from outbox") == [("sending",)]
    assert_once(canvas)
    ran = push("--send")
    assert (ran.code, ran.out) == (0, "ex-1: 0 scores sent to 'Sums' (12)\n  there already: 3 scores\n")
    assert_once(canvas)
    assert taught.rows("select distinct state, confirmed = grade from outbox") == [("sent", 1)]


def test_after_a_crash_our_grade_is_known_as_ours(
    canvas: MadeCanvas, push: Push, course: Run, taught: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Outbox, "settle", lambda *_: None)
        push("--send")
    course(taught.root, "override", "bob", "ex-1", "--score", "2", "--reason", "y")
    ran = push("--send")
    assert "bob: 1.5 becomes 2, with a comment" in ran.out
    assert canvas.scores() == RIGHT | {"bob": 2.0}


def test_what_waits_in_the_outbox_is_told(canvas: MadeCanvas, push: Push, taught: Small) -> None:
    taught.execute(
        "insert into outbox values ('p', 'ada', 'ex-2', '1001', '7', '', 'waiting', '', '', '2026-11-28 00:00:00')"
    )
    said = "1 score of ex-2 from an earlier push may not have arrived. Run: course push canvas --exercise ex-2 --send"
    assert said in push().err


def test_two_pushes_at_once(canvas: MadeCanvas, push: Push, taught: Small) -> None:
    with (taught.root / "course.yaml").open("rb") as other:
        lock(other.fileno())
        ran = push("--send")
        assert push().code == 0
    assert ran.code == 2
    assert ran.err.endswith("Another `course push` of this course is running. Wait until it has ended.\n")
    assert canvas.asked["PUT"] == 0
    assert push("--send").code == 0


def test_a_canvas_that_refuses_everything_is_not_asked_for_ever(
    canvas: MadeCanvas, push: Push, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.service.pushing.MAX_FAILED_IN_A_ROW", 2)
    canvas.troubles = lambda method, _count: Trouble(403, body={}) if method == "PUT" else None
    ran = push("--send")
    assert (ran.code, canvas.asked["PUT"]) == (2, 2)
    assert "stopped: Canvas refuses this (403). This happened for the last 2 scores\n" in ran.err


def crowd(taught: Small, canvas: MadeCanvas, count: int) -> dict[str, float]:
    """Make many students with submissions of their own, and return their scores."""
    names = [f"student-{number:05}" for number in range(count)]
    wanted = {name: float(number % 4) for number, name in enumerate(names)}
    with closing(sqlite3.connect(taught.root / "gradebook.db")) as database, database:
        [submission] = database.execute("select * from submission where student = 'ada'").fetchall()
        [attempt] = database.execute(
            "select * from attempt where submission_id = ?", submission[:1]
        ).fetchall()
        columns = [one[1] for one in database.execute("pragma table_info(report)")]
        [report] = database.execute("select * from report where submission_id = ?", submission[:1]).fetchall()
        for number, (name, score) in enumerate(wanted.items(), 1000):
            database.execute(_insert("submission", submission), (number, name, *submission[2:]))
            database.execute(_insert("attempt", attempt), (number, number, *attempt[2:]))
            own = dict(zip(columns, report, strict=True)) | {
                "id": number,
                "submission_id": number,
                "score": score,
            }
            database.execute(_insert("report", report), tuple(own.values()))
    canvas.enrol(*names)
    return wanted


def _insert(table: str, row: tuple[object, ...]) -> str:
    return f"insert into {table} values ({', '.join('?' * len(row))})"


def push_elsewhere(taught: Small) -> subprocess.Popen[str]:
    """Begin a push in a process of its own."""
    line = [sys.executable, "-c", FAULTY, "push", "canvas", "--send"]
    return subprocess.Popen(
        line,
        cwd=taught.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ.copy(),
    )


def assert_all_once(canvas: MadeCanvas, wanted: dict[str, float]) -> None:
    """Check that every student has the right score and one comment."""
    assert canvas.scores() == wanted
    assert {len(held.comments) for held in canvas.held.values()} == {1}


@pytest.mark.parametrize("when", ["before", "halfway", "after"])
def test_a_killed_push_goes_on_where_it_was(when: str, canvas: MadeCanvas, push: Push, taught: Small) -> None:
    process = push_elsewhere(taught)
    trouble = Trouble(CUT, when, act=lambda: process.send_signal(signal.SIGKILL))
    canvas.troubles = once(trouble, "PUT", 2)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert taught.rows("select state, count(*) from outbox group by 1") == [("sending", 3)]
    canvas.troubles = lambda *_: None
    assert push("--send").code == 0
    assert_once(canvas)


@pytest.mark.slow
def test_a_thousand_scores_over_a_good_line(canvas: MadeCanvas, taught: Small) -> None:
    wanted = RIGHT | crowd(taught, canvas, A_THOUSAND)
    begin = time.monotonic()
    with push_elsewhere(taught) as process:
        out, err = process.communicate()
    print(f"{len(wanted)} scores in {time.monotonic() - begin:.0f} s")
    assert (process.returncode, out) == (0, f"ex-1: {len(wanted)} scores sent to 'Sums' (12)\n"), err
    assert_all_once(canvas, wanted)


@pytest.mark.slow
def test_ten_thousand_scores_over_a_bad_line_and_with_crashes(canvas: MadeCanvas, taught: Small) -> None:
    wanted = RIGHT | crowd(taught, canvas, MANY)
    dice, state = random.Random(7), {"next_kill": 1234}
    troubles = [*SHORT_OF_TIME, *LATE]

    def trouble(method: str, _count: int) -> Trouble | None:
        puts = canvas.asked["PUT"]
        if method == "PUT" and puts >= state["next_kill"]:
            state["next_kill"] = puts + 2345
            when = dice.choice(["before", "halfway", "after"])
            return Trouble(CUT, when, act=lambda: process.send_signal(signal.SIGKILL))
        return dice.choice(troubles) if dice.random() < 0.02 else None

    canvas.troubles = trouble
    kills = 0
    for _push in range(20):
        process = push_elsewhere(taught)
        process.communicate(timeout=LIMIT_SECONDS)
        kills += process.returncode == -signal.SIGKILL
        if process.returncode == 0:
            break
    assert process.returncode == 0
    assert kills >= 3
    assert_all_once(canvas, wanted)
    assert taught.rows("select state, count(*) from outbox group by 1") == [("sent", len(wanted))]
