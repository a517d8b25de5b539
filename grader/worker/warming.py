"""Work that is done once before workers begin, so that none of them has to do it first."""

from __future__ import annotations

import contextlib
import gc
import importlib
import sys
from collections.abc import Sequence

from grader.worker import child, watch
from grader.worker.comparing import quicken


def load(modules: Sequence[str]) -> None:
    """Import what is slow, and do once what every worker would do first."""
    for name in modules:
        with contextlib.suppress(Exception):  # whatever is wrong with it, the file that imports it will show
            importlib.import_module(name)
    child.warm_up()
    if "torch" in sys.modules:
        _warm_up()
    if "matplotlib" in sys.modules:
        with contextlib.suppress(Exception):
            importlib.import_module("matplotlib.pyplot")  # looks for fonts, and remembers them in a file
    gc.freeze()  # so that no collection in a fork writes to memory shared with this process


def _warm_up() -> None:
    """Make torch do once, now, what it would otherwise do first in every worker."""
    import torch  # noqa: PLC0415 only where the course uses it

    torch.set_num_threads(1)
    quicken()
    image = torch.ones(1, 1, 4, 4)
    torch.nn.functional.conv2d(image, torch.ones(1, 1, 2, 2))
    torch.nn.Conv2d(1, 1, 2)(image).sum().backward()
    torch.nn.functional.unfold(image, 2).numpy()
    watch.warm_up()
