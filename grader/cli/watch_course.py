"""`grade --watch`: the whole course on one screen, which follows every save and every key."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread

from rich.console import Console, RenderableType
from rich.control import Control
from rich.screen import Screen
from rich.text import Text

from grader.cli import entry
from grader.cli.keyboard import INTERRUPT, keys_to
from grader.cli.watch_exercise import sentence_of
from grader.errors import GraderError, UsageFault, counted
from grader.render.course_view import CourseView, ShownExercise, finished_told, question_told, sum_text
from grader.render.palette import screen
from grader.render.solution_page import solution_page
from grader.render.stepping import Steps
from grader.service.desk import Desk
from grader.service.early import started_for
from grader.service.saves import LOOK_SECONDS, looks
from grader.service.solving import check_solutions, solutions
from grader.service.student import Abandoned, Examiner, Report

NO_TERMINAL = "The screen of --watch needs a terminal. Use grade EXERCISE --watch, or grade for an overview."
WATCHING = "Save a file to have it graded."
KEYS = "h hint   e explain   s solution   n next   space more   q quit"
PATIENCE_SECONDS = 1.0  # for a file that has been saved again meanwhile

_LOOK = None  # in the queue: a look at the files is due
_Spot = tuple[str, str]  # an exercise and one of its questions; "" if none is open


def watch_course() -> int:
    """Show the course of this folder until a key ends it."""
    console = screen()
    if not (sys.stdin.isatty() and sys.stdout.isatty() and console.is_terminal) or console.is_dumb_terminal:
        raise UsageFault(NO_TERMINAL)
    told: list[str] = []
    with started_for(None, None) as process, Desk(Path.cwd(), process, told.append) as desk:
        events: SimpleQueue[str | None] = SimpleQueue()
        with _looks_to(events, desk), keys_to(events.put), console.screen():
            return CourseWatch(desk, console, events, told).run()


@contextmanager
def _looks_to(events: SimpleQueue[str | None], desk: Desk) -> Iterator[None]:
    """Put a look into the queue, from a thread, whenever one is due."""
    stop = Event()

    def look() -> None:
        for _ in looks(desk.folders, stop):
            events.put(_LOOK)

    thread = Thread(target=look, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(1)


class CourseWatch:
    """What is shown, what waits to be graded, and what each key does."""

    def __init__(
        self, desk: Desk, console: Console, events: SimpleQueue[str | None], told: list[str]
    ) -> None:
        self._desk, self._console, self._events, self._told = desk, console, events, told
        self._rows: dict[str, ShownExercise] = {}
        self._troubles: dict[str, str] = {}  # by exercise, until it can be graded
        self._shown: dict[_Spot, dict[str, RenderableType]] = {}  # the hints and solutions asked for
        self._steps: dict[_Spot, int] = {}  # of the figures asked for
        self._pressed: list[str] = []  # while a file was graded
        self._waiting: list[str] = []
        self._spot: _Spot = ("", "")
        self._status, self._skipped = WATCHING, 0
        self._is_over, self._drawn = False, (0, 0)
        self._keys: Mapping[str, Callable[[], None]] = {
            "h": self._hint,
            "e": self._explain,
            "s": self._solution,
            "n": self._next,
            " ": self._more,
            "q": self._quit,
            "": self._quit,  # the terminal is gone
            INTERRUPT: self._interrupt,
        }

    def run(self) -> int:
        """Follow saves and keys until the end, and return the exit code."""
        self._begin()
        while not self._is_over:
            event = self._pressed.pop(0) if self._pressed else self._event(wait=not self._waiting)
            if event is not _LOOK:
                self._press(event)
            self._look()
            if self._waiting and not self._pressed:
                self._grade(self._waiting.pop(0))
            self._draw_if_resized()
        is_done = all(row.report is not None and row.report.is_full for row in self._rows.values())
        return entry.DONE if is_done else entry.NOT_FULL_MARKS

    def _event(self, *, wait: bool) -> str | None:
        """Return the next key, or _LOOK."""
        try:
            return self._events.get(timeout=LOOK_SECONDS) if wait else self._events.get_nowait()
        except Empty:
            return _LOOK

    def _press(self, key: str) -> None:
        act = self._keys.get(key.lower())
        if act is not None:
            self._told.clear()
            act()
            self._draw()

    # Files

    def _begin(self) -> None:
        """Read all exercises, and grade the one to work on, and those whose file has changed meanwhile."""
        self._rows = {name: self._row(name) for name in self._desk.exercises}
        if self._spot not in self._open():
            self._spot = next(iter(self._open()), (next(iter(self._rows), ""), ""))
        self._desk.saved(list(self._rows))
        stale = [name for name in self._rows if self._desk.is_stale(name)]
        self._waiting = list(dict.fromkeys([self._spot[0], *stale]))
        self._draw()

    def _row(self, name: str) -> ShownExercise:
        self._troubles.pop(name, None)
        try:
            return ShownExercise(name, self._desk.paper(name), self._desk.remembered(name).report)
        except GraderError as error:
            self._troubles[name] = str(error)
            return ShownExercise(name, None, None)

    def _look(self) -> None:
        if self._desk.read_again():
            self._shown.clear()
            self._steps.clear()
            self._begin()
        self._saved()

    def _saved(self) -> list[str]:
        """Return which exercises were saved; they wait to be graded."""
        saved = self._desk.saved(list(self._rows))
        if saved:
            self._told.clear()
            self._waiting = [*saved, *(name for name in self._waiting if name not in saved)]
            self._go_to(saved[0])
        return saved

    def _grade(self, name: str) -> None:
        self._status = f"Grading {name} ..."
        self._draw()
        begin, is_wanted = time.monotonic(), True

        def go_on() -> bool:
            nonlocal is_wanted
            is_late = time.monotonic() - begin > PATIENCE_SECONDS
            is_wanted = is_wanted and not (self._is_ended_by_a_key() or (is_late and name in self._saved()))
            self._draw_if_resized()
            return is_wanted

        try:
            self._take(name, self._desk.grade(name, go_on))
        except Abandoned:
            pass
        except GraderError as error:
            self._troubles[name] = sentence_of(error)
            self._status = f"{name} was not graded. {WATCHING}"
        self._draw()

    def _is_ended_by_a_key(self) -> bool:
        """Keep the keys that were pressed meanwhile, and return whether one of them ends the screen."""
        while (key := self._event(wait=False)) is not _LOOK:
            self._pressed.append(key)
        return any(self._keys.get(key.lower()) in (self._quit, self._interrupt) for key in self._pressed)

    def _take(self, name: str, report: Report) -> None:
        """Show a new report."""
        self._troubles.pop(name, None)
        self._rows[name] = ShownExercise(name, self._desk.paper(name), report)
        self._status = f"{name} was graded at {time.strftime('%H:%M:%S')}. {WATCHING}"
        if name == self._spot[0]:
            self._go_to(name)

    # Places

    def _open(self) -> list[_Spot]:
        """Return all open questions of the course, in order."""
        return [(name, question) for name, row in self._rows.items() for question in row.open]

    def _go_to(self, name: str) -> None:
        """Go to the first open question of an exercise, unless another one of it is shown and still open."""
        self._skipped = 0
        questions = self._rows[name].open
        if self._spot[0] != name or self._spot[1] not in questions:
            self._spot = name, next(iter(questions), "")

    # Keys

    def _next(self) -> None:
        """Go to the open question after this one, and from the last to the first."""
        spots = self._open()
        names = list(self._rows)
        later = [spot for spot in spots if names.index(spot[0]) > names.index(self._spot[0])]
        if self._spot in spots:
            later = spots[spots.index(self._spot) + 1 :]
        self._spot = next(iter([*later, *spots]), self._spot)
        self._skipped = 0

    def _more(self) -> None:
        self._skipped += 1

    def _quit(self) -> None:
        self._is_over = True

    def _interrupt(self) -> None:
        raise KeyboardInterrupt

    def _asked(self) -> tuple[Report, str] | None:
        """Return the report and the question that a key is about; if there is none, say so."""
        name, question = self._spot
        report = self._rows[name].report if question else None
        if report is None:
            self._status = f"{question} is not graded yet." if question else "No question is open here."
        return (report, question) if report is not None else None

    def _hint(self) -> None:
        """Show the next hint for the question."""
        asked = self._asked()
        if asked is None:
            return
        with self._in_words():
            hint = self._examiner().next_hint(*asked)
            if hint is not None and hint.most:
                self._show(f"Hint {hint.number} of {hint.most}", hint.text)
                self._examiner().count_hint(asked[0], hint)
            else:
                self._status = f"There is no hint for {asked[1]}."

    def _explain(self) -> None:
        """Show the figure of the answer, or its next step."""
        asked = self._asked()
        if asked is None:
            return
        question = self._rows[self._spot[0]].question(asked[1])
        if question is None or Steps.of(question, self._console.encoding) is None:
            self._status = f"There are no steps to show for this answer to {asked[1]}."
        else:
            self._steps[self._spot] = self._steps.get(self._spot, -1) + 1
            self._skipped = 0

    def _solution(self) -> None:
        """Show the solution of the question, or how many hints come first."""
        asked = self._asked()
        if asked is None:
            return
        with self._in_words():
            check_solutions(self._examiner())
            [one] = solutions(self._examiner(), *asked)
            if one.unseen:
                hints = counted(one.unseen, "remaining hint")
                self._status = f"Read the {hints} for {one.question} before the solution."
            else:
                self._show("Solution", solution_page(one.question, one.code, one.explanation))

    def _examiner(self) -> Examiner:
        return self._desk.examiner(self._spot[0])

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """Show what went wrong on the screen."""
        try:
            yield
        except GraderError as error:
            self._told.append(sentence_of(error))

    def _show(self, label: str, what: str | RenderableType) -> None:
        """Show something below the question's line, once."""
        page = Text(f"{label}: {what}") if isinstance(what, str) else what
        self._shown.setdefault(self._spot, {})[label] = page
        self._skipped = 0

    # The screen

    def _draw_if_resized(self) -> None:
        if self._drawn != tuple(self._console.size):
            self._draw()

    def _draw(self) -> None:
        self._drawn = (self._console.size.width, self._console.size.height)
        rows = list(self._rows.values())
        view = CourseView(
            self._desk.title,
            sum_text(rows),
            rows,
            self._spot[0],
            list(self._question()),
            self._status,
            KEYS,
            self._skipped,
        )
        with self._console:  # both are written at once
            self._console.control(Control.home())
            self._console.print(Screen(view), end="")

    def _question(self) -> Iterator[RenderableType]:
        """Yield what is said about the exercise and the question that are shown."""
        name, id_ = self._spot
        row = self._rows.get(name)
        for sentence in (self._desk.trouble, *self._told, self._troubles.get(name, "")):
            if sentence:
                yield Text(f"{sentence}\n")
        if row is None:
            return
        if id_:
            yield from question_told(
                row,
                id_,
                self._shown.get(self._spot, {}).values(),
                self._console.encoding,
                self._steps.get(self._spot),
            )
        elif row.report is not None:
            yield from finished_told(row)
