"""`course push canvas`: what is sent, to whom, and what stays as it is."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any

import pytest

from grader.lms.token import Token, read_token
from tests.classroom.conftest import COURSE, Small
from tests.conftest import Run
from tests.push.conftest import Push, place
from tests.push.made_canvas import TOKEN, MadeCanvas

RIGHT = {"ada": 3.0, "bob": 1.5, "cyd": 3.0}


def test_a_dry_run_lists_everything_and_sends_nothing(canvas: MadeCanvas, taught: Small, push: Push) -> None:
    ran = push()
    assert ran.code == 0
    assert ran.out.splitlines() == [
        "ex-1: would send 3 scores to 'Sums' (12)",
        "  ada: 3, with a comment",
        "  bob: 1.5, with a comment (override by root: x)".replace("root", _author(taught)),
        "  cyd: 3, with a comment",
        "Nothing was sent. To send this, add --send.",
    ]
    assert canvas.asked["PUT"] == 0
    assert taught.rows("select * from outbox") == []


def _author(taught: Small) -> str:
    return str(taught.rows("select author from override")[0][0])


def test_scores_and_feedback_arrive_once(canvas: MadeCanvas, push: Push, course: Run, taught: Small) -> None:
    ran = push("--send")
    assert (ran.code, ran.out) == (0, "ex-1: 3 scores sent to 'Sums' (12)\n")
    assert canvas.scores() == RIGHT
    course(taught.root, "feedback", "OUT")
    for student in RIGHT:
        text = (taught.root / "OUT" / student / "ex-1.feedback.txt").read_text(encoding="utf-8")
        assert canvas.of(student).comments == [text]
    again = push("--send")
    assert (again.code, again.out) == (0, "ex-1: 0 scores sent to 'Sums' (12)\n  there already: 3 scores\n")
    assert canvas.asked["PUT"] == 3


@pytest.mark.parametrize("grade", ["4", "EX"])
def test_what_others_gave_stays_unless_it_is_overwritten(grade: str, canvas: MadeCanvas, push: Push) -> None:
    held = canvas.of("ada")
    held.score, held.excused = (None, True) if grade == "EX" else (4.0, False)
    ran = push("--send")
    assert ran.code == 1
    assert (
        f"left out: ada: {grade} is there already and stays, instead of 3; --overwrite replaces it" in ran.out
    )
    assert (held.score, held.excused, held.comments) == (None if grade == "EX" else 4.0, grade == "EX", [])
    assert f"ada: {grade} becomes 3, with a comment" in push("--overwrite").out
    assert push("--send", "--overwrite").code == 0
    assert (held.score, held.excused, len(held.comments)) == (3.0, False, 1)


def test_our_own_grade_is_replaced_unless_somebody_changed_it(
    canvas: MadeCanvas, push: Push, course: Run, taught: Small
) -> None:
    push("--send")
    canvas.of("cyd").score = 2.5
    for student in ("bob", "cyd"):
        course(taught.root, "override", student, "ex-1", "--score", "2", "--reason", "y")
    ran = push("--send")
    assert ran.code == 1
    assert "bob: 1.5 becomes 2, with a comment" in ran.out
    assert "cyd: 2.5 is there already and stays" in ran.out
    assert canvas.scores() == {"ada": 3.0, "bob": 2.0, "cyd": 2.5}


def test_a_comment_that_comes_back_is_said_again(
    canvas: MadeCanvas, push: Push, course: Run, taught: Small
) -> None:
    for score in ("1.5", "2", "1.5"):
        course(taught.root, "override", "bob", "ex-1", "--score", score, "--reason", "x")
        push("--send")
    first, second, third = canvas.of("bob").comments
    assert first == third != second
    push("--send")
    assert len(canvas.of("bob").comments) == 3


def test_the_release_rules_hold(canvas: MadeCanvas, push: Push, taught: Small) -> None:
    taught.write("course.yaml", f"{COURSE}{place(canvas)}release: {{score: never}}\n")
    ran = push("--send")
    assert ran.code == 1
    assert "ada: the score in ex-1 is never released" in ran.err
    assert canvas.asked["PUT"] == 0
    taught.write("course.yaml", f"{COURSE}{place(canvas)}release: {{messages: never}}\n")
    assert push("--send").code == 0
    assert canvas.scores() == RIGHT
    assert "is not the right number" not in canvas.of("bob").comments[0]


def test_without_comments(canvas: MadeCanvas, push: Push) -> None:
    assert push("--send", "--no-comments").code == 0
    assert canvas.scores() == RIGHT
    assert all(not held.comments for held in canvas.held.values())


def test_an_excused_student_gets_ex(canvas: MadeCanvas, push: Push, taught: Small) -> None:
    excused = "rules: {excused: [{student: cyd, exercise: ex-1, reason: ill}]}\n"
    taught.write("course.yaml", f"{COURSE}{place(canvas)}{excused}")
    assert "cyd: EX (excused: ill)" in push().out
    assert push("--send").code == 0
    assert (canvas.of("cyd").excused, canvas.of("cyd").comments) == (True, [])


def test_another_maximum_is_told_and_scores_are_scaled(canvas: MadeCanvas, push: Push) -> None:
    canvas.assign(points_possible=100.0)
    ran = push("--send")
    assert "note: the exercise has 3 points and the assignment 100: scores are scaled to 100" in ran.out
    assert canvas.scores() == {"ada": 100.0, "bob": 50.0, "cyd": 100.0}
    assert push("--out-of", "10").err.endswith(
        "'Sums' (12) has 100 points in Canvas, but --out-of is 10. Correct one of them.\n"
    )


def test_an_assignment_without_points(canvas: MadeCanvas, push: Push) -> None:
    canvas.assign(points_possible=0.0)
    ran = push("--send")
    assert ran.code == 2
    assert (
        "'Sums' (12) has no points in Canvas. Give it 3 there, or give a maximum with --out-of.\n" in ran.err
    )
    assert push("--send", "--out-of", "6").code == 0
    assert canvas.scores()["bob"] == 3.0


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"published": False}, "is not published. Publish it in Canvas."),
        ({"grading_type": "pass_fail"}, "takes no points. Let it display its grade as points in Canvas."),
        (
            {"group_category_id": 4},
            "gives one grade to a whole group. Let it grade each student individually",
        ),
        ({"moderated_grading": True}, "is moderated, and its grades are not published yet."),
        ({"anonymize_students": True}, "hides its students from graders until the grades are posted."),
    ],
)
def test_an_assignment_that_cannot_take_a_score(
    more: dict[str, Any], said: str, canvas: MadeCanvas, push: Push
) -> None:
    canvas.assign(**more)
    ran = push("--send")
    assert ran.code == 2
    assert f"ex-1: 'Sums' (12) {said}" in ran.err
    assert canvas.asked["PUT"] == 0


def test_a_group_assignment_that_grades_each_student(canvas: MadeCanvas, push: Push) -> None:
    canvas.assign(group_category_id=4, grade_group_students_individually=True, post_manually=True)
    ran = push("--send")
    assert ran.code == 0
    assert "note: students see nothing before the grades are posted in Canvas" in ran.out


def test_a_score_is_sent_only_if_the_match_is_certain(canvas: MadeCanvas, push: Push, taught: Small) -> None:
    """The strongest id that both have counts; a known id that differs is never passed over."""
    rows = "ada,1001,,\nbob,9999,,bob\ncyd,,001003,ada\n"
    taught.write("roster.csv", f"student,canvas_id,sis_user_id,sis_login_id\n{rows}")
    ran = push("--send")
    assert ran.code == 1
    assert "left out: bob: no student of the Canvas course has their ids" in ran.out
    assert canvas.scores() == {"ada": 3.0, "bob": None, "cyd": 3.0}


def test_two_students_of_one_id_get_nothing(canvas: MadeCanvas, push: Push, taught: Small) -> None:
    canvas.users[1]["sis_user_id"] = canvas.users[0]["sis_user_id"]
    taught.write("roster.csv", "student,sis_user_id\nada,001001\nbob,\ncyd,001003\n")
    ran = push("--send")
    assert (ran.code, canvas.scores()["ada"], canvas.scores()["bob"]) == (1, None, None)
    assert "left out: ada: " in ran.out


def test_somebody_to_whom_it_is_not_assigned(canvas: MadeCanvas, push: Push) -> None:
    del canvas.held[12, 1002]
    ran = push("--send")
    assert ran.code == 1
    assert "left out: bob: 'Sums' (12) is not assigned to them in Canvas" in ran.out


def test_who_handed_in_nothing(canvas: MadeCanvas, push: Push, taught: Small) -> None:
    canvas.enrol("dan")
    assert push("--missing", "zero").err.count("--missing zero needs --roster") == 1
    taught.write(
        "roster.csv", "student,sis_login_id\n" + "".join(f"{one},{one}\n" for one in [*RIGHT, "dan"])
    )
    assert push("--send", "--missing", "zero").code == 0
    assert (canvas.of("dan").score, canvas.of("dan").comments) == (0.0, [])


def test_a_forgotten_student_leaves_the_outbox(push: Push, course: Run, taught: Small) -> None:
    push("--send")
    ran = course(taught.root, "forget", "ada")
    assert "removed from the gradebook: scores in the outbox (1)" in ran.out
    assert taught.rows("select student from outbox order by 1") == [("bob",), ("cyd",)]


def test_many_pages_of_students(canvas: MadeCanvas, push: Push, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.push.made_canvas.PER_PAGE", 2)
    assert push("--send").code == 0
    assert canvas.scores() == RIGHT


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--url", "http://canvas.example.edu"], "The token must not be sent unencrypted. Write https://canvas.example.edu.\n"),
        (["--url", "https://canvas.example.edu/courses/7"], "It holds more than the address of a Canvas site. Write https://canvas.example.edu.\n"),
        (["--url", "https://me:pass@canvas.example.edu"], "It holds more than the address of a Canvas site. Write https://canvas.example.edu.\n"),
        (["--url", "canvas"], "It is not the address of a Canvas site. Write it like https://canvas.example.edu.\n"),
        (["--course", "9"], "It does not exist, or is hidden from the token. Correct the numbers under `canvas`"),
        (["--assignment", "ex-1=99"], "Canvas does not show assignment 99 of course 7 of"),
        (["--assignment", "ex-1"], "'ex-1' is not an exercise and a number, as in exercise-1=123."),
        (["--assignment", "ex-9=1"], "There is no exercise 'ex-9'."),
        (["--assignment", "ex-2=12"], "ex-1 and ex-2 have the same assignment. Each exercise needs its own.\n"),
        (["--exercise", "ex-2"], "ex-2 has no assignment in Canvas. Add it in course.yaml"),
    ],
)  # fmt: skip
def test_wrong_use(arguments: list[str], said: str, canvas: MadeCanvas, push: Push) -> None:
    ran = push("--send", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert canvas.asked["PUT"] == 0


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (
            "{url: https://c.example.edu, course: 7, assignments: {ex-9: 1}}",
            "canvas: There is no exercise 'ex-9'.",
        ),
        ("{url: http://c.example.edu, course: 7}", "canvas.url: The token must not be sent unencrypted."),
        (
            "{url: https://c.example.edu, course: seven}",
            "canvas.course: It must be a whole number, not 'seven'.",
        ),
        ("{url: https://c.example.edu:x, course: 7}", "canvas.url: "),
        ("{url: https://c.example.edu, course: 7, token: abc}", "canvas.token: "),
    ],
)
def test_a_wrong_key_in_course_yaml(key: str, said: str, push: Push, taught: Small) -> None:
    taught.write("course.yaml", f"{COURSE}canvas: {key}\n")
    ran = push()
    assert ran.code == 2
    assert ran.err.count("\n") == 1
    assert said in ran.err


def test_a_course_that_says_nothing_about_canvas(push: Push, taught: Small) -> None:
    taught.write("course.yaml", COURSE)
    assert "course.yaml does not say the address of your Canvas. Add: canvas: {url: " in push().err


def test_a_token_from_a_private_file(
    canvas: MadeCanvas, push: Push, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CANVAS_TOKEN")
    assert "There is no token in CANVAS_TOKEN. Make one in Canvas" in push("--send").err
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n", encoding="utf-8")
    if sys.platform != "win32":
        file.chmod(0o644)
        said = f"{file} can be read by others (mode 644). Run: chmod 600 {file}\n"
        assert push("--send", "--token-file", file).err == said
    file.chmod(0o600)
    assert push("--send", "--token-file", file).code == 0
    assert canvas.scores() == RIGHT
    assert f"{tmp_path / 'none'} cannot be read" in push("--token-file", tmp_path / "none").err


@pytest.mark.parametrize("text", ["two words", "line\r\nSecret: 1", "tökén"])
def test_a_token_that_cannot_be_one_is_not_shown(text: str) -> None:
    with pytest.raises(Exception, match="What is in CANVAS_TOKEN is not a token") as error:
        read_token({"CANVAS_TOKEN": text}, None)
    assert text not in str(error.value)


def test_the_token_is_nowhere(
    canvas: MadeCanvas,
    push: Push,
    taught: Small,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not in logs, in what is printed, in files, in the log of a bug, nor where an object is printed."""
    caplog.set_level(logging.DEBUG)
    seen: list[str] = []

    def broken(self: object, *arguments: object, **_: object) -> None:
        seen.extend([repr(self), repr(vars(self)), repr(arguments)])
        raise RuntimeError("broken")

    monkeypatch.setenv("TMPDIR", str(taught.root))
    monkeypatch.setattr("tempfile.tempdir", str(taught.root))
    printed = [push("--send")]
    monkeypatch.setattr("grader.lms.canvas_rest.remote_course.RemoteCourse.students", broken)
    printed.append(push("--send"))
    assert printed[-1].code == 3
    assert len([*taught.root.glob("torchgrade-*.log")]) == 1
    files = [file.read_bytes() for file in taught.root.rglob("*") if file.is_file()]
    assert TOKEN.encode() not in b"".join(files)
    requester = "grader.lms.canvas_rest.patient"
    texts = [*seen, caplog.text, *(ran.out + ran.err for ran in printed), repr(vars(sys.modules[requester]))]
    assert TOKEN[-4:] not in "".join(texts)
    assert "five: right" not in caplog.text


def test_a_token_is_never_shown_or_stored() -> None:
    token = Token(TOKEN)
    assert TOKEN not in f"{token} {token!r} {[token]}"
    with pytest.raises(TypeError):
        token.__reduce__()
    with pytest.raises(TypeError):
        json.dumps(token)


def test_without_the_extra(push: Push, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "grader.lms.canvas_rest.remote_course", None)
    ran = push()
    assert ran.code == 2
    assert ran.err.endswith("Run: pip install 'torchgrade[canvas]'\n")


def test_a_password_in_netrc_never_replaces_the_token(
    canvas: MadeCanvas, push: Push, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ada password hunter2\n", encoding="utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert push("--send").code == 0
    assert canvas.scores() == RIGHT


def test_a_push_goes_through_the_proxy_of_the_environment(
    canvas: MadeCanvas, push: Push, taught: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The made Canvas is the proxy, and nobody listens at the address of the course."""
    taught.replace("course.yaml", canvas.url, "http://localhost:1")
    for name in ("NO_PROXY", "no_proxy", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTP_PROXY", canvas.url)
    assert push("--send").code == 0
    assert canvas.scores() == RIGHT
    monkeypatch.setenv("NO_PROXY", "localhost")
    ran = push()
    assert (ran.code, "Canvas cannot be reached" in ran.err) == (2, True)
