"""What the tiny interpreter may use: operators, functions and methods without a way out, and bounds on every value."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

MAX_SIZE = 2_000
MAX_BITS = 4_096

BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow, ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_, ast.BitXor: operator.xor,
}  # fmt: skip
COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge, ast.Is: operator.is_, ast.IsNot: operator.is_not, ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}  # fmt: skip
UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Not: operator.not_, ast.Invert: operator.invert,
}  # fmt: skip
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "len": len, "sum": sum, "min": min, "max": max, "sorted": sorted, "abs": abs, "round": round, "list": list,
    "tuple": tuple, "set": set, "dict": dict, "str": str, "int": int, "float": float, "bool": bool, "any": any,
    "all": all, "divmod": divmod, "ord": ord, "chr": chr, "repr": repr,
    "enumerate": lambda *a: list(enumerate(*a)), "zip": lambda *a: list(zip(*a)),  # noqa: B905
    "reversed": lambda a: list(reversed(a)),
}  # fmt: skip
METHODS: dict[type, frozenset[str]] = {
    str: frozenset((
        "upper", "lower", "strip", "lstrip", "rstrip", "split", "join", "replace", "count", "find", "index",
        "startswith", "endswith", "title", "capitalize", "swapcase", "isdigit", "isalpha", "isalnum", "isupper",
        "islower", "isspace",
    )),
    list: frozenset(("append", "extend", "insert", "pop", "remove", "index", "count", "reverse", "sort", "copy")),
    dict: frozenset(("get", "keys", "values", "items", "pop", "update", "setdefault", "copy")),
    set: frozenset(("add", "discard", "remove", "union", "intersection", "difference", "issubset", "issuperset")),
    tuple: frozenset(("index", "count")),
}  # fmt: skip
PLAIN = (str, int, float, bool, type(None), list, tuple, dict, set, range)


class NotUnderstoodError(Exception):
    """The source is not in the part of Python that is understood, fails, or would take too long."""


def size_of(value: object) -> int:
    """Count everything inside a value, nested or shared; more than `MAX_SIZE` is refused before it is counted."""
    if isinstance(value, str):
        return len(value)
    count, waiting = 0, [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, (list, tuple, set)):
            inside = list(item)
        elif isinstance(item, dict):
            inside = [*item, *item.values()]
        else:
            inside = []
            count += len(item) if isinstance(item, str) else 0
        count += len(inside)
        if count > MAX_SIZE:
            raise NotUnderstoodError("too long")
        waiting += inside
    return count


def bounded(value: Any) -> Any:
    """Return the value, or refuse one that is too large to go on with."""
    if isinstance(value, int) and value.bit_length() > MAX_BITS:
        raise NotUnderstoodError("too large")
    if size_of(value) > MAX_SIZE:
        raise NotUnderstoodError("too long")
    return value
