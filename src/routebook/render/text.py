"""A comparison as a table in a terminal: the answers beside one another, then what they cost and took.

Answers are written with everything that would steer the terminal made visible (`routebook.render.clean`), and never
read as rich's own markup.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Sequence
from io import StringIO
from typing import TYPE_CHECKING

from routebook.lookup import count
from routebook.render.card_html import PHASES
from routebook.render.cards import Card
from routebook.render.clean import one_line, visible
from routebook.render.said import MOST_CHIPS, NOTHING
from routebook.render.sheet import MOST_PROMPTS, Section, Sheet, sheet_of
from routebook.render.words import first_and_total, rate, seconds, usd

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from routebook.comparison import Comparison

_NARROWEST = 24
_SHORT = 80
_LONGEST = 20_000  # characters of one answer; a terminal is no place to read more


def comparison_table(comparison: Comparison, width: int | None = None) -> str:
    """Return a comparison as plain text, at most `width` characters wide; by default, as wide as the terminal."""
    from rich.console import Console

    wide = max(_NARROWEST + 4, width or shutil.get_terminal_size((100, 24)).columns)
    console = Console(
        file=StringIO(), width=wide, color_system=None, force_terminal=False, force_jupyter=False,
        markup=False, emoji=False, highlight=False, legacy_windows=False,
    )  # fmt: skip
    with console.capture() as capture:
        _print(console, sheet_of(comparison, most=MOST_PROMPTS), wide)
    return "\n".join(line.rstrip() for line in capture.get().splitlines())


def short_text(comparison: Comparison, opened: Collection[str] = ()) -> str:
    """Return a comparison in a line for each answer, shortened: where nothing better than text is shown, or searched.

    Of a blind run, the prompts whose ids are in `opened` hide nothing.
    """
    sheet = sheet_of(comparison, most=MOST_PROMPTS, opened=opened, said=NOTHING)  # for which a line has no room
    lines = [_header(sheet)]
    for section in sheet.sections:
        lines.append(f"{section.number}. {one_line(section.prompt.text, _SHORT)}")
        lines += [f"   {_title(card)}: {one_line(_answer(card), _SHORT)}" for row in section.rows for card in row]
    if sheet.hidden:
        lines.append(f"and {count(sheet.hidden, 'prompt')} more")
    return "\n".join(lines)


def _print(console: Console, sheet: Sheet, width: int) -> None:
    from rich.text import Text

    console.print(Text(_header(sheet)))
    for note in sheet.notes:
        console.print(Text(visible(note)))
    for section in sheet.sections:
        console.print()
        console.print(Text(_asked(section, sheet)))
        for row in section.rows:
            for cards in _fitting(row, width):
                console.print(_table(cards))
    if sheet.rows:
        console.print()
        console.print(_summary(sheet))
    if sheet.hidden:
        shown = f"The first {len(sheet.sections)} of {count(sheet.prompts, 'prompt')} are shown"
        console.print(Text(f"\n{shown}: run.to_html('answers.html') writes all of them, run.frame has every call."))


def _header(sheet: Sheet) -> str:
    facts = [count(sheet.models, "model"), count(sheet.prompts, "prompt")]
    if sheet.title:
        facts.insert(0, one_line(sheet.title, 80))
    if sheet.tags:
        facts.append(f"tags: {one_line(', '.join(sheet.tags), 80)}")
    if sheet.cost is not None:
        facts.append(str(sheet.cost))
    if sheet.slowest_s is not None:
        facts.append(f"slowest {seconds(sheet.slowest_s)}")
    return " · ".join(facts)


def _asked(section: Section, sheet: Sheet) -> str:
    name = "prompt" if sheet.prompts == 1 else f"prompt {section.number} of {sheet.prompts}"
    system = f"system: {one_line(section.prompt.system, 300)}\n" if section.prompt.system else ""
    images = sum(len(message.attachments) for message in section.prompt.messages)
    attached = f" [{count(images, 'image')}]" if images else ""
    return f"{system}{name}: {one_line(section.prompt.text, 600)}{attached}"


def _fitting(cards: Sequence[Card], width: int) -> Iterator[Sequence[Card]]:
    """Cut a row into as many tables as its cards need to be readable, all about equally wide."""
    at_once = max(1, min(len(cards), (width - 1) // (_NARROWEST + 3)))
    tables = -(-len(cards) // at_once)
    each = -(-len(cards) // tables)
    for start in range(0, len(cards), each):
        yield cards[start : start + each]


def _table(cards: Sequence[Card]) -> RenderableType:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.ROUNDED, expand=True, show_lines=True, header_style="")
    for card in cards:
        table.add_column(Text(_title(card)), ratio=1, overflow="fold", vertical="top")
    table.add_row(*(Text(_answer(card), overflow="fold") for card in cards))
    if not cards[0].blind:
        table.add_row(*(Text(_facts(card), overflow="fold") for card in cards))
    return table


def _title(card: Card) -> str:
    repeat = f", repeat {card.repeat + 1} of {card.repeats}" if card.repeats > 1 else ""
    phase = f" [{PHASES[card.phase]}]" if card.phase in PHASES else ""
    return f"{visible(card.model or card.title)}{repeat}{phase}"


def _answer(card: Card) -> str:
    text = visible(card.text.strip())
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}\n… and {len(text) - _LONGEST:,} characters more"
    if card.failure is not None:
        said = f"Failed: {one_line(card.failure.message, 500)}"
        hint = f"\n{one_line(card.failure.hint, 500)}" if card.failure.hint else ""
        return f"{said}{hint}" + (f"\n\nBefore it failed:\n{text}" if text else "")
    return text or ("Not asked." if card.phase == "missing" else "The answer is empty.")


def _facts(card: Card) -> str:
    if card.phase == "missing":
        return ""
    cost = usd(card.now_usd)
    if card.now_usd == 0 and card.list_usd:
        cost = f"$0, was {usd(card.list_usd)}"
    lines = [f"cost {cost}", f"first / total {first_and_total(card.ttft_s, card.latency_s)}"]
    lines.append(f"tries {card.tries}" if card.phase == "failed" else f"speed {rate(card.tokens_per_s)}")
    lines += [str(one) for one in card.scores[:MOST_CHIPS]]
    if rest := card.scores[MOST_CHIPS:]:
        lines.append(f"+{len(rest)} more in run.scores and run.verdicts")
    return "\n".join([*lines, *(visible(badge.text) for badge in card.badges)])


def _summary(sheet: Sheet) -> RenderableType:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, header_style="", padding=(0, 1, 0, 0))
    table.add_column("model", overflow="fold", min_width=16)
    for name in ("calls", "errors", "cost", "per 1,000", "first p50", "total p50", "total p95", "tok/s"):
        table.add_column(name, justify="right", overflow="fold")
    judged = sheet.judged
    for name, _ in judged:
        table.add_column(Text(name), justify="right", overflow="fold")
    for number, row in enumerate(sheet.rows):
        simulated = " (simulated)" if row["simulated"] else ""
        priced = "" if row["priced"] in (0, row["calls"]) else f" ({row['priced']} of {row['calls']} priced)"
        cells: tuple[str, ...] = (
            visible(str(row["model"])) + simulated,
            f"{row['calls']:,}",
            f"{row['errors']:,}",
            usd(row["cost_usd"]) + priced,
            usd(row["usd_per_1k_calls"]),
            seconds(row["ttft_p50_s"]),
            seconds(row["latency_p50_s"]),
            seconds(row["latency_p95_s"]),
            rate(row["tokens_per_s"]).removesuffix(" tok/s"),
            *(means[number] for _, means in judged),
        )
        if not row["calls"]:
            cells = (cells[0], "not asked", *["–"] * (len(cells) - 2))
        table.add_row(*(Text(cell) for cell in cells))
    return table
