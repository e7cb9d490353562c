"""Starts the child that loads exported files with the real LiteLLM, in the environment `make` builds for it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

_ROOT = Path(__file__).parents[2]
_CHILD = _ROOT / "tests" / "targets" / "litellm_child.py"


def python() -> str:
    """Return LiteLLM's own Python; without one the test fails, because an unproven target is none."""
    found = os.environ.get("ROUTEBOOK_LITELLM_PYTHON") or str(_ROOT / ".venv-litellm" / "bin" / "python")
    if not Path(found).exists():
        pytest.fail(f"{found} is not there: run `make test`, which builds LiteLLM's environment.", pytrace=False)
    return found


def asked(tasks: list[tuple[Path, list[str]]], home: Path, **environment: str) -> list[dict[str, Any]]:
    """Load each file with `litellm.Router`, ask it for the models, and return what it read and what came.

    Parameters
    ----------
    tasks
        Files, and what to ask of each.
    home
        A folder LiteLLM may take for its home.
    environment
        All that LiteLLM finds in its environment, besides what keeps it on this machine.
    """
    done = subprocess.run(
        [python(), "-I", str(_CHILD)],
        input=json.dumps([{"config": path.read_text(encoding="utf-8"), "ask": models} for path, models in tasks]),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={"PATH": os.environ["PATH"], "HOME": str(home), "LITELLM_LOCAL_MODEL_COST_MAP": "True", **environment},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answered = json.loads(done.stdout.splitlines()[-1])
    assert answered["strangers"] == [], "LiteLLM tried to leave this machine"
    results: list[dict[str, Any]] = answered["results"]
    return results
