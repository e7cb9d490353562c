"""Making prompts: a template over a table's rows, and whatever else a user gives to ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from routebook.errors import PromptError, did_you_mean
from routebook.placeholders import escape, fill, fill_with, look_up, names_in
from routebook.prompts import Prompt, in_words, sentence
from routebook.tables import is_missing, is_table, plain, rows_of

__all__ = ["as_prompts", "escape", "fill", "grid", "names_in"]


def grid(
    template: str,
    frame_or_rows: object,
    *,
    tag: str | Iterable[str] | None = None,
    expected: str | None = None,
    system: str | None = None,
    variables: Mapping[str, object] | None = None,
) -> list[Prompt]:
    """Make one prompt of each row: the template with the row's columns as names.

    Parameters
    ----------
    template
        The text; ``{{column}}`` is the row's cell.
    frame_or_rows
        A DataFrame (pandas or polars), or an iterable of mappings.
    tag
        The column, or columns, whose cells become tags; a missing cell gives none.
    expected
        The column whose cells become expected answers; a missing cell gives none.
    system
        The system prompt, filled like the template.
    variables
        Further names, the same for every row; a column of the same name wins.

    Returns
    -------
    list of Prompt
        In the rows' order, each with its row as `metadata` (plain JSON values, a missing cell as `None`).

    Raises
    ------
    PromptError
        For an unknown column or name, a missing cell that the template uses, or no rows at all.

    Examples
    --------
    >>> rows = [{"country": "France", "capital": "Paris"}]
    >>> grid("What is the capital of {{country}}?", rows, expected="capital")[0].expected
    'Paris'
    """
    tag_columns = [tag] if isinstance(tag, str) else list(tag or ())
    prompts = []
    for label, row in rows_of(frame_or_rows):
        names = {**(variables or {}), **row}
        for column in (*tag_columns, *([expected] if expected is not None else [])):
            if column not in row:
                raise PromptError(f"Row {label!r} has no column {column!r}.{did_you_mean(column, row)}")

        def value_of(dotted: str, label: object = label, names: Mapping[str, object] = names) -> object:
            value = look_up(dotted, names)
            if is_missing(value):
                raise PromptError(f"Row {label!r} has no value for {dotted!r}: fill the cell or leave the row out.")
            return value

        prompts.append(
            Prompt.of(
                _filled_row(template, value_of, label),
                system=None if system is None else fill_with(system, value_of),
                tags=[one for column in tag_columns for one in _tags(row[column])],
                expected=None if expected is None or is_missing(row[expected]) else row[expected],
                metadata={name: plain(value) for name, value in row.items()},
            )
        )
    if not prompts:
        raise PromptError("The table has no rows: there is nothing to ask.")
    return prompts


def as_prompts(
    source: object, *, tags: object = None, expected: object = None, system: str | None = None
) -> tuple[Prompt, ...]:
    """Make prompts of text, a `Prompt`, an iterable of these, or a table with a column ``prompt``.

    Parameters
    ----------
    source
        Of a table, the columns ``tag``, ``expected`` and ``system`` are used too where they are there, and the
        others become metadata. Text is taken as it is: only `fill` and `grid` fill placeholders.
    tags
        Tags added to the prompts' own: a string, or a list of one, is for all of them; a longer list is for the one
        prompt, or has one entry (a string, a list of strings, or `None`) for each of several.
    expected
        The expected answer, of every prompt or a list with one for each; `None` entries keep what a prompt has.
    system
        A system prompt for those that have none.

    Raises
    ------
    PromptError
        If there is nothing to ask, something is not a prompt, or a list has not one entry for each prompt.

    Examples
    --------
    >>> [prompt.tags for prompt in as_prompts(["a", "b"], tags=["x", ["y", "z"]])]
    [('x',), ('y', 'z')]
    """
    prompts = list(_prompts(source))
    if not prompts:
        raise PromptError("There is no prompt: give at least one.")
    count = len(prompts)
    tags_of = _tags_for_each(tags, count)
    expected_of = _each("expected", expected, count) if _is_list(expected) else [expected] * count
    return tuple(
        replace(
            prompt,
            system=system if prompt.system is None else prompt.system,
            tags=tuple(dict.fromkeys((*prompt.tags, *more))),
            expected=prompt.expected if is_missing(answer) else str(answer),
        )
        for prompt, more, answer in zip(prompts, tags_of, expected_of, strict=True)
    )


def _filled_row(template: str, value_of: Callable[[str], object], label: object) -> str:
    text = fill_with(template, value_of)
    if not text.strip():
        raise PromptError(f"The prompt of row {label!r} is empty: write what to ask.")
    return text


def _prompts(source: object) -> Iterator[Prompt]:
    if isinstance(source, (str, Prompt)):
        yield source if isinstance(source, Prompt) else Prompt.of(source)
    elif is_table(source):
        yield from _table_prompts(source)
    elif isinstance(source, Mapping) or not isinstance(source, Iterable):
        raise PromptError(
            f"{sentence(in_words(source))} is not a prompt: give text, a Prompt, a list of these, "
            "or a DataFrame with a column 'prompt'."
        )
    else:
        for number, item in enumerate(source, 1):
            if isinstance(item, str) and not item.strip():
                raise PromptError(f"Prompt {number} is empty: write what to ask.")
            if not isinstance(item, (str, Prompt)):
                raise PromptError(f"Prompt {number} is {in_words(item)}: give text or a Prompt.")
            yield item if isinstance(item, Prompt) else Prompt.of(item)


def _table_prompts(table: object) -> Iterator[Prompt]:
    used = ("prompt", "tag", "tags", "expected", "system")
    for label, row in rows_of(table):
        if "prompt" not in row:
            near = did_you_mean("prompt", row)
            raise PromptError(f"The table has no column 'prompt' (it has {', '.join(row)}).{near}")
        if is_missing(row["prompt"]) or not str(row["prompt"]).strip():
            raise PromptError(f"Row {label!r} has no prompt: fill the cell or leave the row out.")
        expected, system = row.get("expected"), row.get("system")
        yield Prompt.of(
            str(row["prompt"]),
            system=None if is_missing(system) else str(system),
            tags=[*_tags(row.get("tag")), *_tags(row.get("tags"))],
            expected=None if is_missing(expected) else expected,
            metadata={name: plain(value) for name, value in row.items() if name not in used},
        )


def _tags(cell: object) -> list[str]:
    if is_missing(cell):
        return []
    return [str(one) for one in cell] if isinstance(cell, (list, tuple, set, frozenset)) else [str(cell)]


def _tags_for_each(tags: object, count: int) -> list[list[str]]:
    if not _is_list(tags):
        return [_tags(tags)] * count
    entries: list[Any] = list(tags)  # type: ignore[call-overload]
    if count == 1 or len(entries) == 1:
        return [[one for entry in entries for one in _tags(entry)]] * count
    return [_tags(entry) for entry in _each("tags", entries, count)]


def _each(name: str, values: Any, count: int) -> list[object]:
    entries = list(values)
    if len(entries) != count:
        raise PromptError(f"{name} has {len(entries)} entries for {count} prompts: give one for each, or one for all.")
    return entries


def _is_list(value: object) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, (str, bytes, Mapping))
