"""100,000 answers checked by `exact`, kept and reported, beside the bare comparison of as many texts."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.benchmarks.report import Figure

ROOT = Path(__file__).parents[2]
ROUNDS = 3
CHILD = """
import json, os, tempfile, time, uuid
from datetime import UTC, datetime
from pathlib import Path
import routebook as rb
from routebook.calls import Call, RunInfo
from routebook.checks import passes
from routebook.models import ModelId

PROMPTS, MODELS = 25_000, ("small", "medium", "large", "reasoner")
with tempfile.TemporaryDirectory() as folder:
    os.environ["ROUTEBOOK_CONFIG"] = str(Path(folder) / "config.toml")
    store = rb.Store.open(Path(folder) / "bench.sqlite3")
    now, run_id = datetime.now(UTC), uuid.uuid4().hex
    prompts = [rb.Prompt.of(f"What is {number} + 1?", expected=str(number + 1)) for number in range(PROMPTS)]
    models = [ModelId("sim", name) for name in MODELS]
    calls = [
        Call(uuid.uuid4().hex, run_id, prompt.id, model, 0, "0" * 64, "ok", f"{number + number % place}", now, 1.0)
        for number, prompt in enumerate(prompts) for place, model in enumerate(models, 2)
    ]
    info = RunInfo(run_id, None, now, tuple(map(str, models)), "0" * 64, "finished", len(calls))
    run = rb.Comparison(info, prompts, calls)
    run.store = store
    store.import_run(info, prompts, calls)
    few = rb.Comparison(info, prompts, calls[:100])
    few.store = store
    few.score(rb.scorers.exact()).frame  # the libraries are loaded
    expected = {prompt.id: prompt.expected for prompt in prompts}
    start = time.perf_counter()
    for call in calls:
        passes("exact", expected[call.prompt_id], call.text)
    bare = time.perf_counter() - start
    start = time.perf_counter()
    made = run.score(rb.scorers.exact())
    scored = time.perf_counter() - start
    frame = made.frame
    reported = time.perf_counter() - start
    assert frame["n"].sum() == len(calls) == len(store.judgings_of(run_id)[-1].judgments)
    store.close()
    print(json.dumps({"bare_s": bare, "scored_s": scored, "reported_s": reported}))
"""


def figures() -> Iterator[Figure]:
    got = []
    for _ in range(ROUNDS):
        printed = subprocess.run([sys.executable, "-c", CHILD], cwd=ROOT, check=True, capture_output=True, text=True)
        got.append(json.loads(printed.stdout.splitlines()[-1]))
    each = {name: median(one[name] for one in got) for name in got[0]}
    yield Figure("100,000 answers checked by exact, and kept", each["scored_s"], "s", "<= 1")
    yield Figure("  the same, with its report", each["reported_s"], "s", "<= 1")
    yield Figure("  to the bare comparison of as many texts", each["reported_s"] / each["bare_s"], "x")
