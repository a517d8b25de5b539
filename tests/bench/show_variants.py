"""How long `course show --html` takes, and how large its page is, for each shipped exercise.

    python tests/bench/show_variants.py [VARIANTS [EXERCISE...]]

Prints, by exercise: seconds from the command line to the end of the process, the processor seconds of all its
processes, figures, and the size of the page.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COURSES = (ROOT, ROOT / "grader" / "courses" / "training")


def shown(course: Path, exercise: str, variants: str, file: Path) -> tuple[float, float]:
    """Run the command; return the seconds that it took, and those of processors."""
    before, begun = os.times(), time.perf_counter()
    program = "from grader.cli.course import main; main()"
    command = [sys.executable, "-c", program, "show", exercise, "--variants", variants, "--html", str(file)]
    subprocess.run(command, cwd=course, check=True, stdout=subprocess.DEVNULL)
    seconds, after = time.perf_counter() - begun, os.times()
    return (
        seconds,
        after.children_user + after.children_system - before.children_user - before.children_system,
    )


def main() -> None:
    """Show each exercise."""
    variants = sys.argv[1] if len(sys.argv) > 1 else "100"
    folders = [one for course in COURSES for one in sorted((course / "exercises").glob("*/"))]
    wanted = [one for one in folders if one.name in (sys.argv[2:] or [one.name])]
    print(f"{'exercise':<14}{'seconds':>9}{'processor':>11}{'figures':>9}{'MB':>7}")
    with tempfile.TemporaryDirectory() as folder:
        for exercise in wanted:
            course, name = exercise.parents[1], exercise.name
            file = Path(folder) / f"{name}.html"
            seconds, processor = shown(course, name, variants, file)
            text = file.read_text(encoding="utf-8")
            size, figures = len(text.encode()) / 1e6, text.count("<figure")
            print(f"{name:<14}{seconds:>9.1f}{processor:>11.1f}{figures:>9}{size:>7.1f}", flush=True)


if __name__ == "__main__":
    main()
