"""How late our own loop is while 8 models stream 100 chunks a second each: with the live view, and without."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.benchmarks.report import Figure
from tests.support.kernel import Kernel, running_kernel
from tests.support.mock_server import MockServer

ROUNDS = 3
MODELS = [f"bench/{number}:paced-300x10ms" for number in range(8)]
SETUP = """
%load_ext routebook
import json
import routebook as rb
rb.register_server("bench", base_url="{url}/v1")
"""
WITHOUT = 'run = rb.compare("Go.", {models}, cache=False)'
WITH = "%%compare {models} --no-cache --name run\nGo."
SAY = "print(json.dumps([run.run.loop_lag_ms['p95'], sum(len(call.text) for call in run.calls), len(run.errors)]))"


def lag_ms(kernel: Kernel, cell: str) -> tuple[float, int]:
    """Run a cell; return the loop's lag, p95 in milliseconds, and how many frames a page was sent."""
    output = kernel.run(cell)
    late, characters, errors = json.loads(kernel.run(SAY).printed)
    if output.error or errors or not characters:
        raise SystemExit(f"the run failed: {output}")
    frames = sum(content["data"].get("method") == "custom" for _, content in output.comms)
    return float(late), frames


def figures() -> Iterator[Figure]:
    late: dict[str, list[float]] = {"without": [], "with": []}
    frames = []
    with tempfile.TemporaryDirectory() as folder, MockServer() as server, running_kernel(Path(folder)) as kernel:
        kernel.run(SETUP.format(url=server.url))
        cells = {"without": WITHOUT.format(models=MODELS), "with": WITH.format(models=" ".join(MODELS))}
        lag_ms(kernel, cells["with"])  # what is loaded only once
        for _ in range(ROUNDS):
            for name, cell in cells.items():
                lag, sent = lag_ms(kernel, cell)
                late[name].append(lag)
                frames += [sent] * (name == "with")
    what = "8 models, 100 chunks/s each"
    yield Figure(f"{what}: our loop's lag without a view, p95", median(late["without"]), "ms")
    yield Figure(f"{what}: with the live view, p95", median(late["with"]), "ms", "<= 10")
    yield Figure(f"{what}: frames sent in 3 s", median(frames), "frames", ">= 45")
