"""Loads LiteLLM configurations with `litellm.Router` and tells whom it would ask; nobody is asked.

Standard input: JSON ``[{"config": text, "prompts": [[model, text, answers], ...]}, ...]``. Last line of standard
output: JSON ``{"version": text, "results": [{"chains": {model: [entry, ...]}, "prompts": [[[entry, ...], problem],
...]}]}``, where an entry is the number of a deployment in the model list, from 0. Every prompt is sent. In the moment
before a deployment would be asked, the first one answers with a fixed text if `answers` says so; else each one that
LiteLLM chooses fails. Every model that is asked for is followed once to the end of its chain as well.
"""

import asyncio
import json
import sys
from importlib.metadata import version

import litellm
import yaml
from litellm.integrations.custom_logger import CustomLogger
from openai import OpenAIError  # which LiteLLM's errors are

litellm.suppress_debug_info = True


class Instead(CustomLogger):
    """Answers, or fails, in the place of whichever deployment was chosen, and remembers which."""

    def __init__(self):
        super().__init__()
        self.chosen = []
        self.answer = ""

    async def async_pre_call_deployment_hook(self, kwargs, call_type):
        """Take note of the deployment."""
        self.chosen.append(int(kwargs["model_info"]["id"]))
        return {**kwargs, "mock_response": self.answer}


async def follow(router, instead, model, text, answers):
    """Ask for a model; return the deployments chosen, in order, and what LiteLLM said if it chose none."""
    instead.chosen, instead.answer = [], "answered" if answers else "litellm.InternalServerError"
    try:
        await router.acompletion(model=model, messages=[{"role": "user", "content": text}])
    except OpenAIError as error:
        return instead.chosen, "" if instead.chosen else f"{type(error).__name__}: {error}".splitlines()[0]
    return instead.chosen, ""


async def replay(config, prompts, instead):
    """Send every prompt, and follow every model to the end of its chain."""
    for number, entry in enumerate(config["model_list"]):
        entry["model_info"] = {**entry.get("model_info", {}), "id": str(number)}
    # every model fails here, which is no reason to leave it out of the next chain, or to wait before it is asked again
    settings = {**config.get("router_settings", {}), "disable_cooldowns": True, "retry_after": 0}
    router = litellm.Router(model_list=config["model_list"], **settings)
    asked = [await follow(router, instead, model, text, answers) for model, text, answers in prompts]
    chains = {}
    for model in dict.fromkeys(model for model, *_ in prompts):
        chains[model], _ = await follow(router, instead, model, "hello", answers=False)
    return {"chains": chains, "prompts": asked}


async def main(tasks):
    """Replay every configuration."""
    instead = Instead()
    litellm.callbacks.append(instead)
    results = [await replay(yaml.safe_load(task["config"]), task["prompts"], instead) for task in tasks]
    print("\n" + json.dumps({"version": version("litellm"), "results": results}))


if __name__ == "__main__":
    asyncio.run(main(json.load(sys.stdin)))
