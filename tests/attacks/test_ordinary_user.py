"""The attacks are defeated for an ordinary user, too: tests that run as root become one for this."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NOBODY = 65534
ROOT = Path(__file__).resolve().parents[2]
# In mounts of its own, where the folders on the way to Python that are root's alone are passable: each is
# hidden by an empty one, in which only what leads to Python is there.
PASSABLE = """
set -e
mount --make-rprivate /
mkdir "$1/python"
mount --bind "$2" "$1/python"
mount -t tmpfs -o mode=755 none "$3"
mkdir -p "$2"
mount --bind "$1/python" "$2"
shift 3
exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
"""


def closed() -> Path | None:
    """The first folder on the way to Python's own files that others may not pass."""
    base = Path(sys.base_prefix).resolve()
    return next((p for p in reversed(base.parents) if not p.stat().st_mode & 1), None)


def as_nobody(folder: Path, *command: str) -> list[str]:
    """A command that runs another one as an ordinary user, who can read Python's files and the grader's."""
    way = closed()
    drop = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    if way is None:
        return [*drop, *command]
    places = [str(folder), str(Path(sys.base_prefix).resolve()), str(way)]
    return ["unshare", "--mount", "sh", "-c", PASSABLE, "sh", *places, *command]


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user runs all tests as one")
def test_an_ordinary_user_defeats_all_attacks(tmp_path_factory):
    folder = Path("/var/tmp", f"ordinary-user-{os.getpid()}")
    folder.mkdir(mode=0o755)
    try:
        home = folder / "home"
        home.mkdir()
        os.chown(home, NOBODY, NOBODY)
        course = str(Path(sys.executable).with_name("course"))
        clean = ["env", "-i", "PATH=/usr/bin:/bin", f"HOME={home}", "LANG=C.UTF-8"]
        command = as_nobody(folder, *clean, course, "doctor", "--attacks")
        ran = subprocess.run(command, cwd="/", capture_output=True, text=True, timeout=1800, check=False)
        assert "WON" not in ran.stdout
        assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-2000:]
        assert "attacks defeated" in ran.stdout
        owned = [path for path in Path("/tmp").glob("*attack*") if path.stat().st_uid == NOBODY]
        assert not owned
    finally:
        shutil.rmtree(folder)
