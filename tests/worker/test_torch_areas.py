"""What tutorials do with torch and its companions works in a confined worker, and quickly once it is loaded."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator

assert sys.platform != "win32"  # it has no fork

import pytest

from grader.examiner.preloads import preloads
from grader.worker.client import Worker
from grader.worker.ending import WorkerLimits
from grader.worker.forkserver import ForkServer
from tests.worker.test_client import file_of
from tests.worker.torch_snippets import HEAD, SNIPPETS

PACKAGES = ["torch", "numpy", "scipy", "matplotlib"]
LIMITS = WorkerLimits(memory=1 << 30, cpu=60)
SECONDS = 60.0
AREAS = (
    "nn, optim, optim.lr_scheduler, utils.data, utils.checkpoint, autograd, func, jit, distributions, fft, "
    "linalg, special, sparse, nested, random, save and load, numpy, scipy, matplotlib"
).split(", ")
ALLOWED = re.compile(  # what torch says of these wherever they run, and what a snippet says itself
    r"`torch.jit.\w+` is deprecated|torch.compile does nothing here|: odd$"
    r"|Sparse CSR tensor support is in beta|Sparse invariant checks|API of nested tensors is in prototype"
)
WITHOUT = "import sys\nbefore = 'torch._dynamo' in sys.modules\n"  # names that no snippet uses
AFTER = "\nneeded = 'torch._dynamo' in sys.modules and not before\nx = bool(x)\n"


@pytest.fixture(scope="module")
def plain() -> Iterator[ForkServer]:
    """Yield a fork server that has imported what a course lists, and no more."""
    with ForkServer(PACKAGES) as server:
        yield server


@pytest.fixture(scope="module")
def loaded() -> Iterator[ForkServer]:
    """Yield a fork server that has also imported what optimisers need."""
    with ForkServer(PACKAGES) as server:
        server.load(preloads(PACKAGES, [b"import torch.optim"]))
        yield server


def ran(worker: Worker, source: str) -> tuple[dict[str, object], list[str]]:
    """Run a file in a worker: its values, by name, and what went wrong or was noted."""
    names = {"x": "x = ...", "needed": "needed = ..."}
    request = {
        "op": "load",
        "file": "e.py",
        "names": list(names),
        "starters": names,
        "skip": [],
        "families": [],
    }
    header = worker.ask(
        {**request, "packages": PACKAGES}, SECONDS, file_of(source), lambda _notice: SECONDS
    ).header
    wrong = [
        f"line {failure['line']}: {failure['type']}: {failure['message']}" for failure in header["failures"]
    ]
    wrong += [notice["message"] for notice in header["notices"]]
    values = {}
    for name in () if header["failures"] else names:
        values[name] = worker.ask({"op": "get", "name": name}, SECONDS).header["value"]
    return values, wrong


def warned(worker: Worker) -> list[str]:
    """Return the warnings that a file has printed, by their first lines."""
    worker.close()
    lines = bytes(worker.output).decode(errors="replace").splitlines()
    return [line for line in lines if "Warning: " in line]


def test_there_are_enough_of_each_area():
    counts = Counter(name.rpartition(" ")[0] for name in SNIPPETS)
    assert sum(counts.values()) >= 60
    assert all(counts[area] >= 2 for area in AREAS)


@pytest.mark.parametrize("name", SNIPPETS)
def test_what_tutorials_do_works_in_a_worker(loaded, name):
    with loaded.fork(LIMITS) as worker:
        values, wrong = ran(worker, f"{WITHOUT}{HEAD}{SNIPPETS[name]}{AFTER}")
        wrong += warned(worker)
    assert not [what for what in wrong if not ALLOWED.search(what)]
    assert values["x"] is True


@pytest.mark.slow
@pytest.mark.parametrize("name", SNIPPETS)
def test_who_needs_the_compiler_is_known_by_the_text(plain, name):
    head = HEAD.replace("nn, optim", "nn")
    if preloads(PACKAGES, [f"{head}{SNIPPETS[name]}".encode()]):
        pytest.skip("it is imported for this one")
    with plain.fork(LIMITS) as worker:
        values, _ = ran(worker, f"{WITHOUT}{head}{SNIPPETS[name]}{AFTER}")
    assert values["needed"] is False
