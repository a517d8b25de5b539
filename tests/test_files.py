"""Files are whole or absent, and no command waits for what is not a plain file."""

from __future__ import annotations

import os
import socket
import stat
import sys
import threading
from collections.abc import Callable
from pathlib import Path

assert sys.platform != "win32"  # it has no fork

import pytest

from grader import files
from grader.errors import UsageFault
from grader.files import alone_in, part_of, read_file, write_file


def pipe(file: Path) -> None:
    os.mkfifo(file)


def plug(file: Path) -> None:
    with socket.socket(socket.AF_UNIX) as end:
        end.bind(str(file))


def loop(file: Path) -> None:
    file.symlink_to(file)


STRANGE = [pipe, plug, loop, Path.mkdir]


@pytest.mark.parametrize("make", STRANGE)
def test_what_is_no_plain_file_is_one_sentence(
    tmp_path: Path, make: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # the names of sockets must be short
    make(Path("x"))
    for use in (lambda: read_file(Path("x"), 9), lambda: write_file(Path("x"), "")):
        with pytest.raises(
            UsageFault, match=r"^x cannot be (read|written): .*\. Correct the name or name another one\.$"
        ):
            use()
    assert os.path.lexists("x")


def test_a_pipe_that_takes_a_files_place_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.touch()
    real = os.open

    def replaced(name: Path, flags: int) -> int:
        assert flags & os.O_NONBLOCK, "this would wait for ever"
        file.unlink()
        os.mkfifo(file)
        return real(name, flags)

    monkeypatch.setattr(os, "open", replaced)
    with pytest.raises(UsageFault, match="it is not a plain file"):
        read_file(file, 9)


def test_a_device_is_not_opened() -> None:
    with pytest.raises(UsageFault, match="it is not a plain file"):
        read_file(Path("/dev/zero"), 9)


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"123")
    assert read_file(file, 3) == b"123"
    with pytest.raises(UsageFault, match="has more than 2 bytes"):
        read_file(file, 2)


def test_a_link_is_followed_and_rights_are_kept(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("before")
    target.chmod(0o640)
    link.symlink_to(target)
    write_file(link, "after")
    assert (target.read_text(), stat.S_IMODE(target.stat().st_mode)) == ("after", 0o640)
    assert link.is_symlink()
    assert len(list(tmp_path.iterdir())) == 2


def test_what_was_there_stays_when_it_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.write_text("before")

    def full(_descriptor: int, _data: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(
        UsageFault, match=r"file cannot be written: No space left on device\. Make room and run"
    ):
        write_file(file, "after")
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("file", "before")]


def test_what_a_killed_command_left_goes_with_the_next(tmp_path: Path) -> None:
    file = tmp_path / "file"
    part_of(file).write_text("half of something long")
    write_file(file, "whole")
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("file", "whole")]


def test_many_write_the_same_file(tmp_path: Path) -> None:
    file, contents = tmp_path / "file", [str(digit) * 100_000 for digit in range(8)]
    threads = [threading.Thread(target=write_file, args=(file, content)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert file.read_text() in contents
    assert len(list(tmp_path.iterdir())) == 1


def test_one_command_at_a_time_is_in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LOCK_SECONDS", 0)
    with (
        alone_in(tmp_path),
        pytest.raises(OSError, match="another command is using it"),
        alone_in(tmp_path),
    ):
        pass
    with alone_in(tmp_path):
        pass
