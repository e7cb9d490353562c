"""What a table says of each model, and of each answer, beside its quality: hosts, vendors, costs, times, tokens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from routebook.outcomes.build import Model
from routebook.outcomes.columns import Columns, near_to, shown, where
from routebook.prompts import in_words
from routebook.providers.registry import known_hosts
from routebook.tables import is_missing

Given: TypeAlias = str | float | Mapping[str, str | float] | None
"""A column, a number for every answer, or one of these for each model."""


@dataclass(slots=True)
class Layout:
    """A table's answers: which row and which model (places) each is of, and its quality."""

    names: dict[str, str]
    """The models, and what each is called in the table."""
    row: Any
    model: Any
    quality: Any


class Measures:
    """Costs, times and tokens as the user gives them, one for each answer; `remarks` says what was assumed."""

    def __init__(self, columns: Columns, layout: Layout) -> None:
        self.columns = columns
        self.layout = layout
        self.remarks: list[str] = []

    def read(self, given: Given, name: str) -> Any:
        """Return doubles, one for each answer, NaN where unknown; `None` where nothing is given."""
        if given is None:
            return None
        made = np.full(len(self.layout.row), np.nan)
        names = list(self.layout.names)
        if not isinstance(given, Mapping):
            self._put(made, slice(None), given, name, "every model")
            return made
        of = {called: model for model, called in self.layout.names.items()} | {model: model for model in names}
        for key, one in given.items():
            if key not in of:
                self.columns.problems.add(f"{name} is given for {key!r}, which is no model here{near_to(key, of)}")
                continue
            self._put(made, self.layout.model == names.index(of[key]), one, name, of[key])
        return made

    def _put(self, made: Any, places: Any, given: object, name: str, whose: str) -> None:
        if isinstance(given, str):
            values = self.columns.numbers(given, name)
            if values is not None:
                made[places] = values[self.layout.row[places]]
        elif isinstance(given, bool) or not isinstance(given, (int, float)) or not 0 <= given < np.inf:
            self.columns.problems.add(f"{name} is a column or a number, 0 or more, not {in_words(given)}")
        else:
            made[places] = given
            self.remarks.append(f"{name} is taken to be {given:g} for every answer of {whose}; it was not measured.")


def models_of(columns: Columns, layout: Layout, hosts: Mapping[str, str] | str | None, *, wide: bool) -> list[Model]:
    """Tell host and vendor of each model: as given, as the table says, or as its name says."""
    names = {called: model for model, called in layout.names.items()} | {model: model for model in layout.names}
    given = dict.fromkeys(names, hosts) if isinstance(hosts, str) else dict(hosts or {})
    for name in given:
        if name not in names:
            columns.problems.add(f"hosts names {name!r}, which is no model here{near_to(name, names)}")
    own = {names[name]: host for name, host in given.items() if name in names}
    vendors: dict[str, str] = {}
    if not wide:
        own = _said_of_models(columns, layout, "host") | own
        vendors = _said_of_models(columns, layout, "vendor")
    known = known_hosts()
    models = [Model.called(name, own.get(name), known) for name in layout.names]
    return [replace(model, vendor=vendors.get(model.name) or model.vendor) for model in models]


def _said_of_models(columns: Columns, layout: Layout, name: str) -> dict[str, str]:
    """Return what a column of a long table says of each model; where it says different things, that is a problem."""
    if name not in columns:
        return {}
    cells = ["" if is_missing(cell) else str(cell) for cell in columns.table[name]]
    first = np.full(len(layout.names), -1)
    first[layout.model[::-1]] = np.arange(len(cells))[::-1]
    said = np.array(cells, dtype=object)
    differ = said != said[first[layout.model]]
    if number := int(differ.sum()):
        row = int(differ.argmax())
        columns.problems.add(
            f"{where(columns.labels[row], name)}: {shown(said[row])} differs from that of the same model in row "
            f"{shown(columns.labels[first[layout.model[row]]])}",
            kind=f"{name} differs",
            of=number,
        )
    return {model: cells[row] for model, row in zip(layout.names, first, strict=True) if cells[row]}
