"""One client, one measurement: `python -m tests.benchmarks.client CLIENT URL MODEL CALLS AT_ONCE` prints JSON.

The clients do the same work: ask so many prompts at once, take the whole text, know the usage. routebook's also plans,
stamps, prices and stores every call, since that is what its users get.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter, process_time

Ask = Callable[[str], Awaitable[str]]
WARM_UP = 32


def prompts(count: int, label: str) -> list[str]:
    return [f"Question {number} of the {label} round." for number in range(count)]


async def measure_async(ask: Ask, count: int, at_once: int) -> dict[str, float]:
    gate = asyncio.Semaphore(at_once)

    async def one(prompt: str) -> str:
        async with gate:
            return await ask(prompt)

    await asyncio.gather(*[one(prompt) for prompt in prompts(WARM_UP, "first")])
    wall, cpu = perf_counter(), process_time()
    texts = await asyncio.gather(*[one(prompt) for prompt in prompts(count, "timed")])
    return figures(wall, cpu, count, [text for text in texts if text])


def figures(wall: float, cpu: float, count: int, texts: list[str]) -> dict[str, float]:
    wall_s, cpu_s = perf_counter() - wall, process_time() - cpu
    if len(texts) != count:
        raise SystemExit(f"only {len(texts)} of {count} calls gave an answer")
    return {"calls_per_s": count / wall_s, "cpu_ms": cpu_s / count * 1e3, "wall_s": wall_s}


async def openai_chat(url: str, model: str, count: int, at_once: int) -> dict[str, float]:
    from openai import AsyncOpenAI

    async with AsyncOpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as client:

        async def ask(prompt: str) -> str:
            pieces, usage = [], None
            stream = await client.chat.completions.create(
                model=model,
                messages=[{"role": "user", "content": prompt}],
                stream=True,
                stream_options={"include_usage": True},
            )
            async for chunk in stream:
                if chunk.choices and chunk.choices[0].delta.content:
                    pieces.append(chunk.choices[0].delta.content)
                usage = chunk.usage or usage
            return "".join(pieces)

        return await measure_async(ask, count, at_once)


async def openai_responses(url: str, model: str, count: int, at_once: int) -> dict[str, float]:
    from openai import AsyncOpenAI

    async with AsyncOpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as client:

        async def ask(prompt: str) -> str:
            stream = await client.responses.create(model=model, input=prompt, stream=True, store=False)
            return "".join([event.delta async for event in stream if event.type == "response.output_text.delta"])

        return await measure_async(ask, count, at_once)


async def anthropic(url: str, model: str, count: int, at_once: int) -> dict[str, float]:
    from anthropic import AsyncAnthropic

    async with AsyncAnthropic(base_url=url, api_key="none", max_retries=0) as client:

        async def ask(prompt: str) -> str:
            stream = await client.messages.create(
                model=model, max_tokens=1000, messages=[{"role": "user", "content": prompt}], stream=True
            )
            deltas = [event.delta async for event in stream if event.type == "content_block_delta"]
            return "".join([delta.text for delta in deltas if delta.type == "text_delta"])

        return await measure_async(ask, count, at_once)


async def boto3(url: str, model: str, count: int, at_once: int) -> dict[str, float]:
    import boto3 as sdk
    from botocore.config import Config

    client = sdk.client(
        "bedrock-runtime",
        region_name="us-east-1",
        endpoint_url=url,
        config=Config(max_pool_connections=at_once, retries={"total_max_attempts": 1}),
    )
    pool = ThreadPoolExecutor(at_once)
    loop = asyncio.get_running_loop()

    def blocking(prompt: str) -> str:
        answer = client.converse_stream(modelId=model, messages=[{"role": "user", "content": [{"text": prompt}]}])
        return "".join(
            event["contentBlockDelta"]["delta"].get("text", "")
            for event in answer["stream"]
            if "contentBlockDelta" in event
        )

    async def ask(prompt: str) -> str:
        return await loop.run_in_executor(pool, blocking, prompt)

    return await measure_async(ask, count, at_once)


async def litellm(url: str, model: str, count: int, at_once: int) -> dict[str, float]:
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    import litellm as sdk

    sdk.telemetry = False

    async def ask(prompt: str) -> str:
        stream = await sdk.acompletion(
            model=f"openai/{model}",
            api_base=f"{url}/v1",
            api_key="none",
            messages=[{"role": "user", "content": prompt}],
            stream=True,
            stream_options={"include_usage": True},
            num_retries=0,
        )
        return "".join([chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices])

    return await measure_async(ask, count, at_once)


def routebook(url: str, model: str, count: int, at_once: int) -> dict[str, float]:
    """`model` is host/model here: bench/... (Chat), openai/... (Responses), anthropic/... or bedrock/..."""
    import routebook as rb
    from routebook.engine import recorder as rb_events

    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "ROUTEBOOK_CONFIG": str(Path(folder) / "config.toml"),
            "OPENAI_BASE_URL": f"{url}/v1",
            "OPENAI_API_KEY": "sk-bench",
            "ANTHROPIC_BASE_URL": url,
            "ANTHROPIC_API_KEY": "sk-bench",
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": url,
        }
        os.environ.update(environment)
        rb.register_server("bench", base_url=f"{url}/v1")
        store = rb.Store.open(Path(folder) / "bench.sqlite3")

        first_text_ns: dict[int, int] = {}

        def listen(event: rb_events.Event) -> None:
            if event.kind == "text" and event.call not in first_text_ns:
                first_text_ns[event.call] = event.at_ns

        def run(label: str, calls: int) -> rb.Comparison:
            return rb.compare(
                prompts(calls, label),
                models=[model],
                cache=False,
                concurrency=at_once,
                retries=0,
                store=store,
                on_event=listen if "stamped" in model else None,
            )

        run("first", WARM_UP)
        first_text_ns.clear()
        wall, cpu = perf_counter(), process_time()
        comparison = run("timed", count)
        measured = figures(wall, cpu, count, [call.text for call in comparison.calls if call.status == "ok"])
        measured |= {f"lag_{name}_ms": value for name, value in comparison.run.loop_lag_ms.items()}
        if first_text_ns:
            late = [
                (first_text_ns[index] - int(call.text.split()[0].removeprefix("t="))) / 1e6
                for index, call in enumerate(comparison.calls)
            ]
            measured["late_median_ms"] = statistics.median(late)
            measured["late_p95_ms"] = statistics.quantiles(late, n=20)[-1]
        store.close()
        return measured


ASYNC = {
    "openai_chat": openai_chat,
    "openai_responses": openai_responses,
    "anthropic": anthropic,
    "boto3": boto3,
    "litellm": litellm,
}


def main() -> None:
    client, url, model, count, at_once = sys.argv[1:]
    os.environ.setdefault("AWS_ACCESS_KEY_ID", "none")
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "none-of-it")
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    if client == "routebook":
        measured = routebook(url, model, int(count), int(at_once))
    else:
        measured = asyncio.run(ASYNC[client](url, model, int(count), int(at_once)))
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
