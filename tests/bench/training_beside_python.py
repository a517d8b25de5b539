"""A file that trains: `grade EXERCISE --file FILE` beside `python FILE`, in turn, in one run.

    python tests/bench/training_beside_python.py [ROUNDS] [--steps N]

Each trains a small convolutional net with Adam for 200 steps. Prints the median seconds of each command, and
the median of the ratios round by round.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BIN = Path(sys.executable).parent
COURSE = Path(__file__).resolve().parents[1] / "training" / "course"
TRAINING = """
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
images = torch.randn(2560, 1, 28, 28)
labels = (images.mean(dim=(1, 2, 3)) > 0).long()
loader = DataLoader(TensorDataset(images, labels), batch_size=64, shuffle=True)
net = nn.Sequential(
    nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 2),
)
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2)
for epoch in range({epochs}):
    for batch, wanted in loader:
        loss = nn.functional.cross_entropy(net(batch), wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    scheduler.step()
    print(f"epoch {{epoch}}: loss {{loss.item():.3f}}")
batches = 6
"""
STEPS_PER_EPOCH = 40


def seconds(command: list[str], folder: Path) -> float:
    """Return the wall-clock time of a command that leaves with 0 or 1."""
    begin = time.perf_counter()
    code = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=False).returncode
    assert code in {0, 1}, (command, code)
    return time.perf_counter() - begin


def main() -> None:
    """Measure and print."""
    arguments = sys.argv[1:]
    steps = int(arguments.pop(arguments.index("--steps") + 1)) if "--steps" in arguments else 200
    rounds = int(arguments[0]) if arguments and arguments[0].isdigit() else 5
    with tempfile.TemporaryDirectory() as name:
        root = Path(shutil.copytree(COURSE, Path(name, "course")))
        subprocess.run([BIN / "course", "generate", "H"], cwd=root, check=True, stdout=subprocess.DEVNULL)
        folder = root / "H"
        reference = (root / "exercises" / "fit" / "reference.py").read_text(encoding="utf-8")
        file = folder / "training.py"
        file.write_text(TRAINING.format(epochs=steps // STEPS_PER_EPOCH) + reference, encoding="utf-8")
        commands = {
            "python FILE": [sys.executable, str(file)],
            "grade --file FILE": [str(BIN / "grade"), "fit", "--file", str(file)],
        }
        times = {label: [seconds(command, folder)] for label, command in commands.items()}  # warms the disk
        for _ in range(rounds):
            for label, command in commands.items():
                times[label].append(seconds(command, folder))
    base = times["python FILE"][1:]
    for label, measured in times.items():
        ratio = statistics.median(own / other for own, other in zip(measured[1:], base, strict=True))
        print(f"{label:<24} {statistics.median(measured[1:]):6.2f} s   {ratio:5.2f} times")


if __name__ == "__main__":
    main()
