"""The wheel of the running grader, which students install, made from the files that run.

It works in a checkout, an editable installation and an installed wheel, without a network or a build tool.
It leaves out the shipped courses, because they hold solutions. Equal graders make equal bytes.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
import tomllib
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from grader.errors import UsageFault
from grader.handout import wording

PROJECT = "torchgrade"
SHIPPED = {"shipped", "courses"}  # folders of the package with courses, their solutions, and attacks
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time in a zip
_WHEEL = "Wheel-Version: 1.0\nGenerator: torchgrade\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


@dataclass(frozen=True)
class About:
    """What pip wants to know about a package."""

    version: str
    python: str
    requirements: Sequence[str]
    entry_points: Mapping[str, Mapping[str, str]]  # by group
    license: str

    @property
    def metadata(self) -> str:
        """The file METADATA."""
        lines = ["Metadata-Version: 2.1", f"Name: {PROJECT}", f"Version: {self.version}", "License: MIT"]
        lines += [f"Requires-Python: {self.python}", *(f"Requires-Dist: {one}" for one in self.requirements)]
        return "\n".join(lines) + "\n"

    @property
    def entry_points_text(self) -> str:
        """The file entry_points.txt."""
        lines = []
        for group, points in sorted(self.entry_points.items()):
            lines += [f"[{group}]", *(f"{name} = {value}" for name, value in sorted(points.items())), ""]
        return "\n".join(lines)


@dataclass(frozen=True)
class Wheel:
    """A wheel: its file's name, and its bytes."""

    name: str
    content: bytes
    brings: frozenset[str] = frozenset()  # the packages that pip installs with it, in lower case


def own_wheel() -> Wheel:
    """Make the wheel of the grader that is running.

    Raises:
        UsageFault: it does not know its own version and requirements.

    """
    package = Path(str(resources.files("grader")))
    project = package.parent / "pyproject.toml"
    about = _of_project(project) if _is_own(project) else _of_installation()
    root = f"{PROJECT}-{about.version}"
    brings = frozenset(re.split(r"[^\w.-]", one)[0].lower() for one in about.requirements)
    content = _content(package, f"{root}.dist-info", about.metadata, about.entry_points_text, about.license)
    return Wheel(f"{root}-py3-none-any.whl", content, brings)


@lru_cache(maxsize=1)
def _content(package: Path, about: str, required: str, entry_points: str, license_: str) -> bytes:
    """Return the bytes of a wheel; the sources of a program that is running do not change."""
    files = {
        **{f"grader/{file.relative_to(package).as_posix()}": file.read_bytes() for file in _sources(package)},
        f"{about}/METADATA": required.encode(),
        f"{about}/WHEEL": _WHEEL.encode(),
        f"{about}/entry_points.txt": entry_points.encode(),
        f"{about}/licenses/LICENSE": license_.encode(),
    }
    return _zipped(files, f"{about}/RECORD")


def _sources(package: Path) -> Iterator[Path]:
    """Yield the files of the package, in order, without caches and what editors hide."""
    for file in sorted(package.rglob("*")):
        parts = file.relative_to(package).parts
        is_left_out = any(part.startswith((".", "__pycache__")) for part in parts) or parts[0] in SHIPPED
        if file.is_file() and not is_left_out and file.suffix not in {".pyc", ".orig", ".rej"}:
            yield file


def _is_own(project: Path) -> bool:
    return project.is_file() and f'name = "{PROJECT}"' in project.read_text(encoding="utf-8")


def _of_project(file: Path) -> About:
    """Read a checkout's pyproject.toml: what an editable installation remembers may be older."""
    project = _project(file.read_text(encoding="utf-8"))
    points = {"console_scripts": project["scripts"], **project["entry-points"]}
    text = (file.parent / "LICENSE").read_text(encoding="utf-8")
    return About(project["version"], project["requires-python"], project["dependencies"], points, text)


@lru_cache(maxsize=1)
def _project(text: str) -> dict[str, Any]:
    return dict(tomllib.loads(text)["project"])


def _of_installation() -> About:
    try:
        own = metadata.distribution(PROJECT)
    except metadata.PackageNotFoundError:
        raise UsageFault(wording.NO_METADATA) from None
    points: dict[str, dict[str, str]] = {}
    for point in own.entry_points:
        points.setdefault(point.group, {})[point.name] = point.value
    required = [line for line in own.requires or () if "extra ==" not in line]
    text = own.read_text("licenses/LICENSE") or ""
    return About(own.version, own.metadata["Requires-Python"], required, points, text)


def _zipped(files: Mapping[str, bytes], record: str) -> bytes:
    lines = [f"{name},sha256={_digest(content)},{len(content)}" for name, content in files.items()]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**files, record: "\n".join([*lines, f"{record},,", ""]).encode()}.items():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.external_attr = 0o644 << 16
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
