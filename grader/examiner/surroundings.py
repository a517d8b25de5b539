"""What code of an exercise finds around it while it runs here: files by name, and helpers to import."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Self

from grader.course.material import HELPERS, Material
from grader.examiner.laid_files import laid


@dataclass
class Surroundings:
    """The folder in which the code works, if it opens files by name, and the file of its helpers.

    It changes where each student has files of their own. Modules may read these when they are imported.
    """

    folder: Path | None = None
    helpers: Path | None = None
    changes: bool = False
    _module: ModuleType | None = field(default=None, init=False)

    @classmethod
    def of(cls, folder: Path, material: Material) -> Self:
        """Return those of the exercise in a folder."""
        place = laid({**material.shipped, **material.hidden}, material.made) if material.made else folder
        return cls(place if material.has_files else None, material.helpers, bool(material.makes))

    def settle(self, material: Material) -> None:
        """Work in a folder with the files of one student from now on."""
        if self.changes:
            self.folder = laid({**material.shipped, **material.hidden}, material.made)
            self._module = None

    def entered(self) -> AbstractContextManager[None]:
        """Work there; afterwards the process is where it was, and knows none of the helpers."""
        if self.folder or self.helpers or HELPERS in sys.modules:
            return self._entered()
        return _WITHOUT_HELPERS

    @contextmanager
    def _entered(self) -> Iterator[None]:
        before = Path.cwd() if self.folder else None
        other = sys.modules.pop(HELPERS, None)
        try:
            if self.folder:
                os.chdir(self.folder)
            if self.helpers:
                sys.modules[HELPERS] = self._module or self._imported(self.helpers)
            yield
        finally:
            sys.modules.pop(HELPERS, None)
            if other is not None:
                sys.modules[HELPERS] = other
            if before:
                os.chdir(before)

    def _imported(self, file: Path) -> ModuleType:
        """Import the helpers, once."""
        spec = spec_from_file_location(HELPERS, file)
        assert spec is not None  # noqa: S101 for mypy: it is a Python file
        assert spec.loader is not None  # noqa: S101
        module = sys.modules[HELPERS] = module_from_spec(spec)
        spec.loader.exec_module(module)
        self._module = module
        return module


class _WithoutHelpers(AbstractContextManager[None]):
    """A context in which nothing is changed. Afterwards, the process knows none of the helpers."""

    def __exit__(self, *_exception: object) -> None:
        sys.modules.pop(HELPERS, None)


_WITHOUT_HELPERS = _WithoutHelpers()
NOTHING_AROUND = Surroundings()
