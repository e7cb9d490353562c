"""Which points no other beats, and labels that cover neither each other nor a point."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from routebook.charts.pareto import Placed, Point, front, placed

SIZE = (560.0, 340.0)
COORDINATES = st.floats(0, 100).map(lambda value: round(value, 1))
POINTS = st.dictionaries(st.text("abcdef", min_size=1), st.tuples(COORDINATES, COORDINATES), min_size=1, max_size=12)


@given(POINTS)
def test_a_point_is_on_the_front_if_and_only_if_no_other_is_as_good_in_both_and_better_in_one(
    points: dict[str, Point],
) -> None:
    best = front(points)

    for name, (x, y) in points.items():
        beaten = any(a <= x and b <= y and (a < x or b < y) for a, b in points.values())
        assert (name in best) is not beaten
    assert [points[name][0] for name in best] == sorted(points[name][0] for name in best)


def box(point: Point, place: Placed, width: float) -> tuple[float, float, float, float]:
    left = point[0] + place.dx - {"left": 0.0, "center": width / 2, "right": width}[place.align]
    return left, point[1] + place.dy - 8, left + width, point[1] + place.dy + 8


def apart(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def placed_at(points: dict[str, Point], width: float) -> list[tuple[float, float, float, float]]:
    places = placed(points, dict.fromkeys(points, width), [], size=SIZE, beyond=150)
    assert places == placed(points, dict.fromkeys(points, width), [], size=SIZE, beyond=150)
    return [box(points[name], places[name], width) for name in points]


def test_labels_of_a_dozen_points_in_one_place_do_not_cover_each_other() -> None:
    points = {f"model {number}": (270.0 + 5 * (number % 4), 160.0 + 5 * (number // 4)) for number in range(12)}

    assert all(apart(one, other) for one, other in combinations(placed_at(points, 110), 2))


def test_labels_at_the_edges_stay_where_they_can_be_read() -> None:
    corners = {"a": (0.0, 0.0), "b": (560.0, 0.0), "c": (0.0, 340.0), "d": (560.0, 340.0)}

    for left, top, right, bottom in placed_at(corners, 140):
        assert left >= 0
        assert top >= -10
        assert right <= 560 + 150
        assert bottom <= 340


def test_a_label_covers_no_other_point() -> None:
    points = {f"model {number}": (60.0 + 30 * number, 100.0) for number in range(8)}

    for name, label in zip(points, placed_at(points, 90), strict=True):
        for other, (x, y) in points.items():
            assert other == name or apart(label, (x - 6, y - 6, x + 6, y + 6))


def test_a_label_alone_is_right_of_its_point_and_near() -> None:
    (place,) = placed({"a": (100.0, 100.0)}, {"a": 50.0}, [], size=SIZE, beyond=0).values()

    assert (place.align, place.dy, place.far) == ("left", 0, False)


def test_a_label_keeps_off_a_line_where_it_can() -> None:
    along = [((100.0, 100.0), (400.0, 100.0))]
    (place,) = placed({"a": (100.0, 100.0)}, {"a": 50.0}, along, size=SIZE, beyond=0).values()
    _, top, right, bottom = box((100.0, 100.0), place, 50)

    assert right <= 100 or bottom <= 100 or top >= 101
