"""`rb.history`: the store's runs as a table."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from tests.support.examples import PROMPT, call_of, run_of

from routebook.calls import Failure
from routebook.errors import OptionError
from routebook.models import ModelId
from routebook.past import COLUMNS, history
from routebook.providers.contract import Usage
from routebook.store import Store, default_store


def test_an_empty_store_has_an_empty_history_with_all_columns(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "s.sqlite3")
    frame = history(store=store)
    store.close()
    assert list(frame.columns) == list(COLUMNS)
    assert len(frame) == 0


def test_a_run_shows_what_it_cost_and_how_much_of_that_is_known(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "s.sqlite3")
    now = datetime.now(UTC)
    run = run_of(name="mixed", created_at=now - timedelta(hours=1), planned=6)
    reported = call_of(run, model=ModelId("openrouter", "x/y"), reported_cost_usd=Decimal("0.25"))
    calls = [
        reported,
        replace(call_of(run), model=reported.model, reported_cost_usd=Decimal("0.5")),
        call_of(run, cached_from=reported.id, cached_at=now, reported_cost_usd=Decimal("0.25")),
        call_of(run, model=ModelId("nowhere", "unheard-of"), usage=Usage()),
        call_of(run, model=ModelId("nowhere", "unheard-of"), status="error", failure=Failure("server", "It failed.")),
        call_of(run, simulated=True, reported_cost_usd=Decimal("2")),
    ]
    store.begin_run(run, [PROMPT])
    for future in [store.add_call(replace(call, repeat=repeat)) for repeat, call in enumerate(calls)]:
        future.result()
    unknown = run_of(created_at=now)
    store.begin_run(unknown, [])
    store.add_call(call_of(unknown, model=ModelId("nowhere", "unheard-of"))).result()

    newest, mixed = history(store=store).to_dict("records")
    store.close()

    assert math.isnan(newest["cost_usd"])
    assert (newest["priced"], newest["calls"], newest["simulated_cost_usd"]) == (0, 1, 0.0)
    assert mixed == {
        "id": run.id,
        "name": "mixed",
        "created_at": pd.Timestamp(run.created_at),
        "status": "running",
        "models": ("sim/small",),
        "prompts": 1,
        "planned_calls": 6,
        "calls": 6,
        "errors": 1,
        "answered_free": 1,
        "cost_usd": 0.75,
        "simulated_cost_usd": 2.0,
        "priced": 4,
        "first_prompt": PROMPT.text,
    }


def test_a_run_without_a_name_has_none_beside_runs_with_one(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "s.sqlite3")
    now = datetime.now(UTC)
    store.begin_run(run_of(name="first", created_at=now - timedelta(hours=1)), [PROMPT])
    store.begin_run(run_of(created_at=now), [PROMPT])
    both, unnamed = history(store=store), history(limit=1, store=store)
    store.close()
    assert list(both["name"]) == [None, "first"]
    assert list(unnamed["name"]) == [None]
    assert both["name"].dtype == unnamed["name"].dtype == object


@pytest.mark.parametrize("limit", [0, -1, 1.5, "3", True, None])
def test_a_limit_that_is_no_count_is_refused(limit: object) -> None:
    with pytest.raises(OptionError, match="limit must be a whole number, 1 or more"):
        history(limit=limit)  # type: ignore[arg-type]


def test_without_a_store_it_reads_the_default_one() -> None:
    store = default_store()
    run = run_of()
    store.begin_run(run, [PROMPT])
    assert list(history(limit=1)["id"]) == [run.id]
    store.close()
