"""Policies for tests: the design's own example, and hypothesis strategies for any policy there can be."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any

from hypothesis import strategies as st

from routebook.errors import PolicyError
from routebook.features import FEATURES, TEXTS, YES_NO
from routebook.features.language import LANGUAGES
from routebook.patterns.portable import plain
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
from routebook.routing.policy import ClassifyRule, Evidence, Policy, Prices, Provenance, Route

DESIGN = """\
routebook: 1
name: support desk
classify:                      # ordered, first match wins; each yields a tag
  - tag: coding
    when: {any: [{tag: coding}, {keyword: [traceback, refactor]}]}
  - tag: long-reasoning
    when: {all: [{tag: proof}, {not: {keyword: [sketch]}}]}
routes:                        # a tag's chain: the first model, then its fallbacks
  coding: {models: [openai/gpt-6.1-terra, anthropic/claude-sonnet-5-5], timeout_s: 30, retries: 1,
           evidence: {prompts: 412, held_out: 206, quality: 0.91, quality_ci95: [0.88, 0.94],
                      usd_per_1k_prompts: 0.42, latency_p95_s: 3.1}}
  long-reasoning: {models: [anthropic/claude-opus-5-5]}
default: {models: [bedrock/us.amazon.nova-2-lite-v1:0, openai/gpt-6.1-terra]}
provenance: {created: 2026-11-20, data_sha256: DIGEST, prices: {source: genai-prices 0.2.3, date: 2026-11-10},
             judge: null, seed: 0}
""".replace("DIGEST", "ab" * 32)

_YAML_TRAPS = [
    "no", "Yes", "on", "null", "~", "true", "1", "01", "0o7", "0x1F", "1_000", "12:30", "1e3", ".5", "-.inf", ".NaN",
    "2026-11-20", "<<", "=", "-", "?", ":", "- a", "a: b", "a #b", "#", "&a", "*a", "!!python/name:os.system", "%TAG",
    "|", ">", "'", '"', "{", "}", "[", "]", ",", "`", "@", "\\", "y", "N", "---", "...", "os.environ/HOME", "a" * 100,
    "' x", "it's", "\U0001f600", "é", "Straße", "漢字", "x  y",
]  # fmt: skip


def names() -> st.SearchStrategy[str]:
    """Any name a policy may hold, with a taste for what YAML reads as something else."""
    anything = st.text(st.characters(exclude_categories=("C", "Z"), include_characters=" "), min_size=1, max_size=20)
    return (anything | st.sampled_from(_YAML_TRAPS)).map(lambda text: unicodedata.normalize("NFC", text)).filter(_fits)


def _fits(text: str) -> bool:
    return text.isprintable() and text == text.strip() and 0 < len(text) <= 100 and text != "default"


def model_ids() -> st.SearchStrategy[str]:
    """Any model id a policy may hold."""
    rest = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20)
    hosts = st.sampled_from(["openai", "anthropic", "azure", "bedrock", "sim", "ollama", "a.b-c_d", "0"])
    return st.builds("{}/{}".format, hosts, rest)


def conditions(tags: list[str]) -> st.SearchStrategy[Condition]:
    """Any condition."""
    leaves = st.one_of(
        st.builds(TagIs, st.sampled_from(tags) | names()),
        st.builds(HasKeyword, st.lists(names(), min_size=1, max_size=3).map(tuple)),
        st.builds(Matches, patterns()),
        st.builds(InLanguage, st.lists(st.sampled_from(sorted(LANGUAGES)), min_size=1, max_size=3).map(tuple)),
        names().flatmap(lambda name: _compared(MetadataIs, name, st.booleans() | names() | _NUMBERS)),
        *(_compared(FeatureIs, name, _values(name)) for name in FEATURES),
    )
    return st.recursive(
        leaves,
        lambda inner: (
            st.builds(AnyOf, st.lists(inner, min_size=1, max_size=3).map(tuple))
            | st.builds(AllOf, st.lists(inner, min_size=1, max_size=3).map(tuple))
            | st.builds(Not, inner)
        ),
        max_leaves=5,
    )


_NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(-1e15, 1e15)


def _values(feature: str) -> st.SearchStrategy[Any]:
    """Return what a feature can be compared with."""
    if feature in YES_NO:
        return st.booleans()
    return st.sampled_from(TEXTS[feature]) if feature in TEXTS else _NUMBERS


def _compared(make: Any, name: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Any comparison that a name allows."""
    ways = [values.map(lambda value: {"equals": value})]
    if make is MetadataIs or name in TEXTS:
        ways.append(st.lists(values, min_size=1, max_size=3).map(lambda some: {"one_of": tuple(some)}))
    if make is MetadataIs or not (name in TEXTS or name in YES_NO):
        ways += [
            _NUMBERS.map(lambda end: {"at_least": end}),
            _NUMBERS.map(lambda end: {"at_most": end}),
            st.tuples(_NUMBERS, _NUMBERS).map(lambda ends: {"at_least": min(ends), "at_most": max(ends)}),
        ]
    return st.one_of(ways).map(lambda how: make(name, **how))


def patterns() -> st.SearchStrategy[str]:
    """Any pattern of the portable subset, small ones for the most part."""
    letters = st.sampled_from("abkKsSzÄé漢😀_09 -,'\"/#&~%=<>!:;@")
    pieces = letters | st.sampled_from(
        [
            r"\d", r"\D", r"\w", r"\W", r"\s", r"\S", r"\b", r"\.", r"\n", r"\t", r"\\", r"\[", ".", "^", "$",
            "[abc]", "[^a]", "[a-z]", r"[\w-]", r"[^\s\d]", r"[\W_]", "[-+*]", r"[\]\[^]", "[é-ü]", "[😀漢]", r"[\S\s]",
        ]
    )  # fmt: skip
    repeats = st.sampled_from(["", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}", "{2,}", "{0,2}?"])
    whole = st.recursive(
        pieces,
        lambda inner: st.one_of(
            st.tuples(inner, inner).map("".join),
            st.tuples(inner, repeats).map(lambda both: f"(?:{both[0]}){both[1]}"),
            st.tuples(inner, inner).map(lambda both: f"({both[0]}|{both[1]})"),
        ),
        max_leaves=6,
    )
    return st.tuples(st.sampled_from(["", "", "(?i)"]), whole).map("".join).filter(_is_portable)


def _is_portable(pattern: str) -> bool:
    try:
        plain(pattern)
    except PolicyError:  # a range of letters beyond ASCII in any case
        return False
    return True


def intervals(least: float, most: float) -> st.SearchStrategy[tuple[float, float]]:
    """Any two ends in their order."""
    end = st.floats(least, most)
    return st.tuples(end, end).map(lambda ends: (min(ends), max(ends)))


def evidences() -> st.SearchStrategy[Evidence]:
    """Any evidence."""
    counts, share = st.integers(0, 2**53 - 1), st.floats(0, 1)
    return st.builds(
        Evidence,
        prompts=counts,
        held_out=st.none() | counts,
        quality=st.none() | share,
        quality_ci95=st.none() | intervals(0, 1),
        gain=st.none() | st.floats(-1, 1),
        gain_ci95=st.none() | intervals(-1, 1),
        usd_per_1k_prompts_ci95=st.none() | intervals(0, 1e9),
        usd_per_1k_prompts=st.none() | st.floats(0, 1e9),
        latency_p95_s=st.none() | st.floats(0, 1e6),
        simulated=st.booleans(),
    )


@st.composite
def routes(draw: st.DrawFn, models: st.SearchStrategy[str] | None = None) -> Route:
    """Any route."""
    chain = draw(st.lists(model_ids() if models is None else models, min_size=1, max_size=4, unique=True))
    weights = st.lists(st.floats(0, 1e6, exclude_min=True), min_size=1, max_size=len(chain)).map(tuple)
    return Route(
        models=tuple(chain),
        timeout_s=draw(st.none() | st.floats(0, 86_400, exclude_min=True)),
        retries=draw(st.integers(0, 10)),
        evidence=draw(st.none() | evidences()),
        weights=draw(st.none() | weights),
        budget_usd=draw(st.none() | st.floats(0, 1e9, exclude_min=True)),
    )


def provenances() -> st.SearchStrategy[Provenance]:
    """Any provenance."""
    days = st.dates(date(1, 1, 1)).map(date.isoformat)
    return st.builds(
        Provenance,
        created=st.none() | days,
        run=st.none() | names(),
        data_sha256=st.none() | st.integers(0, 2**256 - 1).map(lambda number: f"{number:064x}"),
        prices=st.none() | st.builds(Prices, names(), st.none() | days),
        judge=st.none() | model_ids(),
        seed=st.none() | st.integers(0, 2**53 - 1),
        expires=st.none() | days,
    )


@st.composite
def policies(draw: st.DrawFn, models: st.SearchStrategy[str] | None = None) -> Policy:
    """Any policy."""
    tags = draw(st.lists(names(), min_size=1, max_size=4, unique=True))
    rules = st.lists(st.builds(ClassifyRule, st.sampled_from(tags), conditions(tags)), max_size=4)
    return Policy(
        name=draw(names()),
        classify=tuple(draw(rules)),
        routes={tag: draw(routes(models)) for tag in tags},
        default=draw(routes(models)),
        provenance=draw(provenances()),
    )
