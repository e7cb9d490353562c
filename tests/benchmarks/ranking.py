"""Votes ranked, and ranked again 1,000 times, beside evalica's fit of every vote and a bootstrap without folding."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from statistics import median

import evalica
import numpy as np
import pandas as pd
from tests.benchmarks.report import Figure

from routebook.judging.figures.comparisons import read_votes
from routebook.judging.figures.ranking import rank
from routebook.judging.figures.strengths import strengths

VOTES = 100_000
ROUNDS = 1_000
NAIVE_ROUNDS = 5
REPEATS = 3


def votes_of(models: int, votes_each: int = 1) -> pd.DataFrame:
    """Votes by simulated strengths, a fifth of them ties, so many on each prompt."""
    random = np.random.default_rng(models)
    strength = random.normal(0, 1, models)
    a = random.integers(models, size=VOTES)
    b = (a + random.integers(1, models, size=VOTES)) % models
    won = np.where(random.random(VOTES) < 1 / (1 + np.exp(strength[b] - strength[a])), "a", "b")
    names = np.array([f"host/model-{number}" for number in range(models)])
    prompts = [f"prompt {number // votes_each}" for number in range(VOTES)]
    winner = np.where(random.random(VOTES) < 0.2, "tie", won)
    return pd.DataFrame({"prompt_id": prompts, "model_a": names[a], "model_b": names[b], "winner": winner})


def theirs(votes: pd.DataFrame) -> pd.Series[float]:
    """Evalica's strengths of every vote, one by one."""
    winner = {"a": evalica.Winner.X, "b": evalica.Winner.Y, "tie": evalica.Winner.Draw}
    winners = [winner[each] for each in votes["winner"]]
    return evalica.bradley_terry(votes["model_a"], votes["model_b"], winners).scores


def seconds(what: Callable[[], object], repeats: int = REPEATS) -> float:
    took = []
    for _ in range(repeats):
        start = time.perf_counter()
        what()
        took.append(time.perf_counter() - start)
    return median(took)


def figures() -> Iterator[Figure]:
    few, many, several = votes_of(5), votes_of(50), votes_of(50, votes_each=10)
    rank(few.head(100), rounds=100)  # the libraries are loaded
    yield Figure("100,000 votes of 5 models ranked, with 1,000 rounds", seconds(lambda: rank(few)), "s", "<= 1")
    fit = seconds(lambda: rank(many, rounds=100))
    yield Figure("100,000 votes of 50 models ranked, with 100 rounds", fit, "s", "<= 1")
    yield Figure("  evalica's fit of the same votes unfolded, no interval", seconds(lambda: theirs(many)), "s")
    ours = seconds(lambda: rank(many))
    yield Figure("1,000 bootstrap rounds, 50 models, 100,000 votes", ours, "s", "<= 10")
    yield Figure("  the same with 10 votes on each prompt", seconds(lambda: rank(several)), "s", "<= 10")
    random = np.random.default_rng(0)
    naive = seconds(lambda: theirs(many.iloc[random.integers(VOTES, size=VOTES)]), NAIVE_ROUNDS) * ROUNDS
    yield Figure("  a bootstrap that folds nothing takes so many times as long", naive / ours, "x", ">= 10")
    found = strengths(read_votes(many), control_length=False, rounds=100, seed=0)
    scores = np.log(theirs(many)[list(found.models)].to_numpy())
    apart = float(np.abs(found.estimate - (scores - scores.mean())).max())
    yield Figure("  largest difference between our strengths and evalica's", apart, "log-odds", "<= 0.0001")
