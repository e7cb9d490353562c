"""A small table: HTML in a notebook, aligned text elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

_CELL = "text-align:left;padding:2px 14px 2px 0;vertical-align:top"


class Table:
    """Rows under columns, all of them text.

    Parameters
    ----------
    columns
        The columns' titles.
    rows
        One text for each column.
    note
        A line below the table.

    Examples
    --------
    >>> Table(("model", "price"), [("sim/small", "$0.10")])
    model      price
    sim/small  $0.10
    """

    def __init__(self, columns: Sequence[str], rows: Sequence[Sequence[str]], note: str = "") -> None:
        self.columns = tuple(columns)
        self.rows = [tuple(row) for row in rows]
        self.note = note

    def __repr__(self) -> str:
        lines = [self.columns, *self.rows] if any(self.columns) else self.rows
        widths = [max(len(line[at]) for line in lines) for at in range(len(self.columns))] if lines else []
        text = [
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
        ]
        return "\n".join([*text, self.note] if self.note else text)

    def _repr_html_(self) -> str:
        head = ""
        if any(self.columns):
            cells = "".join(f'<th style="{_CELL}">{escape(title)}</th>' for title in self.columns)
            head = f"<thead><tr>{cells}</tr></thead>"
        body = "".join(
            "<tr>" + "".join(f'<td style="{_CELL}">{escape(cell)}</td>' for cell in row) + "</tr>" for row in self.rows
        )
        note = f"<p>{escape(self.note)}</p>" if self.note else ""
        return f"<table>{head}<tbody>{body}</tbody></table>{note}"
