"""A report as a notebook and a terminal show it: a heading, tables with titles, and notes below.

What judging says (quality, rankings, agreement) is written with it, so that all of it looks alike. Cells are texts
from anywhere: they are escaped here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from routebook.render.clean import escape, one_line
from routebook.render.palette import colours
from routebook.render.style import STYLE
from routebook.render.table import Table

_LONGEST = 120
_LONGEST_WRAPPED = 400  # in HTML, where a cell may have several lines
_LONG = 36  # characters from which it has: a rule or a reason, not a name


@dataclass(frozen=True, slots=True)
class Block:
    """One table of a report.

    Attributes
    ----------
    columns
        The columns' titles; the first column is to the left, the others to the right.
    rows
        One text for each column.
    title
        What stands above it, or empty.
    models
        Which model each row is about, so that it has the model's colour; empty where rows are about none.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    title: str = ""
    models: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """Tables under a heading, with notes.

    Attributes
    ----------
    heading
        What it is, and of what: ``Quality by exact``.
    facts
        Beside the heading, smaller: ``30 prompts``.
    blocks
        The tables.
    notes
        What the reader should know, one line each.
    simulated
        Whether all of it is about simulated models.

    Examples
    --------
    >>> print(Report("Quality", ("2 prompts",), [Block(("model", "quality"), [("sim/small", "0.50")])], ("Few.",)))
    Quality: 2 prompts
    model      quality
    sim/small     0.50
    Few.
    """

    heading: str
    facts: Sequence[str] = ()
    blocks: Sequence[Block] = ()
    notes: Sequence[str] = ()
    simulated: bool = False

    def __str__(self) -> str:
        facts = [*self.facts, *(["simulated"] if self.simulated else [])]
        parts = [f"{one_line(self.heading)}{': ' if facts else ''}{', '.join(map(one_line, facts))}"]
        for block in self.blocks:
            parts += ["", one_line(block.title)] if block.title else []
            parts.append(_aligned(block))
        return "\n".join([*parts, *map(one_line, self.notes)])

    def html(self) -> str:
        """Return it as HTML in the house's style: no script, nothing fetched, everything escaped."""
        chips = [f'<span class="rb-soft">{escape(one_line(fact))}</span>' for fact in self.facts]
        chips += ['<span class="rb-chip rb-simulated">simulated</span>'] if self.simulated else []
        top = " ".join([f"<strong>{escape(one_line(self.heading))}</strong>", *chips])
        parts = [f'<div class="rb tex2jax_ignore mathjax_ignore"><style>{STYLE}</style><div class="rb-top">{top}</div>']
        models = list(dict.fromkeys(model for block in self.blocks for model in block.models))
        colour = dict(zip(models, colours(models), strict=True))
        for block in self.blocks:
            parts += [f'<div class="rb-note">{escape(one_line(block.title))}</div>'] if block.title else []
            parts.append(_table(block, colour))
        parts += [f'<div class="rb-note">{escape(one_line(note))}</div>' for note in self.notes]
        return " ".join([*parts, "</div>"])


class Reported:
    """What shows itself as a report: `_report` makes it."""

    def _report(self) -> Report:
        raise NotImplementedError

    def __str__(self) -> str:
        return str(self._report())

    def _repr_html_(self) -> str:
        return self._report().html()


def _aligned(block: Block) -> str:
    cells = [[one_line(cell, _LONGEST) for cell in row] for row in (block.columns, *block.rows)]
    widths = [max(len(row[at]) for row in cells) for at in range(len(block.columns))]
    padded = [[row[0], *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))] for row in cells]
    return repr(Table(padded[0], padded[1:]))


def _table(block: Block, colour: Mapping[str, int]) -> str:
    head = "".join(f'<th scope="col">{escape(one_line(title))}</th>' for title in block.columns)
    body = []
    for number, row in enumerate(block.rows):
        first, *others = row
        model = f"rb-m{colour[block.models[number]]}" if block.models else ""
        body.append(f"<tr>{_cell('th', first, model)}{''.join(_cell('td', cell) for cell in others)}</tr>")
    return (
        f'<div class="rb-scroll"><table class="rb-sum"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


def _cell(tag: str, text: str, model: str = "") -> str:
    shown = one_line(text, _LONGEST_WRAPPED)
    kinds = [kind for kind in (model, "rb-long" if len(shown) > _LONG else "") if kind]
    of = f' class="{" ".join(kinds)}"' if kinds else ""
    scope = ' scope="row"' if tag == "th" else ""
    return f"<{tag}{of}{scope}>{escape(shown)}</{tag}>"


def figure(value: float | None, digits: int = 2) -> str:
    """Write a number; `None` and NaN are ``unknown``. What is not all, or not nothing, is not written as if it were.

    >>> figure(0.5), figure(None), figure(1), figure(0.996), figure(0.0004)
    ('0.50', 'unknown', '1.00', '0.996', '0.0004')
    """
    if value is None or value != value:
        return "unknown"
    digits = _telling(value, digits)
    return f"{round(value, digits) + 0.0:.{digits}f}"


def _telling(value: float, digits: int) -> int:
    """Return with how many digits, two more at most, a share does not become a 0, 1 or -1 that it is not."""
    if value == 0 or abs(value) >= 1:
        return digits
    return next((more for more in range(digits, digits + 3) if round(value, more) not in (-1, 0, 1)), digits)


def percent(share: float | None) -> str:
    """Write a share in per cent; `None` and NaN are ``unknown``.

    >>> percent(0.667), percent(1), percent(0.996), percent(0.0004)
    ('67%', '100%', '99.6%', '0.04%')
    """
    if share is None or share != share:
        return "unknown"
    return f"{share:.{_telling(share, 2) - 2}%}"


def signed(value: float | None, digits: int = 2) -> str:
    """Write a difference, with its sign; `None` and NaN are ``unknown``.

    >>> signed(0.1), signed(-0.25), signed(-0.001), signed(-0.00001)
    ('+0.10', '-0.25', '-0.001', '0.00')
    """
    if value is None or value != value:
        return "unknown"
    digits = _telling(value, digits)
    rounded = round(value, digits) + 0.0
    return f"{rounded:+.{digits}f}" if rounded else f"{rounded:.{digits}f}"


def span(low: float | None, high: float | None, digits: int = 2, *, sign: bool = False) -> str:
    """Write an interval.

    >>> span(0.25, 0.5), span(-0.1, 0.1, sign=True), span(None, None)
    ('0.25 to 0.50', '-0.10 to +0.10', 'unknown')
    """
    if low is None or high is None or low != low or high != high:
        return "unknown"
    write = signed if sign else figure
    return f"{write(low, digits)} to {write(high, digits)}"


def chance(p: float | None) -> str:
    """Write a p-value; `None` and NaN are ``unknown``.

    >>> chance(0.0421), chance(0.00004), chance(1.0), chance(0.0499)
    ('0.042', '< 0.001', '1.000', '< 0.050')
    """
    if p is None or p != p:
        return "unknown"
    if 0.0495 <= p < 0.05:  # what is below the usual bound is not written as if it were not
        return "< 0.050"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"
