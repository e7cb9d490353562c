"""Several who go on with one run at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

from tests.support.examples import PROMPT

from routebook.calls import RunInfo
from routebook.errors import RunError
from routebook.store import Store


def reopen_at_once(location: str, run: RunInfo) -> tuple[list[str], list[RunError]]:
    """Let four stores reopen a run at the same time, each with a name of its own; return who did, and the refusals."""
    together = Barrier(4)

    def reopen(number: int) -> str | RunError:
        name = f"name {number}"
        other = Store.open(location)
        together.wait()
        try:
            other.reopen_run(replace(run, name=name), [replace(PROMPT, tags=(name,))])
        except RunError as error:
            return error
        finally:
            other.close()
        return name

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(reopen, range(4)))
    return [r for r in results if isinstance(r, str)], [r for r in results if isinstance(r, RunError)]
