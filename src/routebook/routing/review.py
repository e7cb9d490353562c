"""What can be said against a policy file without asking any model: for `routebook check`, in CI and before a commit.

A *fault* makes the policy do something else than it says, or rest on what is no longer so; a *notice* is worth a look.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal

from routebook.models import ModelId
from routebook.routing.conditions import AllOf, AnyOf, Condition, HasKeyword, InLanguage
from routebook.routing.names import DEFAULT
from routebook.routing.policy import Policy, Route


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that can be said against a policy.

    Attributes
    ----------
    where
        The rule, route or model it is about, such as ``rule 2 (coding)``.
    what
        What is the matter and what to do about it.
    fault
        Whether it is a fault; else it is a notice.
    """

    where: str
    what: str
    fault: bool = True

    def __str__(self) -> str:
        return f"{'fault' if self.fault else 'notice'}: {self.where}: {self.what}"


def review(policy: Policy, today: date | None = None) -> tuple[Finding, ...]:
    """Return what can be said against a policy, faults first.

    Looked for are rules that no prompt can reach, tags that no rule gives, routes without a fallback or with all
    models on one host, evidence that has expired, prices that have changed since the evidence, and models that the
    price list calls retired. What the price list does not know is not told of.

    Parameters
    ----------
    today
        The day that expiry and prices are told of; by default today (UTC).

    Examples
    --------
    >>> from routebook.routing.conditions import TagIs
    >>> from routebook.routing.policy import ClassifyRule
    >>> rules = (ClassifyRule("a", TagIs("x")), ClassifyRule("b", TagIs("x")))
    >>> chain = Route(("sim/large", "simcloud/large"))
    >>> for finding in review(Policy("desk", rules, {"a": chain, "b": chain}, chain)):
    ...     print(finding)
    fault: rule 2 (b): no prompt reaches it: rule 1 (a) takes all of them first. Move it up, or take it out.
    """
    today = today or datetime.now(UTC).date()
    found = [
        *_unreachable(policy), *_expired(policy, today), *_prices(policy, today), *_retired(policy), *_chains(policy)
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda finding: not finding.fault))


# ---- rules ----------------------------------------------------------------------------------------------------------


def _unreachable(policy: Policy) -> Iterator[Finding]:
    for place, rule in enumerate(policy.classify):
        for number, earlier in enumerate(policy.classify[:place], 1):
            if implies(rule.when, earlier.when):
                yield Finding(
                    f"rule {place + 1} ({rule.tag})",
                    f"no prompt reaches it: rule {number} ({earlier.tag}) takes all of them first. Move it up, or take "
                    "it out.",
                )
                break
    given = {rule.tag for rule in policy.classify}
    for tag in policy.routes:
        if tag not in given:
            yield Finding(f"route {tag}", "no rule gives this tag, so nothing goes there.", fault=False)


def implies(one: Condition, other: Condition) -> bool:
    """Tell whether the other condition is sure to hold wherever the one does; `False` where that cannot be seen.

    >>> implies(HasKeyword(("sort",)), HasKeyword(("sort", "list"))), implies(HasKeyword(("sort",)), HasKeyword(("a",)))
    (True, False)
    """
    if one == other:
        return True
    if isinstance(one, AnyOf):
        return all(implies(each, other) for each in one.of)
    if isinstance(other, AllOf):
        return all(implies(one, each) for each in other.of)
    if isinstance(one, AllOf) and any(implies(each, other) for each in one.of):
        return True
    if isinstance(other, AnyOf):
        return any(implies(one, each) for each in other.of)
    if isinstance(one, HasKeyword) and isinstance(other, HasKeyword):
        return set(one.words) <= set(other.words)
    if isinstance(one, InLanguage) and isinstance(other, InLanguage):
        return set(one.languages) <= set(other.languages)
    return False


# ---- routes ---------------------------------------------------------------------------------------------------------


def _routes(policy: Policy) -> Iterator[tuple[str, Route]]:
    yield from policy.routes.items()
    yield DEFAULT, policy.default


def _chains(policy: Policy) -> Iterator[Finding]:
    for tag, route in _routes(policy):
        hosts = {ModelId.parse(model).host for model in route.models}
        if len(route.models) == 1:
            yield Finding(f"route {tag}", f"nobody steps in when {route.models[0]} fails: add a fallback.", fault=False)
        elif len(hosts) == 1:
            yield Finding(
                f"route {tag}",
                f"all of its models are on {hosts.pop()}, so nobody steps in when that host is down.",
                fault=False,
            )


# ---- evidence -------------------------------------------------------------------------------------------------------


def _expired(policy: Policy, today: date) -> Iterator[Finding]:
    expires = policy.provenance.expires
    if expires is not None and date.fromisoformat(expires) < today:
        yield Finding("provenance", f"the evidence expired on {expires}: measure again, and renew the policy.")


def _prices(policy: Policy, today: date) -> Iterator[Finding]:
    prices = policy.provenance.prices
    if prices is None or prices.date is None:
        return
    from routebook.pricing import price_book

    for name in policy.models:
        model = ModelId.parse(name)
        then, now = (
            price_book().tariff(model, at=datetime.combine(day, time(12), UTC))
            for day in (date.fromisoformat(prices.date), today)
        )
        if then is None or now is None:
            continue
        rates = [(then.input, now.input), (then.output, now.output)]
        if any(before != after for before, after in rates):
            said = " and ".join(
                f"{_usd(after)} for a million tokens of {what}, {_usd(before)} then"
                for what, (before, after) in zip(("input", "output"), rates, strict=True)
                if before != after
            )
            yield Finding(
                name, f"its price has changed since {prices.date}: {said}. The costs in the evidence are no longer so."
            )


def _usd(amount: Decimal) -> str:
    from routebook.pricing import format_usd

    return format_usd(amount)


def _retired(policy: Policy) -> Iterator[Finding]:
    from routebook.pricing import genai

    for name in policy.models:
        model = ModelId.parse(name)
        entry = genai.find(model.host, model.model)
        if entry is not None and entry[1].deprecated:
            yield Finding(name, f"{genai.source()} calls it retired: put another model in its place.")
