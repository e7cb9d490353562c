"""10,000 stored calls as a frame, and what a run of that size keeps in memory."""

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
import gc, json, os, sys, tempfile, time
from pathlib import Path
os.environ["ROUTEBOOK_SIM_SPEED"] = "0"
import psutil
import routebook as rb

CALLS = 10_000
me = psutil.Process()
with tempfile.TemporaryDirectory() as folder:
    os.environ["ROUTEBOOK_CONFIG"] = str(Path(folder) / "config.toml")
    store = rb.Store.open(Path(folder) / "bench.sqlite3")
    def run(count, label):
        asked = [f"What is {number} + 1? {label}" for number in range(count)]
        return rb.compare(asked, models=["sim/small"], name=label, store=store, concurrency=64)
    run(200, "first").frame
    gc.collect()
    before = me.memory_info().rss
    comparison = run(CALLS, "timed")
    gc.collect()
    grown = me.memory_info().rss - before
    texts = sum(sys.getsizeof(call.text) + sys.getsizeof(call.reasoning) for call in comparison.calls)
    texts += sum(sys.getsizeof(prompt.text) for prompt in comparison.prompts)
    del comparison
    loaded = rb.load("timed", store=store)
    start = time.perf_counter()
    frame = loaded.frame
    seconds = time.perf_counter() - start
    assert len(frame) == CALLS
    store.close()
    print(json.dumps({"frame_s": seconds, "kb_per_call": (grown - texts) / CALLS / 1e3}))
"""


def figures() -> Iterator[Figure]:
    got = []
    for _ in range(ROUNDS):
        printed = subprocess.run([sys.executable, "-c", CHILD], cwd=ROOT, check=True, capture_output=True, text=True)
        got.append(json.loads(printed.stdout.splitlines()[-1]))
    yield Figure("frame of 10,000 stored calls", median(each["frame_s"] for each in got), "s", "<= 0.5")
    yield Figure(
        "memory of a 10,000-call run beyond its texts", median(each["kb_per_call"] for each in got), "kB/call", "<= 20"
    )
