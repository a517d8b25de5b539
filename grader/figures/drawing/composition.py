"""Which panels a figure has: for one way, for two ways, and for sizes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grader.figures.drawing.arithmetic import product_panel
from grader.figures.drawing.arrangement import Arrangement
from grader.figures.drawing.cells import Role, sheet_panel
from grader.figures.drawing.panel import BOTH, HEAD, TORCH, YOURS, Panel, Way, line_of_text, text_panel
from grader.figures.drawing.rulers import strip_panel
from grader.figures.drawing.shapes import Stroke
from grader.figures.figure import Figure, FigureFrame, Track

_BELOW_HOW = 24  # pixels that a track's second line takes


def composed(figure: Figure, labels: Sequence[str], notes: Sequence[str] = ()) -> Arrangement:
    """Return the panels of a figure; labels say which step each frame is, and notes come at the end."""
    arranged = _composed(figure, labels)
    if not notes:
        return arranged
    panel = text_panel([""] * len(labels), notes)
    return Arrangement([*arranged.columns, [panel]], [*arranged.groups, [panel]])


def _composed(figure: Figure, labels: Sequence[str]) -> Arrangement:
    if any(frame.strips for track in figure.tracks for frame in track.frames):
        columns = [_strips(track, figure) for track in figure.tracks]
        return Arrangement(columns, columns)
    if len(figure.tracks) == 1:
        return _single(figure.tracks[0], labels)
    return _shared(figure, labels) if figure.shares_image else _apart(figure, labels)


def _way(track: Track) -> Way:
    return TORCH if track.is_true else YOURS


def _heads(track: Track, figure: Figure) -> tuple[list[Stroke], float]:
    """Return the title of a track with its sign, what is done in this way, and where all titles end."""
    if not track.name:
        return [], 0
    lines = max(bool(one.how) for one in figure.tracks)
    sign = "✓" if track.is_true else "✗"
    head = line_of_text(f"{sign} {track.name}", 14, f"h {_way(track).words}")
    how = [line_of_text(track.how, 36, "s")] if track.how else []
    return [head, *how], HEAD + _BELOW_HOW * lines


def _strips(track: Track, figure: Figure) -> list[Panel]:
    heads, top = _heads(track, figure)
    strips = track.frames[0].strips
    return [
        strip_panel(strip, heads if number == 0 else [], (top if number == 0 else 0) + 8, _way(track))
        for number, strip in enumerate(strips)
    ]


def _sheets(
    frames: Sequence[FigureFrame], role: Role, heads: Sequence[Stroke] = (), top: float = 0, name: str = ""
) -> Iterator[Panel]:
    """Yield a panel for each sheet of the input or the output, the first one below the heads."""
    shown = [frame.output if role.is_output else frame.sheets for frame in frames]
    for number in range(max(map(len, shown), default=0)):
        sheets = [sheets[min(number, len(sheets) - 1)] for sheets in shown]
        title = sheets[0].title or ("output" if role.is_output else "image")
        title = title[:1].upper() + title[1:] + (f", {name}" if name else "")
        own = [*heads, line_of_text(title, top + 14, "s" if heads else "h")] if number == 0 else []
        own = own or [line_of_text(title, 14, "h")]
        yield sheet_panel(sheets, own, HEAD + (top if number == 0 else 0), role)


def _single(track: Track, labels: Sequence[str]) -> Arrangement:
    """Return the panels of one way: what is read, what is computed, what comes out."""
    images, outputs = [*_sheets(track.frames, Role(TORCH))], [*_outputs(track)]
    if any(frame.products and frame.operation not in {"copy", "stamp"} for frame in track.frames):
        computed = product_panel(track.frames, [], HEAD, TORCH, labels if any(labels) else ())
        columns = [[panel] for panel in (*images, computed, *outputs)]
    else:
        step = [text_panel(labels)] if any(labels) else []
        columns = [*([panel] for panel in images[:-1]), [*images[-1:], *step], *([one] for one in outputs)]
    return Arrangement(columns, [[panel for column in columns for panel in column]])


def _shared(figure: Figure, labels: Sequence[str]) -> Arrangement:
    """Return two tracks beside the image that both read."""
    images = [*_sheets(figure.tracks[0].frames, Role(BOTH))]
    about = text_panel(labels, [*_notes(figure)])
    computed = [product_panel(track.frames, *_heads(track, figure), _way(track)) for track in figure.tracks]
    outputs = [[*_outputs(track)] for track in figure.tracks]
    columns = [[*images, about], *([one, *two] for one, two in zip(computed, outputs, strict=True))]
    return Arrangement(columns, [[*images, about], *([one] for one in computed), [*outputs[0], *outputs[1]]])


def _apart(figure: Figure, labels: Sequence[str]) -> Arrangement:
    """Return two tracks, each with an image of its own."""
    columns: list[list[Panel]] = []
    for track in figure.tracks:
        images = [*_sheets(track.frames, Role(_way(track)), *_heads(track, figure))]
        own = [product_panel(track.frames, [], HEAD, _way(track))] if _has_products(track) else []
        columns.append([*images, *own])
    outputs = [[*_outputs(track)] for track in figure.tracks]
    step = [text_panel(labels)] if any(labels) else []
    wide = [[*column, *own] for column, own in zip(columns, outputs, strict=True)]
    groups = [*([panel] for column in columns for panel in column), [*outputs[0], *outputs[1]]]
    return Arrangement([*wide, *([step] if step else [])], [*groups, *([step] if step else [])])


def _has_products(track: Track) -> bool:
    return any(frame.products or frame.is_missing for frame in track.frames)


def _outputs(track: Track) -> Iterator[Panel]:
    yield from _sheets(track.frames, Role(_way(track), is_output=True), name=track.name)


def _notes(figure: Figure) -> Iterator[str]:
    """Yield what the picture of two tracks needs in words."""
    yield "Both lie on the same cells."
    frames = [frame for track in figure.tracks for frame in track.frames]
    if any(one.is_first_weight for frame in frames for line in frame.products for one in line):
        yield from ("The ring marks the", "first weight of the kernel.")
