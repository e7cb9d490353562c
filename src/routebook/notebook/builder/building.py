"""What stands in a builder: a stop of the slider, or what a hand made of one, measured on the held-out prompts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from routebook.errors import OptionError
from routebook.lookup import find_model
from routebook.notebook.builder import editing
from routebook.outcomes import model_ids
from routebook.routing.conditions import HasKeyword, TagIs
from routebook.routing.drafting.choose import check_known_tag
from routebook.routing.drafting.history import History
from routebook.routing.evidence.evaluation import Evaluation, evaluate
from routebook.routing.learning.shipping import with_evidence
from routebook.routing.names import DEFAULT
from routebook.routing.policy import Policy

if TYPE_CHECKING:
    from routebook.notebook.builder.messages import Edit
    from routebook.outcomes import Outcomes
    from routebook.routing.conditions import Condition
    from routebook.routing.learning.frontier import Frontier


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """A policy, and what it gets on the held-out prompts.

    Attributes
    ----------
    evaluation
        The figures; its policy has them as its evidence.
    stop
        The stop of the slider that it is, or that it was made from by hand.
    edited
        Whether a hand changed it.
    learned_on
        How many prompts each rule was learned from, by its tag; none of those that get other prompts now, or send them
        elsewhere.
    by_hand
        The tags of the rules that a hand made or changed.
    """

    evaluation: Evaluation
    stop: int
    edited: bool
    learned_on: Mapping[str, int]
    by_hand: frozenset[str] = frozenset()

    @property
    def policy(self) -> Policy:
        """The policy."""
        return self.evaluation.policy


class Building:
    """The stops of a frontier, and which policy stands; safe to use from several threads.

    Parameters
    ----------
    frontier
        The stops, from the cheapest to the best.
    tags
        The tags that prompts have, which rules can ask for.
    name
        What the policies are called.
    """

    def __init__(self, frontier: Frontier, tags: tuple[str, ...], name: str) -> None:
        self.frontier = frontier
        self.tags = tags
        self.stops = tuple(_stop(step.evaluation, at, name) for at, step in enumerate(frontier.steps))
        self.outcomes: Outcomes = self.stops[0].evaluation.outcomes
        self.models = tuple(model_ids(self.outcomes).values())
        self.history: History[Standing] = History(self.stops[len(self.stops) // 2])

    @property
    def now(self) -> Standing:
        """What stands."""
        return self.history.now

    def change(self, edit: Edit) -> None:
        """Do what the page asks.

        Raises
        ------
        RoutebookError
            If it cannot be done; nothing has changed then.
        """
        match edit["verb"]:
            case "undo":
                self.history.go(-1)
            case "redo":
                self.history.go(1)
            case "slide":
                stop = self._stop(edit["to"])
                self.history.change(lambda _: stop)
            case "use":
                tag, model = edit["tag"], self._model(edit["model"])
                self._edit(lambda policy: editing.use(policy, tag, model))
            case "fallback":
                tag, model = edit["tag"], self._model(edit["model"])
                self._edit(lambda policy: editing.fallback(policy, tag, model))
            case "remove":
                tag = edit["tag"]
                named = None if edit["model"] is None else self._model(edit["model"])
                self._edit(lambda policy: editing.remove(policy, tag, named))
            case "move":
                tag, to = edit["tag"], edit["to"]
                self._edit(lambda policy: editing.move(policy, tag, to))
            case "add":
                when, model = self._condition(edit["tag"], edit["words"]), self._model(edit["model"])
                self._edit(lambda policy: editing.add(policy, when, model))

    def _edit(self, made: Callable[[Policy], Policy]) -> None:
        self.history.change(lambda now: self._measured(made(now.policy), now))

    def _measured(self, policy: Policy, before: Standing) -> Standing:
        """Measure what a hand made; what is a stop again is that stop."""
        shape = _shape(policy)
        if shape == _shape(before.policy):
            return before
        stop = self.stops[before.stop]
        if shape == _shape(stop.policy):
            return stop
        learned_on = {tag: n for tag, n in stop.learned_on.items() if tag in _untouched(policy, stop.policy)}
        found = evaluate(policy, self.outcomes, against=self.frontier.best_single)
        told = with_evidence(policy, found, learned_on)
        return Standing(_with_policy(found, told), before.stop, True, learned_on, _by_hand(policy, stop.policy))

    def _stop(self, at: int) -> Standing:
        if not 0 <= at < len(self.stops):
            raise OptionError(f"The slider has the stops 0 to {len(self.stops) - 1}, not {at}.")
        return self.stops[at]

    def _model(self, model: str) -> str:
        return find_model(self.models, model)

    def _condition(self, tag: str | None, words: list[str]) -> Condition:
        if tag is not None:
            return TagIs(check_known_tag(tag, self.tags))
        return HasKeyword(tuple(dict.fromkeys(word.strip() for word in words)))


def _stop(evaluation: Evaluation, at: int, name: str) -> Standing:
    policy = replace(evaluation.policy, name=name)
    routes = {**policy.routes, DEFAULT: policy.default}
    learned_on = {
        tag: route.evidence.prompts - (route.evidence.held_out or 0)
        for tag, route in routes.items()
        if route.evidence is not None
    }
    return Standing(_with_policy(evaluation, policy), at, False, learned_on)


def _with_policy(evaluation: Evaluation, policy: Policy) -> Evaluation:
    return replace(evaluation, assigned=replace(evaluation.assigned, policy=policy))


def _shape(policy: Policy) -> tuple[object, ...]:
    """Return what decides: the rules and the chains, without what is known of them."""
    return policy.classify, {tag: route.models for tag, route in policy.routes.items()}, policy.default.models


def _by_hand(policy: Policy, stop: Policy) -> frozenset[str]:
    """Return the tags whose rules ask for something else than at the stop, or send it elsewhere."""
    was = {(rule.tag, rule.when, stop.routes[rule.tag].models) for rule in stop.classify}
    new = {rule.tag for rule in policy.classify if (rule.tag, rule.when, policy.routes[rule.tag].models) not in was}
    return frozenset(new | ({DEFAULT} if policy.default.models != stop.default.models else set()))


def _untouched(policy: Policy, stop: Policy) -> set[str]:
    """Return the tags whose rules get the same prompts as at the stop, and send them to the same model."""
    same, before = set(), policy.classify == stop.classify
    for rule, was in zip(policy.classify, stop.classify, strict=False):
        if rule != was:
            break
        same.add(rule.tag)
    kept = {tag for tag in same if policy.routes[tag].models[0] == stop.routes[tag].models[0]}
    return kept | ({DEFAULT} if before and policy.default.models[0] == stop.default.models[0] else set())
