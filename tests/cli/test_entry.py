"""How commands end that cannot say what they have to say."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import click
import pytest

from grader.cli import entry

FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("arguments", [["scores"], ["scores", "--json"], ["schema", "--help"]])
def test_output_that_has_no_room_is_one_sentence(tmp_path: Path, arguments: list[str]) -> None:
    program = str(Path(sys.executable).with_name("course"))
    subprocess.run([program, "new", "mine"], cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "mine" / "S" / "ada").mkdir(parents=True)
    (tmp_path / "mine" / "S" / "ada" / "exercise-1.py").write_text("size = 1\n", encoding="utf-8")
    grade = [program, "grade", "S", "--isolation", "process", "--jobs", "1"]
    subprocess.run(grade, cwd=tmp_path / "mine", check=True, capture_output=True)
    with FULL.open("w") as full:
        ran = subprocess.run(
            [program, *arguments], cwd=tmp_path / "mine", stdout=full, stderr=subprocess.PIPE, check=False
        )
    told = "Not all could be written: No space left on device. Make room, and run the command again.\n"
    assert (ran.returncode, ran.stderr.decode()) == (2, told)


def test_a_bug_whose_log_cannot_be_written_is_told_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @click.command()
    def command() -> None:
        raise RuntimeError

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    monkeypatch.setattr(sys, "argv", ["command"])
    with pytest.raises(SystemExit) as left:
        entry.run(command)
    assert left.value.code == entry.BUG
    told = "A bug of ours: RuntimeError. Please send us (a log could not be written: No such file or directory)\n"
    assert capsys.readouterr().err == told
