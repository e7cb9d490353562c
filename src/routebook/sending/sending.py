"""What is about to be sent by a policy: every prompt is decided on, and nothing has been sent.

A routed prompt is a run like any other: its attempts are calls in the store, and its settings say which policy
decided, and which rule fired.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from routebook.background import BackgroundRun
from routebook.comparison import Comparison
from routebook.decided import SETTING, Decided, Way
from routebook.engine.budget import as_usd
from routebook.engine.cascade import Cascade, Limits
from routebook.engine.plan import Plan
from routebook.engine.prepare import Prepared, prepare, read_models, read_options
from routebook.engine.recorder import Listener
from routebook.engine.terms import Terms, read_terms
from routebook.errors import ModelError, OptionError, PolicyError, did_you_mean
from routebook.models import UNKNOWN_HOST
from routebook.pricing import price_book
from routebook.prompts import Prompt, distinct, in_words, sentence
from routebook.providers.contract import Options
from routebook.render.clean import visible
from routebook.routing.conditions.asked import check_metadata
from routebook.routing.document import shown
from routebook.routing.policy import Decision, Policy
from routebook.sending.routed import RoutedPrompts
from routebook.starting import begin, read_prompts
from routebook.store import Store, default_store

if TYPE_CHECKING:
    from routebook.starting import Prompts


@dataclass(frozen=True)
class Sending:
    """Prompts that a policy has decided on; made by `sending`.

    Attributes
    ----------
    policy
        Who decided.
    given
        The prompts, in the order in which they were given.
    decisions
        What was decided, by prompt id.
    """

    policy: Policy
    given: tuple[Prompt, ...]
    decisions: Mapping[str, Decision]
    options: Options
    cache: bool
    name: str | None
    timeout_s: float | None
    concurrency: int | Mapping[str, int] | None
    budget_usd: float | str | None
    store: Store | None
    on_event: Listener | None

    @property
    def decided(self) -> Decided:
        """What was decided, as the run will keep it."""
        ways: dict[tuple[str, int | None, tuple[str, ...]], list[str]] = {}
        for prompt, decision in self.decisions.items():
            ways.setdefault((decision.tag, decision.rule, decision.models), []).append(prompt)
        made = [
            Way(tag, rule, "" if rule is None else self.policy.classify[rule - 1].when.sentence(), models, tuple(those))
            for (tag, rule, models), those in ways.items()
        ]
        return Decided(self.policy.name, self.policy.sha256, tuple(made))

    def forecast(self) -> str:
        """Say where the prompts would go, and for one prompt why no earlier rule fired; one line each."""
        said = self.decided.lines(list(self.decisions), None)
        if len(self.decisions) == 1:
            said += [one.why for one in self.decisions.values()]
        return "\n".join([*map(visible, said), "Nothing was sent."])

    def start(self) -> BackgroundRun:
        """Send it, and return at once."""
        settings = {**self.options.given(), **({} if self.cache else {"cache": False}), SETTING: self.decided.data()}
        limits = {prompt: _limits(decision) for prompt, decision in self.decisions.items()}
        return begin(
            partial(self._prepare, settings),
            self._terms,
            name=self.name,
            store=self.store,
            on_event=self.on_event,
            sender=partial(Cascade, limits=limits),
        )

    def routed(self, comparison: Comparison) -> RoutedPrompts:
        """Return what came of each prompt, in the order in which they were given."""
        return RoutedPrompts(comparison, [(prompt, self.decisions[prompt.id]) for prompt in self.given])

    def _prepare(self, settings: dict[str, object], *, resume: bool = True) -> tuple[Prepared, dict[str, object]]:
        chains = {prompt: read_models(decision.models) for prompt, decision in self.decisions.items()}
        for model in (model for chain in chains.values() for model in chain):
            if model.host == UNKNOWN_HOST:
                raise ModelError(
                    f"Nobody is said to host {model.model!r:.60}: the outcomes behind the policy did not say it. Write "
                    "the host into the policy, or learn it from Outcomes.from_frame(..., hosts=...)."
                )
        prepared = prepare(
            distinct(self.given),
            tuple(dict.fromkeys(model for chain in chains.values() for model in chain)),
            options=self.options,
            repeats=1,
            cache=self.cache,
            recorded=None,
            history=None,
            settings=settings,
            store=self.store or default_store(),
            prices=price_book(),
            resume=resume,
            chains=chains,
        )
        return prepared, settings

    def _terms(self, plan: Plan) -> Terms:
        return read_terms(plan, self.timeout_s, 0, self.concurrency, self.budget_usd)


def sending(
    policy: Policy | str | Path | object,
    prompts: Prompts,
    *,
    tag: str | Sequence[str] | None = None,
    metadata: Mapping[str, object] | None = None,
    system: str | None = None,
    images: object = None,
    name: str | None = None,
    max_tokens: int | None = None,
    temperature: float | None = None,
    effort: str | None = None,
    schema: object = None,
    budget_usd: float | str | None = None,
    cache: bool = True,
    timeout_s: float | None = None,
    concurrency: int | Mapping[str, int] | None = None,
    variables: Mapping[str, object] | None = None,
    raw: bool = False,
    store: Store | None = None,
    on_event: Listener | None = None,
) -> Sending:
    """Decide on prompts and send nothing; takes the options of `routebook.route`."""
    by = read_policy(policy)
    check_metadata(metadata)
    if not isinstance(tag, Sequence | None):
        raise OptionError(f"tag is a text, or several in a list, not {in_words(tag)}.")
    tags = None if tag is None else [tag if isinstance(tag, str) else list(tag)]  # all of them for every prompt
    given = read_prompts(prompts, system=system, tags=tags, images=images, variables=None if raw else variables)
    return Sending(
        policy=by,
        given=given,
        decisions={
            one.id: by.decide(one, tag=tag, metadata={**one.metadata, **(metadata or {})}) for one in distinct(given)
        },
        options=read_options(max_tokens=max_tokens, temperature=temperature, effort=effort, schema=schema),
        cache=cache,
        name=name,
        timeout_s=timeout_s,
        concurrency=concurrency,
        budget_usd=budget_usd,
        store=store,
        on_event=on_event,
    )


def read_policy(source: Policy | str | Path | object) -> Policy:
    """Return a policy as it is, from its file, or from what holds one: a draft, a run with a draft, what was learned.

    Raises
    ------
    PolicyError
        If it is none of these, or the file cannot be read.
    """
    if isinstance(source, str | Path):
        path = Path(source).expanduser()
        try:
            return Policy.load(path)
        except PolicyError as error:
            missing = isinstance(error.__cause__, FileNotFoundError)
            if missing and (near := did_you_mean(path.name, _policy_files(path.parent))):
                raise PolicyError(f"There is no file {shown(path)}.{near}") from error
            raise
    found = source
    while not isinstance(found, Policy):
        found = getattr(found, "policy", None)
        if callable(found):  # a draft's, which is made when it is asked for
            found = found()
        if found is None:
            raise PolicyError(
                f"{sentence(in_words(source))} is no policy: give a Policy, the path of its file, or a draft of one."
            )
    return found


def _policy_files(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    return [path.name for path in folder.iterdir() if path.suffix.lower() in (".yaml", ".yml", ".json")]


def _limits(decision: Decision) -> Limits:
    route = decision.route
    budget = None if route.budget_usd is None else as_usd(route.budget_usd)
    return Limits(route.timeout_s, route.retries, budget)
