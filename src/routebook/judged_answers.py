"""Which answer was better: what people, checks and judges say of a run, as methods of it.

Each method is a door: what is behind it is in `routebook.judging`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from routebook.answers import Answers
from routebook.lookup import PromptKey
from routebook.models import ModelId

if TYPE_CHECKING:
    import pandas as pd

    from routebook.judging.checks.scorer import Scorer
    from routebook.judging.figures.agreement import Agreement
    from routebook.judging.figures.quality import Quality
    from routebook.judging.figures.ranking import Ranking
    from routebook.judging.judges.judged import Judged
    from routebook.judging.people.ballot import PrintedBallot
    from routebook.judging.people.collected import Collected
    from routebook.outcomes import Outcomes
    from routebook.votes import Vote, Winner


class JudgedAnswers(Answers):
    """Answers, and what is said of them; see `Comparison`."""

    def score(
        self,
        *scorers: Scorer | Callable[..., object],
        expected: object = None,
        name: str | None = None,
        errors: Literal["skip", "wrong"] = "skip",
    ) -> Quality:
        """Check every answer, and keep the results beside the calls.

        A check that fails on an answer is an error on that row, never the end; so is a call that failed. Checked again
        by a check of the same name, the later results stand.

        Parameters
        ----------
        *scorers
            Of `routebook.scorers`, such as ``rb.scorers.exact()``; or any function of the answer, or of the answer and
            the expected one, that returns a bool or a number from 0 to 1.
        expected
            The expected answer, or one for each prompt (a list, or a mapping by the prompt's id or text); by default
            those that the prompts came with.
        name
            What a single check is known by, as ``by=...``.
        errors
            ``skip`` leaves calls that failed without a score; ``wrong`` gives them 0.

        Raises
        ------
        JudgmentError, OptionError
            If there is no check, or `expected` does not fit the prompts.

        Examples
        --------
        >>> import routebook as rb
        >>> run = rb.compare(rb.datasets.tasks("arithmetic", n=5), models=["sim/small", "sim/large"])
        >>> run.score(rb.scorers.numeric()).frame[["model", "n", "prompts"]].values.tolist()
        [['sim/small', 5, 5], ['sim/large', 5, 5]]
        """
        from routebook.judging.checks.scoring import score

        return score(self, scorers, expected=expected, name=name, errors=errors)

    def judge(
        self,
        judges: str | ModelId | Sequence[str | ModelId],
        *,
        rubric: str | None = None,
        pairwise: bool = True,
        reference: bool = False,
        scale: tuple[int, int] | None = None,
        against: str | ModelId | None = None,
        prompts: PromptKey | Sequence[PromptKey] | None = None,
        canaries: int = 10,
        control_length: bool = False,
        structured: bool = True,
        name: str | None = None,
        budget_usd: float | str | None = None,
        cache: bool = True,
        concurrency: int | Mapping[str, int] | None = None,
        retries: int = 2,
        timeout_s: float | None = None,
        max_tokens: int | None = None,
        temperature: float | None = None,
        effort: str | None = None,
    ) -> Judged:
        """Let models judge the answers, and keep what they say beside the calls.

        The judges' calls are a run of their own, asked as `compare` asks: under its limits, from its cache, within a
        budget, and gone on with where it was interrupted. What they cost is counted there, in `Judged.cost`.

        Parameters
        ----------
        judges
            One model id, or several: agreement and same-vendor differences are then reported.
        rubric
            What to judge by, in words; a general one unless given.
        pairwise
            Ask which of two answers is better, each pair in both orders; a judge that contradicts itself made a tie.
        reference
            Instead ask whether each answer says the same as the expected one: correct 1, partly 0.5, incorrect 0.
        scale
            Instead ask for a score, such as ``(1, 5)``; 0 to 1 in the tables.
        against
            Compare every model with this one only.
        prompts
            Judge the answers to these only; as in `text`.
        canaries
            To how many prompts an answer that says nothing, and a copy of an answer, are put in, to see whether the
            judge falls for the one, and prefers what it reads first of the other; 0 for none.
        control_length
            Whether `Judged.ranking` takes the part of length out of the strengths.
        structured
            Ask for JSON by a schema; `False` for a judge that takes none.
        name
            What the judging is known by, as ``by=...``; else the judge's model id, of marks with how they were given:
            ``sim/large (scale)``.
        budget_usd, cache, concurrency, retries, timeout_s, max_tokens, temperature, effort
            As in `compare`, for the judges' calls.

        Raises
        ------
        JudgmentError
            If there is nothing to be judged in this way.
        ModelError, OptionError
            If a judge, or an option, cannot be.
        Interrupted
            As `compare`; what was judged so far is kept, and judging again asks only for the rest.
        """
        from routebook.judging.judges.judge import judge

        return judge(
            self,
            judges,
            rubric=rubric,
            pairwise=pairwise,
            reference=reference,
            scale=scale,
            against=against,
            prompts=prompts,
            canaries=canaries,
            control_length=control_length,
            structured=structured,
            name=name,
            budget_usd=budget_usd,
            cache=cache,
            concurrency=concurrency,
            retries=retries,
            timeout_s=timeout_s,
            max_tokens=max_tokens,
            temperature=temperature,
            effort=effort,
        )

    def vote(
        self,
        prompt: PromptKey | None = None,
        *,
        winner: Winner | None = None,
        a: str | ModelId | None = None,
        b: str | ModelId | None = None,
        rating: int | None = None,
        model: str | ModelId | None = None,
        repeat: int = 0,
        by: str | None = None,
        note: str = "",
    ) -> Vote:
        """Say which of two answers is better, or how good one is; it is in the store when this returns.

        Who votes again on the same answers has changed their mind: the later vote stands.

        Parameters
        ----------
        prompt, repeat
            As in `text`.
        winner
            ``a``, ``b``, ``tie`` or ``both_bad``.
        a, b
            Whose answers; names as in `text`. Not needed where there are two.
        rating
            Instead of a winner: 1 (worst) to 5 (best) for one answer.
        model
            Whose; not needed where there is one.
        by
            Who votes: ``$ROUTEBOOK_USER``, else ``$JUPYTERHUB_USER``, else your login's name.
        note
            Why, at most 10,000 characters.

        Raises
        ------
        VoteError
            If it is no vote, or on an answer that failed without a text.
        ModelError, RunError
            As `text`.

        Examples
        --------
        >>> import routebook as rb
        >>> run = rb.compare("Name a prime.", models=["sim/small", "sim/large"])
        >>> run.vote(winner="b", by="ada", note="explains why").model_b
        'sim/large'
        >>> run.votes[["model_a", "model_b", "winner", "by"]].values.tolist()
        [['sim/small', 'sim/large', 'b', 'ada']]
        """
        from routebook.judging.people.voting import vote

        return vote(
            self,
            self._prompt(prompt),
            winner=winner,
            between=(a, b),
            rating=rating,
            model=model,
            repeat=repeat,
            by=by,
            note=note,
        )

    @property
    def votes(self) -> pd.DataFrame:
        """The votes that stand, one row each, oldest first: those in the store, and those that came with a file.

        The columns are ``prompt_id``, ``repeat``, ``kind`` (``pair`` or ``rating``), ``model_a``, ``model_b``,
        ``winner`` (``a``, ``b``, ``tie`` or ``both_bad``), ``model``, ``rating`` (1 to 5), ``note``, ``by``, ``at``
        (UTC), ``blind`` and ``shown`` (the models in the order in which they were shown).
        """
        from routebook.judging.people.voting import frame, standing_votes

        return frame(standing_votes(self))

    def ballot(
        self,
        path: str | Path = "ballot.html",
        *,
        prompts: Sequence[PromptKey] | None = None,
        models: Sequence[str | ModelId] | None = None,
        voters: Sequence[str] | None = None,
        title: str | None = None,
        most: int | None = 20,
        seed: int | None = None,
    ) -> PrintedBallot:
        """Write a blind ballot for a class or a team: one page, without network or script from elsewhere.

        Who opens it votes on pairs of answers and saves a small file; `collect` takes the files in.

        Parameters
        ----------
        path
            Where to write the page.
        prompts, models
            Which prompts and models, named as in `text`; all by default. Every pair of the models is on the ballot.
        voters
            Who is expected: they pick their name. By default anybody who writes a name.
        title
            What the page is called; mind that a title can give a model away.
        most
            How many pairs one voter is asked; `None` for all.
        seed
            What decides the order of the pairs and which answer is A; by default chance.

        Raises
        ------
        VoteError
            If there is no pair to ask about, or the page cannot be written.
        RunError, ModelError
            If there is no such prompt or model.
        """
        from routebook.judging.people.ballot import ballot

        return ballot(self, path, prompts=prompts, models=models, voters=voters, title=title, most=most, seed=seed)

    def collect(self, paths: str | Path | Sequence[str | Path]) -> Collected:
        """Take in the ballots that came back; see `routebook.judging.people.collect.collect`."""
        from routebook.judging.people.collect import collect

        return collect(self, paths)

    @property
    def scores(self) -> pd.DataFrame:
        """What checks, judges and people's ratings say of single answers, one row each.

        The columns are ``prompt_id``, ``repeat``, ``model``, ``name`` (what ``by=`` takes), ``source`` (``check``,
        ``judge`` or ``person``), ``by``, ``value`` (0 to 1; NaN where there is none), ``error`` and ``note``.
        """
        from routebook.judging.tables import score_frame, score_rows

        return score_frame(score_rows(self))

    @property
    def verdicts(self) -> pd.DataFrame:
        """What judges and people say of pairs of answers, one row each.

        The columns are those of `scores`, with ``model_a``, ``model_b`` and ``share_a`` (1: a is better, 0.5: a tie, 0:
        b is better) for model and value, and ``flipped``: a judge contradicted itself when the order was swapped.
        """
        from routebook.judging.tables import pair_frame, pair_rows

        return pair_frame(pair_rows(self))

    def quality(self, by: str | None = None) -> Quality:
        """Return how good each model's answers are by what was said of them, with intervals.

        Parameters
        ----------
        by
            Whose scores: a check, a judge, ``people`` or a person. Without it, those of all, each by itself.

        Raises
        ------
        JudgmentError
            If there are no scores, or none of that name.
        """
        from routebook.judging.figures.quality import quality

        return quality(self, by)

    def ranking(
        self,
        by: str | None = None,
        *,
        control_length: bool = False,
        rounds: int = 1000,
        confidence: float = 0.95,
        seed: int = 0,
    ) -> Ranking:
        """Rank the models by the pairs of answers that were judged; see `routebook.judging.figures.ranking.ranking`.

        Parameters
        ----------
        by
            Whose word: ``people``, a judge or a person. By default people's, if there are any, else the judge's.
        control_length
            Whether to take out what length alone does to who wins.
        rounds, confidence, seed
            Of the bootstrap: how often the prompts are drawn anew, how wide the intervals are, and the draw's seed.

        Raises
        ------
        JudgmentError
            If nobody compared answers, or several judges did and none was named.
        """
        from routebook.judging.figures.ranking import ranking

        return ranking(self, by, control_length=control_length, rounds=rounds, confidence=confidence, seed=seed)

    def agreement(self) -> Agreement:
        """Return how far judges, checks and people agree; see `routebook.judging.figures.agreement.agreement`."""
        from routebook.judging.figures.agreement import agreement

        return agreement(self)

    def power(
        self, delta: float = 0.05, *, power: float = 0.8, alpha: float = 0.05, by: str | None = None
    ) -> pd.DataFrame:
        """Return how many prompts it would take to tell two models apart; see `routebook.judging.figures.power.power`.

        Parameters
        ----------
        delta
            The smallest difference of quality, from 0 to 1, that matters.
        power
            How often it should be found if it is there.
        alpha
            How often one may be found that is not there.
        by
            Whose word; as in `quality`.
        """
        from routebook.judging.figures.power import power as prompts_to_tell_apart

        return prompts_to_tell_apart(self, delta, power=power, alpha=alpha, by=by)

    def outcomes(self, quality: Any = None) -> Outcomes:
        """Return what each prompt got, cost and took with each model, as the table that routing learns from.

        Parameters
        ----------
        quality
            How good the answers are: the name of a check, a judge or ``people``, or a table of your own; not needed
            where there is one name. See `routebook.judging.run_outcomes.outcomes_of`.
        """
        from routebook.judging.run_outcomes import outcomes_of

        return outcomes_of(self, quality)
