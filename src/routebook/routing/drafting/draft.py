"""A policy in the making, changed step by step, with what the run says of each choice.

Each step is a value (`Choices`). What changes is which of them stands: the `Steps` of one run, of which this process
has one, so that `run.policy`, the notebook's page and a loaded copy of the run all change the same draft. It lives as
long as the process; saving the policy is what keeps it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from routebook.errors import PolicyError
from routebook.lookup import count, find_model
from routebook.render.report import Block, Report, figure, span
from routebook.render.words import seconds, usd
from routebook.routing.drafting.choices import Chain, Choices
from routebook.routing.drafting.choose import ModelFacts, RunFacts, check_known_tag, choose
from routebook.routing.drafting.history import History
from routebook.routing.names import DEFAULT
from routebook.routing.policy import Policy

NO_DEFAULT = "No model is chosen for everything else yet"


class Steps(History[Choices]):
    """The steps of one draft; the order of its rules counts."""

    def __init__(self) -> None:
        super().__init__(Choices(), lambda a, b: a == b and list(a.chains) == list(b.chains))


_HISTORIES: dict[str, Steps] = {}


def history_of(run_id: str) -> Steps:
    """Return the history of a run's draft: this process has one for each run."""
    return _HISTORIES.setdefault(run_id, Steps())


@dataclass(frozen=True, slots=True)
class Choice:
    """A model in a chain, and what the run says of it there: `None` where nothing was measured."""

    model: str
    facts: ModelFacts | None


@dataclass(frozen=True, slots=True)
class Rule:
    """Where prompts with a tag go; with the tag ``default``, where everything else goes.

    Attributes
    ----------
    choices
        The first model and its fallbacks; empty for a default that is not chosen yet.
    quality_by
        Whose word their quality is, in words.
    """

    tag: str
    choices: tuple[Choice, ...]
    quality_by: str = "not judged"

    @property
    def words(self) -> str:
        """Who answers, in words.

        >>> Rule("coding", (Choice("sim/large", None), Choice("sim/small", None))).words
        'coding goes to sim/large, else sim/small'
        """
        who = "Everything else" if self.tag == DEFAULT else self.tag
        return f"{who} goes to {', else '.join(choice.model for choice in self.choices)}"

    def said(self, choice: Choice) -> str:
        """Say what the run says of one of the choices."""
        return choice.facts.sentence(self.quality_by) if choice.facts else "not measured with this tag"

    def sentence(self) -> str:
        """Say who answers, and what the run says of each."""
        first, *others = (self.said(choice) for choice in self.choices)
        rest = [f"; {choice.model}: {said}" for choice, said in zip(self.choices[1:], others, strict=True)]
        return f"{self.words}: {first}{''.join(rest)}"


class PolicyDraft:
    """For each tag, and for everything else, the models chosen by hand, and how they came to be.

    Models are named in full, or by any name that tells them apart; the tag ``default`` is for everything else. Every
    verb changes the draft at once, for all who have it, and returns it, so that a cell shows it.

    Parameters
    ----------
    models
        The ids of the models that were compared.
    tags
        The tags of the run's prompts; a run without any takes every tag.
    facts
        Gives what the run measured, its quality by the word of whom it is given; asked anew each time, since a run
        goes on and is judged.
    history
        What stands and stood; a new one if not given.

    Examples
    --------
    >>> facts = RunFacts({"sim/small": ModelFacts(3, 0.2, 1.5, True), "sim/large": ModelFacts(3, 4.0, 3.0, True)})
    >>> draft = PolicyDraft(list(facts.overall), (), lambda by: facts)
    >>> draft = draft.use("coding", "large").fallback("coding", "small").use("default", "small")
    >>> for sentence in draft.sentences():
    ...     print(sentence)
    coding goes to sim/large, else sim/small: not measured with this tag; sim/small: not measured with this tag
    Everything else goes to sim/small: simulated, 3 prompts, quality not judged, $0.200 per 1,000 prompts, 95 % within 1.5 s
    >>> draft.undo().sentences()[1:]
    []
    >>> draft.redo().policy().decide("Sort a list.", tag="coding").models
    ('sim/large', 'sim/small')
    """  # noqa: E501 - what it prints is that long

    def __init__(
        self,
        models: Sequence[str],
        tags: Sequence[str],
        facts: Callable[[str | None], RunFacts],
        history: Steps | None = None,
    ) -> None:
        self.models = tuple(models)
        self.tags = tuple(tags)
        self._facts = facts
        self._history = Steps() if history is None else history

    # ---- choosing

    def use(self, tag: str, model: str) -> PolicyDraft:
        """Ask this model first for the tag: a fallback moves up, another model takes the place of the first.

        Raises
        ------
        PolicyError, ModelError
            If no prompt of the run has the tag, or the model was not compared.
        """
        tag, model = self._tag(tag), self._model(model)
        return self._change(lambda now: now.use(tag, model))

    def fallback(self, tag: str, model: str) -> PolicyDraft:
        """Let this model stand in when the others of the tag's chain fail; errors as in `use`."""
        tag, model = self._tag(tag), self._model(model)
        return self._change(lambda now: now.fallback(tag, model))

    def remove(self, tag: str, model: str | None = None) -> PolicyDraft:
        """Take a model out of the tag's chain; without a model, the whole rule.

        Raises
        ------
        PolicyError, ModelError
            If it is not chosen.
        """
        named = None if model is None else self._model(model)
        return self._change(lambda now: now.remove(tag, named))

    def move(self, tag: str, model: str | None = None, *, to: int) -> PolicyDraft:
        """Move a rule among the rules, or a model in the tag's chain, to the place `to`, from 0.

        Of two rules that match a prompt, the earlier one counts. Errors as in `remove`.
        """
        named = None if model is None else self._model(model)
        return self._change(lambda now: now.move(tag, named, to))

    def rename(self, name: str) -> PolicyDraft:
        """Call the policy so.

        Raises
        ------
        PolicyError
            If it cannot be a name.
        """
        return self._change(lambda now: replace(now, name=name))

    def judged_by(self, name: str | None) -> PolicyDraft:
        """Let the quality be the word of this check, this judge, or ``people``; needed where several judged.

        Raises
        ------
        JudgmentError
            If nobody of that name judged.
        """
        self._facts(name)
        return self._change(lambda now: replace(now, by=name))

    def undo(self) -> PolicyDraft:
        """Take the last change back.

        Raises
        ------
        PolicyError
            If there is none.
        """
        self._history.go(-1)
        return self

    def redo(self) -> PolicyDraft:
        """Make the change again that was undone last; errors as in `undo`."""
        self._history.go(1)
        return self

    def choose(
        self,
        tags: Mapping[str, str | Sequence[str]],
        *,
        default: str | Sequence[str],
        name: str | None = None,
        quality: str | None = None,
    ) -> Policy:
        """Choose all at once, in place of what was chosen, and return the policy; see `Comparison.choose`."""
        chains = {tag: self._chain(models) for tag, models in tags.items()}
        made = choose(self._facts(quality), chains, default=self._chain(default), name=name)
        self._change(lambda _: Choices(chains, made.default.models, name, quality))
        return made

    def put(
        self, chains: Mapping[str, Sequence[str]], *, name: str | None = None, by: str | None = None
    ) -> PolicyDraft:
        """Put these chains in the place of all that was chosen, with or without that of ``default``.

        Raises
        ------
        PolicyError, ModelError, JudgmentError
            As `use`, `rename` and `judged_by`.
        """
        named = {self._tag(tag): tuple(dict.fromkeys(self._chain(models))) for tag, models in chains.items() if models}
        default = named.pop(DEFAULT, ())
        made = Choices(named, default, name, by)
        self._facts(by)
        return self._change(lambda _: made)

    # ---- what is chosen

    @property
    def now(self) -> Choices:
        """What is chosen, as a value."""
        return self._history.now

    @property
    def history_id(self) -> str:
        """Tells this draft from one of the same run in another process, or in this one before it was restarted."""
        return self._history.id

    @property
    def can_undo(self) -> bool:
        """Whether there is something to undo."""
        return self._history.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether there is something to redo."""
        return self._history.can_redo

    def policy(self) -> Policy:
        """Return the policy as it is now, with what the run says of each route's first model as its evidence.

        Raises
        ------
        PolicyError
            If no model is chosen for everything else yet.
        """
        return self.shown().policy()

    def to_yaml(self) -> str:
        """Return the policy as YAML; errors as in `policy`."""
        return self.policy().to_yaml()

    def save(self, path: str | Path) -> Path:
        """Write ``routes.yaml`` or ``routes.json`` and return the path; errors as in `policy` and `Policy.save`."""
        return self.policy().save(path)

    # ---- showing

    def shown(self) -> Shown:
        """Return all there is to show of it, read at one moment."""
        now = self.now
        facts = self._facts(now.by)
        rules = [_rule(tag, chain, facts.by_tag.get(tag, {}), facts) for tag, chain in now.chains.items()]
        return Shown(now, facts, (*rules, _rule(DEFAULT, now.default, facts.overall, facts)))

    def sentences(self) -> list[str]:
        """Say each rule in words, with what the run says of each of its models."""
        return [rule.sentence() for rule in self.shown().rules if rule.choices]

    def __repr__(self) -> str:
        return str(self._report())

    def _repr_html_(self) -> str:
        return self._report().html()

    def _report(self) -> Report:
        shown = self.shown()
        rules = [rule for rule in shown.rules if rule.choices]
        notes = []
        if not rules:
            notes.append(
                "Nothing is chosen yet: run.policy.use('a tag', 'a model'), or Use under an answer in the view."
            )
        elif not shown.now.default:
            notes.append(f"{NO_DEFAULT}: run.policy.use('default', 'a model').")
        if len(shown.facts.judges) > 1 and shown.facts.judge is None:
            notes.append(f"Several judged ({', '.join(shown.facts.judges)}): run.policy.judged_by(one of them).")
        return Report(
            f"Policy draft {shown.name!r}",
            (count(len(shown.now.chains), "rule"), *([f"quality by {shown.facts.judge}"] if shown.facts.judge else [])),
            [_block(rule) for rule in rules],
            notes,
        )

    # ---- within

    def _change(self, made: Callable[[Choices], Choices]) -> PolicyDraft:
        self._history.change(made)
        return self

    def _chain(self, models: str | Sequence[str]) -> Chain:
        return tuple(self._model(model) for model in ([models] if isinstance(models, str) else models))

    def _model(self, model: str) -> str:
        return find_model(self.models, model)

    def _tag(self, tag: str) -> str:
        return tag if tag == DEFAULT else check_known_tag(tag, self.tags)


@dataclass(frozen=True, slots=True)
class Shown:
    """A draft at one moment: what is chosen, what the run measured, and both together, the default last."""

    now: Choices
    facts: RunFacts
    rules: tuple[Rule, ...]

    @property
    def name(self) -> str:
        """What the policy will be called."""
        return self.now.name or self.facts.name or "policy"

    def policy(self) -> Policy:
        """Return the policy; see `PolicyDraft.policy`."""
        now = self.now
        if not now.default:
            raise PolicyError(f"{NO_DEFAULT}: choose one, such as run.policy.use('default', {self._some!r}).")
        return choose(self.facts, now.chains, default=now.default, name=now.name)

    @property
    def _some(self) -> str:
        return next((chain[-1] for chain in self.now.chains.values()), next(iter(self.facts.overall), "a model"))


def _rule(tag: str, chain: Chain, measured: Mapping[str, ModelFacts], facts: RunFacts) -> Rule:
    return Rule(tag, tuple(Choice(model, measured.get(model)) for model in chain), facts.quality_by)


_HEADS = ("asked in this order", "quality", "95 % interval", "prompts", "per 1,000 prompts", "95 % within")


def _block(rule: Rule) -> Block:
    return Block(_HEADS, [_row(one) for one in rule.choices], f"{rule.words}.", [one.model for one in rule.choices])


def _row(choice: Choice) -> tuple[str, ...]:
    facts = choice.facts or ModelFacts(0)
    name = f"{choice.model} (simulated)" if facts.simulated else choice.model
    quality = (figure(facts.quality), span(*facts.quality_ci95) if facts.quality_ci95 else "unknown")
    return name, *quality, f"{facts.prompts:,}", usd(facts.usd_per_1k_prompts), seconds(facts.latency_p95_s)
