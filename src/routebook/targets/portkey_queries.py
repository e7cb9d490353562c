"""Conditions over tags and metadata as Portkey's queries, and back.

A query is ``{"metadata.plan": {"$eq": "pro"}}``, or several of them under ``$and`` or ``$or``. A prompt's tag is its
metadata ``route``, or the model that is asked for: ``route/TAG``. Portkey has no ``$not``: it is carried down to the
comparisons. It compares numbers after `parseFloat`, so that the text "7" would be a number: ranges are not expressed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from routebook.errors import did_you_mean
from routebook.routing.conditions import AllOf, AnyOf, Condition, MetadataIs, Not, TagIs
from routebook.routing.document import Fields, Node, Place, shown
from routebook.routing.pieces import a_value, listed, placed, shaped

ROUTE = "route"
_METADATA, _MODEL = "metadata.", "params.model"
_OPERATORS = ("$eq", "$ne", "$in", "$nin")


def tag_query(tag: str) -> dict[str, Any]:
    """Return the query for one tag."""
    return _tagged(tag, negated=False)


def query(condition: Condition, *, negated: bool = False) -> dict[str, Any] | None:
    """Return a condition as a query; `None` if Portkey cannot ask it.

    >>> query(MetadataIs("plan", equals="pro"))
    {'metadata.plan': {'$eq': 'pro'}}
    >>> query(Not(MetadataIs("plan", one_of=("pro", "team"))))
    {'metadata.plan': {'$nin': ['pro', 'team']}}
    """
    match condition:
        case TagIs(tag):
            return _tagged(tag, negated=negated)
        case MetadataIs(name, equals, one_of, None, None) if name != ROUTE and "." not in name:
            compared = {"$eq": equals} if equals is not None else {"$in": list(one_of)}
            if negated:
                compared = {"$ne": equals} if equals is not None else {"$nin": list(one_of)}
            return {f"{_METADATA}{name}": compared}
        case Not(inner):
            return query(inner, negated=not negated)
        case AnyOf(inner) | AllOf(inner):
            parts = [query(one, negated=negated) for one in inner]
            if None in parts:
                return None
            return {"$or" if isinstance(condition, AnyOf) != negated else "$and": parts}
        case _:
            return None


def _tagged(tag: str, *, negated: bool) -> dict[str, Any]:
    compare = "$ne" if negated else "$eq"
    return {
        "$and" if negated else "$or": [
            {f"{_METADATA}{ROUTE}": {compare: tag}},
            {_MODEL: {compare: f"route/{tag}"}},
        ]
    }


# ---- back -----------------------------------------------------------------------------------------------------------


def read_query(node: Node) -> Condition:
    """Read a query as a condition.

    Raises
    ------
    PolicyError
        With line and column, for what a policy cannot ask.
    """
    fields = shaped(node, Fields, 'a query is a mapping, such as {"metadata.plan": {"$eq": "pro"}}')
    if not fields.fields:
        raise node.place.error("an empty query matches everything; a policy says that with its default.")
    parts = []
    for name, (place, inner) in fields.fields.items():
        if name in ("$and", "$or"):
            if len(fields.fields) > 1:
                raise place.error(f"Portkey looks at nothing after {name} in one query: let it stand alone.")
            return _joined(name, inner, place)
        parts.append(_comparison(name, place, inner))
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def _joined(name: str, node: Node, place: Place) -> Condition:
    inner = tuple(dict.fromkeys(read_query(item) for item in listed(node, "queries")))
    if len(inner) == 1:
        return inner[0]  # such as a tag by its two names
    return placed(place, AnyOf, inner) if name == "$or" else placed(place, AllOf, inner)


def _routed(value: object, place: Place) -> Condition:
    if not isinstance(value, str) or not value.startswith("route/"):
        raise place.error("a policy does not look at the model that is asked for, but for names such as route/coding.")
    return placed(place, TagIs, value.removeprefix("route/"))


def _comparison(name: str, place: Place, node: Node) -> Condition:
    if name == _MODEL:
        return _compared(node, _routed)
    if not name.startswith(_METADATA) or "." in name.removeprefix(_METADATA):
        raise place.error(f"a policy cannot look at {shown(name)}: it knows the prompt's metadata, as metadata.NAME.")
    called = name.removeprefix(_METADATA)

    def make(value: bool | float | str, at: Place) -> Condition:
        if called == ROUTE and isinstance(value, str):
            return placed(at, TagIs, value)
        condition: Condition = placed(at, MetadataIs, called, equals=value)
        return condition

    return _compared(node, make)


def _compared(node: Node, make: Callable[[Any, Place], Condition]) -> Condition:
    """Read ``value`` or ``{"$eq": value}`` and their kin."""
    if not isinstance(node, Fields):
        return make(a_value(node, "what is compared with"), node.place)
    if not node.fields:
        raise node.place.error("this compares with nothing; a policy needs a comparison.")
    parts: list[Condition] = []
    for name, (place, given) in node.fields.items():
        if name not in _OPERATORS:
            raise place.error(_refused(name))
        if name in ("$eq", "$ne"):
            found = make(a_value(given, name), given.place)
        else:
            values = tuple(make(a_value(item, f"each of {name}"), item.place) for item in listed(given, "values"))
            found = _one_of(values, place)
        parts.append(Not(found) if name in ("$ne", "$nin") else found)
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def _one_of(found: tuple[Condition, ...], place: Place) -> Condition:
    if found and all(isinstance(one, MetadataIs) for one in found):
        names = {one.name for one in found if isinstance(one, MetadataIs)}
        values = tuple(one.equals for one in found if isinstance(one, MetadataIs))
        condition: Condition = placed(place, MetadataIs, names.pop(), one_of=values)
        return condition
    return placed(place, AnyOf, found)


_WHY: Mapping[str, str] = {
    "$regex": "a policy compares metadata with whole values",
    "$gt": "a policy's ranges include their ends, and a text is no number in them",
    "$gte": "Portkey reads texts as numbers here, which a policy does not",
}


def _refused(name: str) -> str:
    why = _WHY.get({"$lt": "$gt", "$lte": "$gte"}.get(name, name), "it is none of Portkey's that a policy knows")
    return f"{shown(name)} cannot be read: {why}. There are {', '.join(_OPERATORS)}.{did_you_mean(name, _OPERATORS)}"
