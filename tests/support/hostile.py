"""The corpus of hostile answers in tests/fixtures/hostile.json, which the browser's tests read too.

What runs in it would set ``window.__pwned``; what is fetched would go to ``evil.example``.
"""

from __future__ import annotations

import json
from pathlib import Path

_FILE = Path(__file__).parents[1] / "fixtures" / "hostile.json"


def corpus() -> dict[str, str]:
    """Return the answers by name; the huge ones are written as pieces, each with how often it comes."""
    entries = json.loads(_FILE.read_text(encoding="ascii"))
    return {
        entry["name"]: entry["text"] if "text" in entry else "".join(text * times for text, times in entry["pieces"])
        for entry in entries
    }
