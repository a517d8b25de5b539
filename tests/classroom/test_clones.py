"""Clones of a classroom: the commit at the deadline, and repositories that want git to do something else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zlib
from datetime import UTC, datetime
from hashlib import sha1
from pathlib import Path

assert sys.platform != "win32"  # links need a right there

import pytest

from grader.classroom import clones
from grader.classroom.collecting import Collected
from grader.classroom.roster import Roster
from grader.course.rules import Extension, Rules
from grader.identity import Person
from tests.people import known

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
EXERCISES = ["exercise-1", "exercise-1-extra"]
ROSTER = Roster(
    {
        one.student: one
        for one in (
            known("ada", "Ada Lovelace", github_username="Countess-Ada"),
            Person("bob"),
            Person("extra-bob"),
            Person("cyd"),
        )
    }
)
RULES = Rules.model_validate(
    {
        "deadlines": {"exercise-1": "2026-11-02 23:59"},
        "extensions": [Extension(student="bob", exercise="exercise-1", days=2)],
    }
)


def git(folder: Path, *arguments: str, time: str = "2026-11-01T12:00:00+00:00") -> None:
    """Run git as a student, whose clock says what they like."""
    environment = os.environ | {
        "GIT_AUTHOR_DATE": time, "GIT_COMMITTER_DATE": time, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
    }  # fmt: skip
    names = ("-c", "user.name=s", "-c", "user.email=s@x.org", "-c", "protocol.file.allow=always")
    subprocess.run(["git", *names, *arguments], cwd=folder, env=environment, check=True, capture_output=True)


def repository(root: Path, name: str, *commits: tuple[str, str], file: str = "exercise-1.py") -> Path:
    """Return a repository with a commit for each time and content."""
    folder = root / name
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    for time, content in commits:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(content, encoding="utf-8")
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", "work", time=time)
    return folder


ON_TIME, NEXT_DAY, NEXT_WEEK = (f"2026-11-0{day}T12:00:00+00:00" for day in (1, 3, 9))


def collect(root: Path, rules: Rules = RULES, only: str = "") -> tuple[list[tuple[str, str, str]], list[str]]:
    """Return who handed in which content or problem, when, and what was left out."""
    collected = Collected([root], EXERCISES, ROSTER, only, rules=rules)
    found = [one.read() for one in collected]
    assert all(one.time for one in found)
    return [
        (one.student, one.problem or one.content.decode(), f"{one.time:%m-%d}") for one in found
    ], collected.left_out


def test_the_last_commit_by_the_deadline_counts(tmp_path: Path) -> None:
    commits = ((ON_TIME, "a = 1\n"), (NEXT_DAY, "a = 2\n"), (NEXT_WEEK, "a = 3\n"))
    for name in ("exercise-1-countess-ada", "exercise-1-bob"):
        repository(tmp_path, name, *commits)
    repository(tmp_path, "exercise-1-cyd", *commits[1:])
    repository(tmp_path, "exercise-1-dan", *commits)
    found, left_out = collect(tmp_path)
    assert found == [("ada", "a = 1\n", "11-01"), ("bob", "a = 2\n", "11-03")]
    late = f"cyd: {tmp_path / 'exercise-1-cyd'} has no commit by the deadline."
    assert left_out == ["dan: not in the roster", late]
    found, _ = collect(tmp_path, Rules())
    assert found == [(student, "a = 3\n", "11-09") for student in ("ada", "bob", "cyd")]


def test_who_has_no_commit_by_the_deadline_gets_no_zero(tmp_path: Path) -> None:
    repository(tmp_path, "exercise-1-cyd", (NEXT_DAY, "a = 1\n"))
    collected = Collected([tmp_path], EXERCISES, ROSTER, rules=RULES)
    assert list(collected) == []
    assert collected.doubtful() == ["cyd"]
    assert "its author can set it to any time" in collected.notes[0]


def test_what_is_not_committed_does_not_count(tmp_path: Path) -> None:
    folder = repository(tmp_path, "exercise-1-bob", (ON_TIME, "a = 1\n"))
    (folder / "exercise-1.py").write_text("a = 2\n")
    (folder / "exercise-1.ipynb").write_text("{}")
    assert collect(tmp_path) == ([("bob", "a = 1\n", "11-01")], [])


def test_a_packed_clone_is_read_and_a_detached_one(tmp_path: Path) -> None:
    origin = repository(tmp_path / "origin", "one", (ON_TIME, "a = 1\n"), (NEXT_DAY, "a = 2\n"))
    git(origin, "gc", "-q")
    (tmp_path / "class").mkdir()
    git(tmp_path / "class", "clone", "-q", "--no-local", str(origin), "exercise-1-bob")
    git(tmp_path / "class", "clone", "-q", str(origin), "exercise-1-cyd")
    git(tmp_path / "class" / "exercise-1-cyd", "checkout", "-q", "--detach", "HEAD~1")
    assert collect(tmp_path / "class")[0] == [("bob", "a = 2\n", "11-03"), ("cyd", "a = 1\n", "11-01")]


def test_two_readings_of_a_name_need_the_roster(tmp_path: Path) -> None:
    repository(tmp_path, "exercise-1-extra-cyd", (ON_TIME, "a = 1\n"), file="exercise-1-extra.py")
    repository(tmp_path, "exercise-1-extra-bob", (ON_TIME, "a = 2\n"), file="exercise-1-extra.py")
    found, left_out = collect(tmp_path)
    assert found == [("cyd", "a = 1\n", "11-01")]
    assert left_out == [
        "'exercise-1-extra-bob' can be of extra-bob for exercise-1 or bob for exercise-1-extra; give --exercise"
    ]
    assert [one[0] for one in collect(tmp_path, only="exercise-1-extra")[0]] == ["bob", "cyd"]


def test_other_files_of_a_repository_are_not_told(tmp_path: Path) -> None:
    folder = repository(tmp_path, "exercise-1-bob", (ON_TIME, "a = 1\n"))
    for name in ("tests/test_it.py", "exercise-1-extra.py", "setup.py", ".github/x.py", "README.md"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("", encoding="utf-8")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "more")
    assert collect(tmp_path) == ([("bob", "a = 1\n", "11-01")], [])


def test_a_link_and_a_submodule_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.py").write_text("secret = 1", encoding="utf-8")
    link = repository(tmp_path / "class", "exercise-1-bob", (ON_TIME, "a = 1\n"))
    (link / "exercise-1.py").unlink()
    (link / "exercise-1.py").symlink_to(tmp_path / "secret.py")
    git(link, "commit", "-qam", "link")
    other = repository(tmp_path, "other", (ON_TIME, "a = 1\n"))
    module = repository(tmp_path / "class", "exercise-1-cyd", (ON_TIME, "a = 1\n"), file="notes.txt")
    git(module, "submodule", "add", "-q", str(other), "exercise-1.py")
    git(module, "commit", "-q", "-m", "module")
    problem = "exercise-1.py is not a plain file."
    assert [one[:2] for one in collect(tmp_path / "class")[0]] == [("bob", problem), ("cyd", problem)]


EXECUTABLE = {
    "core.fsmonitor": "touch {}", "core.sshCommand": "touch {}", "core.pager": "touch {}", "core.editor": "touch {}",
    "diff.x.textconv": "touch {}", "diff.external": "touch {}", "filter.x.smudge": "touch {}",
    "filter.x.process": "touch {}", "core.alternateRefsCommand": "touch {}", "uploadpack.packObjectsHook": "touch {}",
    "alias.cat-file": "!touch {}", "alias.rev-list": "!touch {}", "remote.origin.url": "ext::touch {}",
    "remote.origin.promisor": "true", "extensions.partialClone": "origin", "include.path": "{}",
}  # fmt: skip


def test_nothing_that_a_clone_configures_is_run(tmp_path: Path) -> None:
    folder = repository(tmp_path / "class", "exercise-1-bob", (ON_TIME, "a = 1\n"))
    ran = tmp_path / "ran"
    (folder / ".gitattributes").write_text("* filter=x diff=x\n", encoding="utf-8")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "attributes")
    for key, value in EXECUTABLE.items():
        git(folder, "config", key, value.format(ran))
    for hook in ("post-checkout", "reference-transaction", "post-index-change", "fsmonitor-watchman"):
        file = folder / ".git" / "hooks" / hook
        file.write_text(f"#!/bin/sh\ntouch {ran}\n", encoding="utf-8")
        file.chmod(0o755)
    assert collect(tmp_path / "class") == ([("bob", "a = 1\n", "11-01")], [])
    assert not ran.exists()


@pytest.mark.parametrize(
    "place", ["file", ".git", "objects", "pack", "info", "alternates", "HEAD", "loose", "packed", "object"]
)
def test_a_clone_that_points_elsewhere_is_refused(tmp_path: Path, place: str) -> None:
    other = repository(tmp_path, "other", (ON_TIME, "secret = 1\n"))
    folder = repository(tmp_path / "class", "exercise-1-bob", (ON_TIME, "a = 1\n"))
    own, elsewhere = folder / ".git", other / ".git"
    if place == "file":
        shutil.rmtree(own)
        own.write_text(f"gitdir: {elsewhere}\n", encoding="utf-8")
    elif place == "alternates":
        (own / "objects" / "info" / "alternates").write_text(f"{elsewhere / 'objects'}\n", encoding="utf-8")
    else:
        paths = {".git": "", "objects": "objects", "pack": "objects/pack", "info": "objects/info", "HEAD": "HEAD",
                 "loose": "refs/heads/main", "packed": "packed-refs"}  # fmt: skip
        if place == "object":
            head = (own / "refs" / "heads" / "main").read_text()
            paths[place] = f"objects/{head[:2]}"
        if place == "packed":
            git(other, "pack-refs", "--all")
            (own / "refs" / "heads" / "main").unlink()
        target = own / paths[place]
        shutil.rmtree(target) if target.is_dir() else target.unlink(missing_ok=True)
        target.symlink_to(elsewhere / paths[place])
    found, left_out = collect(tmp_path / "class")
    assert found == []
    assert len(left_out) == 1
    assert left_out[0].startswith("bob: ")


def stored(folder: Path, kind: str, content: bytes) -> str:
    """Put an object into a repository as it is, whatever it says."""
    data = f"{kind} {len(content)}".encode() + b"\0" + content
    name = sha1(data).hexdigest()
    file = folder / ".git" / "objects" / name[:2] / name[2:]
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(zlib.compress(data, 1))
    return name


def with_tree(folder: Path, tree: str, time: str = "1793534400") -> None:
    """Let the branch end in a commit with a tree."""
    text = f"tree {tree}\nauthor s <s> {time} +0000\ncommitter s <s> {time} +0000\n\nx\n"
    (folder / ".git" / "refs" / "heads" / "main").write_text(stored(folder, "commit", text.encode()))


def test_a_tree_that_unfolds_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clones, "MAX_LISTING", 1 << 20)
    folder = repository(tmp_path, "exercise-1-bob", (ON_TIME, "a = 1\n"))
    tree, mode = stored(folder, "blob", b"x"), b"100644"
    for _ in range(10):
        entries = [mode + f" {n:x}".encode() + b"\0" + bytes.fromhex(tree) for n in range(10)]
        tree, mode = stored(folder, "tree", b"".join(entries)), b"40000"
    with_tree(folder, tree)
    found, [reason] = collect(tmp_path)
    assert found == []
    assert reason.startswith("bob: git cannot read it within")


def test_a_file_too_large_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clones, "MAX_BYTES", 1000)
    repository(tmp_path, "exercise-1-bob", (ON_TIME, "#" * 5_000_000))
    [(_, content, _)], _ = collect(tmp_path)
    assert len(content) == 1001  # one more than a submission can have, which is refused later


def test_a_command_that_does_not_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clones, "GIT_SECONDS", 0.3)
    folder = repository(tmp_path, "exercise-1-bob", (ON_TIME, "a = 1\n"))
    head = (folder / ".git" / "refs" / "heads" / "main").read_text().strip()
    file = folder / ".git" / "objects" / head[:2] / head[2:]
    file.unlink()
    os.mkfifo(file)
    assert collect(tmp_path)[0] == []


@pytest.mark.parametrize(
    "head", ["", "ref: refs/heads/../../../x", "ref: refs/heads/none", "\xff", "0" * 40, "-h"]
)
def test_a_branch_that_cannot_be_read_is_told(tmp_path: Path, head: str) -> None:
    folder = repository(tmp_path, "exercise-1-bob", (ON_TIME, "a = 1\n"))
    (folder / ".git" / "HEAD").write_bytes(head.encode("latin-1"))
    found, left_out = collect(tmp_path)
    assert (found, len(left_out)) == ([], 1)


def test_times_out_of_range_are_no_times(tmp_path: Path) -> None:
    folder = repository(tmp_path, "exercise-1-bob", (ON_TIME, "a = 1\n"))
    blob = stored(folder, "blob", b"a = 1\n")
    tree = stored(folder, "tree", b"100644 exercise-1.py\0" + bytes.fromhex(blob))
    with_tree(folder, tree, "99999999999999999")
    collected = Collected([tmp_path], EXERCISES, ROSTER)
    assert all(one.read().time in {None, datetime.fromtimestamp(0, UTC)} for one in collected)


def test_a_student_s_own_repository_in_their_folder_is_a_folder(tmp_path: Path) -> None:
    folder = repository(tmp_path, "bob", (ON_TIME, "a = 1\n"))
    (folder / "exercise-1.py").write_text("a = 2\n", encoding="utf-8")
    assert collect(tmp_path)[0][0][:2] == ("bob", "a = 2\n")
