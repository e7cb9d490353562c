"""A policy out of the tree of a file: strict, and with the place of everything that is refused.

What a file may hold is what `SHAPES` and the functions below say, and nothing else; `policy.schema.json` says the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from routebook.routing.conditions import (
    AllOf,
    AnyOf,
    Condition,
    FeatureIs,
    HasKeyword,
    InLanguage,
    Matches,
    MetadataIs,
    Not,
    TagIs,
)
from routebook.routing.document import Fields, Items, Node
from routebook.routing.names import check_date, check_model, check_ruled_tag, check_sha256, check_tag
from routebook.routing.pieces import Shape, a_text, a_value, a_whole, listed, placed, shaped
from routebook.routing.policy import ClassifyRule, Policy
from routebook.routing.policy_data import VERSION
from routebook.routing.route import Evidence, Prices, Provenance, Route

KINDS = ("tag", "keyword", "regex", "language", "metadata", "feature", "any", "all", "not")
_COMPARISONS = ("equals", "in", "at_least", "at_most")


def read_policy(node: Node) -> Policy:
    """Read a policy.

    Raises
    ------
    PolicyError
        With line and column, and the nearest right name.
    """
    fields = Shape(node, "a policy")
    version = fields.need("routebook", "write `routebook: 1`")
    if (number := a_whole(version, "the format's version")) != VERSION:
        raise version.place.error(f"this is a policy of version {number}; this routebook reads version {VERSION}.")
    name = fields.need("name")
    routes: dict[str, Route] = {}
    for tag, (place, inner) in shaped(fields.need("routes"), Fields, "routes map tags to routes").fields.items():
        placed(place, check_tag, tag)
        routes[tag] = _route(inner)
    classify = fields.need("classify", "write a rule for each tag, such as `- {tag: coding, when: {tag: coding}}`")
    policy = placed(
        name.place,
        Policy,
        a_text(name, "a policy's name"),
        tuple(_rule(rule, routes) for rule in listed(classify, "rules")),
        routes,
        _route(fields.need("default", "write where everything else goes: `default: {models: [...]}`")),
    )
    provenance = fields.get("provenance")
    return policy if provenance is None else replace(policy, provenance=_provenance(provenance))


def _rule(node: Node, routes: Mapping[str, Route]) -> ClassifyRule:
    fields = Shape(node, "a classify rule")
    tag = fields.need("tag")
    name = placed(tag.place, check_ruled_tag, a_text(tag, "a tag"), routes, "this rule")
    when = fields.need("when", "say when, such as `when: {tag: coding}`")
    return placed(when.place, ClassifyRule, name, _condition(when))


# ---- conditions -----------------------------------------------------------------------------------------------------


def _condition(node: Node) -> Condition:
    fields = Shape(node, "a condition")
    kinds = [name for name in fields.names if name in KINDS]
    if len(kinds) != 1:
        raise node.place.error(
            f"a condition is one of {', '.join(KINDS[:-1])} and {KINDS[-1]}; join several with any or all."
        )
    kind = kinds[0]
    compared = kind in ("metadata", "feature")
    for name in fields.names:
        if name in _COMPARISONS and not compared:
            raise fields.place(name).error(f"{name!r} goes with metadata or feature, not with {kind}.")
    inner = fields.need(kind)
    if compared:
        return _comparison(fields, kind, inner)
    match kind:
        case "tag":
            return placed(inner.place, TagIs, a_text(inner, "a tag"))
        case "keyword":
            words = tuple(a_text(word, "a keyword") for word in listed(inner, "words"))
            return placed(inner.place, HasKeyword, words)
        case "regex":
            return placed(inner.place, Matches, a_text(inner, "a regex"))
        case "language":
            codes = inner.items if isinstance(inner, Items) else (inner,)
            return placed(inner.place, InLanguage, tuple(a_text(code, "a language") for code in codes))
        case "any" | "all":
            conditions = tuple(_condition(one) for one in listed(inner, "conditions"))
            return placed(inner.place, AnyOf, conditions) if kind == "any" else placed(inner.place, AllOf, conditions)
        case _:
            return Not(_condition(inner))


def _comparison(fields: Shape, kind: str, name: Node) -> Condition:
    equals, among = fields.get("equals"), fields.get("in")
    one_of = () if among is None else tuple(a_value(value, "each of in") for value in listed(among, "values"))
    if among is not None and not one_of:
        raise among.place.error("no value is listed.")
    make: Callable[..., MetadataIs | FeatureIs] = MetadataIs if kind == "metadata" else FeatureIs
    return fields.made(
        make,
        a_text(name, f"the name of a {kind}"),
        equals=None if equals is None else a_value(equals, "equals"),
        one_of=one_of,
        at_least=fields.number("at_least"),
        at_most=fields.number("at_most"),
    )


# ---- routes and where they come from --------------------------------------------------------------------------------


def _route(node: Node) -> Route:
    fields = Shape(node, "a route")
    models = tuple(
        placed(item.place, check_model, a_text(item, "a model id")) for item in listed(fields.need("models"), "models")
    )
    retries, evidence = fields.whole("retries"), fields.get("evidence")
    return fields.made(
        Route,
        models,
        timeout_s=fields.number("timeout_s"),
        retries=0 if retries is None else retries,
        evidence=None if evidence is None else _evidence(evidence),
        weights=fields.numbers("weights"),
        budget_usd=fields.number("budget_usd"),
    )


def _evidence(node: Node) -> Evidence:
    fields = Shape(node, "the evidence")
    return fields.made(
        Evidence,
        prompts=a_whole(fields.need("prompts"), "prompts"),
        held_out=fields.whole("held_out"),
        quality=fields.number("quality"),
        quality_ci95=fields.interval("quality_ci95"),
        gain=fields.number("gain"),
        gain_ci95=fields.interval("gain_ci95"),
        usd_per_1k_prompts=fields.number("usd_per_1k_prompts"),
        usd_per_1k_prompts_ci95=fields.interval("usd_per_1k_prompts_ci95"),
        latency_p95_s=fields.number("latency_p95_s"),
        simulated=fields.truth("simulated"),
    )


def _provenance(node: Node) -> Provenance:
    fields = Shape(node, "the provenance")
    prices = fields.get("prices")
    return fields.made(
        Provenance,
        created=fields.text("created", check_date),
        run=fields.text("run"),
        data_sha256=fields.text("data_sha256", check_sha256),
        prices=None if prices is None else _prices(prices),
        judge=fields.text("judge"),
        seed=fields.whole("seed"),
        expires=fields.text("expires", check_date),
    )


def _prices(node: Node) -> Prices:
    fields = Shape(node, "the prices")
    return fields.made(Prices, a_text(fields.need("source"), "a source of prices"), fields.text("date", check_date))
