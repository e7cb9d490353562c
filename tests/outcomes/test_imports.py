"""What reading a table loads: neither what asks models, nor what keeps answers."""

from __future__ import annotations

import subprocess
import sys

import pytest

ABOVE = ("routebook.engine", "routebook.store", "routebook.comparison", "routebook.answers", "routebook.runs")
SDKS = ("openai", "anthropic", "boto3", "sqlalchemy", "altair", "IPython")
READ = """
from routebook.outcomes import Outcomes
o = Outcomes.from_frame([{"prompt": "p", "model": "openai/x", "quality": 1}])
o.summary(), o.features, o.data_sha256, str(o), o.select(models="openai/x")
"""


def loaded_by(code: str) -> set[str]:
    """Return the modules that a fresh interpreter has after running the code."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("code", "never"),
    [("import routebook.outcomes", (*ABOVE, *SDKS, "pandas", "numpy")), (READ, (*ABOVE, *SDKS))],
    ids=["importing", "reading"],
)
def test_outcomes_know_nothing_of_how_answers_were_obtained(code: str, never: tuple[str, ...]) -> None:
    loaded = loaded_by(code)
    assert "routebook.outcomes.table" in loaded
    assert loaded.isdisjoint(never)
