"""A made-up Canvas on this machine: it answers as Canvas's documentation and public source say, and fails on request.

What it does comes from submissions_api_controller.rb: the grade is stored before the comment, a comment is
added each time it is sent, the answer of a PUT has the comments, a grade takes EX away, and somebody to whom
an assignment is not assigned is refused as unauthorised.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any, TypeVar
from urllib.parse import parse_qs, parse_qsl, urlsplit

TOKEN = "1016~SecretOfThisTest"
COURSE, ASSIGNMENT = 7, 12
PER_PAGE = 100
CUT = 0  # instead of a status: close the connection
_SUBMISSIONS = re.compile(r"/api/v1/courses/(\d+)/assignments/(\d+)/submissions(?:/(\d+))?")
_ASSIGNMENT = re.compile(r"/api/v1/courses/(\d+)/assignments/(\d+)")
T = TypeVar("T")
_USERS = re.compile(r"/api/v1/courses/(\d+)/(?:search_)?users")


@dataclass
class Held:
    """What the server holds for one student in one assignment."""

    score: float | None = None
    excused: bool = False
    comments: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Trouble:
    """One failure: before or after the request has been carried out, or halfway, between grade and comment."""

    status: int = CUT
    when: str = "before"  # before, halfway or after
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    act: Callable[[], None] = lambda: None  # done by the server at that moment


Troubles = Callable[[str, int], Trouble | None]  # by method and the number of the request of this method


@dataclass
class MadeCanvas:
    """The data of the server, and what it was asked."""

    url: str = ""
    users: list[dict[str, Any]] = field(default_factory=list)
    assignments: dict[int, dict[str, Any]] = field(default_factory=dict)
    held: dict[tuple[int, int], Held] = field(default_factory=dict)
    troubles: Troubles = lambda _method, _number: None
    asked: Counter[str] = field(default_factory=Counter)
    puts: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    lock: Any = field(default_factory=Lock)

    def enrol(self, *logins: str, assignment: int = ASSIGNMENT) -> None:
        """Add students: ada is user 1001, and so on."""
        for login in logins:
            id_ = 1001 + len(self.users)
            self.users.append(
                {"id": id_, "name": login.title(), "login_id": login, "sis_user_id": f"00{id_}"}
            )
            self.held[assignment, id_] = Held()

    def assign(self, id_: int = ASSIGNMENT, **more: Any) -> None:
        """Add an assignment of three points."""
        plain = {
            "id": id_,
            "name": "Sums",
            "points_possible": 3.0,
            "grading_type": "points",
            "published": True,
        }
        self.assignments[id_] = {**plain, "group_category_id": None, "post_manually": False, **more}

    def of(self, login: str, assignment: int = ASSIGNMENT) -> Held:
        """Return what is held for a student."""
        [id_] = [one["id"] for one in self.users if one["login_id"] == login]
        return self.held[assignment, id_]

    def scores(self, assignment: int = ASSIGNMENT) -> dict[str, float | None]:
        """Return the score of each student, by login."""
        return {
            one["login_id"]: self.held[assignment, one["id"]].score
            for one in self.users
            if (assignment, one["id"]) in self.held
        }

    def submission(self, assignment: int, user: int, *, comments: bool) -> dict[str, Any]:
        """Return a submission as Canvas writes it."""
        held = self.held[assignment, user]
        grade = None if held.score is None else f"{held.score:g}"
        found: dict[str, Any] = {
            "id": user * 10,
            "user_id": user,
            "assignment_id": assignment,
            "score": held.score,
            "entered_score": held.score,
            "grade": grade,
            "entered_grade": grade,
            "excused": held.excused or None,
            "workflow_state": "unsubmitted" if held.score is None else "graded",
            "graded_at": None,
            "late": False,
            "missing": False,
            "points_deducted": None,
            "submission_type": None,
            "url": None,
        }
        if comments:
            found["submission_comments"] = [
                {"id": number, "author_id": 1, "author_name": "Prof", "comment": text}
                for number, text in enumerate(held.comments)
            ]
        return found

    def carry_out(
        self, assignment: int, user: int, form: dict[str, str], halfway: Callable[[], None]
    ) -> None:
        """Change a submission."""
        held = self.held[assignment, user]
        if form.get("submission[excuse]") == "true":
            held.excused, held.score = True, None
        elif "submission[posted_grade]" in form:
            held.excused, held.score = False, float(form["submission[posted_grade]"])
        halfway()
        if "comment[text_comment]" in form:
            held.comments.append(form["comment[text_comment]"])


class _Cut(Exception):
    """The connection is closed."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # an answer is sent in one piece, so that nobody wakes up for half of it
    canvas: MadeCanvas

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._handle("GET")

    def do_PUT(self) -> None:
        self._handle("PUT")

    def _handle(self, method: str) -> None:
        with self.canvas.lock:
            self.canvas.asked[method] += 1
            trouble = self.canvas.troubles(method, self.canvas.asked[method])
        length = int(self.headers.get("Content-Length", 0))
        form = dict(parse_qsl(self.rfile.read(length).decode(), keep_blank_values=True))
        try:
            self._fail(trouble, "before")
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                self._answer(
                    401,
                    {"errors": [{"message": "Invalid access token."}]},
                    {"WWW-Authenticate": 'Bearer realm="canvas-lms"'},
                )
                return
            answer = self._put(form, trouble) if method == "PUT" else self._get()
            self._fail(trouble, "after")
            self._answer(*answer)
        except _Cut:
            self.close_connection = True

    def _fail(self, trouble: Trouble | None, when: str) -> None:
        if trouble is None or trouble.when != when:
            return
        trouble.act()
        if trouble.status != CUT:
            self._answer(trouble.status, trouble.body, trouble.headers)
        raise _Cut

    def _answer(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        head = {
            "Content-Type": "application/json; charset=utf-8",
            "X-Request-Cost": "0.02",
            **(headers or {}),
        }
        for name, value in {**head, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _put(self, form: dict[str, str], trouble: Trouble | None) -> tuple[int, Any]:
        found = _SUBMISSIONS.fullmatch(urlsplit(self.path).path)
        if not found or not found[3]:
            return 404, {"errors": [{"message": "The specified resource does not exist."}]}
        assignment, user = int(found[2]), int(found[3])
        if (assignment, user) not in self.canvas.held:
            told = "user not authorized to perform that action"
            return 401, {"status": "unauthorized", "errors": [{"message": told}]}
        with self.canvas.lock:
            self.canvas.puts.append((user, form))
            self.canvas.carry_out(assignment, user, form, lambda: self._fail(trouble, "halfway"))
            return 200, self.canvas.submission(assignment, user, comments=True)

    def _get(self) -> tuple[int, Any] | tuple[int, Any, dict[str, str]]:
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        course = re.match(r"/api/v1/courses/(\d+)", path)
        if course is None or int(course[1]) != COURSE:
            return 404, {"errors": [{"message": "The specified resource does not exist."}]}
        comments = "submission_comments" in query.get("include[]", [])
        if _USERS.fullmatch(path):
            return self._page(self.canvas.users, query, lambda one: one)
        if found := _SUBMISSIONS.fullmatch(path):
            id_ = int(found[2])
            if found[3]:
                return 200, self.canvas.submission(id_, int(found[3]), comments=comments)
            users = [user for assignment, user in self.canvas.held if assignment == id_]
            return self._page(users, query, lambda one: self.canvas.submission(id_, one, comments=comments))
        if (found := _ASSIGNMENT.fullmatch(path)) and int(found[2]) in self.canvas.assignments:
            return 200, self.canvas.assignments[int(found[2])]
        return 404, {"errors": [{"message": "The specified resource does not exist."}]}

    def _page(
        self, rows: Sequence[T], query: dict[str, list[str]], written: Callable[[T], dict[str, Any]]
    ) -> tuple[int, Any, dict[str, str]]:
        """Return one page, with the Link to the next as in RFC 8288."""
        number, size = int(query.get("page", ["1"])[0]), int(query.get("per_page", ["10"])[0])
        size = min(size, PER_PAGE)
        here = [written(one) for one in rows[(number - 1) * size : number * size]]
        more = "&include[]=submission_comments" if "include[]" in query else ""
        address = f"{self.canvas.url}{urlsplit(self.path).path}?page={number + 1}&per_page={size}{more}"
        has_next = number * size < len(rows)
        return 200, here, {"Link": f'<{address}>; rel="next"'} if has_next else {}


@contextmanager
def serving(canvas: MadeCanvas) -> Iterator[MadeCanvas]:
    """Serve a made-up Canvas on a free port of this machine."""
    handler = type("Handler", (_Handler,), {"canvas": canvas})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    canvas.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield canvas
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
