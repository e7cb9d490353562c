"""The pieces a policy file is read from: mappings of known keys, lists, texts, numbers; each names its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from routebook.errors import PolicyError, did_you_mean
from routebook.routing.document import Fields, Items, Node, Place, Scalar, shown
from routebook.routing.policy_data import SHAPES

T = TypeVar("T")
S = TypeVar("S", Fields, Items)


class Shape:
    """A mapping that holds nothing but what `SHAPES` allows; a `null` is the same as nothing."""

    def __init__(self, node: Node, what: str) -> None:
        self._what = what
        known = SHAPES[what]
        mapping = shaped(node, Fields, f"{what} is a mapping with {', '.join(known)}")
        for name, (place, _) in mapping.fields.items():
            if name not in known:
                near = did_you_mean(name, known) or f" It knows {', '.join(known)}."
                raise place.error(f"{shown(name)} is no key of {what}.{near}")
        self._fields = mapping.fields
        self._place = node.place

    @property
    def names(self) -> list[str]:
        """The names that are given, in the order of the file."""
        return [name for name in self._fields if self.get(name) is not None]

    def place(self, name: str) -> Place:
        """Return where a name that is given stands."""
        return self._fields[name][0]

    def get(self, name: str) -> Node | None:
        """Return what is given under a name, or `None`."""
        _, node = self._fields.get(name, (None, None))
        return None if isinstance(node, Scalar) and node.value is None else node

    def need(self, name: str, hint: str = "") -> Node:
        """Return what is given under a name, or say that it is needed."""
        if (node := self.get(name)) is None:
            place = self._fields[name][0] if name in self._fields else self._place
            raise place.error(f"{self._what} needs {name!r}{': ' + hint if hint else ''}.")
        return node

    def made(self, make: Callable[..., T], *args: Any, **named: Any) -> T:
        """Call a maker; what it refuses by the name of a field is placed at that field."""
        try:
            return make(*args, **named)
        except PolicyError as error:
            blamed = [node.place for name, (_, node) in self._fields.items() if name in str(error).split()]
            raise _at(blamed[0] if blamed else self._place, error) from error

    def text(self, name: str, check: Callable[[str], str] = str) -> str | None:
        """Return the text under a name."""
        return None if (node := self.get(name)) is None else placed(node.place, check, a_text(node, name))

    def number(self, name: str) -> float | None:
        """Return the number under a name."""
        return None if (node := self.get(name)) is None else a_number(node, name)

    def whole(self, name: str) -> int | None:
        """Return the whole number under a name."""
        return None if (node := self.get(name)) is None else a_whole(node, name)

    def truth(self, name: str) -> bool:
        """Return the truth value under a name; `False` if none is given."""
        if (node := self.get(name)) is None:
            return False
        if not isinstance(node, Scalar) or not isinstance(node.value, bool):
            raise node.place.error(f"{name} is true or false.")
        return node.value

    def numbers(self, name: str) -> tuple[float, ...] | None:
        """Return the list of numbers under a name."""
        if (node := self.get(name)) is None:
            return None
        return tuple(a_number(item, f"each of {name}") for item in listed(node, "numbers"))

    def interval(self, name: str) -> tuple[float, float] | None:
        """Return the two numbers under a name."""
        if (ends := self.numbers(name)) is None:
            return None
        if len(ends) != 2:
            raise self._fields[name][1].place.error(f"{name} has two ends, such as `[0.88, 0.94]`.")
        return ends[0], ends[1]


def shaped(node: Node, shape: type[S], problem: str) -> S:
    """Return the node if it is a mapping, or a list."""
    if not isinstance(node, shape):
        raise node.place.error(f"{problem}.")
    return node


def listed(node: Node, what: str) -> tuple[Node, ...]:
    """Return the items of a list."""
    return shaped(node, Items, f"a list of {what} should stand here, such as `[a, b]`").items


def a_text(node: Node, what: str) -> str:
    """Return a text."""
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        hint = f"; put {node.value!r} in quotes" if isinstance(node, Scalar) and node.value is not None else ""
        raise node.place.error(f"{what} is text{hint}.")
    return node.value


def a_number(node: Node, what: str) -> float:
    """Return a number."""
    value = node.value if isinstance(node, Scalar) else None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise node.place.error(f"{what} is a number.")
    return float(value)


def a_whole(node: Node, what: str) -> int:
    """Return a whole number; 1.0 is one, as in JSON Schema."""
    value = node.value if isinstance(node, Scalar) else None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != int(value):
        raise node.place.error(f"{what} is a whole number.")
    return int(value)


def a_value(node: Node, what: str) -> bool | float | str:
    """Return a text, a number or a truth value."""
    if not isinstance(node, Scalar) or node.value is None:
        raise node.place.error(f"{what} is a text, a number, true or false.")
    return node.value


def placed(place: Place, make: Callable[..., T], *args: Any, **named: Any) -> T:
    """Call a maker or checker that knows no places, and add the place to what it refuses."""
    try:
        return make(*args, **named)
    except PolicyError as error:
        raise _at(place, error) from error


def _at(place: Place, error: PolicyError) -> PolicyError:
    message = str(error)
    return place.error(message[:1].lower() + message[1:])
