"""The environment of processes that run student code: all they see of this process's environment."""

from __future__ import annotations

import os
from pathlib import Path

_OF_WINDOWS = ("SYSTEMROOT", "WINDIR", "SYSTEMDRIVE", "APPDATA", "LOCALAPPDATA", "USERPROFILE")
_WITHOUT_DEVICES = {
    # A worker sees no device: the threads that autograd starts for one do not survive a fork.
    "CUDA_VISIBLE_DEVICES": "",
    "HIP_VISIBLE_DEVICES": "-1",  # where an empty value means all of them
}


def clean_environment() -> dict[str, str]:
    """Return all variables of the environment that student code sees."""
    # Windows needs its own folder, and the folder of its user's packages.
    windows = {name: os.environ[name] for name in _OF_WINDOWS if os.name == "nt" and name in os.environ}
    return windows | {
        "LANG": "C.UTF-8",
        "PATH": os.defpath,
        "MPLBACKEND": "Agg",  # plots go nowhere
        "MPLCONFIGDIR": str(_cache() / "torchgrade" / "matplotlib"),
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        **_WITHOUT_DEVICES,
        "TORCHDYNAMO_DISABLE": "1",  # torch.compile leaves code as it is: a worker must not start a compiler
    }


def temporary_in(folder: str) -> dict[str, str]:
    """Return the variables that put temporary files into a folder, those of torch's compiler included."""
    return dict.fromkeys(("TMPDIR", "TEMP", "TMP") if os.name == "nt" else ("TMPDIR",), folder) | {
        "TORCHINDUCTOR_CACHE_DIR": folder
    }


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path(os.path.expanduser("~"), ".cache"))  # noqa: PTH111
