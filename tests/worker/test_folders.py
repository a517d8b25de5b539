"""Temporary folders: nobody takes one that is held, and one that nobody holds any more is swept."""

from __future__ import annotations

import fcntl
import os
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

assert sys.platform != "win32"  # it has no fork

import pytest

from grader.worker import folders
from grader.worker.temporary import Folder

HOLD = "import sys, time; from pathlib import Path; from grader.worker.folders import claim; claim(Path(sys.argv[1]));"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder for temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_only_what_nobody_holds_is_swept(place: Path) -> None:
    mine, other, stale = place / "own-mine", place / "other", place / "own-stale"
    descriptor = folders.claim(mine)
    for folder in (other, stale):
        folder.mkdir()
        (folder / "file").touch()
    (place / "own-file").touch()
    (place / "own-link").symlink_to(other)
    folders.sweep("own-")
    assert sorted(path.name for path in place.iterdir()) == ["other", "own-file", "own-link", "own-mine"]
    assert (other / "file").exists()
    os.close(descriptor)
    folders.sweep("own-")
    assert not mine.exists()


def test_what_a_killed_process_held_is_swept(place: Path) -> None:
    folder = place / "own-killed"
    command = [sys.executable, "-c", f"{HOLD} print('held', flush=True); time.sleep(600)", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holding:
        assert holding.stdout is not None
        assert holding.stdout.readline() == b"held\n"
        folders.sweep("own-")
        assert folder.exists()
        holding.send_signal(signal.SIGKILL)
    folders.sweep("own-")
    assert not folder.exists()


@pytest.mark.parametrize(("module", "step"), [(os, "open"), (fcntl, "flock")])
def test_a_folder_that_is_swept_while_it_is_claimed_is_made_again(
    place: Path, monkeypatch: pytest.MonkeyPatch, module: ModuleType, step: str
) -> None:
    folder, real = place / "own-new", getattr(module, step)
    swept: list[Path] = []

    def after_a_sweep(*arguments: Any, **options: Any) -> Any:
        if not swept:
            swept.append(folder)
            folders.sweep("own-")
            assert not folder.exists()
        return real(*arguments, **options)

    monkeypatch.setattr(module, step, after_a_sweep)
    descriptor = folders.claim(folder)
    assert folder.exists()
    folders.sweep("own-")
    assert folder.exists()
    os.close(descriptor)


def test_a_folder_is_its_owners_alone_and_goes_with_its_process(place: Path) -> None:
    with Folder("kind") as folder:
        assert folder.path.parent == place
        assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
        (folder.path / "file").touch()
        folders.sweep()
        assert (folder.path / "file").exists()
    assert list(place.iterdir()) == []
    folder.close()


def test_who_makes_a_folder_sweeps_those_of_every_kind(place: Path) -> None:
    for name in ("torchgrade-server-1", "torchgrade-pack-2", "torchgrade-lane-3", "mine"):
        (place / name).mkdir()
    with Folder("kind") as folder:
        assert {file.name for file in place.iterdir()} == {"mine", folder.path.name}


@pytest.mark.parametrize("owner", [0, 1])
def test_the_folder_of_another_user_stays(place: Path, monkeypatch: pytest.MonkeyPatch, owner: int) -> None:
    (place / "torchgrade-theirs").mkdir()
    monkeypatch.setattr(os, "getuid", lambda: (place / "torchgrade-theirs").stat().st_uid + owner)
    folders.sweep()
    assert (place / "torchgrade-theirs").exists() == bool(owner)


DEEP = """
import os, sys
os.chdir(sys.argv[1])
for _ in range(3000):
    os.mkdir("d")
    os.chdir("d")
os.close(os.open("file", os.O_CREAT))
"""


def test_a_folder_is_removed_however_deep_and_whatever_it_forbids(place: Path) -> None:
    folder = place / "own-hostile"
    (folder / "closed" / "more").mkdir(parents=True)
    (folder / "closed" / "more" / "file").touch()
    (folder / "closed" / "more").chmod(0o500)
    (folder / "closed").chmod(0)
    (folder / "link").symlink_to(place / "kept")
    (place / "kept").mkdir()
    subprocess.run([sys.executable, "-c", DEEP, str(folder)], check=True)
    folders.remove(folder)
    assert [path.name for path in place.iterdir()] == ["kept"]
    folders.remove(folder)
