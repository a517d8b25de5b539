"""The course as one file, as it travels to the nodes of a cluster."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

from grader.course.file_names import COURSE_FILE
from grader.course.loading import load_course

_EPOCH = (1980, 1, 1, 0, 0, 0)


def pack_course(root: Path, exercises: tuple[str, ...]) -> bytes:
    """Return the course as one zip: course.yaml and the folders of these exercises, always the same bytes.

    What nodes do not need stays here: the gradebook's address, which can hold a password, and the rules.
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        record = load_course(root).record.model_dump(mode="json", exclude={"gradebook", "rules"})
        archive.writestr(zipfile.ZipInfo(COURSE_FILE, _EPOCH), json.dumps(record), zipfile.ZIP_DEFLATED)
        for name in record["exercises"]:
            folder = root / "exercises" / name
            archive.writestr(zipfile.ZipInfo(f"exercises/{name}/", _EPOCH), b"")  # course.yaml names them all
            for file in sorted(folder.rglob("*") if name in exercises else ()):
                if file.is_file() and "__pycache__" not in file.parts and not file.name.startswith("."):
                    _write(archive, root, file)
    return stream.getvalue()


def _write(archive: zipfile.ZipFile, root: Path, file: Path) -> None:
    info = zipfile.ZipInfo(file.relative_to(root).as_posix(), _EPOCH)
    archive.writestr(info, file.read_bytes(), zipfile.ZIP_DEFLATED)
