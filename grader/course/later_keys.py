"""Keys that are computed when they are first asked for: a right answer can be judged without them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from grader.questions.posed import Key


class LaterKeys(Mapping[str, Key]):
    """The keys of an exercise by question, each one ready or still to be computed."""

    def __init__(self, keys: Mapping[str, Key | Callable[[], Key]]) -> None:
        self._keys = dict(keys)

    def __getitem__(self, question: str) -> Key:
        """Return a key, or raise the CourseFaults that computing it shows."""
        key = self._keys[question]
        if not isinstance(key, Key):
            key = self._keys[question] = key()
        return key

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)
