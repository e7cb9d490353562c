"""A policy: which model answers which kind of prompt, and who steps in when it fails.

It has two stages. *Classify* gives a prompt a tag: ordered rules, the first that matches wins. *Routes* give each tag
a chain of models: the first one, then its fallbacks. Everything else goes to the default. Values only; reading and
writing files is in `routebook.routing.policy_file`, other tools' formats are in `routebook.targets`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from routebook.errors import PolicyError
from routebook.routing.conditions import Asked, Condition, TagIs, depth
from routebook.routing.conditions.searches import Searches
from routebook.routing.decision import Decision, DecisionStep
from routebook.routing.draw import drawn
from routebook.routing.names import DEFAULT, check_ruled_tag, check_tag, check_text
from routebook.routing.route import Evidence, Prices, Provenance, Route

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from routebook.features import PromptFacts
    from routebook.outcomes import Outcomes
    from routebook.prompts import Prompt
    from routebook.routing.conditions.asked import Test
    from routebook.routing.evidence.check import Drift
    from routebook.routing.evidence.evaluation import Evaluation
    from routebook.routing.evidence.exposure import Exposure
    from routebook.routing.evidence.neutrality import Neutrality
    from routebook.targets import ExportReport

__all__ = ["ClassifyRule", "Decision", "DecisionStep", "Evidence", "Policy", "Prices", "Provenance", "Route"]

MAX_RULES = 1000
MAX_CONDITION_DEPTH = 8


@dataclass(frozen=True, slots=True)
class ClassifyRule:
    """A prompt for which the condition holds gets the tag.

    Raises
    ------
    PolicyError
        If the condition is nested more than 8 deep.
    """

    tag: str
    when: Condition

    def __post_init__(self) -> None:
        if depth(self.when) > MAX_CONDITION_DEPTH:
            raise PolicyError(f"A condition is nested at most {MAX_CONDITION_DEPTH} deep.")

    @property
    def identity(self) -> bool:
        """Whether it only says that a prompt tagged so has that tag."""
        return self.when == TagIs(self.tag)


@dataclass(frozen=True)
class Policy:
    """Which model answers which kind of prompt.

    Attributes
    ----------
    name
        What it is called.
    classify
        The rules that give a prompt its tag, in order; the first that matches wins.
    routes
        The chain of models for each tag.
    default
        The chain for everything else.
    provenance
        Where it came from.

    Raises
    ------
    PolicyError
        If a rule gives a tag that has no route, or a name cannot be one.

    Examples
    --------
    >>> policy = Policy(
    ...     "desk",
    ...     (ClassifyRule("coding", TagIs("coding")),),
    ...     {"coding": Route(("openai/gpt-6.1-terra", "anthropic/claude-sonnet-5-5"))},
    ...     Route(("bedrock/us.amazon.nova-2-lite-v1:0",)),
    ... )
    >>> policy.decide("Sort a list.", tag="coding").models
    ('openai/gpt-6.1-terra', 'anthropic/claude-sonnet-5-5')
    >>> policy.decide("Good morning.").why
    'no rule matched (not rule 1: it has no tag, so not coding)'
    >>> policy
    Policy 'desk'
    - coding goes to openai/gpt-6.1-terra, else anthropic/claude-sonnet-5-5.
    - Everything else goes to bedrock/us.amazon.nova-2-lite-v1:0.
    """

    name: str
    classify: tuple[ClassifyRule, ...]
    routes: Mapping[str, Route]
    default: Route
    provenance: Provenance = field(default_factory=Provenance)

    def __post_init__(self) -> None:
        object.__setattr__(self, "routes", dict(self.routes))
        check_text(self.name, "a policy's name")
        if len(self.classify) > MAX_RULES or len(self.routes) > MAX_RULES:
            raise PolicyError(f"A policy has at most {MAX_RULES:,} rules and as many routes.")
        for tag in self.routes:
            check_tag(tag)
        for number, rule in enumerate(self.classify, 1):
            check_ruled_tag(rule.tag, self.routes, f"Rule {number}")

    def __hash__(self) -> int:
        return hash(self.sha256)

    # ---- deciding

    def decide(
        self,
        prompt: str | Prompt | PromptFacts,
        tag: str | Iterable[str] | None = None,
        metadata: Mapping[str, object] | None = None,
    ) -> Decision:
        """Say where a prompt goes.

        Parameters
        ----------
        prompt
            A text; or a `Prompt`: keywords and patterns are then looked for in all that the user wrote, features in
            the last message, and its own tags and metadata count if none are given; or `routebook.features.PromptFacts`
            for what is known of a prompt without its messages (its tools, say).
        tag
            The prompt's tag, or several.
        metadata
            What else is known of it, by name; texts, numbers and truth values can be compared with.

        Examples
        --------
        >>> from routebook.routing.conditions import FeatureIs
        >>> long = ClassifyRule("long", FeatureIs("prompt_tokens", at_least=2000))
        >>> desk = Policy("desk", (long,), {"long": Route(("sim/large",))}, Route(("sim/small",)))
        >>> decision = desk.decide("Write a sorted list of all the primes there are.")
        >>> decision.models, decision.why
        (('sim/small',), 'no rule matched (not rule 1: prompt_tokens is 12, not at least 2,000)')
        """
        asked = Asked.of(prompt, tag, metadata)
        for number, test, given in self._tests:
            if test(asked):
                route = self.routes[given]
                return Decision(given, route, number, self, self._chain(given, route, asked), asked)
        return Decision(DEFAULT, self.default, None, self, self._chain(DEFAULT, self.default, asked), asked)

    @cached_property
    def _tests(self) -> tuple[tuple[int, Test, str], ...]:
        """What each rule asks, as a function, made when first needed."""
        searches = Searches()
        return tuple((number, rule.when.test(searches), rule.tag) for number, rule in enumerate(self.classify, 1))

    def _chain(self, tag: str, route: Route, asked: Asked) -> tuple[str, ...]:
        return route.models if route.weights is None else drawn(route, self.name, tag, asked.searched)

    def __getstate__(self) -> dict[str, object]:
        """Return the fields alone: functions cannot be copied or pickled."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    @property
    def models(self) -> tuple[str, ...]:
        """Every model of every chain, once, in order; the default's come last."""
        chains = (*self.routes.values(), self.default)
        return tuple(dict.fromkeys(model for route in chains for model in route.models))

    def without(
        self, *, vendor: str | Iterable[str] = (), host: str | Iterable[str] = (), model: str | Iterable[str] = ()
    ) -> Policy:
        """Return the same policy without some models: those of these vendors, of these hosts, and these ids.

        Every chain goes on with what is left of it; a route that loses all its models gets the default's chain.
        Weights keep their proportions. Evidence stays where a route's first model does.

        Raises
        ------
        PolicyError
            If no model of the policy is meant by a name, or the default has none left.

        Examples
        --------
        >>> desk = Policy("desk", (), {}, Route(("openai/gpt-6.1-terra", "bedrock/us.amazon.nova-2-lite-v1:0")))
        >>> desk.without(vendor="openai").models
        ('bedrock/us.amazon.nova-2-lite-v1:0',)
        """
        from routebook.routing.removing import without

        return without(self, vendor, host, model)

    # ---- reading and writing

    @classmethod
    def load(cls, path: str | Path) -> Policy:
        """Read ``routes.yaml`` or ``routes.json``.

        Raises
        ------
        PolicyError
            With the line and column of what cannot be read, and the nearest right name.
        """
        from routebook.routing import policy_file

        return policy_file.load(path)

    @classmethod
    def from_yaml(cls, text: str) -> Policy:
        """Read a policy from YAML text; errors as in `load`."""
        from routebook.routing import policy_file

        return policy_file.from_yaml(text)

    @classmethod
    def from_json(cls, text: str) -> Policy:
        """Read a policy from JSON text; errors as in `load`."""
        from routebook.routing import policy_file

        return policy_file.from_json(text)

    @classmethod
    def from_portkey(cls, path: str | Path) -> Policy:
        """Read a config of Portkey's gateway: conditions on metadata, fallbacks, shares, retries and time limits.

        A target's name is its tag. What Portkey draws anew for each call, a policy draws by the prompt's text.

        Raises
        ------
        PolicyError
            With the line and column of what is no config, or what a policy cannot say.
        """
        from routebook.targets.portkey_reading import read_portkey

        return read_portkey(path)

    @classmethod
    def from_litellm(cls, path: str | Path, default: str | None = None) -> Policy:
        """Read a ``config.yaml`` of LiteLLM: each name of its model list is a tag, with its fallbacks.

        What LiteLLM draws anew for each call, a policy draws by the prompt's text.

        Parameters
        ----------
        path
            The file.
        default
            The ``model_name`` that everything else goes to; by default ``route/default``, or the only one there is.

        Raises
        ------
        PolicyError
            With the line and column of what is no configuration, or what a policy cannot say.
        """
        from routebook.targets.litellm_reading import read_litellm

        return read_litellm(path, default)

    def to_yaml(self) -> str:
        """Return the policy as YAML; the same policy gives the same text."""
        from routebook.routing import policy_data

        return policy_data.to_yaml(self)

    def to_json(self) -> str:
        """Return the policy as indented JSON; the same policy gives the same text."""
        from routebook.routing import policy_data

        return policy_data.to_json(self)

    def save(self, path: str | Path) -> Path:
        """Write ``routes.yaml`` or ``routes.json`` whole or not at all, and return the path.

        Raises
        ------
        PolicyError
            If the name ends otherwise, or the file cannot be written.
        """
        from routebook.routing import policy_file

        return policy_file.save(self, path)

    @staticmethod
    def schema() -> dict[str, Any]:
        """Return the JSON Schema (2020-12) of a policy file, as it is published in this package.

        It accepts what the reader accepts, but for what it cannot say, which its ``$comment`` lists.
        """
        from routebook.routing import policy_data

        return policy_data.schema()

    @property
    def sha256(self) -> str:
        """The sha256 (hex) of the canonical JSON (RFC 8785): the order of names and the layout do not change it."""
        from routebook.routing import policy_data

        return policy_data.sha256(self)

    def export(
        self,
        target: str,
        path: str | Path | None = None,
        *,
        allow_lossy: bool = False,
        prompts: Iterable[str | Prompt] | None = None,
    ) -> ExportReport:
        """Write the file another tool reads, such as LiteLLM's ``config.yaml``: see `routebook.targets.export`."""
        from routebook.targets import export

        return export(self, target, path, allow_lossy=allow_lossy, prompts=prompts)

    # ---- what outcomes say of it

    def evaluate(self, outcomes: Outcomes, against: str | None = None) -> Evaluation:
        """Say what this policy would have got, cost and taken on the prompts of a table, beside every single model.

        Parameters
        ----------
        outcomes
            What each model got, cost and took on each prompt. Use prompts that the policy was not made from: on those
            that it was, it looks better than it is.
        against
            The single model that gains are told against; by default the best one of these outcomes, which is partly
            the best by luck.

        Returns
        -------
        Evaluation
            ``.total``, ``.routes``, ``.models``, ``.singles``, ``.frame`` (a row per prompt), ``.chart()``.

        Raises
        ------
        OutcomesError
            If prompts take a route of which the outcomes have no model, or no quality is known, or they have no model
            called `against`.

        Examples
        --------
        >>> from routebook import Outcomes
        >>> rows = [
        ...     {"prompt": "2 + 2?", "tags": ["sum"], "sim/small": 1, "sim/large": 1},
        ...     {"prompt": "A prime?", "tags": [], "sim/small": 0, "sim/large": 1},
        ... ]
        >>> policy = Policy("desk", (ClassifyRule("sum", TagIs("sum")),), {"sum": Route(("sim/small",))},
        ...                 Route(("sim/large",)))
        >>> found = policy.evaluate(Outcomes.from_frame(rows, models=["sim/small", "sim/large"]))
        >>> found.total.quality, found.routes["model"].tolist(), found.models["share"].tolist()
        (1.0, ['sim/small', 'sim/large'], [0.5, 0.5])
        """
        from routebook.routing.evidence.evaluation import evaluate

        return evaluate(self, outcomes, against)

    def exposure(
        self,
        outcomes: Outcomes | None = None,
        prices: str | date | Mapping[str, Mapping[str, object]] | None = None,
        *,
        factor: float = 1.5,
    ) -> Exposure:
        """Say whom this policy depends on: who gets its traffic and money, and what if one is down or dearer.

        Parameters
        ----------
        outcomes
            What each model got, cost and took on each prompt; without it, what the policy alone says.
        prices
            Also what it costs at other prices: a date (``"2026-01-01"``), for which the price book is asked, or prices
            as `Outcomes.from_frame` takes them.
        factor
            How many times as high the prices of each vendor, host and model in turn are.

        Returns
        -------
        Exposure
            ``.shares`` and ``.concentration`` (HHI) by vendor, host and model; ``.failures``: for each of them what
            is touched, what a fallback answers, what nobody does, and how quality, cost and latency change;
            ``.price_shifts``; ``.repriced``.

        Raises
        ------
        OptionError
            If `factor` or `prices` is none.
        OutcomesError
            If the prices have none of the models.

        Examples
        --------
        >>> text = "{routebook: 1, name: one, classify: [], routes: {}, default: {models: [openai/a, azure/a]}}"
        >>> Policy.from_yaml(text).exposure().failures[["name", "nobody"]].values.tolist()[:2]
        [['openai', ()], ['unknown', ()]]
        """
        from routebook.routing.evidence.exposure import expose

        return expose(self, outcomes, prices, factor)

    def neutrality(self, outcomes: Outcomes, margin: float = 0.02) -> Neutrality:
        """Say whether each choice of this policy is the best the evidence supports, or favours a vendor.

        Parameters
        ----------
        outcomes
            What each model got and cost on each prompt; prompts that the policy was not made from are better evidence.
        margin
            How much worse a cheaper model may be and still count as as good, in quality from 0 to 1.

        Returns
        -------
        Neutrality
            ``.routes``: each choice, and the model that is shown to beat it at no higher cost, or to be as good for
            less; ``.vendors``; ``.favour``: what the flagged choices cost; ``.judges``.

        Raises
        ------
        OptionError
            If `margin` is not between 0 and 1.
        OutcomesError
            If prompts take a route of which the outcomes have no model.

        Examples
        --------
        >>> from routebook import Outcomes
        >>> rows = [{"prompt": str(n), "sim/small": n % 2, "sim/large": 1} for n in range(40)]
        >>> outcomes = Outcomes.from_frame(rows, models=["sim/small", "sim/large"], cost=0.001)
        >>> found = Policy("one", (), {}, Route(("sim/small",))).neutrality(outcomes)
        >>> found.routes[["model", "verdict", "by", "gain"]].values.tolist()
        [['sim/small', 'beaten', 'sim/large', 0.5]]
        """
        from routebook.routing.evidence.neutrality import neutrality

        return neutrality(self, outcomes, margin)

    def check(self, outcomes: Outcomes, margin: float = 0.05, *, today: date | None = None) -> Drift:
        """Say which rules no longer hold, by new outcomes beside the evidence in this policy.

        Parameters
        ----------
        outcomes
            New ones: of prompts that the evidence is not of.
        margin
            The loss of quality that would not matter, from 0 to 1: a route holds where a greater one is ruled out.
        today
            The day that expiry is told of; by default today (UTC).

        Returns
        -------
        Drift
            ``.routes``: a verdict for each, with what changed; ``.rules``; ``.failing``; ``.expired``.

        Raises
        ------
        OptionError
            If `margin` is not between 0 and 1.

        Examples
        --------
        >>> from routebook import Outcomes
        >>> then = Evidence(prompts=400, quality=0.9, quality_ci95=(0.87, 0.93))
        >>> policy = Policy("one", (), {}, Route(("sim/small",), evidence=then))
        >>> new = [{"prompt": str(n), "model": "sim/small", "quality": n % 2} for n in range(100)]
        >>> policy.check(Outcomes.from_frame(new)).routes[["tag", "verdict", "why"]].values.tolist()
        [['default', 'does not hold', 'quality fell']]
        """
        from routebook.routing.evidence.check import check

        return check(self, outcomes, margin, today)

    # ---- showing

    def sentences(self) -> list[str]:
        """Say the whole policy in words, one sentence a rule."""
        said = [f"A prompt is {rule.tag} if {rule.when.sentence()}." for rule in self.classify if not rule.identity]
        reached = {rule.tag for rule in self.classify}
        for tag, route in self.routes.items():
            unreached = "" if tag in reached else " No rule gives this tag."
            said.append(f"{tag} goes to {_with_evidence(route)}.{unreached}")
        said.append(f"Everything else goes to {_with_evidence(self.default)}.")
        return said

    def __repr__(self) -> str:
        return "\n".join([f"Policy {self.name!r}", *(f"- {sentence}" for sentence in self.sentences())])

    def _repr_markdown_(self) -> str:
        lines = [f"**Policy {_plain_markdown(self.name)}**", ""]
        return "\n".join([*lines, *(f"- {_plain_markdown(sentence)}" for sentence in self.sentences())])


def _with_evidence(route: Route) -> str:
    return route.sentence() + (f" ({route.evidence.sentence()})" if route.evidence else "")


def _plain_markdown(text: str) -> str:
    """Escape a text so that Markdown shows it as it is: names in a policy file are input."""
    entities = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
    return re.sub(r"[!-/:-@\[-`{-~]", lambda found: entities.get(found[0], f"\\{found[0]}"), text)
