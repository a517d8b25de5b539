"""Create a small working course to start from, and the schemas for editors."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path

from grader.course.file_names import COURSE_FILE
from grader.course.schema import SCHEMAS, schema_text, write_schemas
from grader.errors import UsageFault
from grader.files import part_of, refusal, write_file
from grader.service.shipped import shipped_files

__all__ = ["make_course", "write_schemas"]


def make_course(folder: Path, source: str | None = None) -> None:
    """Write a new course into a folder: a copy of a shipped one, or without a source a small one.

    Raises:
        UsageFault: the folder is not empty or cannot be written.

    """
    files = _files(source)
    try:
        if not _is_free(folder, files):
            raise UsageFault(f"{folder} already exists and is not an empty folder. Name a new one.")
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            write_file(folder / name, content)
    except OSError as error:
        raise refusal(folder, "written", error) from None


def _files(source: str | None) -> dict[str, bytes]:
    """Return the files of a new course; course.yaml, which makes a folder a course, comes last."""
    files = _starter() if source is None else shipped_files(source)
    files |= {f"exercises/{name}": schema_text(name).encode() for name in SCHEMAS}
    files[COURSE_FILE] = files.pop(COURSE_FILE)
    return files


def _starter() -> dict[str, bytes]:
    with resources.as_file(resources.files("grader.handout") / "scaffold") as scaffold:
        return {
            file.relative_to(scaffold).as_posix(): file.read_bytes()
            for file in sorted(scaffold.rglob("*"))
            if file.is_file() and file.suffix != ".pyc"
        }


def _is_free(folder: Path, files: Mapping[str, bytes]) -> bool:
    """Return whether a folder holds only what an interrupted run left."""
    if not folder.exists():
        return True
    if not folder.is_dir():
        return False
    parts = {part_of(folder / name) for name in files}
    return all(
        file in parts
        or (file.is_file() and file.read_bytes() == files.get(file.relative_to(folder).as_posix()))
        for file in folder.rglob("*")
        if not file.is_dir()
    )
