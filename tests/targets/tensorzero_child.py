"""Runs in TensorZero's environment: loads an exported file as it is and asks its functions, streamed as the mock wants.

Standard input: JSON ``{"config": text, "asks": [function, ...]}``. Last line of standard output: JSON, for each ask the
variant that answered and its text, or the error.
"""

import json
import sys
from pathlib import Path

from tensorzero import TensorZeroGateway
from tensorzero.types import BaseTensorZeroError


def answer(gateway, function):
    """Ask once and return what came."""
    try:
        stream = gateway.inference(
            function_name=function, input={"messages": [{"role": "user", "content": "hello"}]}, stream=True
        )
        chunks = list(stream)
    except BaseTensorZeroError as error:
        return {"error": str(error)[:300]}
    text = "".join(getattr(part, "text", "") for chunk in chunks for part in getattr(chunk, "content", []))
    return {"variant": chunks[0].variant_name, "text": text}


def main(task):
    """Load the file and ask."""
    path = Path("tensorzero.toml").resolve()
    path.write_text(task["config"], encoding="utf-8")
    with TensorZeroGateway.build_embedded(config_file=str(path)) as gateway:
        print("\n" + json.dumps([answer(gateway, function) for function in task["asks"]]))


if __name__ == "__main__":
    main(json.load(sys.stdin))
