"""Whether an answer is JSON that keeps to a schema, found out in time that no answer can draw out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from routebook.errors import JudgmentError, OptionError
from routebook.judging.checks.fences import blocks
from routebook.judging.checks.patterns import searcher
from routebook.judging.checks.scorer import Scorer

_MOST_ERRORS = 50
_MOST_STEPS, _STEPS_A_LETTER = 20_000, 8
"""How many references are followed: alternatives that refer to themselves double the work with every level."""


def json_schema(schema: object, *, name: str | None = None) -> Scorer:
    """Check whether the answer is JSON that keeps to a schema.

    The answer is JSON as a whole, or in its last fenced block. Nothing is fetched for a ``$ref``; a ``pattern`` is read
    by RE2 (see `regex`); ``format`` does not decide.

    Parameters
    ----------
    schema
        A JSON schema (draft 2020-12): a dictionary, a Pydantic model, JSON text or a path.
    name
        What to call it: by default by the schema's title.

    Raises
    ------
    OptionError
        If it is no JSON schema, or has ``patternProperties``, which cannot be checked in bounded time.

    Examples
    --------
    >>> shape = json_schema({"type": "object", "required": ["city"], "title": "place"})
    >>> shape.name, shape('{"city": "Paris"}').value
    ("json_schema 'place'", 1.0)
    >>> shape('{"town": "Paris"}')
    Score(value=0.0, note="'city' is a required property")
    """
    from routebook.engine.prepare import read_schema

    canonical = read_schema(schema)
    if canonical is None:
        raise OptionError("json_schema(...) needs a schema.")
    found = json.loads(canonical)
    parts = list(_parts(found))
    if any(isinstance(part.get("patternProperties"), dict) for part in parts):
        raise OptionError(
            "A schema with patternProperties cannot be checked: hostile answers would hold it up for hours."
        )
    patterns = {pattern: searcher(pattern) for part in parts if isinstance(pattern := part.get("pattern"), str)}
    steps = _Steps()
    validator = _validator(found, patterns, steps)

    def rule(answer: str, *_: object) -> tuple[bool, str]:
        value, why = _parse(answer)
        if why:
            return False, why
        steps.left = _MOST_STEPS + _STEPS_A_LETTER * len(answer)
        try:
            why = _first_error(validator, value)
        except RecursionError:
            return False, "the JSON is nested too deeply"
        except _TooManyError:
            return False, "the JSON could be meant in too many ways"
        except OverflowError:
            return False, "a number in the JSON is too large"
        return not why, why

    title = found.get("title")
    called = f"json_schema {title!r:.60}" if isinstance(title, str) and title.strip() else "json_schema"
    return Scorer(name or called, {"scorer": "json_schema", "schema": found}, rule)


class _TooManyError(Exception):
    """No reference is followed any more."""


class _Steps:
    """How many references may still be followed."""

    left = 0

    def take(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise _TooManyError


def _parse(answer: str) -> tuple[Any, str]:
    """Return the answer's JSON, and why there is none."""
    why = "it is not JSON"
    for text in [answer, *(block.text for block in blocks(answer)[-1:])]:
        try:
            return json.loads(text, parse_constant=_refuse, parse_float=_number), ""
        except RecursionError:
            why = "the JSON is nested too deeply"
        except ValueError as error:
            why = f"it is not JSON: {error}"
    return None, why


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON number")


def _number(text: str) -> float:
    """Read 1.0 as 1, which to a JSON schema it is."""
    value = float(text)
    return int(value) if value.is_integer() else value


def _validator(schema: Mapping[str, Any], patterns: Mapping[str, Callable[[str], bool]], steps: _Steps) -> Any:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError
    from jsonschema.validators import extend
    from referencing.jsonschema import EMPTY_REGISTRY

    def matches(_: object, pattern: str, value: object, __: object) -> Iterator[ValidationError]:
        if isinstance(value, str) and not patterns[pattern](value):
            yield ValidationError(f"{value!r:.80} does not match {pattern!r:.80}")

    def unique(_: object, wanted: object, value: object, __: object) -> Iterator[ValidationError]:
        if (
            wanted
            and isinstance(value, list)
            and len({json.dumps(item, sort_keys=True) for item in value}) < len(value)
        ):
            yield ValidationError("an item is there twice")

    def counted(follow: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*given: object) -> Any:
            steps.take()
            return follow(*given)

        return counting

    following = {name: counted(Draft202012Validator.VALIDATORS[name]) for name in ("$ref", "$dynamicRef")}
    # jsonschema's own match by `re`, and compare each item with each.
    ours = extend(  # type: ignore[no-untyped-call]
        Draft202012Validator, {"pattern": matches, "uniqueItems": unique} | following
    )
    return ours(schema, registry=EMPTY_REGISTRY)


def _first_error(validator: Any, value: object) -> str:
    from jsonschema.exceptions import best_match
    from referencing.exceptions import Unresolvable

    try:
        error = best_match(islice(validator.iter_errors(value), _MOST_ERRORS))
    except Unresolvable as unresolved:
        raise JudgmentError(f"the schema refers to {unresolved.ref!r:.80}, which is not in it") from unresolved
    if error is None:
        return ""
    where = "/".join(map(str, error.absolute_path))
    return f"{f'at {where:.80}: ' if where else ''}{error.message:.300}"


def _parts(schema: object) -> Iterator[dict[str, Any]]:
    """Yield every object in a schema."""
    if isinstance(schema, dict):
        yield schema
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from _parts(part)
