"""Which packages that the grader needs are missing or too old. It needs only Python."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib import metadata

MAX_NAMED = 3  # with more missing, the whole installation failed
_REQUIREMENT = re.compile(r"([\w.-]+) ?>= ?([\w.]+)(?: ?; ?sys_platform == ['\"](\w+)['\"])?")
_AGAIN = "Install the grader again, as README.md in the folder of your exercises says."


def told(error: BaseException) -> str:
    """Return what to install if an error comes from a missing or old package, or ""."""
    if not isinstance(error, ImportError) and not re.search(r"ModuleNotFoundError|ImportError", str(error)):
        return ""
    name = (getattr(error, "name", None) or "").partition(".")[0]
    is_missing = isinstance(error, ModuleNotFoundError) and name not in {"", "grader"}
    wanted = list(_unmet()) or [name] * is_missing
    if not wanted:
        return ""
    return f"The grader needs {', '.join(wanted)}: not installed here, or too old. {_remedy(wanted)}"


def _remedy(wanted: list[str]) -> str:
    """Return one command for a few small packages; torch and a failed installation need more than that."""
    are_small = all(">=" in one and not one.startswith("torch") for one in wanted)
    is_little = are_small and len(wanted) <= MAX_NAMED
    return "Run: pip install " + " ".join(f'"{one}"' for one in wanted) if is_little else _AGAIN


def _unmet() -> Iterator[str]:
    """Yield the grader's own requirements that this Python does not meet."""
    try:
        lines = metadata.requires("torchgrade") or []
    except metadata.PackageNotFoundError:  # a source tree
        return
    for found in filter(None, map(_REQUIREMENT.fullmatch, lines)):  # without those of extras
        name, least, system = found.groups()
        if system in {None, sys.platform} and not _is_met(name, least):
            yield f"{name}>={least}"


def _is_met(name: str, least: str) -> bool:
    try:
        return _numbers(metadata.version(name)) >= _numbers(least)
    except metadata.PackageNotFoundError:
        return False


def _numbers(version: str) -> list[int]:
    """Return the numbers of a version, without what follows them.

    >>> _numbers("2.9.1"), _numbers("2.6.0+cpu"), _numbers("1.0.0.dev5")
    ([2, 9, 1], [2, 6, 0], [1, 0, 0])
    """
    return [int(part) for part in re.split(r"[^\d.]", version)[0].split(".") if part]
