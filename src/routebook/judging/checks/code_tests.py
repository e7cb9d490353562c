"""Reads the tests that an answer's code has to pass, and refuses those that could not fail."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from routebook.errors import JudgmentError
from routebook.prompts import in_words

_OWN_SCOPE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def read_tests(given: object) -> tuple[str, ...]:
    """Return tests ready to run: each a text of Python, at whose end the functions called ``test...`` are called.

    Raises
    ------
    JudgmentError
        If they are no Python, or would check nothing.

    Examples
    --------
    >>> read_tests("def test_add():\\n    assert add(1, 2) == 3")[0].splitlines()[-1]
    'test_add()'
    """
    if isinstance(given, str):
        return (_ready(given),)
    if not isinstance(given, (list, tuple)):
        raise JudgmentError(f"tests are a text or a list of texts, not {in_words(given)}")
    if not given:
        raise JudgmentError("there are no tests in the list")
    for test in given:
        if not isinstance(test, str):
            raise JudgmentError(f"a test is a text, not {in_words(test)}")
    return tuple(map(_ready, given))


@lru_cache(maxsize=256)
def _ready(test: str) -> str:
    try:
        tree = ast.parse(test)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        why = f"line {error.lineno}: {error.msg}" if isinstance(error, SyntaxError) else str(error)
        raise JudgmentError(f"the tests are not Python ({why})") from error
    calls = []
    for made in tree.body:
        if isinstance(made, (ast.FunctionDef, ast.AsyncFunctionDef)) and made.name.startswith("test"):
            if (
                isinstance(made, ast.AsyncFunctionDef)
                or made.args.posonlyargs
                or made.args.args
                or made.args.kwonlyargs
            ):
                raise JudgmentError(f"the test {made.name} must be a plain function that takes nothing")
            calls.append(f"{made.name}()")
    if calls:
        return "\n".join([test, *calls])
    if not any(isinstance(step, (ast.Assert, ast.Raise, ast.Call)) for step in _steps(tree)):
        defined = [made.name for made in tree.body if isinstance(made, (ast.FunctionDef, ast.ClassDef))]
        only = f"they only define {', '.join(defined)}, and call nothing" if defined else "there is no assert in them"
        raise JudgmentError(f"the tests would check nothing: {only}")
    return test


def _steps(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what is run when a module is: all but what is inside functions and classes."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, _OWN_SCOPE):
            yield child
            yield from _steps(child)
