"""Runs whose answers were judged as a test says: in the store, and nothing asked of any model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.support.examples import call_of, judging_of, run_of

from routebook.comparison import Comparison
from routebook.judging.keeping import keep
from routebook.judgments import Judgment
from routebook.models import ModelId
from routebook.prompts import Prompt
from routebook.store import default_store


def run_with(
    *models: str,
    prompts: int,
    repeats: int = 1,
    tags: Mapping[int, Sequence[str]] | None = None,
    simulated: bool = True,
) -> Comparison:
    """Return a run that is in the store; `tags` are of some of its prompts, by their number."""
    tags = tags or {}
    asked = [Prompt.of(f"What is {number} + 1?", tags=list(tags.get(number, ()))) for number in range(prompts)]
    run = run_of(models=models, planned=prompts * repeats * len(models), repeats=repeats)
    calls = [
        call_of(run, model=ModelId.parse(model), prompt_id=prompt.id, repeat=repeat, simulated=simulated)
        for prompt in asked
        for repeat in range(repeats)
        for model in models
    ]
    default_store().import_run(run, asked, calls)
    return Comparison(run, asked, calls)


def score(run: Comparison, values: Mapping[str, Sequence[float | None]], *, repeat: int = 0, by: str = "exact") -> None:
    """Keep what a check says of the models' answers, prompt by prompt; `None` could not be scored."""
    judgments = [
        Judgment(run.find(model, number, repeat).id, value, error="" if value is not None else "no expected answer")
        for model, of in values.items()
        for number, value in enumerate(of)
    ]
    keep(run, judging_of(*judgments, run_id=run.run.id, by=by))


def judge(run: Comparison, a: str, b: str, shares: Sequence[float]) -> None:
    """Keep what the judge ``sim/judge`` says of two models' answers, prompt by prompt: the share that `a` gets."""
    judgments = [Judgment(run.find(a, at).id, share, run.find(b, at).id) for at, share in enumerate(shares)]
    keep(run, judging_of(*judgments, run_id=run.run.id, kind="pairwise", by="sim/judge"))
