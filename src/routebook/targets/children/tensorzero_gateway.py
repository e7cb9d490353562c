"""Loads a TensorZero configuration with its embedded gateway and asks its functions, one after the other.

Standard input: JSON ``{"config": text, "asks": [[function, text], ...]}``. Last line of standard output: JSON
``{"version": text, "problems": [text, ...]}``: what the gateway said instead of asking anybody, empty if it asked. Each
request says the number of its prompt in ``user``; that all models fail is expected, for so a chain is followed.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path

from tensorzero import TensorZeroGateway
from tensorzero.types import BaseTensorZeroError


def problem(gateway, number, function, text):
    """Ask one function; return what is wrong besides that all models fail."""
    try:
        gateway.inference(
            function_name=function,
            input={"messages": [{"role": "user", "content": [{"type": "raw_text", "value": text}]}]},
            extra_body=[{"pointer": "/user", "value": str(number)}],
        )
    except BaseTensorZeroError as error:
        said = str(error)
        return "" if "All variants failed" in said else said[:300]
    return ""


def main(task):
    """Ask all that is to be asked."""
    path = Path("tensorzero.toml").resolve()
    path.write_text(task["config"], encoding="utf-8")
    with TensorZeroGateway.build_embedded(config_file=str(path)) as gateway:
        problems = [problem(gateway, number, *ask) for number, ask in enumerate(task["asks"])]
    print("\n" + json.dumps({"version": version("tensorzero"), "problems": problems}))


if __name__ == "__main__":
    main(json.load(sys.stdin))
