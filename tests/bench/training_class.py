"""A class whose files train for two seconds each: `course grade` beside the trainings alone, in turn, in one run.

    python tests/bench/training_class.py [ROUNDS] [--files N] [--epochs N] [--three]

Each of N (12) files trains a small convolutional net with Adam when its one check calls it; with --three, three
checks call it, each with another seed. The same files are trained by as many Python processes at once as there are
processors, with one thread each, as a worker has: they import torch once, and call each file's function as often.
Printed are, for both, the medians of the CPU seconds of all processes together and of the seconds on the clock, and
the medians of the ratios round by round: to these processes, and to the CPU seconds of the calls alone.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

assert sys.platform == "linux"

from grader.worker.prctl import adopt_orphans

BIN = Path(sys.executable).parent
TRAIN = '''
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def train(images, labels):
    """Submission {number}."""
    net = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 2),
    )
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    loader = DataLoader(TensorDataset(images, labels), batch_size=64, shuffle=True)
    for _ in range({epochs}):
        for batch, wanted in loader:
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(batch), wanted).backward()
            optimizer.step()
    return net
'''
DATA = """
import torch


def data(seed):
    images = torch.randn(2624, 1, 28, 28, generator=torch.Generator().manual_seed(seed))
    images[::2] += 0.5
    labels = torch.arange(2624) % 2 == 0
    return images, labels.long()
"""
CHECKS = """
import pytest
import torch
from helpers import data


@pytest.mark.parametrize("seed", range({calls}))
def test_train_learns(student, seed):
    '''It tells bright images from dark ones that it has not seen.'''
    student.torch.manual_seed(seed)
    images, labels = data(seed)
    net = student.train(images[:2560], labels[:2560])
    right = net(images[2560:]).argmax(1) == labels[2560:]
    assert right.float().mean() > 0.9
"""
ALONE = """
import runpy, sys, time
import torch
from helpers import data

spent = 0.0
for file in sys.argv[2:]:
    train = runpy.run_path(file)["train"]
    for seed in range(int(sys.argv[1])):
        torch.manual_seed(seed)
        images, labels = data(seed)
        begin = time.process_time()
        train(images[:2560], labels[:2560])
        spent += time.process_time() - begin
print(spent)
"""


def write(root: Path, files: int, epochs: int, calls: int) -> list[Path]:
    """Write the course, and a submission for each student."""
    folder = root / "exercises" / "e"
    folder.mkdir(parents=True)
    (root / "course.yaml").write_text("format: 1\ntitle: T\nseed: s\nexercises: [e]\n")
    text = "format: 1\ntitle: E\nquestions:\n  - {id: train, kind: code, prompt: Train., signature: '(images, labels)'}"
    (folder / "exercise.yaml").write_text(text)
    (folder / "measured.json").write_text('{"format": 1, "reference_seconds": 6, "seconds": 30}')
    (folder / "reference.py").write_text(TRAIN.format(number="R", epochs=epochs))
    (folder / "helpers.py").write_text(DATA)
    (root / "helpers.py").write_text(DATA)
    (folder / "checks.py").write_text(CHECKS.format(calls=calls))
    (root / "alone.py").write_text(ALONE)
    students = [root / "class" / f"student-{number}" / "e.py" for number in range(files)]
    for number, file in enumerate(students):
        file.parent.mkdir(parents=True)
        file.write_text(TRAIN.format(number=number, epochs=epochs))
    return students


def timed(commands: Sequence[Sequence[str]], root: Path) -> tuple[float, float, list[str]]:
    """Return the CPU seconds of commands that run at once, the seconds on the clock, and what they print."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    started = [
        subprocess.Popen(one, cwd=root, env=environment, stdout=subprocess.PIPE, text=True)
        for one in commands
    ]
    printed = [one.communicate()[0] for one in started]
    reap()
    clock, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    assert all(one.returncode == 0 for one in started), printed
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, clock, printed


def reap() -> None:
    """Wait for processes whose parents ended first, so that their CPU time counts."""
    with suppress(ChildProcessError):
        while True:
            os.wait()


def main() -> None:
    """Measure and print."""
    adopt_orphans()
    arguments = sys.argv[1:]
    calls = 3 if "--three" in arguments else 1
    given = {
        name: int(arguments[arguments.index(name) + 1])
        for name in ("--files", "--epochs")
        if name in arguments
    }
    rounds = int(arguments[0]) if arguments and arguments[0].isdigit() else 5
    with tempfile.TemporaryDirectory() as name:
        root, lanes = Path(name), len(os.sched_getaffinity(0))
        files = write(root, given.get("--files", 12), given.get("--epochs", 4), calls)
        alone = [
            [sys.executable, "alone.py", str(calls), *map(str, files[lane::lanes])] for lane in range(lanes)
        ]
        grade = [[str(BIN / "course"), "grade", "class"]]
        rows = []
        for _ in range(rounds):
            cpu, clock, printed = timed(alone, root)
            (root / "gradebook.db").unlink(missing_ok=True)
            graded_cpu, graded_clock, _ = timed(grade, root)
            rows.append((cpu, sum(map(float, printed)), clock, graded_cpu, graded_clock))
            print(*(f"{one:.1f}" for one in rows[-1]), flush=True)
    cpu, own, clock, graded_cpu, graded_clock = (
        statistics.median(column) for column in zip(*rows, strict=True)
    )
    print(f"calls alone          {own:6.1f} CPU s, {own / len(files) / calls:.2f} s each")
    print(f"python, {lanes} at once     {cpu:6.1f} CPU s {clock:6.1f} s")
    print(f"course grade         {graded_cpu:6.1f} CPU s {graded_clock:6.1f} s")
    for label, one, other in (
        ("CPU, to the calls", 3, 1),
        ("CPU, to python", 3, 0),
        ("clock, to python", 4, 2),
    ):
        print(f"{label:<20} {statistics.median(row[one] / row[other] for row in rows):6.2f} times")


if __name__ == "__main__":
    main()
