"""Motion by CSS: what is seen in which frames, and where it is, as classes and keyframes.

The first frame is the base: it is what a printer draws. Motion is added for screens.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from grader.figures.drawing.shapes import Drawable, Stroke

SECONDS = 2.4  # that a frame lasts; the last one lasts twice as long
GLIDE = 0.4  # seconds that the kernel moves
_FADE = 0.25
_BEGINS = (0.0, GLIDE, 1.2, 1.5)  # seconds into a frame, by beat: at once, products, sum, output

Runs = tuple[tuple[int, int], ...]  # first and last frames of being seen
Route = tuple[tuple[float, float], ...]  # a place for each frame


@dataclass(frozen=True)
class StrokeGroup:
    """Shapes that are seen in the same frames and move together; '' where they are always seen, or rest."""

    shapes: tuple[Drawable, ...]
    seen: str = ""
    moved: str = ""


@dataclass
class Timeline:
    """The classes that the parts of one figure share."""

    count: int  # of frames
    prefix: str
    _seen: dict[tuple[Runs, int], str] = field(default_factory=dict)
    _moved: dict[Route, str] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """How long all frames last."""
        return (self.count + 1) * SECONDS

    def groups(self, frames: Sequence[Sequence[Stroke]]) -> Iterator[StrokeGroup]:
        """Merge the frames of one panel: what is in several frames is drawn once."""
        found: dict[Stroke, dict[int, tuple[float, float] | None]] = {}
        for number, marks in enumerate(frames):
            for mark in marks:
                found.setdefault(replace(mark, at=None), {})[number] = mark.at
        groups: dict[tuple[int, str, str], list[Drawable]] = {}
        for mark, places in found.items():
            path = self._path(places)
            key = mark.layer, self._class_of(mark.beat, places, path), self._path_class(path)
            groups.setdefault(key, []).append(mark.shape)
        for (_, seen, moved), shapes in sorted(groups.items(), key=lambda item: item[0][0]):
            yield StrokeGroup(tuple(shapes), seen, moved)

    def _path(self, places: dict[int, tuple[float, float] | None]) -> Route:
        """Return where a shape is in each frame; in those where it is not seen, it stays where it was."""
        known = [place for place in places.values() if place is not None]
        if not known:
            return ()
        path, last = [], known[0]
        for number in range(self.count):
            last = places.get(number) or last
            path.append(last)
        return tuple(path)

    def _class_of(self, beat: int, places: Iterable[int], path: Route) -> str:
        runs = _runs(sorted(places), path if beat else ())
        is_always = runs == ((0, self.count - 1),) and not (beat and self.count > 1)
        return "" if is_always else self._seen.setdefault((runs, beat), f"v{len(self._seen)}")

    def _path_class(self, path: Route) -> str:
        return self._moved.setdefault(path, f"m{len(self._moved)}") if path else ""

    def still(self) -> Iterator[str]:
        """Yield the rules of the first frame, which `use` overrides with the last one."""
        for (runs, _), name in self._seen.items():
            is_first, is_last = runs[0][0] == 0, runs[-1][1] == self.count - 1
            if is_first and not is_last:
                yield f".{name}{{opacity:var(--first,1)}}"
            elif not is_first:
                yield f".{name}{{opacity:{'var(--last,0)' if is_last else 0}}}"
        for path, name in self._moved.items():
            yield f".{name}{{transform:var(--{name},{_to(path[0])})}}"

    def ending(self) -> str:
        """Return the properties with which `use` draws the last frame."""
        ends = (f"--{name}:{_to(path[-1])}" for path, name in self._moved.items() if len(set(path)) > 1)
        return ";".join(["--first:0", "--last:1", *ends])

    def motion(self) -> Iterator[str]:
        """Yield the rules and keyframes of what changes."""
        for (runs, beat), name in self._seen.items():
            yield self._rule(name, "linear", self._blinks(runs, beat))
        for path, name in self._moved.items():
            if len(set(path)) > 1:
                yield self._rule(name, "ease-in-out", self._glides(path))

    def _rule(self, name: str, pace: str, keyframes: str) -> str:
        own = f"{self.prefix}-{name}"
        rule = f"#{self.prefix} .{name}{{animation:{own} {self.seconds:g}s {pace} infinite}}"
        return f"{rule}@keyframes {own}{{{keyframes}}}"

    def _blinks(self, runs: Runs, beat: int) -> str:
        """Return the keyframes of what is seen in some frames only."""
        off, on = [], []
        end = 0.0
        for first, last in runs:
            begin = first * SECONDS + _BEGINS[beat]
            if begin > 0:
                off += [self._percent(end), self._percent(begin)]
            end = (last + 1) * SECONDS if last < self.count - 1 else self.seconds
            on += [
                self._percent(begin, _FADE if beat == len(_BEGINS) - 1 else 0.01),
                self._percent(end, -0.01),
            ]
        if end < self.seconds:
            off += [self._percent(end), "100%"]
        return f"{','.join(off)}{{opacity:0}}{','.join(on)}{{opacity:1}}"

    def _glides(self, path: Route) -> str:
        """Return the keyframes of what moves, and rests in each frame."""
        rests: dict[tuple[float, float], list[str]] = {}
        for number, place in enumerate(path):
            begin = number * SECONDS
            is_moved = number > 0 and path[number - 1] != place
            rests.setdefault(place, []).append(self._percent(begin, GLIDE if is_moved else 0))
            end = self.seconds if number == self.count - 1 else begin + SECONDS
            rests[place].append(self._percent(end))
        return "".join(
            f"{','.join(dict.fromkeys(at))}{{transform:{_to(place)}}}" for place, at in rests.items()
        )

    def _percent(self, seconds: float, more: float = 0.0) -> str:
        return f"{100 * (seconds + more) / self.seconds:.4g}%"


def _to(place: tuple[float, float]) -> str:
    return f"translate({place[0]:g}px,{place[1]:g}px)"


def _runs(numbers: Sequence[int], path: Route) -> Runs:
    """Join numbers that follow each other; not where the path goes on, so that it is hidden on the way.

    >>> _runs([0, 1, 4], ())
    ((0, 1), (4, 4))
    """
    runs: list[list[int]] = []
    for number in numbers:
        rests = not path or (number > 0 and path[number] == path[number - 1])
        if runs and runs[-1][1] == number - 1 and rests:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return tuple((first, last) for first, last in runs)
