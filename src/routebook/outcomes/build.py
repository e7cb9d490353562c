"""How an `Outcomes` comes to be: repeats folded with their spread, two frames made of them, and a part taken of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from routebook.errors import OutcomesError, did_you_mean
from routebook.models import SIMULATED_HOSTS, vendor_of
from routebook.outcomes.prices import RATES
from routebook.outcomes.table import ASKED, COLUMNS, MEASURES, Outcomes, Source


@dataclass(slots=True)
class Asked:
    """The prompts of a table, one entry each: ids that differ, texts, tags, and what else their features look at."""

    ids: Sequence[str]
    texts: Sequence[str]
    tags: Sequence[tuple[str, ...]]
    turns: Sequence[int] | int = 1
    images: Sequence[int] | int = 0
    earlier: Sequence[str] | str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Model:
    """A model of a table: its name as given, host (empty where unknown), vendor, and whether it is simulated."""

    name: str
    host: str
    vendor: str
    simulated: bool = False

    @classmethod
    def called(cls, name: str, host: str | None, known_hosts: Iterable[str]) -> Model:
        """Tell host and vendor from a name: its first part counts as host if it is the one given, or a known one."""
        first, slash, rest = name.partition("/")
        if host is None:
            host = first if slash and rest and first in known_hosts else ""
        own = rest if slash and host and first == host else name
        return cls(name, host, vendor_of(host, own), host in SIMULATED_HOSTS)


@dataclass(slots=True)
class Measured:
    """What was measured, one entry per answer: which prompt and model (their places), and each measure.

    `spreads` and `counts` are there where an entry already stands for several answers.
    """

    prompt: Any
    model: Any
    values: dict[str, Any]
    spreads: dict[str, Any] = field(default_factory=dict)
    counts: Any = None

    def folded(self, models: int) -> Measured:
        """Return one entry per prompt and model, in this order: means over what is known, spreads and counts.

        Entries that already stand for several are pooled exactly: by their counts, means and standard deviations.
        """
        key = self.prompt.astype(np.int64) * models + self.model
        _, first, group = np.unique(key, return_index=True, return_inverse=True)
        size = len(first)
        counts = np.ones(len(key), dtype=np.int64) if self.counts is None else self.counts
        made = Measured(
            self.prompt[first], self.model[first], {}, {}, np.bincount(group, counts, size).astype(np.int64)
        )
        for name in MEASURES:
            values = self.values.get(name, np.full(len(key), np.nan))
            spread = self.spreads.get(name, np.full(len(key), np.nan))
            if size == len(key):
                made.values[name], made.spreads[name] = values[first], spread[first]
            else:
                made.values[name], made.spreads[name] = _pooled(values, spread, counts, group, size)
        return made


def _pooled(values: Any, spread: Any, counts: Any, group: Any, size: int) -> tuple[Any, Any]:
    known = ~np.isnan(values)
    weight = np.where(known, counts, 0)
    of = np.bincount(group, weight, size)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(group, np.where(known, values, 0) * weight, size) / of
        within = np.where(weight > 1, (weight - 1) * spread**2, 0)
        between = np.where(known, weight * (values - mean[group]) ** 2, 0)
        return mean, np.where(of > 1, np.sqrt(np.bincount(group, within + between, size) / (of - 1)), np.nan)


def build(
    asked: Asked,
    models: Sequence[Model],
    measured: Measured,
    *,
    source: Source,
    remarks: Sequence[str] = (),
    prices: pd.DataFrame | None = None,
) -> Outcomes:
    """Make an `Outcomes`; repeats are folded."""
    prompts = pd.DataFrame(
        {
            "prompt": _texts(asked.texts),
            "tags": _objects(asked.tags),
            "turns": asked.turns,
            "images": asked.images,
            "earlier": asked.earlier if isinstance(asked.earlier, str) else _texts(asked.earlier),
            **asked.metadata,
        },
        index=pd.Index(_texts(asked.ids), name="prompt_id"),
    )
    about = pd.DataFrame([asdict(model) for model in models]).set_index("name").rename_axis("model")
    if prices is None:
        prices = pd.DataFrame(np.nan, index=about.index, columns=list(RATES))
    frame = _frame(prompts, models, measured.folded(len(models)))
    return Outcomes(tuple(about.index), source, prompts, about.join(prices), frame, tuple(remarks))


def _frame(prompts: pd.DataFrame, models: Sequence[Model], folded: Measured) -> pd.DataFrame:
    texts, kinds = pd.factorize(prompts["prompt"])

    def named(codes: Any, values: Any) -> Any:
        return pd.Categorical.from_codes(codes, categories=values)

    def of_models(values: list[str]) -> Any:
        codes, different = pd.factorize(np.array(values, dtype=object))
        return named(codes[folded.model], list(different))

    columns: dict[str, Any] = {
        "prompt_id": named(folded.prompt, prompts.index),
        "prompt": named(texts[folded.prompt], kinds) if _is_utf8(kinds) else np.asarray(kinds)[texts[folded.prompt]],
        "tags": prompts["tags"].to_numpy()[folded.prompt],
        "model": named(folded.model, [model.name for model in models]),
        "vendor": of_models([model.vendor for model in models]),
        "host": of_models([model.host for model in models]),
        "n": folded.counts,
    }
    for name in MEASURES:
        columns |= {name: folded.values[name], f"{name}_sd": folded.spreads[name]}
    return pd.DataFrame(columns)[list(COLUMNS)]


def _is_utf8(texts: Iterable[str]) -> bool:
    """Tell whether pandas can hash these as categories: it cannot where one has half an emoji."""
    try:
        for text in texts:
            text.encode()
    except UnicodeEncodeError:
        return False
    return True


def part(
    whole: Outcomes,
    prompts: str | Iterable[str] | None,
    models: str | Iterable[str] | None,
    tags: str | Iterable[str] | None,
    metadata: Mapping[str, object],
) -> Outcomes:
    """Take a part; see `Outcomes.select`."""
    asked, frame = whole._prompts, whole._frame
    keep = np.ones(len(asked), dtype=bool)
    if prompts is not None:
        wanted = pd.Index([prompts] if isinstance(prompts, str) else list(prompts), dtype="object")
        places = asked.index.get_indexer(wanted)
        if (places < 0).any():
            first = str(wanted[int((places < 0).argmax())])
            raise OutcomesError(
                f"There is no prompt with the id {first!r:.60}.{did_you_mean(first, asked.index[:500])}"
            )
        keep &= np.isin(np.arange(len(asked)), places)
    if tags is not None:
        some = set(_known([tags] if isinstance(tags, str) else list(tags), whole.tags, "tag"))
        keep &= np.fromiter((not some.isdisjoint(own) for own in asked["tags"]), bool, len(asked))
    own = [name for name in asked.columns if name not in ASKED]
    for name, value in metadata.items():
        _known([name], own, "column of metadata")
        keep &= (asked[name] == value).to_numpy(dtype=bool, na_value=False)
    names = list(whole.models)
    if models is not None:
        names = _known([models] if isinstance(models, str) else list(models), whole.models, "model")
    place = {name: names.index(name) if name in names else -1 for name in whole.models}
    new_prompt = np.where(keep, np.cumsum(keep) - 1, -1)
    rows = frame[keep[frame["prompt_id"].cat.codes.to_numpy()] & frame["model"].isin(names).to_numpy()]
    if rows.empty:
        raise OutcomesError("Nothing is left: no row is of all of these.")
    left = asked[keep]
    measured = Measured(
        new_prompt[rows["prompt_id"].cat.codes.to_numpy()],
        np.array([place[name] for name in whole.models])[rows["model"].cat.codes.to_numpy()],
        {name: rows[name].to_numpy() for name in MEASURES},
        {name: rows[f"{name}_sd"].to_numpy() for name in MEASURES},
        rows["n"].to_numpy(),
    )
    about = whole._models.loc[names]
    return build(
        Asked(
            list(left.index),
            left["prompt"].tolist(),
            left["tags"].tolist(),
            left["turns"].tolist(),
            left["images"].tolist(),
            left["earlier"].tolist(),
            {name: left[name].array for name in own},
        ),
        [Model(*facts) for facts in about[["host", "vendor", "simulated"]].itertuples()],
        measured,
        source=whole.source,
        remarks=whole._remarks,
        prices=about[list(RATES)],
    )


def _known(wanted: list[str], known: Sequence[str], what: str) -> list[str]:
    for name in wanted:
        if name not in known:
            near = did_you_mean(str(name), known)
            has = f" There is {', '.join(map(str, known[:8]))}{', ...' if len(known) > 8 else ''}." if known else ""
            raise OutcomesError(f"There is no {what} {str(name)!r:.60}.{near or has}")
    return list(dict.fromkeys(wanted))


def _texts(values: Sequence[str]) -> Any:
    try:
        return pd.array(list(values), dtype="str")
    except UnicodeEncodeError:  # half an emoji: Arrow's strings cannot hold it
        return pd.array(list(values), dtype="object")


def _objects(values: Sequence[object]) -> Any:
    return np.fromiter(values, dtype=object, count=len(values))
