"""Auto-graded exercises and quizzes for courses in PyTorch. In a notebook: `from grader import check`."""

import importlib

__version__ = "0.1.0"
TYPE_CHECKING = False  # as in `typing`, which takes longer to import than all the rest

if TYPE_CHECKING:
    from grader.notebook.asking import check

    __all__ = ["__version__", "check"]
else:

    def __getattr__(name):  # noqa: ANN001, ANN202
        """Import `check` when it is asked for: the commands do not need it."""
        if name != "check":
            raise AttributeError(f"module 'grader' has no attribute '{name}'")
        return importlib.import_module("grader.notebook.asking").check
