"""Outcomes and policies with figures that a test chooses, for what is said of policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from routebook.outcomes import Outcomes
from routebook.routing.conditions import TagIs
from routebook.routing.policy import ClassifyRule, Policy
from routebook.routing.route import Provenance, Route

Values = Mapping[str, Sequence[float | None]]


def outcomes_with(
    quality: Values,
    *,
    tags: Sequence[str] | None = None,
    cost: Values | None = None,
    latency: Values | None = None,
    **options: Any,
) -> Outcomes:
    """Return the outcomes of some models (ids) on numbered prompts; costs are US dollars for a thousand prompts."""
    rows = []
    for model, values in quality.items():
        for number, value in enumerate(values):
            row: dict[str, Any] = {"prompt": f"Prompt {number}.", "id": str(number), "model": model, "quality": value}
            row["tags"] = [tags[number]] if tags and tags[number] else []
            for name, given, factor in (("cost_usd", cost, 0.001), ("latency_s", latency, 1)):
                known = None if given is None else given[model][number]
                row[name] = None if known is None else factor * known
            rows.append(row)
    return Outcomes.from_frame(rows, id="id", **options)


def policy_with(
    routes: Mapping[str, Route | Sequence[str]], default: Route | Sequence[str], **provenance: Any
) -> Policy:
    """Return a policy that sends each tag's prompts to its chain."""

    def route(given: Route | Sequence[str]) -> Route:
        return given if isinstance(given, Route) else Route(tuple(given))

    return Policy(
        "desk",
        tuple(ClassifyRule(tag, TagIs(tag)) for tag in routes),
        {tag: route(given) for tag, given in routes.items()},
        route(default),
        Provenance(**provenance),
    )
