"""A student's installation does not have the course and the attacks, and says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.service import shipped
from tests.conftest import Run


def test_an_installation_from_a_handout(tmp_path: Path, course: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "course.yaml").write_text("another course")
    monkeypatch.setattr("grader.service.shipped.resources.files", lambda _package: tmp_path / "grader")
    ran = course(tmp_path, "demo")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"{shipped.NOT_HERE}\n"
