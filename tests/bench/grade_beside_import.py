"""How long a student waits: `grade EXERCISE` beside `python -c "import torch"`, in turn, in one run.

    python tests/bench/grade_beside_import.py [ROUNDS]

Prints the median seconds of each command, and the median of the ratios round by round.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BIN = Path(sys.executable).parent
ROOT = Path(__file__).resolve().parents[2]


def seconds(command: list[str], folder: Path) -> float:
    """Return the wall-clock time of a command that leaves with 0 or 1."""
    begin = time.perf_counter()
    code = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=False).returncode
    assert code in {0, 1}, (command, code)
    return time.perf_counter() - begin


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([BIN / "course", "generate", folder], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        quiz = folder / "exercise-3.py"
        with_torch = folder / "with-torch.py"
        with_torch.write_text("import torch\n" + quiz.read_text(encoding="utf-8"), encoding="utf-8")
        grade = str(BIN / "grade")
        commands = {
            'python -c "import torch"': [sys.executable, "-c", "import torch"],
            "grade exercise-3": [grade, "exercise-3"],
            "grade exercise-3, importing torch": [grade, "exercise-3", "--file", str(with_torch)],
            "grade exercise-8 (code)": [grade, "exercise-8"],
        }
        times = {label: [seconds(command, folder)] for label, command in commands.items()}  # warms the disk
        for _ in range(rounds):
            for label, command in commands.items():
                times[label].append(seconds(command, folder))
    base = times['python -c "import torch"'][1:]
    for label, measured in times.items():
        ratio = statistics.median(own / other for own, other in zip(measured[1:], base, strict=True))
        print(f"{label:<36} {statistics.median(measured[1:]):6.2f} s   {ratio:5.2f} times")


if __name__ == "__main__":
    main()
