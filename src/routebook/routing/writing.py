"""Plain data as text: readable YAML, readable JSON, and canonical JSON for hashes. The same data gives the same text.

The YAML goes through PyYAML's own emitter, so no value can break out of its place, and every text that any YAML reader
would take for something else is quoted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

import yaml

WIDTH = 100  # where PyYAML starts to look for a break
_TAG = "tag:yaml.org,2002:"


class _Emitter(yaml.SafeDumper):
    """PyYAML's dumper, with lists indented and with every word quoted that YAML 1.2 would not read as text."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - PyYAML's signature
        super().increase_indent(flow, False)


_Emitter.add_implicit_resolver(
    f"{_TAG}float",
    re.compile(r"(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|0o[0-7]+)\Z"),
    list("-+.0123456789"),
)
_Emitter.add_implicit_resolver(f"{_TAG}bool", re.compile(r"[yYnN]\Z"), list("yYnN"))


def yaml_text(
    data: Mapping[str, Any],
    *,
    block: Callable[[tuple[str, ...]], bool] = lambda _: True,
    dates: Collection[str] = (),
    width: int = WIDTH,
) -> str:
    """Write plain data as YAML, names in their own order.

    Parameters
    ----------
    data
        Mappings, sequences, texts, finite numbers, truth values and `None`.
    block
        Whether what has this path (names, and ``*`` for any item of a list) goes on lines of its own; everything else
        is written in one line's flow, as ``{a: 1}``.
    dates
        Names whose values are ISO dates, written without quotes.
    """

    def node(value: object, path: tuple[str, ...]) -> yaml.Node:
        flow = not block(path)
        if isinstance(value, Mapping):
            pairs = [(scalar(str(key)), node(inner, (*path, str(key)))) for key, inner in value.items()]
            return yaml.MappingNode(f"{_TAG}map", pairs, flow_style=flow)
        if isinstance(value, Sequence) and not isinstance(value, str):
            return yaml.SequenceNode(f"{_TAG}seq", [node(item, (*path, "*")) for item in value], flow_style=flow)
        if path and path[-1] in dates and isinstance(value, str):
            return yaml.ScalarNode(f"{_TAG}timestamp", value)
        return scalar(value)

    def scalar(value: object) -> yaml.ScalarNode:
        if isinstance(value, str):
            return yaml.ScalarNode(f"{_TAG}str", value)
        text = _literal(value, yaml=True)
        kind = {bool: "bool", type(None): "null"}.get(type(value)) or ("int" if text.lstrip("-").isdigit() else "float")
        return yaml.ScalarNode(f"{_TAG}{kind}", text)

    return yaml.serialize(node(data, ()), Dumper=_Emitter, width=width, allow_unicode=True)


def pretty_json(data: object) -> str:
    """Write plain data as indented JSON, names in their own order."""
    return json.dumps(_plain_numbers(data), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def canonical_json(data: object) -> str:
    """Write plain data as canonical JSON (RFC 8785): sorted names, no white space, numbers as JavaScript writes them.

    >>> canonical_json({"b": 0.00001, "a": [30.0, None, "é"]})
    '{"a":[30,null,"é"],"b":0.00001}'
    """
    if isinstance(data, Mapping):
        names = sorted(data, key=lambda name: str(name).encode("utf-16-be"))
        return "{" + ",".join(f"{canonical_json(name)}:{canonical_json(data[name])}" for name in names) + "}"
    if isinstance(data, Sequence) and not isinstance(data, str):
        return "[" + ",".join(canonical_json(item) for item in data) + "]"
    return json.dumps(data, ensure_ascii=False) if isinstance(data, str) else _literal(data)


def _literal(value: object, *, yaml: bool = False) -> str:
    """Write a number, truth value or `None` as JSON does; numbers as JavaScript writes them.

    YAML 1.1 needs a point in a number with an exponent, which JavaScript leaves out.
    """
    if not isinstance(value, float):
        return json.dumps(value)
    if value == 0:
        return "0"
    exact = Decimal(repr(value))
    if -7 < exact.adjusted() < 21:
        text = f"{exact:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    digits, _, exponent = repr(value).partition("e")
    if yaml and "." not in digits:
        digits += ".0"
    return f"{digits}e{int(exponent):+d}"


def _plain_numbers(data: object) -> object:
    """Turn 30.0 into 30, all the way down."""
    if isinstance(data, Mapping):
        return {name: _plain_numbers(inner) for name, inner in data.items()}
    if isinstance(data, Sequence) and not isinstance(data, str):
        return [_plain_numbers(item) for item in data]
    return int(data) if isinstance(data, float) and data.is_integer() and abs(data) < 1e21 else data
