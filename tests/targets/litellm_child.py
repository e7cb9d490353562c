"""Runs in an environment of its own that has LiteLLM: loads exported files with the real `litellm.Router` and asks.

Standard input: JSON ``[{"config": text, "ask": ["route/coding", ...]}, ...]``. Standard output, last line: for each
config what LiteLLM read, and for each ask its text or the kind of its error; and every host it tried to reach that is
not this machine (the attempt is refused).
"""

import asyncio
import json
import sys

LOOPBACK = ("127.0.0.1", "localhost", "::1")
strangers = set()


def stay_home(event, args):
    """Refuse everything but this machine, and remember it."""
    host = None
    if event == "socket.getaddrinfo":
        host = args[0]
    elif event == "socket.connect" and isinstance(args[1], tuple):
        host = args[1][0]
    host = host.decode() if isinstance(host, bytes) else host
    if host is not None and host not in LOOPBACK:
        strangers.add(host)
        raise OSError(f"the test stays on this machine: {host}")


sys.addaudithook(stay_home)

import yaml  # noqa: E402
from litellm import Router  # noqa: E402
from openai import OpenAIError  # noqa: E402


async def answer(router, model):
    """Ask as a proxy would and return what came."""
    try:
        stream = await router.acompletion(model=model, messages=[{"role": "user", "content": "hello"}], stream=True)
        return {"text": "".join([chunk.choices[0].delta.content or "" async for chunk in stream])}
    except OpenAIError as error:  # which LiteLLM's errors are
        return {"error": type(error).__name__}


async def main(tasks):
    """Load every config, ask what is to be asked, print what came."""
    results = []
    for task in tasks:
        config = yaml.safe_load(task["config"])
        router = Router(model_list=config["model_list"], **config["router_settings"])
        answers = {model: await answer(router, model) for model in task["ask"]}
        results.append({"models": sorted(router.get_model_names()), "answers": answers})
    print("\n" + json.dumps({"results": results, "strangers": sorted(strangers)}))


asyncio.run(main(json.load(sys.stdin)))
