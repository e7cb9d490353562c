"""Ballots for a real browser: ``python -m tests.support.ballot_pages write FOLDER``, and ``collect FOLDER``.

The first writes ``ballot.html``, and ``hostile.html`` whose answers are the hostile corpus; the second merges the
``.json`` files that are there then, and prints what became of each, and the votes.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

from tests.support.ballots import answered
from tests.support.hostile import corpus

from routebook.comparison import Comparison
from routebook.judging.people.ballot import ballot
from routebook.judging.people.collect import collect
from routebook.runs import load
from routebook.store import default_store

_CODE = (
    "Use **one pass**:\n\n```python\n"
    "def longest(items):\n    return max((list(run) for _, run in groupby(items)), key=len, default=[])  # and so on\n"
    "```\n\n| in | out |\n|---|---:|\n| `[1, 1, 2]` | `[1, 1]` |\n"
)
_PLAIN = {
    "What is 17 * 23?": ("391", "17 × 23 is 340 + 51 = **391**."),
    "Write the longest run of equal items.": (_CODE, "Count."),
    "Why are there tides?": ("The Moon pulls.\n\n" * 60, "Because of the Moon."),
}


def write(folder: Path) -> None:
    """Write two ballots of one run."""
    hostile = {f"Say {name}.": (text, "Harmless.") for name, text in corpus().items() if len(text) < 3_000}
    made = answered({**_PLAIN, **hostile})
    run = Comparison(replace(made.run, name="class"), made.prompts, made.calls)
    ballot(run, folder / "ballot.html", prompts=list(_PLAIN), seed=1)
    ballot(run, folder / "hostile.html", prompts=list(hostile), most=None, voters=["Ada", "Grace"], seed=1)


def merge(folder: Path) -> None:
    """Collect what is in the folder, and print it as JSON."""
    run = load("class")
    collected = collect(run, folder)
    votes = [[vote.by, vote.winner, vote.note] for vote in default_store().votes_of(run.run.id)]
    print(json.dumps({"files": [[row.voter, row.status, row.reason] for row in collected.files], "votes": votes}))


if __name__ == "__main__":
    where = Path(sys.argv[2])
    os.environ["ROUTEBOOK_STORE"] = str(where / "store.sqlite3")
    {"write": write, "collect": merge}[sys.argv[1]](where)
