"""Attacks on the grader, run for real: each is graded in a small world with a secret, and must gain nothing.

An attack is a folder `FAMILY/NAME/` with one of

- `submission.py`, a file that a student hands in;
- `first.py` and `second.py`, handed in one after the other: the second may reveal what the first has seen;
- `notebook.py`, whose function `notebook()` makes the bytes of a hostile notebook (no file of 10 MB).

The docstring of the first file says in a sentence what it tries. Before a file is graded, @COURSE@, @VICTIM@,
@GRADEBOOK@, @EXAMINER@ and @OUTSIDE@ in it are replaced by the paths of the course, another student's file,
the gradebook and a writable folder, and by the examiner's process number: an attacker is assumed to know all
that. The names of files that it leaves begin with `attack-`, and @KEY@ is the key of its shared memory: both
are made unique to this world. It may leave a text in `evidence`: what stopped it. What it can gain is
described in `grader.doctor.judge`.

Attacks wait for time limits, so several lanes run at once, each in its own process and world.
"""

from __future__ import annotations

import ast
import multiprocessing
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from grader.doctor.judge import Bench, Judgement, judge
from grader.doctor.world import PLAIN, WRITING, World, make_world
from grader.examiner.checks import CheckSuite
from grader.examiner.collection import with_suite
from grader.worker.prctl import die_with_parent
from grader.worker.temporary import Folder

FILES = ("submission.py", "first.py", "second.py", "notebook.py")
_WRITING = frozenset({"writing", "escaping", "harming"})  # families that are tried with a scratch folder
_PLAIN_TOO = _WRITING - {"writing"}  # those of them that are also tried without it


@dataclass(frozen=True)
class Attack:
    """One attack: its family, its name, what it tries, and its files."""

    family: str
    name: str
    sentence: str
    files: tuple[tuple[str, str], ...]

    @property
    def exercises(self) -> tuple[str, ...]:
        """The exercises for which it is handed in."""
        if self.family not in _WRITING:
            return (PLAIN,)
        return (PLAIN, WRITING) if self.family in _PLAIN_TOO else (WRITING,)

    def handed_in(self, world: World) -> Iterator[tuple[str, bytes]]:
        """Yield what is handed in: names and contents."""
        for name, source in self.files:
            if name == "notebook.py":
                yield "target.ipynb", _made(source)
            else:
                yield "target.py", world.replaced(source).encode()


@dataclass(frozen=True)
class AttackResult:
    """The result of an attack; `gains` is empty if it was defeated, by these layers."""

    attack: Attack
    gains: tuple[str, ...]
    layers: tuple[str, ...]
    evidence: str

    @property
    def stopped_by(self) -> str:
        """The layers, and what the attack itself says."""
        layers = ", ".join(self.layers)
        return f"{layers} ({self.evidence[:200]})" if self.evidence else layers


def load_attacks(folder: Path) -> list[Attack]:
    """Return the attacks in a folder, by family and name."""
    attacks = []
    for place in sorted({file.parent for name in FILES for file in folder.glob(f"*/*/{name}")}):
        files = tuple(
            (name, (place / name).read_text(encoding="utf-8")) for name in FILES if (place / name).exists()
        )
        sentence = ast.get_docstring(ast.parse(re.sub("@[A-Z]+@", "0", files[0][1]))) or ""
        attacks.append(Attack(place.parent.name, place.name, sentence.partition("\n")[0], files))
    return attacks


def run_attacks(
    attacks: Sequence[Attack], tell: Callable[[AttackResult], None], lanes: int | None = None
) -> list[AttackResult]:
    """Grade each attack, and an honest submission after each; `tell` receives each result when it is done."""
    results: dict[int, AttackResult] = {}
    todo = iter(range(len(attacks)))
    running: dict[object, tuple[_Lane, int]] = {}  # by line

    def give(lane: _Lane) -> None:
        number = next(todo, None)
        if number is None:
            lane.close()
        else:
            lane.line.send(attacks[number])
            running[lane.line] = lane, number

    try:
        for _ in range(min(lanes or _processors(), len(attacks))):
            give(_Lane())
        while running:
            for line in wait([lane.line for lane, _ in running.values()]):
                lane, number = running.pop(line)
                results[number] = result = lane.result(attacks[number])
                tell(result)
                give(lane if lane.process.is_alive() else _Lane())
    finally:
        for lane, _ in running.values():
            lane.close()
    return [results[number] for number in range(len(attacks))]


class _Lane:
    """A process that judges one attack after another."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.line, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(target=_serve, args=(theirs,))
        self.process.start()
        theirs.close()

    def result(self, attack: Attack) -> AttackResult:
        """Return the result of an attack; it won if the process that judges it died first."""
        try:
            result = self.line.recv()
        except (EOFError, OSError):
            self.close()
            gain = f"the examiner's process ended with {self.process.exitcode}"
            return AttackResult(attack, (gain,), (), "")
        assert isinstance(result, AttackResult)  # noqa: S101 for mypy
        return result

    def close(self) -> None:
        """Let it end."""
        self.line.close()
        self.process.join()


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _serve(line: Connection) -> None:
    """Judge attacks in this process's own world until the other end closes the line."""
    die_with_parent()
    with Folder("attacks") as folder:
        world = make_world(folder.path.resolve())
        tempfile.tempdir = str(world.temporary)

        def work(suite: CheckSuite) -> None:
            with Bench(world, suite) as bench:
                while True:
                    try:
                        attack: Attack = line.recv()
                    except (EOFError, OSError):
                        return
                    line.send(_judged(bench, attack))

        try:
            with_suite(world.course, list(world.sittings), work)
        finally:
            tempfile.tempdir = None


def _judged(bench: Bench, attack: Attack) -> AttackResult:
    files = list(attack.handed_in(bench.world))
    verdicts: list[Judgement] = [judge(bench, exercise, files) for exercise in attack.exercises]
    gains = tuple(dict.fromkeys(gain for verdict in verdicts for gain in verdict.gains))
    layers = tuple(dict.fromkeys(layer for verdict in verdicts for layer in verdict.layers))
    return AttackResult(attack, gains, layers or ("report",), verdicts[0].evidence)


def _made(source: str) -> bytes:
    """Run the code that makes a notebook; it is the grader's own."""
    names: dict[str, object] = {}
    exec(compile(source, "notebook.py", "exec"), names)  # noqa: S102
    make = names["notebook"]
    assert callable(make)  # noqa: S101 for mypy
    content = make()
    assert isinstance(content, bytes)  # noqa: S101 for mypy
    return content
