"""How much memory this process's container has left, and how many processes were killed for lack of it.

Linux counts memory by control groups (cgroups), of which two versions are in use, sometimes side by side. A
group's limit holds for all groups in it, so the tightest limit on the way up counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

RESERVE = 32 << 20  # bytes that each worker leaves to its examiner
LEAST_SHARE = 64 << 20  # bytes that a worker may use even if fewer are left: perhaps it does not need them
_NO_LIMIT = 1 << 60  # bytes: version 1 writes no limit as the largest number of whole pages
_MOUNT = re.compile(r"^\S+ \S+ \S+ (/\S*) (/\S*) .*- (\S+) \S+ (\S+)$", re.MULTILINE)
_V1 = ("memory.limit_in_bytes",), "memory.usage_in_bytes", "total_", "memory.oom_control"
_V2 = ("memory.max", "memory.high"), "memory.current", "", "memory.events"


@dataclass(frozen=True)
class Group:
    """One memory control group: its folder, and whether it is of version 2."""

    folder: Path
    is_second: bool

    def left(self) -> int | None:
        """Return the bytes that it may still use; None if it has no limit."""
        limits, usage, prefix, _ = _V2 if self.is_second else _V1
        counts = _counts(self.folder / "memory.stat")
        # Version 1 also reports the limits of groups that cannot be seen from inside a container.
        above = min(counts.get("hierarchical_memory_limit", _NO_LIMIT), _NO_LIMIT)
        limit = min(above, *(_number(self.folder / name) for name in limits))
        used = _number(self.folder / usage)
        if _NO_LIMIT in {limit, used}:
            return None
        # Pages of files can be dropped and read again.
        files = counts.get(f"{prefix}inactive_file", 0) + counts.get(f"{prefix}active_file", 0)
        return max(0, limit - max(0, used - files))

    def kills(self) -> int | None:
        """Return how many of its processes the kernel killed for lack of memory; None if that is unknown."""
        return _counts(self.folder / (_V2 if self.is_second else _V1)[3]).get("oom_kill")


class Container:
    """The groups that this process is in. `root` is another folder than / in tests."""

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = root
        self._groups = [list(chain) for chain in _chains(root)]

    def memory_left(self) -> int | None:
        """Return the bytes that this process and its children may still use; None without a limit."""
        left = [group.left() for chain in self._groups for group in chain]
        return min((one for one in left if one is not None), default=None)

    def share(self, lanes: int) -> int | None:
        """Return the bytes that a worker of one of `lanes` lanes may use; None without a limit."""
        left = self.memory_left()
        return None if left is None else max(left // lanes - RESERVE, LEAST_SHARE)

    def kills(self) -> int:
        """Return how many processes of its groups, or of this machine, were killed for lack of memory."""
        counts = [kills for chain in self._groups if (kills := chain[0].kills()) is not None]
        return sum(counts) if counts else _counts(self._root / "proc/vmstat").get("oom_kill", 0)


def _chains(root: Path) -> Iterator[Iterator[Group]]:
    """Yield, for each mounted version, this process's own group and those that contain it."""
    for is_second, path in _own_paths(_text(root / "proc/self/cgroup")):
        for top, mount in reversed(list(_mounts(_text(root / "proc/self/mountinfo"), is_second=is_second))):
            inside = _inside(path, top)
            if inside is not None:
                below = root / mount.relative_to("/")
                folders = [below / inside, *(below / inside).parents]
                yield (Group(one, is_second) for one in folders[: len(inside.parts) + 1])
                break


def _own_paths(cgroup: str) -> Iterator[tuple[bool, PurePosixPath]]:
    r"""Yield the paths of this process's memory groups, and whether they are of version 2.

    >>> list(_own_paths("4:memory:/docker/ab\n3:cpu,cpuacct:/\n0::/"))
    [(False, PurePosixPath('/docker/ab')), (True, PurePosixPath('/'))]
    """
    for line in cgroup.splitlines():
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if number == "0" or "memory" in controllers.split(","):
            yield number == "0", PurePosixPath(path)


def _mounts(mountinfo: str, *, is_second: bool) -> Iterator[tuple[PurePosixPath, PurePosixPath]]:
    """Yield which group is mounted where, from mountinfo as proc(5) describes it."""
    for top, mount, kind, options in _MOUNT.findall(mountinfo):
        if kind == "cgroup2" if is_second else kind == "cgroup" and "memory" in options.split(","):
            yield PurePosixPath(_unescaped(top)), PurePosixPath(_unescaped(mount))


def _inside(path: PurePosixPath, top: PurePosixPath) -> PurePosixPath | None:
    """Return the path of a group below the mounted one; None if it is not below it, or this is unknown."""
    if not path.is_relative_to(top):
        return PurePosixPath() if path == PurePosixPath("/") and ".." not in top.parts else None
    inside = path.relative_to(top)
    return None if ".." in inside.parts else inside


def _unescaped(text: str) -> str:
    r"""Decode a path of mountinfo, where a space is \040."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""


def _number(file: Path) -> int:
    """Return the number in a file; infinity if it is "max" or if there is no number."""
    text = _text(file).strip()
    return min(int(text), _NO_LIMIT) if text.isdecimal() else _NO_LIMIT


def _counts(file: Path) -> dict[str, int]:
    """Return the counts in a file of lines like `oom_kill 0`."""
    pairs = (line.partition(" ") for line in _text(file).splitlines())
    return {name: int(value) for name, _, value in pairs if value.isdecimal()}
