"""A scratch folder holds no more than is allowed, whatever is done to hide it; nothing else can be written."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

assert sys.platform != "win32"  # it has no fork

import pytest

from grader.worker import confinement
from grader.worker.ending import WorkerEnded, WorkerLimits
from grader.worker.environment import clean_environment
from grader.worker.forkserver import ForkServer
from grader.worker.server import serve
from grader.worker.starting import forked
from grader.worker.warming import load
from tests.worker.test_client import PATIENCE, file_of, value_of

SIZE = 4 << 20
LIMITS = WorkerLimits(memory=1 << 30, cpu=60, scratch=SIZE)
PACKAGES = ["torch", "numpy", "matplotlib"]


def run(server: ForkServer, source: str) -> Any:
    """Return what a submission with a scratch folder calls x."""
    lists = {"names": ["x"], "skip": [], "packages": PACKAGES, "families": []}
    request = {"op": "load", "file": "e.py", "starters": {"x": "..."}, **lists}
    with server.fork(LIMITS) as worker:
        worker.ask(request, PATIENCE, file_of(source), lambda _notice: PATIENCE)
        return value_of(worker.ask({"op": "get", "name": "x"}, PATIENCE))


@pytest.fixture(scope="module")
def without_tmpfs() -> Iterator[ForkServer]:
    """Yield a fork server of a machine where no file system can be mounted."""

    def refuse(_scratch: object) -> None:
        raise OSError(1, "Operation not permitted")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(confinement, "mount_in_child", refuse)
        for name, value in clean_environment().items():
            patch.setenv(name, value)
        load([])
        with ForkServer([], start=forked(serve)) as server:
            assert server.missing["tmpfs"] == "[Errno 1] Operation not permitted"
            assert server.lacking == []
            yield server


@pytest.fixture
def bounded(server: ForkServer) -> ForkServer:
    if "tmpfs" not in server.isolation:
        pytest.skip(server.missing["tmpfs"])
    return server


# What each holds, in bytes, when it is refused any more.
HOARDS = {
    "unlinked, in descriptors": """
for n in range(200):
    held.append(os.open(f"f{n}", os.O_CREAT | os.O_RDWR)); os.unlink(f"f{n}"); x += os.write(held[-1], bytes(1 << 18))
""",
    "unlinked, in maps": """
for n in range(200):
    held.append(os.open(f"f{n}", os.O_CREAT | os.O_RDWR)); os.unlink(f"f{n}")
    x += os.write(held[-1], bytes(1 << 18)); held.append(mmap.mmap(held[-1], 1 << 18)); os.close(held[-2])
""",
    "renamed over": """
for n in range(200):
    held.append(os.open("new", os.O_CREAT | os.O_RDWR)); x += os.write(held[-1], bytes(1 << 18)); os.rename("new", "old")
""",
    "nameless": """
for n in range(200):
    held.append(os.open(".", os.O_TMPFILE | os.O_RDWR)); x += os.write(held[-1], bytes(1 << 18))
""",
    "sparse": """
for n in range(200):
    held.append(os.open(f"f{n}", os.O_CREAT | os.O_RDWR)); os.ftruncate(held[-1], 4 << 20); x += os.pwrite(held[-1], bytes(1 << 18), 3 << 20)
""",
    "many tiny files": """
for n in range(100_000):
    with open(f"f{n}", "w") as file: file.write("1")
    x += 4096
""",
    "empty files": """
for n in range(100_000):
    open(f"f{n}", "w").close(); x += 4096
""",
    "deep folders": """
for n in range(100_000):
    os.mkdir("d"); os.chdir("d"); x += 4096
""",
    "hard links": """
open("f", "w").close()
for n in range(100_000):
    os.link("f", f"f{n}"); x += 4096
""",
}
HOARD = "import errno, mmap, os\nheld, x = [], 0\ntry:{0}\nexcept OSError as error:\n    why = error.errno\nif True:\n    x = [x, why]\n"


@pytest.mark.parametrize("how", HOARDS)
def test_what_is_allocated_is_bounded(bounded, how):
    source = HOARDS[how].replace("\n", "\n    ").rstrip()
    held, why = run(bounded, HOARD.format(source))
    assert held <= SIZE + 4096
    assert why in {1, 28, 13}, os.strerror(why)  # not permitted, or full


@pytest.mark.parametrize("how", HOARDS)
def test_without_a_file_system_nothing_can_be_hidden(without_tmpfs, how):
    source = HOARDS[how].replace("\n", "\n    ").rstrip()
    try:
        held, _ = run(without_tmpfs, HOARD.format(source))
    except WorkerEnded as ended:
        assert ended.why == "disk"
    else:
        assert held <= SIZE


@pytest.mark.parametrize("where", ["server", "without_tmpfs"])
def test_only_the_scratch_folder_can_be_written(request, tmp_path, where):
    server = request.getfixturevalue(where)
    places = [
        "..",
        "../..",
        "/",
        "/tmp",
        "/dev/shm",
        str(Path.home()),
        str(tmp_path),
        "/proc/self",
        "/root/.cache",
    ]
    source = f"""
import os
import subprocess
import sys
x = []
here = os.getcwd()
for place in {places!r}:
    for name in (place + "/attack-scratch", os.path.abspath(place) + "/attack-scratch"):
        for make in (os.mkdir, lambda name: os.open(name, os.O_CREAT | os.O_WRONLY), lambda name: os.rename("own", name)):
            open("own", "w").close()
            try:
                make(name)
                x.append((name, os.getcwd()))
            except OSError:
                pass
"""
    assert run(server, source) == []
    assert run(server, "import os\nopen('a', 'w').write('b')\nx = [open('a').read(), os.listdir()]") == [
        "b",
        ["a"],
    ]
    assert run(server, "import os\nx = os.listdir()") == []  # and nobody sees what another has written


USES = {
    "tempfile": """
import os, tempfile
with tempfile.TemporaryFile() as file, tempfile.NamedTemporaryFile("w+") as named, tempfile.SpooledTemporaryFile(1) as spool:
    file.write(b"1"), named.write("2"), spool.write(b"345")
with tempfile.TemporaryDirectory() as folder:
    open(os.path.join(folder, "a"), "w").write("a")
x = os.listdir()
""",
    "torch": """
import os, torch
torch.save({"w": torch.ones(3), "m": torch.nn.Linear(2, 2).state_dict()}, "model.pt")
x = torch.load("model.pt")["w"].tolist() == [1, 1, 1] and []
os.remove("model.pt")
""",
    "numpy": """
import os, numpy
numpy.save("a.npy", numpy.ones(3)); numpy.savez("b.npz", a=numpy.ones(3)); numpy.savetxt("c.txt", numpy.ones(3))
m = numpy.memmap("d", dtype="float32", mode="w+", shape=(10,)); m[:] = 1; m.flush()
ok = all([numpy.load("a.npy").sum() == 3, numpy.load("b.npz")["a"].sum() == 3, numpy.loadtxt("c.txt").sum() == 3])
x = [] if ok and sorted(os.listdir()) == ["a.npy", "b.npz", "c.txt", "d"] else 0
""",
    "matplotlib": """
import os
import subprocess
import sys
import matplotlib.pyplot as plt
plt.plot([1, 2]); plt.savefig("a.png"); plt.savefig("b.pdf")
x = [] if os.path.getsize("a.png") > 1000 and os.path.getsize("b.pdf") > 1000 else 0
""",
    "folders": """
import os, pathlib, shutil
pathlib.Path("a/b/c").mkdir(parents=True); pathlib.Path("a/b/c/d").write_text("e")
os.rename("a", "f"); shutil.copyfile("f/b/c/d", "g"); shutil.move("g", "h"); os.replace("h", "i"); os.unlink("i")
shutil.rmtree("f")
x = os.listdir()
""",
}


@pytest.mark.parametrize("use", USES)
def test_what_people_do_with_files_works(bounded, use):
    assert run(bounded, USES[use]) == []


LEFT = """
import ctypes, os
from grader.worker.confinement import prepare
ctypes.set_errno({0})
confinement = prepare([])
ctypes.set_errno({0})
if os.fork() == 0:
    confinement.put_on(None)
    os._exit(0)
print(os.wait()[1], *confinement.layers)
"""


def test_an_error_that_an_earlier_call_left_costs_no_layer():
    said = [
        subprocess.run(
            [sys.executable, "-c", LEFT.format(error)], capture_output=True, text=True, check=False
        )
        for error in (0, 1)
    ]
    assert said[0].stdout == said[1].stdout
    assert said[1].stdout.startswith("0 ")
