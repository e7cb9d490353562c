"""Whether the Python in an answer passes tests: it is run in a process of its own, only when that is asked for.

The process (`routebook.judging.checks.code_process`) has an empty environment, a folder of its own and bounds on its
time and memory; what else is kept from it depends on the platform, and is said with every result.
"""

from __future__ import annotations

import asyncio
import os
import re
import threading
from collections.abc import Sequence

from routebook.errors import JudgmentError, OptionError
from routebook.judging.checks.code_process import Limits, run
from routebook.judging.checks.code_tests import read_tests
from routebook.judging.checks.fences import blocks
from routebook.judging.checks.scorer import Scorer

_LEAST_MB = 64
_PYTHON = ("python", "py", "python3")
_DEFINED = re.compile(r"^(?:async[ \t]+def|def|class)[ \t]+(\w+)", re.MULTILINE)
_WORD = re.compile(r"\w+")


def code(
    tests: str | Sequence[str] | None = None,
    *,
    timeout_s: float = 10,
    memory_mb: int = 256,
    name: str | None = None,
) -> Scorer:
    """Run the Python in the answer, then tests, in a process of its own: 1 if they pass, 0 if not.

    **This is no sandbox against a hostile model.** The process has an empty environment, a folder of its own that is
    deleted afterwards, limits on time, memory and files, no network, and it cannot start others; it is stopped when its
    time is over. On Linux with user namespaces and Landlock the kernel keeps all that; elsewhere parts of it are kept
    by Python, which code that is out to do so can get around. Which hold here is said with the result. Nor can tests in
    the same process be safe from code made to deceive them: an object that equals everything equals what a test
    expects, and code that looks at the frames that called it finds what signs its report. For models you do not trust,
    use a virtual machine.

    The code is the last fenced Python block that defines a name the tests use, else the last fenced Python block, else
    the first fenced block, else the whole answer. It is run as if imported, so that ``if __name__ == "__main__"`` does
    not hold, with the standard library alone. As many answers are run at once as there are processors.

    Parameters
    ----------
    tests
        Python that raises where the code is wrong: ``assert add(1, 2) == 3``. Functions called ``test...`` in it are
        called. A list of such texts gives the share that pass. By default each prompt's expected answer.
    timeout_s
        Seconds for code and tests together; what has not passed by then has failed.
    memory_mb
        Megabytes of address space, from 64 on; on macOS and Windows, of memory in use.
    name
        What to call it.

    Raises
    ------
    OptionError
        If the tests are not Python, or would check nothing, or a limit is none.

    Examples
    --------
    >>> adds = code("assert add(1, 2) == 3")
    >>> adds("def add(a, b):\\n    return a + b").value
    1.0
    >>> adds("def add(a, b):\\n    return a - b")
    Score(value=0.0, note='AssertionError: assert add(1, 2) == 3')
    """
    given = None
    if tests is not None:
        try:
            given = read_tests(tests)
        except JudgmentError as error:
            raise OptionError(f"code(tests=...): {error}.") from error
    if isinstance(timeout_s, bool) or not isinstance(timeout_s, (int, float)) or not 0 < timeout_s < 86_400:
        raise OptionError(f"timeout_s must be seconds, more than 0 and less than a day, not {timeout_s!r:.40}.")
    if isinstance(memory_mb, bool) or not isinstance(memory_mb, int) or not _LEAST_MB <= memory_mb < 2**30:
        raise OptionError(f"memory_mb must be a whole number of megabytes, {_LEAST_MB} or more, not {memory_mb!r:.40}.")
    limits = Limits(timeout_s, memory_mb)

    async def rule(answer: str, wanted: object, *_: object) -> tuple[float, str]:
        to_pass = read_tests(wanted) if given is None else given
        return await _scored(code_of(answer, to_pass), to_pass, limits)

    settings = {
        "scorer": "code",
        "tests": None if given is None else list(given),
        "timeout_s": timeout_s,
        "memory_mb": memory_mb,
    }
    at_once = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Scorer(name or "code", settings, rule, given is None, at_once, limits.said)


def code_of(answer: str, tests: Sequence[str]) -> str:
    r"""Return the code in an answer; see `code`.

    >>> code_of("```python\ndef add(a, b): ...\n```\nUse it:\n```python\nprint(add(1, 2))\n```", ["assert add(1, 2)"])
    'def add(a, b): ...'
    """
    fenced = blocks(answer)
    python = [block.text for block in fenced if block.language in _PYTHON]
    used = {word for test in tests for word in _WORD.findall(test)}
    defining = [text for text in python if used.intersection(_DEFINED.findall(text))]
    return next(iter([*defining[-1:], *python[-1:], *(block.text for block in fenced[:1]), answer]))


async def _scored(source: str, tests: Sequence[str], limits: Limits) -> tuple[float, str]:
    stop = threading.Event()
    try:
        ran = await asyncio.to_thread(run, source, tests, limits, stop=stop)
    finally:
        stop.set()  # an interrupt does not wait for the time limit
    passed = len(ran.passed)
    why = ran.why
    if len(tests) > 1 and passed < len(tests):
        why = f"{passed} of {len(tests)} tests passed; {why}"
    return passed / len(tests), why
