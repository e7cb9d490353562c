"""Which points no other beats, and where to write their names so that none covers another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import copysign, cos, pi, sin

Point = tuple[float, float]


def front(points: Mapping[str, Point]) -> list[str]:
    """Return the points that no other beats, by their first coordinate; less is better in both coordinates.

    One point beats another if it is as good in both and better in one. Equal points do not beat each other.

    >>> front({"cheap": (1, 9), "fast": (5, 2), "neither": (6, 3), "as fast": (5, 2)})
    ['cheap', 'fast', 'as fast']
    """

    def beaten(name: str) -> bool:
        x, y = points[name]
        return any((a <= x and b <= y) and (a, b) != (x, y) for a, b in points.values())

    return sorted((name for name in points if not beaten(name)), key=lambda name: points[name])


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a label goes: pixels right of and below its point, which side of it is there, and whether that is far."""

    dx: float
    dy: float
    align: str
    far: bool

    @property
    def edge(self) -> float:
        """Where a line from the point reaches the label, pixels below the point."""
        return self.dy if self.align != "center" else self.dy - copysign(_HALF_HEIGHT, self.dy)


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float

    def overlap(self, other: _Box) -> float:
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.bottom, other.bottom) - max(self.top, other.top)
        return wide * high if wide > 0 and high > 0 else 0.0


_NEAR, _STEP, _RINGS = 11.0, 13.0, 9
_DIRECTIONS = (0, 4, 2, 6, 1, 7, 3, 5)  # eighths of a turn: right, left, below, above, then between
_HALF_HEIGHT, _HALF_POINT = 8.0, 7.0


def placed(
    points: Mapping[str, Point],
    widths: Mapping[str, float],
    lines: Sequence[tuple[Point, Point]],
    *,
    size: Point,
    beyond: float,
) -> dict[str, Placed]:
    """Place a label beside each point, so that none covers another label or a point, and few cross a line.

    The same points are always labelled the same way: each label in turn takes the best of some places around its
    point, the nearest first.

    Parameters
    ----------
    points
        Where the points are, pixels right and down; those whose labels are placed first come first.
    widths
        How wide each label is, pixels.
    lines
        What a label should not cross, from point to point, upright or level.
    size
        Of the plot, pixels.
    beyond
        How far a label may stand out of the plot to the right, pixels.
    """
    dots = {name: _around(point, _HALF_POINT) for name, point in points.items()}
    strokes = [_Box(min(a, c), min(b, d), max(a, c) + 1, max(b, d) + 1) for (a, b), (c, d) in lines]
    inside = _Box(0, -10, size[0] + beyond, size[1])
    taken: list[_Box] = []
    leaders: list[_Box] = []  # as small boxes along the lines to labels that are far from their points
    found: dict[str, Placed] = {}
    for name, point in points.items():
        best: tuple[float, Placed, _Box] | None = None
        for place in _places():
            box = _box(point, place, widths[name])
            cost = 100 * sum(box.overlap(other) for other in taken)
            cost += 100 * sum(box.overlap(dot) for other, dot in dots.items() if other != name)
            cost += 100 * _outside(box, inside)
            cost += sum(8 for stroke in strokes if box.overlap(stroke))
            cost += sum(12 for leader in leaders if box.overlap(leader))
            cost += sum(12 for leader in _leader(point, place) for other in taken if leader.overlap(other))
            cost += abs(place.dx) / 4 + abs(place.dy) / 4
            if best is None or cost < best[0]:
                best = (cost, place, box)
        if best is not None:
            found[name] = best[1]
            taken.append(best[2])
            leaders += _leader(point, best[1])
    return found


def _leader(point: Point, place: Placed) -> list[_Box]:
    if not place.far:
        return []
    return [_around((point[0] + place.dx * part / 8, point[1] + place.edge * part / 8), 1.0) for part in range(1, 8)]


def _places() -> list[Placed]:
    made = []
    for ring in range(_RINGS):
        radius = _NEAR + ring * _STEP
        for eighth in _DIRECTIONS:
            dx, dy = radius * cos(eighth * pi / 4), radius * sin(eighth * pi / 4) * 1.25
            align = "left" if dx > 1 else "right" if dx < -1 else "center"
            made.append(Placed(round(dx, 1), round(dy, 1), align, ring > 0))
    return made


def _around(point: Point, half: float) -> _Box:
    return _Box(point[0] - half, point[1] - half, point[0] + half, point[1] + half)


def _box(point: Point, place: Placed, width: float) -> _Box:
    x, y = point[0] + place.dx, point[1] + place.dy
    left = {"left": x, "right": x - width, "center": x - width / 2}[place.align]
    return _Box(left, y - _HALF_HEIGHT, left + width, y + _HALF_HEIGHT)


def _outside(box: _Box, inside: _Box) -> float:
    return sum(
        max(0.0, amount)
        for amount in (
            inside.left - box.left,
            inside.top - box.top,
            box.right - inside.right,
            box.bottom - inside.bottom,
        )
    )
