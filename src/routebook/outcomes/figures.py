"""What follows from outcomes: features, a digest, tables by model, notes; each behind a door of `Outcomes`."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pandas as pd

from routebook.errors import OutcomesError, did_you_mean
from routebook.features import FEATURES, PromptFacts
from routebook.judging.figures.intervals import mean_interval
from routebook.lookup import count
from routebook.outcomes.columns import listed
from routebook.outcomes.table import MEASURES, NUMBERS, Outcomes
from routebook.render.report import Block, Report, figure, span
from routebook.render.words import seconds, usd


def features(outcomes: Outcomes) -> pd.DataFrame:
    """Work out every feature of every prompt; see `Outcomes.features`."""
    columns = [outcomes._prompts[name] for name in ("prompt", "earlier", "turns", "images")]
    asked = [PromptFacts(*facts) for facts in zip(*columns, strict=True)]
    made = {name: [feature(facts) for facts in asked] for name, feature in FEATURES.items()}
    return pd.DataFrame(made, index=outcomes._prompts.index)


def data_sha256(outcomes: Outcomes) -> str:
    """Hash the data; see `Outcomes.data_sha256`."""
    digest = hashlib.sha256()
    prompts = outcomes._prompts.sort_index()
    for row in zip(prompts.index, prompts["prompt"], prompts["tags"], strict=True):
        line = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
        digest.update(line.encode("utf-8", "surrogatepass") + b"\n")
    wide = [outcomes.wide(measure).loc[prompts.index] for measure in MEASURES]
    for model in sorted(outcomes.models):
        digest.update(json.dumps(model, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
        for table in wide:
            values = table[model].to_numpy(dtype="<f8")
            digest.update(np.where(np.isnan(values), np.nan, values).tobytes())
    return digest.hexdigest()


def wide(outcomes: Outcomes, column: str) -> pd.DataFrame:
    """Spread a column out; see `Outcomes.wide`."""
    if column not in NUMBERS:
        raise OutcomesError(
            f"There is no column of numbers {column!r}: there are {', '.join(NUMBERS)}.{did_you_mean(column, NUMBERS)}"
        )
    made = np.full((len(outcomes._prompts), len(outcomes.models)), np.nan)
    places = (outcomes._frame[name].cat.codes.to_numpy() for name in ("prompt_id", "model"))
    made[tuple(places)] = outcomes._frame[column].to_numpy()
    return pd.DataFrame(made, index=outcomes._prompts.index, columns=pd.Index(outcomes.models, name="model"))


def summary(outcomes: Outcomes) -> pd.DataFrame:
    """Sum up by model; see `Outcomes.summary`."""
    rows = outcomes._frame.groupby("model", observed=False)
    mean, known = rows[list(MEASURES)].mean(), rows[list(MEASURES)].count()
    ends = [mean_interval(values.dropna().tolist()) for _, values in rows["quality"]]
    return pd.DataFrame(
        {
            "model": list(outcomes.models),
            "vendor": outcomes._models["vendor"].to_numpy(),
            "host": outcomes._models["host"].to_numpy(),
            "quality": mean["quality"].to_numpy(),
            "low": [low for low, _ in ends],
            "high": [high for _, high in ends],
            "n": known["quality"].to_numpy(),
            "usd_per_1k_prompts": 1000 * mean["cost_usd"].to_numpy(),
            "priced": known["cost_usd"].to_numpy(),
            "latency_s": mean["latency_s"].to_numpy(),
            "simulated": outcomes._models["simulated"].to_numpy(),
        }
    )


def report(outcomes: Outcomes) -> Report:
    """Show the summary, and under it what should be known of it."""
    summary = outcomes.summary().to_dict(orient="records")
    pretended = len(outcomes.simulated) == len(outcomes.models)
    rows = [
        (
            f"{row['model']} (simulated)" if row["simulated"] and not pretended else row["model"],
            figure(row["quality"]),
            span(row["low"], row["high"]),
            f"{row['n']:,}",
            usd(row["usd_per_1k_prompts"]),
            seconds(row["latency_s"]),
        )
        for row in summary
    ]
    titles = ("model", "quality", "95 % interval", "prompts", "per 1,000 prompts", "latency")
    return Report(
        "Outcomes",
        [
            count(len(outcomes.prompts), "prompt"),
            count(len(outcomes.models), "model"),
            count(len(outcomes.tags), "tag"),
        ],
        [Block(titles, rows, models=[row["model"] for row in summary])],
        [f"From {outcomes.source.origin}. Quality: {outcomes.source.quality}.", *outcomes.notes],
        simulated=pretended,
    )


def gaps(outcomes: Outcomes) -> list[str]:
    """Return what the reader of outcomes should know of what is missing, repeated or simulated."""
    frame, prompts = outcomes._frame, outcomes._prompts
    known = frame["quality"].notna().to_numpy()
    notes = []
    if missing := int((~known).sum()):
        notes.append(f"Quality is known of {len(known) - missing:,} of {count(len(known), 'row')}.")
    judged = np.bincount(frame["model"].cat.codes, known, len(outcomes.models))
    if never := [name for name, of in zip(outcomes.models, judged, strict=True) if not of]:
        notes.append(f"No answer of {listed(never)} was judged.")
    if repeated := int((frame["n"] > 1).sum()):
        notes.append(f"{count(repeated, 'row')} of several repeats: their mean, with its spread in the columns ..._sd.")
    if again := int(prompts["prompt"].duplicated().sum()):
        notes.append(f"{count(again, 'prompt')} with the text of an earlier one; each counts.")
    untagged = len(prompts) - sum(map(bool, prompts["tags"]))
    if 0 < untagged < len(prompts):
        notes.append(f"{count(untagged, 'prompt')} without a tag.")
    return notes
