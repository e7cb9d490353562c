"""What the reader in TypeScript needs beside the policy vectors: features' tables, and patterns in their plain form.

``python -m tests.support.reader_fixture`` writes ``tests/fixtures/policy-reader.json`` anew.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.vectors import CASES, policy_of

from routebook.targets.embedding import DOLLAR, patterns, tables

PATH = Path(__file__).parents[1] / "fixtures" / "policy-reader.json"


def text() -> str:
    """Return what the file should hold."""
    plain: dict[str, str] = {}
    for name, case in CASES:
        plain |= patterns(policy_of(name, case), DOLLAR)
    return json.dumps({"patterns": list(plain.items()), "tables": tables(DOLLAR)}, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
