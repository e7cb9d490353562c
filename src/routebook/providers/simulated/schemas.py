"""JSON answers that follow a JSON schema, with the task's answer put where the schema has room for it."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from typing import Any

from routebook.checks import last_number
from routebook.providers.contract import CallError

_MAX_DEPTH = 12
_FORMATS = {
    "date": "2026-01-15", "date-time": "2026-01-15T12:00:00Z", "time": "12:00:00Z", "email": "someone@example.org",
    "uri": "https://example.org/", "uuid": "00000000-0000-4000-8000-000000000000", "ipv4": "192.0.2.1",
}  # fmt: skip


def json_answer(schema: Mapping[str, Any], answer: str | None, rng: random.Random) -> str:
    """Return JSON text that is valid under a schema.

    Parameters
    ----------
    schema
        The JSON schema.
    answer
        The task's answer, right or wrong; the first value that can hold it does. `None` where there is none.
    rng
        Decides the other values.

    Raises
    ------
    CallError
        Of kind ``option``, where the schema is none, or asks for more than a simulated model can make.
    """
    from jsonschema.exceptions import SchemaError
    from jsonschema.validators import validator_for

    document = dict(schema)
    checker = validator_for(document)
    try:
        checker.check_schema(document)
        made = _Maker(document, answer, rng).value(document, "", 0)
        errors = list(checker(document).iter_errors(made))
    except SchemaError as error:
        raise CallError(
            "option", f"The schema is not a JSON schema: {error.message}.", hint="Mend the schema."
        ) from error
    except (RecursionError, LookupError, TypeError, ValueError, ArithmeticError) as error:
        raise _too_rich() from error
    if errors:
        raise _too_rich()
    return json.dumps(made, ensure_ascii=False, indent=2)


def _too_rich() -> CallError:
    return CallError(
        "option",
        "This schema asks for more than a simulated model can make.",
        hint="Use types, enums, bounds, properties, items and local $refs, or ask a real model.",
    )


class _Maker:
    """Makes one value; it remembers whether the answer has found its place."""

    def __init__(self, root: Mapping[str, Any], answer: str | None, rng: random.Random) -> None:
        self.root, self.answer, self.rng = root, answer, rng

    def value(self, schema: Any, name: str, depth: int) -> Any:
        if depth > _MAX_DEPTH:
            raise ValueError("too deep")
        if schema is True or schema == {}:
            return self._text({}, name)
        if "$ref" in schema:
            return self.value(self._referred(schema["$ref"]), name, depth + 1)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._one_of(schema["enum"])
        for choice in ("anyOf", "oneOf"):
            if choice in schema:
                return self.value(schema[choice][0], name, depth + 1)
        if "allOf" in schema:
            return self.value(
                _merged([{k: v for k, v in schema.items() if k != "allOf"}, *schema["allOf"]]), name, depth + 1
            )
        kinds = schema.get("type", "object" if "properties" in schema else "string")
        kind = kinds if isinstance(kinds, str) else next((one for one in kinds if one != "null"), "null")
        if kind == "object":
            return self._object(schema, depth)
        if kind == "array":
            return self._array(schema, name, depth)
        if kind == "boolean":
            return self._boolean()
        if kind in {"integer", "number"}:
            return self._number(schema, kind)
        return None if kind == "null" else self._text(schema, name)

    def _referred(self, reference: str) -> Any:
        found: Any = self.root
        for part in reference.removeprefix("#").strip("/").split("/") if reference != "#" else []:
            found = found[part.replace("~1", "/").replace("~0", "~")]
        return found

    def _one_of(self, values: list[Any]) -> Any:
        for value in values:
            if self.answer is not None and str(value).casefold() == self.answer.casefold():
                self.answer = None
                return value
        return self.rng.choice(values)

    def _object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        properties = schema.get("properties", {})
        names = [*properties, *(name for name in schema.get("required", ()) if name not in properties)]
        return {name: self.value(properties.get(name, {}), name, depth + 1) for name in names}

    def _array(self, schema: Mapping[str, Any], name: str, depth: int) -> list[Any]:
        items = schema.get("items", {})
        low = int(schema.get("minItems", 1))
        high = int(schema.get("maxItems", max(low, 50)))
        if low > 50:
            raise ValueError("too many items")
        parts = self.answer.split(", ") if self.answer else []
        if parts and low <= len(parts) <= high and isinstance(items, dict) and items.get("type", "string") != "object":
            made = []
            for part in parts:
                self.answer = part
                made.append(self.value(items, name, depth + 1))
            self.answer = None
            return made
        return [self.value(items, name, depth + 1) for _ in range(min(max(low, 1), high))]

    def _boolean(self) -> bool:
        word = (self.answer or "").casefold()
        if word in {"yes", "true", "no", "false"}:
            self.answer = None
            return word in {"yes", "true"}
        return self.rng.random() < 0.5

    def _number(self, schema: Mapping[str, Any], kind: str) -> int | float:
        found = last_number(self.answer or "")
        if found is not None and (kind == "number" or found == int(found)):
            self.answer = None
            return int(found) if found == int(found) else float(found)
        low = schema.get("minimum", schema.get("exclusiveMinimum", 0))
        high = schema.get("maximum", schema.get("exclusiveMaximum", low + 100))
        middle: float = (low + high) / 2
        step = schema.get("multipleOf", 1 if kind == "integer" else None)
        if step is not None:
            middle = -(-middle // step) * step
        return int(middle) if middle == int(middle) else middle

    def _text(self, schema: Mapping[str, Any], name: str) -> str:
        shortest, longest = int(schema.get("minLength", 0)), int(schema.get("maxLength", 200))
        if shortest > 5_000:
            raise ValueError("too long")
        if schema.get("format") in _FORMATS and (
            self.answer is None or schema["format"] not in {"email", "date", "uri"}
        ):
            return _FORMATS[schema["format"]]
        if self.answer is not None and shortest <= len(self.answer) <= longest:
            text, self.answer = self.answer, None
            return text
        text = f"simulated {name}".strip()
        return text.ljust(shortest, ".")[:longest]


def _merged(parts: list[Any]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for part in parts:
        for key, value in part.items():
            if key == "properties":
                merged[key] = {**merged.get(key, {}), **value}
            elif key == "required":
                merged[key] = [*merged.get(key, []), *value]
            else:
                merged[key] = value
    return merged
