"""Measure how full a worker's scratch folder is where no file system of its own bounds it."""

from __future__ import annotations

import os
from pathlib import Path

MAX_FILES = 10_000


def overfull(folder: Path, bound: int) -> str:
    """Return "disk" if a folder holds more than `bound` bytes, which ends its worker; otherwise ""."""
    return "disk" if size_of(folder, bound) > bound else ""


def size_of(folder: Path, bound: int) -> int:
    """Measure the contents of a folder, at least one block for each entry; stop above `bound`.

    What cannot be read, or is nested too deeply for a path, counts as too much.
    """
    total, count, folders = 0, 0, [str(folder)]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    count += 1
                    total += max(_taken(entry.stat(follow_symlinks=False)), 4096)
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    if total > bound or count > MAX_FILES:
                        return bound + 1
        except FileNotFoundError:
            continue  # removed in between
        except OSError:
            return bound + 1
    return total


def _taken(status: os.stat_result) -> int:
    """Return the bytes taken on disk; Windows gives only the length."""
    blocks = getattr(status, "st_blocks", None)
    return status.st_size if blocks is None else int(blocks) * 512
