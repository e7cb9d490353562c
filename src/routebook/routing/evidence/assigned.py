"""Where a policy sends each prompt of a table of outcomes, and what it can expect there.

The table knows what each model got, cost and took on each prompt; a policy says which of them answers. Of a route whose
first model is drawn by weights, what is expected is the mean over the draws, not what one draw would bring: that is the
same for all who look, and varies less.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from routebook.errors import OutcomesError, did_you_mean
from routebook.features import PromptFacts
from routebook.lookup import count
from routebook.outcomes import model_ids
from routebook.outcomes.columns import listed
from routebook.outcomes.table import ASKED, MEASURES, Outcomes
from routebook.routing.names import DEFAULT
from routebook.tables import is_missing

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from routebook.routing.policy import Policy
    from routebook.routing.route import Route

    Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Assigned:
    """What a policy does with the prompts of a table; arrays have an entry for each prompt, in the table's order.

    Attributes
    ----------
    policy, outcomes
        Whose, and of what.
    ids
        The table's models, and what a policy calls them.
    tags
        The policy's routes: their tags, and ``default`` last.
    route
        Which of them each prompt takes.
    rule
        Which rule sent it there, counted from 1; 0 for none.
    shares
        (routes, models of the table): which share of a route's prompts each model answers. A row sums to 1, or to 0
        where the table has none of the route's models.

    Examples
    --------
    >>> from routebook import Outcomes, Policy
    >>> rows = [{"prompt": "2 + 2?", "tags": ["sum"], "sim/small": 1, "sim/large": 1},
    ...         {"prompt": "A prime?", "tags": [], "sim/small": 0, "sim/large": 1}]
    >>> outcomes = Outcomes.from_frame(rows, models=["sim/small", "sim/large"])
    >>> policy = Policy.from_yaml(
    ...     "{routebook: 1, name: desk, classify: [{tag: sum, when: {tag: sum}}], "
    ...     "routes: {sum: {models: [sim/small]}}, default: {models: [sim/large]}}"
    ... )
    >>> made = assign(policy, outcomes)
    >>> made.tag.tolist(), made.model.tolist(), made.expected("quality").tolist()
    (['sum', 'default'], ['sim/small', 'sim/large'], [1.0, 1.0])
    """

    policy: Policy
    outcomes: Outcomes
    ids: Mapping[str, str]
    tags: tuple[str, ...]
    route: NDArray[np.intp]
    rule: NDArray[np.intp]
    shares: Numbers

    @property
    def tag(self) -> NDArray[np.object_]:
        """Each prompt's tag; ``default`` where no rule matched."""
        return np.array(self.tags, dtype=object)[self.route]

    @property
    def model(self) -> NDArray[np.object_]:
        """Who answers each prompt, as the table calls it; of several by weight the likeliest; `None` for nobody."""
        names = np.array([*self.outcomes.models, None], dtype=object)
        likeliest = np.where(self.shares.any(axis=1), self.shares.argmax(axis=1), len(names) - 1)
        return names[likeliest[self.route]]

    @cached_property
    def prompts(self) -> NDArray[np.intp]:
        """How many prompts take each route."""
        return np.bincount(self.route, minlength=len(self.tags))

    @cached_property
    def reached(self) -> list[int]:
        """The routes that prompts take, by their places in `tags`."""
        return [route for route, prompts in enumerate(self.prompts) if prompts]

    @property
    def answered(self) -> list[int]:
        """Those of `reached` of which the table has a model."""
        return [route for route in self.reached if self.shares[route].any()]

    @cached_property
    def single(self) -> bool:
        """Whether the table has one answer for each prompt and model, and no repeats."""
        return bool((self.outcomes._frame["n"] == 1).all())

    @cached_property
    def _measured(self) -> dict[str, Numbers]:
        return {measure: self.outcomes.wide(measure).to_numpy() for measure in MEASURES}

    def measured(self, measure: str) -> Numbers:
        """Return (prompts, models): what each got, ``quality``, ``cost_usd`` or ``latency_s``; NaN is unknown."""
        return self._measured[measure]

    def of(self, measure: str, model: str) -> Numbers:
        """Return what one model got on each prompt: ``quality``, ``cost_usd`` or ``latency_s``; NaN is unknown."""
        return self._measured[measure][:, self.outcomes.models.index(model)]

    def expected(self, measure: str, shares: Numbers | None = None) -> Numbers:
        """Return what is expected on each prompt.

        Parameters
        ----------
        measure
            ``quality``, ``cost_usd`` or ``latency_s``.
        shares
            Other shares than the policy's own, say with a model down. Where a row sums to less than 1, what is
            expected is that of the prompts which are answered.

        Returns
        -------
        numpy.ndarray
            NaN where it is unknown of any model that may answer, or nobody does.
        """
        return expect(self._measured[measure], self.route, self.shares if shares is None else shares)

    def told(self, route: int) -> Route:
        """Return a route of the policy by its place in `tags`."""
        return self.policy.default if self.tags[route] == DEFAULT else self.policy.routes[self.tags[route]]

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What the reader should know, one line each."""
        known, notes = set(self.ids.values()), []
        reached = [self.told(route) for route in self.reached]
        if missing := list(dict.fromkeys(model for route in reached for model in route.models if model not in known)):
            notes.append(f"Not in these outcomes: {listed(missing)}. The next model of the chain is counted instead.")
        if nobody := [self.tags[route] for route in self.reached if route not in self.answered]:
            notes.append(f"These outcomes have no model of {_routes(nobody)}: nothing is known of them.")
        if unreached := [tag for tag, prompts in zip(self.tags, self.prompts, strict=True) if not prompts]:
            notes.append(f"No prompt of these takes {_routes(unreached)}.")
        if later := int((self.outcomes._prompts["turns"] > 1).sum()):
            notes.append(f"Of {count(later, 'prompt')} with earlier turns, rules search the last message alone here.")
        return tuple(notes)


def expect(values: Numbers, route: NDArray[np.intp], shares: Numbers) -> Numbers:
    """Return what is expected on each prompt; see `Assigned.expected`.

    Parameters
    ----------
    values
        (prompts, models): what each model got, cost or took; NaN is unknown.
    route
        Which route each prompt takes.
    shares
        (routes, models): which share of a route's prompts each model answers.

    Examples
    --------
    >>> got = np.array([[1.0, 0.0], [0.5, np.nan]])
    >>> expect(got, np.array([0, 1]), np.array([[0.75, 0.25], [1.0, 0.0]])).tolist()
    [0.75, 0.5]
    """
    made = np.full(len(route), np.nan)
    for number, own in enumerate(shares):
        here, who = np.flatnonzero(route == number), np.flatnonzero(own)
        if len(here) and len(who):
            made[here] = values[np.ix_(here, who)] @ (own[who] / own[who].sum())
    return made


def spend(cost: Numbers, route: NDArray[np.intp], shares: Numbers) -> Numbers:
    """Return what each model is paid over the prompts whose cost is known; arguments as `expect`'s.

    >>> spend(np.array([[1.0, 4.0], [2.0, np.nan]]), np.array([0, 0]), np.array([[0.75, 0.25]])).tolist()
    [0.75, 1.0]
    """
    known = ~np.isnan(expect(cost, route, shares))
    share = shares[route[known]]
    paid: Numbers = np.where(share > 0, cost[known] * share, 0.0).sum(axis=0)
    return paid


def assign(policy: Policy, outcomes: Outcomes, *, partial: bool = False) -> Assigned:
    """Send every prompt of a table where a policy sends it.

    Parameters
    ----------
    policy
        The policy.
    outcomes
        The table. Its texts, tags, turns, images and columns of metadata are what the rules see. Its models are those
        that `routebook.outcomes.model_ids` says; of a chain, the first that is among them answers.
    partial
        Whether a route of which the table has no model is left unknown, and not an error.

    Raises
    ------
    OutcomesError
        If prompts take a route of which the table has no model.
    """
    ids = model_ids(outcomes)
    tags = (*policy.routes, DEFAULT)
    place = {tag: number for number, tag in enumerate(tags)}
    decisions = _decisions(policy, outcomes)
    route = np.fromiter((place[tag] for tag, _ in decisions), np.intp, len(decisions))
    rule = np.fromiter((number for _, number in decisions), np.intp, len(decisions))
    made = Assigned(policy, outcomes, ids, tags, route, rule, shares_of(policy, outcomes, ids))
    for number in made.reached:
        if not partial and not made.shares[number].any():
            models = made.told(number).models
            near = did_you_mean(models[0], ids.values()) or f" They are of {listed(list(ids.values()))}."
            raise OutcomesError(
                f"{count(int(made.prompts[number]), 'prompt')} of these outcomes take the route {tags[number]!r}, and "
                f"they have no answer of {listed(models)}.{near}"
            )
    return made


def _decisions(policy: Policy, outcomes: Outcomes) -> list[tuple[str, int]]:
    """Return each prompt's tag, and the number of the rule that gave it or 0."""
    asked = outcomes._prompts
    own = [name for name in asked.columns if name not in ASKED]
    known = asked[own].astype(object).to_dict(orient="records") if own else [{}] * len(asked)
    columns = (asked[name] for name in ("prompt", "earlier", "turns", "images", "tags"))
    made = []
    for text, earlier, turns, images, tags, metadata in zip(*columns, known, strict=True):
        about = {str(name): value for name, value in metadata.items() if not is_missing(value)}
        decision = policy.decide(PromptFacts(text, earlier, turns, images), tags, about)
        made.append((decision.tag, decision.rule or 0))
    return made


def shares_of(
    policy: Policy, outcomes: Outcomes, ids: Mapping[str, str], down: Collection[str] = frozenset()
) -> Numbers:
    """Return which share of each route's prompts each model of a table answers, with some of them down."""
    place = {model: number for number, model in reversed(list(enumerate(ids.values())))}
    up = place.keys() - set(down)
    routes = [*policy.routes.values(), policy.default]
    made = np.zeros((len(routes), len(outcomes.models)))
    for row, route in zip(made, routes, strict=True):
        for model, share in answering(route, up).items():
            row[place[model]] += share
    return made


def answering(route: Route, up: Collection[str]) -> dict[str, float]:
    """Return which share of a route's prompts each model answers, when only those in `up` do.

    The first model asked is drawn by the weights; the others of the chain follow in their order.

    >>> from routebook.routing.route import Route
    >>> answering(Route(("openai/a", "azure/a", "sim/small")), {"azure/a", "sim/small"})
    {'azure/a': 1.0}
    """
    weights = route.weights or (1.0,)
    found: dict[str, float] = {}
    for first, weight in enumerate(weights):
        chain = (route.models[first], *route.models[:first], *route.models[first + 1 :])
        model = next((model for model in chain if model in up), None)
        if model is not None:
            found[model] = found.get(model, 0.0) + weight / sum(weights)
    return found


def _routes(tags: list[str]) -> str:
    return f"{'the route' if len(tags) == 1 else 'the routes'} {listed(tags)}"
