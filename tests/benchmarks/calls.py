"""Calls beside the SDKs and LiteLLM, against one mock server in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.benchmarks.report import Figure
from tests.support.mock_server import MockServer

ROOT = Path(__file__).parents[2]
LITELLM = ROOT / ".venv-litellm" / "bin" / "python"
ROUNDS = 5
Measured = dict[str, float]


def measure(url: str, clients: dict[str, tuple[str, str]], count: int, at_once: int) -> dict[str, Measured]:
    """Let the clients take turns; return the medians of what each printed."""
    rounds: dict[str, list[Measured]] = {name: [] for name in clients}
    for _ in range(ROUNDS):
        for name, (client, model) in clients.items():
            python = str(LITELLM) if client == "litellm" else sys.executable
            calls = max(at_once * 4, count // 4) if client == "litellm" else count  # it is slow; its rate is the same
            command = [python, "-m", "tests.benchmarks.client", client, url, model, str(calls), str(at_once)]
            ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
            if ended.returncode:
                raise SystemExit(f"{name} ({client}, {model}) failed:\n{ended.stderr}")
            rounds[name].append(json.loads(ended.stdout.splitlines()[-1]))
    return {name: {key: median(each[key] for each in got) for key in got[0]} for name, got in rounds.items()}


def streams(server: MockServer) -> Iterator[Figure]:
    """50-chunk streams, 16 at once; every chunk is sent on its own."""
    what = "50-chunk streams, 16 at once"
    got = measure(
        server.url,
        {
            "ours": ("routebook", "bench/spread-50"),
            "sdk": ("openai_chat", "spread-50"),
            "ours, Responses": ("routebook", "openai/spread-50"),
            "sdk, Responses": ("openai_responses", "spread-50"),
            "litellm": ("litellm", "spread-50"),
        },
        640,
        16,
    )
    for name, figures in got.items():
        yield Figure(f"{what}: {name}, calls/s", figures["calls_per_s"], "calls/s")
        yield Figure(f"{what}: {name}, CPU per call", figures["cpu_ms"], "ms")
    for api, ours, sdk in (("Chat", "ours", "sdk"), ("Responses", "ours, Responses", "sdk, Responses")):
        ratio = got[ours]["calls_per_s"] / got[sdk]["calls_per_s"]
        yield Figure(f"{what}: OpenAI {api}, calls/s to the SDK's", ratio, "x", ">= 2.5")
        yield Figure(f"{what}: OpenAI {api}, CPU to the SDK's", got[ours]["cpu_ms"] / got[sdk]["cpu_ms"], "x", "<= 0.4")
    yield Figure(
        f"{what}: OpenAI Chat, calls/s to LiteLLM's",
        got["ours"]["calls_per_s"] / got["litellm"]["calls_per_s"],
        "x",
        ">= 6",
    )


def other_hosts(server: MockServer) -> Iterator[Figure]:
    """The same streams over Anthropic Messages and Bedrock Converse."""
    what = "50-chunk streams, 16 at once"
    clients = {
        "anthropic": (("routebook", "anthropic/spread-50"), ("anthropic", "spread-50"), ">= 1.2"),
        "bedrock": (("routebook", "bedrock/spread-50"), ("boto3", "spread-50"), ">= 1"),
    }
    for host, (ours, sdk, bound) in clients.items():
        got = measure(server.url, {"ours": ours, "sdk": sdk}, 640, 16)
        for name, figures in got.items():
            yield Figure(f"{what}: {host}, {name}, calls/s", figures["calls_per_s"], "calls/s")
        yield Figure(
            f"{what}: {host}, calls/s to the SDK's", got["ours"]["calls_per_s"] / got["sdk"]["calls_per_s"], "x", bound
        )


def short_calls(server: MockServer) -> Iterator[Figure]:
    """900 calls of 50 ms at 50 at once: the ideal is 0.9 s."""
    ideal_s = 900 * 0.05 / 50
    got = measure(
        server.url,
        {
            "ours": ("routebook", "bench/delay-50ms"),
            "AsyncOpenAI": ("openai_chat", "delay-50ms"),
            "LiteLLM": ("litellm", "delay-50ms"),
        },
        900,
        50,
    )
    for name, figures in got.items():
        ratio = 1 / figures["calls_per_s"] * 900 / ideal_s
        yield Figure(
            f"900 calls of 50 ms, 50 at once: {name}, to the ideal time",
            ratio,
            "x",
            "<= 1.25" if name == "ours" else None,
        )
    yield Figure("900 calls of 50 ms, 50 at once: our loop's lag, p95", got["ours"]["lag_p95_ms"], "ms")


def first_token(server: MockServer) -> Iterator[Figure]:
    """How far our time stamp of the first token is from the server's own, 32 streams at once."""
    got = measure(server.url, {"ours": ("routebook", "bench/stamped-20x10ms")}, 320, 32)["ours"]
    yield Figure("first token after the server's stamp, 32 streams: median", got["late_median_ms"], "ms", "<= 2")
    yield Figure("first token after the server's stamp, 32 streams: p95", got["late_p95_ms"], "ms", "<= 10")


def figures() -> Iterator[Figure]:
    with MockServer() as server:
        for part in (streams, other_hosts, short_calls, first_token):
            yield from part(server)
