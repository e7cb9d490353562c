"""`routes.yaml` and `routes.json`: how a policy is read, strictly, and written, readably and always the same.

The reader walks `routebook.routing.document`'s tree and names the place of everything it refuses. What a file may hold
is what `SHAPES` and the functions below it say, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from routebook.errors import PolicyError, did_you_mean
from routebook.files import write_atomically
from routebook.routing import document
from routebook.routing.conditions import AllOf, AnyOf, Condition, HasKeyword, Not, TagIs
from routebook.routing.document import Fields, Items, Node, Place, Scalar, shown
from routebook.routing.names import check_date, check_model, check_ruled_tag, check_sha256, check_tag
from routebook.routing.policy import ClassifyRule, Policy
from routebook.routing.policy_data import SHAPES, VERSION, to_json, to_yaml
from routebook.routing.read_json import read_json
from routebook.routing.read_yaml import read_yaml
from routebook.routing.route import Evidence, Prices, Provenance, Route

T = TypeVar("T")


# ---- files ----------------------------------------------------------------------------------------------------------


def load(path: str | Path) -> Policy:
    """Read a policy file: ``.json`` as JSON, everything else as YAML.

    Raises
    ------
    PolicyError
        With line and column, or if the file cannot be opened or is not UTF-8.
    """
    path = Path(path).expanduser()
    try:
        with path.open("rb") as file:
            raw = file.read(document.MAX_BYTES + 1)
    except OSError as error:
        raise PolicyError(f"Cannot read the policy {shown(path)}: {error.strerror or error}.") from error
    if len(raw) > document.MAX_BYTES:
        raise PolicyError(f"{path.name} is too large for a policy: {document.MAX_BYTES:,} bytes is the most.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        raise Place(path.name, line, column).error("this is not UTF-8; save the file as UTF-8.") from error
    read = read_json if path.suffix.lower() == ".json" else read_yaml
    return _policy(read(text, path.name))


def from_yaml(text: str) -> Policy:
    """Read a policy from YAML text."""
    return _policy(read_yaml(text))


def from_json(text: str) -> Policy:
    """Read a policy from JSON text."""
    return _policy(read_json(text))


def save(policy: Policy, path: str | Path) -> Path:
    """Write a policy file whole or not at all, YAML or JSON by its name, and return the path.

    Raises
    ------
    PolicyError
        If the name ends otherwise, or the file cannot be written.
    """
    path = Path(path).expanduser()
    texts = {".yaml": to_yaml, ".yml": to_yaml, ".json": to_json}
    if (suffix := path.suffix.lower()) not in texts:
        raise PolicyError(f"Cannot tell the format of {shown(path.name)}: let it end in .yaml or .json.")
    text = texts[suffix](policy)
    if len(text.encode()) > document.MAX_BYTES:
        raise PolicyError(f"The policy is too large to be read again: {document.MAX_BYTES:,} bytes is the most.")
    try:
        return write_atomically(path, text)
    except OSError as error:
        raise PolicyError(f"Cannot write the policy {shown(path)}: {error.strerror or error}.") from error


# ---- reading --------------------------------------------------------------------------------------------------------


def _policy(node: Node) -> Policy:
    fields = _Shape(node, "a policy")
    version = fields.need("routebook", "write `routebook: 1`")
    if (number := _whole(version, "the format's version")) != VERSION:
        raise version.place.error(f"this is a policy of version {number}; this routebook reads version {VERSION}.")
    name = fields.need("name")
    routes: dict[str, Route] = {}
    for tag, (place, inner) in _shaped(fields.need("routes"), Fields, "routes map tags to routes").fields.items():
        _placed(place, check_tag, tag)
        routes[tag] = _route(inner)
    classify = fields.need("classify", "write a rule for each tag, such as `- {tag: coding, when: {tag: coding}}`")
    policy = _placed(
        name.place,
        Policy,
        _text(name, "a policy's name"),
        tuple(_rule(rule, routes) for rule in _listed(classify, "rules")),
        routes,
        _route(fields.need("default", "write where everything else goes: `default: {models: [...]}`")),
    )
    provenance = fields.get("provenance")
    return policy if provenance is None else replace(policy, provenance=_provenance(provenance))


def _rule(node: Node, routes: Mapping[str, Route]) -> ClassifyRule:
    fields = _Shape(node, "a classify rule")
    tag = fields.need("tag")
    name = _placed(tag.place, check_ruled_tag, _text(tag, "a tag"), routes, "this rule")
    when = fields.need("when", "say when, such as `when: {tag: coding}`")
    return _placed(when.place, ClassifyRule, name, _condition(when))


def _condition(node: Node) -> Condition:
    fields = _Shape(node, "a condition")
    if len(fields.names) != 1:
        raise node.place.error("a condition is one of tag, keyword, any, all and not; join several with any or all.")
    kind = fields.names[0]
    inner = fields.need(kind)
    match kind:
        case "tag":
            return _placed(inner.place, TagIs, _text(inner, "a tag"))
        case "keyword":
            words = tuple(_text(word, "a keyword") for word in _listed(inner, "words"))
            return _placed(inner.place, HasKeyword, words)
        case "any" | "all":
            conditions = tuple(_condition(one) for one in _listed(inner, "conditions"))
            return _placed(inner.place, AnyOf, conditions) if kind == "any" else _placed(inner.place, AllOf, conditions)
        case _:
            return Not(_condition(inner))


def _route(node: Node) -> Route:
    fields = _Shape(node, "a route")
    models = tuple(
        _placed(item.place, check_model, _text(item, "a model id")) for item in _listed(fields.need("models"), "models")
    )
    retries, evidence = fields.whole("retries"), fields.get("evidence")
    return fields.made(
        Route,
        models,
        fields.number("timeout_s"),
        0 if retries is None else retries,
        None if evidence is None else _evidence(evidence),
    )


def _evidence(node: Node) -> Evidence:
    fields = _Shape(node, "the evidence")
    prompts, interval = fields.need("prompts"), fields.get("quality_ci95")
    return fields.made(
        Evidence,
        prompts=_whole(prompts, "prompts"),
        held_out=fields.whole("held_out"),
        quality=fields.number("quality"),
        quality_ci95=None if interval is None else _interval(interval),
        usd_per_1k_prompts=fields.number("usd_per_1k_prompts"),
        latency_p95_s=fields.number("latency_p95_s"),
        simulated=fields.truth("simulated"),
    )


def _interval(node: Node) -> tuple[float, float]:
    ends = [_number(end, "an end of quality_ci95") for end in _listed(node, "numbers")]
    if len(ends) != 2:
        raise node.place.error("quality_ci95 has two ends, such as `[0.88, 0.94]`.")
    return ends[0], ends[1]


def _provenance(node: Node) -> Provenance:
    fields = _Shape(node, "the provenance")
    prices = fields.get("prices")
    return fields.made(
        Provenance,
        created=fields.text("created", check_date),
        run=fields.text("run"),
        data_sha256=fields.text("data_sha256", check_sha256),
        prices=None if prices is None else _prices(prices),
        judge=fields.text("judge"),
        seed=fields.whole("seed"),
    )


def _prices(node: Node) -> Prices:
    fields = _Shape(node, "the prices")
    return fields.made(Prices, _text(fields.need("source"), "a source of prices"), fields.text("date", check_date))


# ---- pieces ---------------------------------------------------------------------------------------------------------


class _Shape:
    """A mapping that holds nothing but what `SHAPES` allows; a `null` is the same as nothing."""

    def __init__(self, node: Node, what: str) -> None:
        self._what = what
        known = SHAPES[what]
        mapping = _shaped(node, Fields, f"{what} is a mapping with {', '.join(known)}")
        for name, (place, _) in mapping.fields.items():
            if name not in known:
                near = did_you_mean(name, known) or f" It knows {', '.join(known)}."
                raise place.error(f"{shown(name)} is no key of {what}.{near}")
        self._fields = mapping.fields
        self._place = node.place

    @property
    def names(self) -> list[str]:
        return list(self._fields)

    def get(self, name: str) -> Node | None:
        _, node = self._fields.get(name, (None, None))
        return None if isinstance(node, Scalar) and node.value is None else node

    def need(self, name: str, hint: str = "") -> Node:
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
        return None if (node := self.get(name)) is None else _placed(node.place, check, _text(node, name))

    def number(self, name: str) -> float | None:
        return None if (node := self.get(name)) is None else _number(node, name)

    def whole(self, name: str) -> int | None:
        return None if (node := self.get(name)) is None else _whole(node, name)

    def truth(self, name: str) -> bool:
        if (node := self.get(name)) is None:
            return False
        if not isinstance(node, Scalar) or not isinstance(node.value, bool):
            raise node.place.error(f"{name} is true or false.")
        return node.value


S = TypeVar("S", Fields, Items)


def _shaped(node: Node, shape: type[S], problem: str) -> S:
    if not isinstance(node, shape):
        raise node.place.error(f"{problem}.")
    return node


def _listed(node: Node, what: str) -> tuple[Node, ...]:
    return _shaped(node, Items, f"a list of {what} should stand here, such as `[a, b]`").items


def _text(node: Node, what: str) -> str:
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        hint = f"; put {node.value!r} in quotes" if isinstance(node, Scalar) and node.value is not None else ""
        raise node.place.error(f"{what} is text{hint}.")
    return node.value


def _number(node: Node, what: str) -> float:
    value = node.value if isinstance(node, Scalar) else None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise node.place.error(f"{what} is a number.")
    return float(value)


def _whole(node: Node, what: str) -> int:
    value = node.value if isinstance(node, Scalar) else None
    if isinstance(value, bool) or not isinstance(value, int):
        raise node.place.error(f"{what} is a whole number.")
    return value


def _placed(place: Place, make: Callable[..., T], *args: Any, **named: Any) -> T:
    """Call a maker or checker that knows no places, and add the place to what it refuses."""
    try:
        return make(*args, **named)
    except PolicyError as error:
        raise _at(place, error) from error


def _at(place: Place, error: PolicyError) -> PolicyError:
    message = str(error)
    return place.error(message[:1].lower() + message[1:])
