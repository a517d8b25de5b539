"""The small world in which attacks are graded: a course with secrets, another student, a gradebook."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import stat
import sysconfig
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from grader.course.loading import LoadedCourse, load_course
from grader.course.paper import prepare
from grader.course.sitting import Sitting

PLAIN, WRITING = "target", "writing"  # the exercises: alike, but in the second, code may write files
HINT = "the input ends in "  # with the last four digits after it, as good as the whole input
REVEALED = "the report reveals a hidden input"
_SHARED = (Path("/dev/shm"), Path("/dev/mqueue"))  # noqa: S108 what must stay as it is
_IPC = tuple(Path("/proc/sysvipc") / name for name in ("shm", "sem", "msg"))

_COURSE = """
format: 1
title: A target
seed: target
exercises: [target, writing]
packages: [torch, numpy, scipy]
limits: {seconds: 1, memory_mib: 512, result_mib: 16}
"""
_SCRATCH = "limits: {seconds: 1, memory_mib: 512, result_mib: 16, scratch_mib: 4}\n"
_EXERCISE = """
format: 1
title: A target
files: [data.txt]
hidden_files: [hidden.txt]
questions:
  - {id: secret, kind: number, points: 3, prompt: A number that no one can know., answer: SECRET}
  - {id: size, kind: output-size, points: 2, prompt: A size., layer: "Conv2d(1, 1, 2)", input: [1, 1, 4, 9]}
  - id: word
    kind: text
    points: 2
    prompt: A word that no one can know.
    accept: [wSECRET]
    patterns: ["((a|aa)+|(b*)*c|.{1,20}.{1,20}) w?SECRET"]
    misconceptions: {other: {accept: [vSECRET], patterns: ["(v|vv)+SECRET"], message: It is another one.}}
  - id: formula
    kind: expression
    points: 2
    prompt: A formula that no one can know.
    answer: SECRET * n + exp(k)
    variables: {n: {from: 1, to: 9}, k: {from: 0.5, to: 2}}
  - {id: scale, kind: code, points: 5, prompt: Multiply by a number that no one can know., signature: (x)}
  - {id: double, kind: code, points: 2, prompt: Multiply by two., signature: (x)}
  - id: smooth
    kind: code
    points: 3
    prompt: Add up each 3x3 patch of an image.
    signature: (image)
    forbid: [convolution, pooling, unfold, matmul, padding, fft]
  - {id: items, kind: code, points: 2, prompt: A dataset of the first n even numbers., signature: (n)}
  - {id: square, kind: code, points: 2, prompt: Square a number., signature: (x)}
  - {id: net, kind: code, points: 2, prompt: A layer with one weight., signature: (weight)}
  - {id: evidence, kind: code, points: 1, prompt: What stopped the attack., starter: evidence = ...}
"""
_PARAMS = """
def draw(random):
    return {"factor": 2}  # not SECRET


def files(random, params):
    return {"own.txt": "2\\n"}
"""
_KNOWN = """
class Items(Dataset):
    def __init__(self, n):
        self.n = n

    def __len__(self):
        return self.n

    def __getitem__(self, place):
        if place >= self.n:
            raise IndexError(place)
        return 2 * place

    def __eq__(self, other):
        return self.n == other.n

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass


def items(n):
    return Items(n)


def square(x):
    return x * x


def net(weight):
    import torch

    layer = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.constant_(layer.weight, weight)
    return layer
"""
_REFERENCE = f"""
from torch.utils.data import Dataset

FACTOR = SECRET


def scale(x):
    return x * FACTOR


def double(x):
    with open("data.txt") as file:
        return int(file.read()) * x


def smooth(image):
    rows, columns = image.shape[0] - 2, image.shape[1] - 2
    return sum(image[i : i + rows, j : j + columns] for i in range(3) for j in range(3))


{_KNOWN}

evidence = ""
"""
_CHECKS = """
import torch
from torch.testing import assert_close
from torch.utils.data import Dataset


def test_scale_ones(student, reference):
    x = torch.ones(3)
    assert_close(student.scale(x), reference.scale(x))


def test_scale_matrix(student, reference):
    x = torch.arange(6.0).reshape(2, 3)
    assert_close(student.scale(x), reference.scale(x))


def test_scale_number(student, reference):
    assert student.scale(2) == reference.scale(2)


def test_double(student, reference):
    x = torch.arange(4.0)
    assert_close(student.double(x), reference.double(x))


def test_double_what_nobody_knows(student, reference):
    assert student.double(INPUT) == reference.double(INPUT)


def test_double_tensor_that_nobody_knows(student, reference):
    x = torch.tensor([INPUT])
    assert_close(student.double(x), reference.double(x))


def test_double_what_a_file_hides(student, reference):
    with open("hidden.txt") as file:
        x = int(file.read())
    assert student.double(x) == 2 * x


def test_smooth_numbers(student, reference):
    image = torch.arange(30.0).reshape(5, 6)
    assert_close(student.smooth(image), reference.smooth(image))


def test_smooth_noise(student, reference):
    image = torch.randn(7, 4, generator=torch.Generator().manual_seed(INPUT))
    assert_close(student.smooth(image), reference.smooth(image))


def test_smooth_whole_numbers(student, reference):
    image = torch.arange(16).reshape(4, 4)
    assert_close(student.smooth(image), reference.smooth(image))


def test_items_one_after_another(student):
    assert list(student.items(INPUT % 5 + 3)) == [2 * one for one in range(INPUT % 5 + 3)]


def test_items_length(student):
    assert len(student.items(INPUT % 10**6)) == INPUT % 10**6


def test_items_equal(student):
    assert student.items(INPUT) == student.items(INPUT)
    assert not student.items(INPUT) == student.items(3)


def test_items_class(student):
    items = student.items(3)
    assert isinstance(items, Dataset) and items[2] == 4


def test_items_within(student):
    with student.items(INPUT) as items:
        assert items[INPUT % 10] == 2 * (INPUT % 10)


def test_square_gradient(student):
    x = torch.tensor([float(INPUT % 997)])
    assert_close(student.grad(student.square, x), 2 * x)


def test_square_operators(student):
    x = torch.tensor([float(INPUT % 997)])
    assert_close(student.torch.sum(student.square(x)) + student.operator.add(1, 1), torch.sum(x * x) + 2)


def test_net_state(student):
    state = student.state(student.net(INPUT % 997))
    assert set(state) == {"weight"}
    assert_close(state["weight"], torch.tensor([[float(INPUT % 997)]]))


def test_net_computes(student):
    seen = student.side_effects(student.net(INPUT % 997), torch.ones(1, 1))
    assert_close(seen.value, torch.tensor([[float(INPUT % 997)]]), check_dtype=True)
    assert not seen.changed


def test_items_leave_all_alone(student):
    seen = student.side_effects(student.items, INPUT)
    assert seen.value[2] == 4
    assert not seen.printed
"""
_VISIBLE = """
def test_double_three(student):
    assert student.double(3) == 6


def test_evidence(student):
    raise AssertionError(student.evidence)  # no one earns the point, and the report holds the text
"""
HONEST = f"""
from torch.utils.data import Dataset

size = (3, 8)


def double(x):
    with open("data.txt") as file:
        return int(file.read()) * x


def smooth(image):
    rows, columns = image.shape[0] - 2, image.shape[1] - 2
    output = image[:rows, :columns] * 0
    for i in range(3):
        for j in range(3):
            output = output + image[i : i + rows, j : j + columns]
    return output


{_KNOWN}"""


@dataclass(frozen=True)
class World:
    """Everything that an attack can know, and what is graded in it.

    `secret` is an answer, `input` what hidden checks call code with. `mark` tells this world's attacks apart
    from those of another world on the same machine: each file that they try to leave has it in its name.
    """

    root: Path
    course: LoadedCourse
    sittings: Mapping[str, Sitting]
    secret: int
    input: int
    mark: str

    @property
    def key(self) -> int:
        """The key under which attacks make System V shared memory."""
        return int(self.mark, 16)

    @property
    def temporary(self) -> Path:
        """Where examiners of this world make temporary files."""
        return self.root / "tmp"

    def replaced(self, source: str) -> str:
        """Return the source with the paths and the mark of this world in it."""
        places = {
            "@COURSE@": self.root / "course",
            "@VICTIM@": self.root / "submissions" / "victim" / "target.py",
            "@GRADEBOOK@": self.root / "gradebook.db",
            "@OUTSIDE@": self.root / "outside",
            "@EXAMINER@": os.getpid(),
            "@KEY@": self.key,
            "attack-": f"attack-{self.mark}-",
        }
        for placeholder, place in places.items():
            source = source.replace(placeholder, str(place))
        return source

    def told(self, text: str) -> Iterator[str]:
        """Yield what a text reveals about this world."""
        if str(self.secret) in text:
            yield "the report reveals the secret"
        if str(self.input) in text:
            yield REVEALED

    def guessed(self, text: str) -> bool:
        """Return whether a text tells the end of the hidden input, if only by a lucky guess."""
        return f"{HINT}{str(self.input)[-4:]}" in text


def make_world(root: Path) -> World:
    """Make a world in an empty folder, with newly drawn secrets."""
    secret, hidden = (secrets.randbelow(9 * 10**8) + 10**8 for _ in range(2))
    for name, limits in ((PLAIN, ""), (WRITING, _SCRATCH)):
        exercise = root / "course" / "exercises" / name
        exercise.mkdir(parents=True)
        texts = {
            "exercise.yaml": _EXERCISE + limits,
            "reference.py": _REFERENCE,
            "checks.py": _CHECKS,
            "visible_checks.py": _VISIBLE,
            "data.txt": "2\n",
            "hidden.txt": "INPUT\n",
        }
        for file, text in texts.items():
            filled = text.replace("SECRET", str(secret)).replace("INPUT", str(hidden))
            (exercise / file).write_text(filled, encoding="utf-8")
    (root / "course" / "course.yaml").write_text(_COURSE, encoding="utf-8")
    victim = root / "submissions" / "victim"
    victim.mkdir(parents=True)
    (victim / "target.py").write_text(f"secret = {secret}\n", encoding="utf-8")
    (root / "gradebook.db").write_bytes(b"a gradebook")
    (root / "outside").mkdir(mode=0o777)
    (root / "tmp").mkdir()
    course = load_course(root / "course")
    sittings = {name: _with_own_file(prepare(course.exercise(name), None)) for name in (PLAIN, WRITING)}
    for sitting in sittings.values():  # written last: reading the course must not start a process that draws
        params = (sitting.folder or root) / "params.py"
        params.write_text(_PARAMS.replace("SECRET", str(secret)), encoding="utf-8")
    return World(root, course, sittings, secret, hidden, f"{secrets.randbelow(2**31 - 1) + 1:08x}")


def _with_own_file(sitting: Sitting) -> Sitting:
    """Give the student a file of their own, as params.py makes it."""
    return replace(sitting, material=replace(sitting.material, made={"own.txt": b"2\n"}))


def state_of(world: World) -> Iterator[tuple[str, str]]:
    """Yield everything outside a worker where an attack of this world could leave a trace."""
    for folder, _, names in os.walk(world.root):
        for path in (Path(folder), *(Path(folder) / name for name in names)):
            with contextlib.suppress(OSError):
                status = path.lstat()
                content = path.read_bytes() if stat.S_ISREG(status.st_mode) else b""
                yield str(path), f"{status.st_mode} {status.st_uid} {hashlib.sha256(content).hexdigest()}"
    yield from ((str(path), "there") for path in left_by(world))
    for file in _IPC:
        if file.exists():
            rows = [line.split() for line in file.read_text(encoding="utf-8").splitlines()]
            yield str(file), " ".join(row[1] for row in rows if row[0] == str(world.key))


def left_by(world: World) -> Iterator[Path]:
    """Yield the files outside this world that its attacks have made."""
    places = {Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp"), Path.home(), *_SHARED}  # noqa: S108
    places |= {Path(sysconfig.get_path(name)) for name in ("purelib", "platlib")}
    mark = f"attack-{world.mark}-"
    for place in places:
        with contextlib.suppress(OSError):  # it is not there, or not for this user
            yield from [place / name for name in os.listdir(place) if mark in name]  # noqa: PTH208 names alone are quick
