"""A comparison as static HTML: one style sheet, no script, nothing fetched, everything from outside escaped.

The cards of a prompt are cells of one table row: with styles they are equal columns that stack when there is no room,
and where styles are stripped (GitHub, an untrusted notebook) they are still a table that reads in order.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from routebook.costs import RunCost
from routebook.lookup import count
from routebook.prompts import Prompt
from routebook.render.card_html import card_html
from routebook.render.clean import escape, one_line
from routebook.render.live_sheets import LiveSheets
from routebook.render.said import Said
from routebook.render.sheet import MOST_PROMPTS, Section, Sheet, sheet_of
from routebook.render.style import PAGE_STYLE, STYLE
from routebook.render.words import number_of_seconds, rate, seconds, usd

if TYPE_CHECKING:
    from routebook.comparison import Comparison
    from routebook.diff import Diff

_LONG_PROMPT = 400
_TIMES = (
    "Times run from just before the request to the first visible text and to the end, without our own queue and "
    "without earlier tries. Speed is visible output tokens a second after the first."
)
_MOST_COLUMNS = 4
_MOST_TAGS = 8


def notebook_html(comparison: Comparison, opened: Collection[str] = (), said: Said | None = None) -> str:
    """Return a comparison as it stays in a notebook: the first 20 prompts, long answers in a box that scrolls.

    Of a blind run, the prompts whose ids are in `opened` hide nothing. What was `said` is read, unless it is given.
    """
    return _in_one_line(sheet_html(sheet_of(comparison, most=MOST_PROMPTS, opened=opened, said=said), capped=True))


def live_html(sheets: LiveSheets) -> str:
    """Return a run that goes on as it is now: the first 20 prompts."""
    return _in_one_line(sheet_html(sheets.sheet(), capped=True))


def _in_one_line(html: str) -> str:
    """Return the same HTML without a line break: a notebook file spends 16 bytes and more on each."""
    return html.replace(">\n<", "> <").replace("\n", "&#10;")


def page(comparison: Comparison) -> str:
    """Return a whole page of a comparison, all prompts, that needs no network."""
    sheet = sheet_of(comparison)
    title = sheet.title or "Comparison"
    asked = f"{sheet.created_at:%d %B %Y, %H:%M} {sheet.created_at.tzname() or ''}".strip()
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        # Nothing may be fetched or run, whatever an answer says.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="referrer" content="no-referrer">'
        f"<title>{escape(one_line(title, 100))}: routebook</title><style>{PAGE_STYLE}</style></head><body>"
        f"<h1>{escape(one_line(title, 200))}</h1><p>{escape(asked)}</p>\n"
        f"{sheet_html(sheet)}\n<footer>{_footer(comparison)}</footer></body></html>\n"
    )


def _footer(comparison: Comparison) -> str:
    if comparison.run.blind:
        return "<p>Made with routebook.</p>"
    priced = {f"{p.source}{f', as of {p.as_of}' if p.as_of else ''}" for p in comparison.prices if p is not None}
    lines = [_TIMES]
    if priced:
        lines.append(f"Prices: {'; '.join(sorted(priced)[:12])}.")
    lag = comparison.run.loop_lag_ms.get("p95")
    if lag is not None:
        lines.append(f"While measuring, our own event loop was late by {lag:.1f} ms or less in 95 of 100 samples.")
    return "".join(f"<p>{escape(line)}</p>" for line in [*lines, "Made with routebook."])


def sheet_html(sheet: Sheet, *, capped: bool = False) -> str:
    """Return a sheet as HTML; `capped` gives long answers a box that scrolls."""
    classes = "rb tex2jax_ignore mathjax_ignore" + " rb-cap" * capped + " rb-live" * sheet.live
    parts = [f'<div class="{classes}"><style>{STYLE}</style>', _top(sheet)]
    parts += [f'<div class="rb-note">{escape(note)}</div>' for note in sheet.notes]
    if sheet.rows:
        parts.append(_summary(sheet))
    parts += [_section(section, sheet) for section in sheet.sections]
    if sheet.hidden and not sheet.live:
        parts.append(
            f'<div class="rb-note">The first {len(sheet.sections)} of {count(sheet.prompts, "prompt")} are shown. '
            "<code>run.to_html(&quot;answers.html&quot;)</code> writes all of them, <code>run.frame</code> has every "
            "call.</div>"
        )
    return "\n".join([*parts, "</div>"])


def _top(sheet: Sheet) -> str:
    left = [f"<strong>{count(sheet.models, 'model')}</strong>", _soft(count(sheet.prompts, "prompt"))]
    left += [_chip(tag) for tag in sheet.tags[:_MOST_TAGS]]
    if len(sheet.tags) > _MOST_TAGS:
        left.append(_soft(f"+{len(sheet.tags) - _MOST_TAGS} tags"))
    if sheet.simulated:
        left.append('<span class="rb-chip rb-simulated">simulated</span>')
    right = [f"<span>{_cost(sheet.cost)}</span>"] if sheet.cost is not None else []
    if sheet.quoted:
        right.append(_soft(sheet.quoted))
    if sheet.live:
        right.append(_soft(f"{sheet.done} of {sheet.planned} done"))
    if sheet.slowest_s is not None:
        right.append(_soft(f"{'' if sheet.live else 'slowest '}{seconds(sheet.slowest_s)}"))
    inside = " ".join([*left, '<span class="rb-sp"></span>', *right])
    return f'<div class="rb-top">{inside}</div>'


def _cost(cost: RunCost) -> str:
    parts = []
    if cost.real.of:
        notes = [f"now, {usd(cost.list_usd)} when asked"] if cost.list_usd > cost.real.usd else []
        notes += [] if cost.real.complete else [f"{cost.real.priced} of {cost.real.of} priced"]
        parts.append(f"{escape(usd(cost.usd)) if cost.real.priced else 'cost unknown'} {_soft(', '.join(notes))}")
    if cost.simulated.of:
        known = "" if cost.simulated.complete else f", {cost.simulated.priced} of {cost.simulated.of} priced"
        amount = escape(usd(cost.simulated.usd)) if cost.simulated.priced else "cost unknown"
        parts.append(f"{amount} {_soft(f'simulated{known}')}")
    return " + ".join(parts) or usd(0)


def _summary(sheet: Sheet) -> str:
    judged = sheet.judged
    heads = ("model", "calls", "errors", "cost", "per 1,000 calls", "first, p50 / p95", "total, p50 / p95", "speed")
    made = []
    for number, (column, row) in enumerate(zip(sheet.columns, sheet.rows, strict=True)):
        priced = "" if row["priced"] in (0, row["calls"]) else " " + _soft(f"{row['priced']} of {row['calls']} priced")
        cached = ", " + _soft(f"{row['cached']} cached") if row["cached"] else ""
        simulated = ' <span class="rb-chip rb-simulated">simulated</span>' if row["simulated"] else ""
        cells: tuple[str, ...] = (
            f"{row['calls']:,}{cached}",
            f"{row['errors']:,}",
            escape(usd(row["cost_usd"])) + priced,
            escape(usd(row["usd_per_1k_calls"])),
            _pair(row["ttft_p50_s"], row["ttft_p95_s"]),
            _pair(row["latency_p50_s"], row["latency_p95_s"]),
            rate(row["tokens_per_s"]),
            *(means[number] for _, means in judged),
        )
        if not row["calls"]:
            cells = (_soft("not asked"), *["–"] * (len(cells) - 1))
        made.append(
            f'<tr><th class="rb-m{column.colour}" scope="row">{escape(row["model"])}{simulated}</th>'
            + "".join(f"<td>{cell}</td>" for cell in cells)
            + "</tr>"
        )
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in (*heads, *(name for name, _ in judged)))
    return (
        f'<div class="rb-scroll"><table class="rb-sum"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(made)}</tbody></table></div>"
    )


def _pair(first: float | None, second: float | None) -> str:
    if first is None or second is None:
        return "unknown"
    return f"{number_of_seconds(first)} / {seconds(second)}"


def _section(section: Section, sheet: Sheet) -> str:
    cards = [card for row in section.rows for card in row]
    wide = max((len(row) for row in section.rows), default=1)
    columns = -(-wide // -(-wide // _MOST_COLUMNS))
    rows = []
    for row in section.rows:
        for start in range(0, len(row), columns):
            cells = "".join(card_html(card, cards, width=100 // columns) for card in row[start : start + columns])
            rows.append(f'<tr class="rb-row rb-n{columns}">{cells}</tr>')
    return (
        f"{_ask(section, sheet)}\n"
        f'<table class="rb-cols" role="presentation" width="100%"><tbody>{"".join(rows)}</tbody></table>'
    )


def _ask(section: Section, sheet: Sheet) -> str:
    prompt = section.prompt
    name = "prompt" if sheet.prompts == 1 else f"prompt {section.number} of {sheet.prompts}"
    lines = []
    if prompt.system:
        lines.append(("system", _long(prompt.system)))
    earlier = "\n\n".join(f"{message.role}: {message.text}" for message in prompt.messages[:-1])
    if earlier:
        lines.append(("before", _folded(count(len(prompt.messages) - 1, "earlier turn"), earlier)))
    chips = "".join(f" {_chip(tag)}" for tag in prompt.tags) if sheet.prompts > 1 else ""
    lines.append((name, _long(prompt.text) + chips + _images(prompt)))
    return (
        '<div class="rb-ask">'
        + " ".join(f'<span class="rb-k">{what}</span> <div class="rb-q">{text}</div>' for what, text in lines)
        + "</div>"
    )


def _images(prompt: Prompt) -> str:
    images = [image for message in prompt.messages for image in message.attachments]
    return "".join(f" {_chip(f'image: {image.name}, {len(image.data) / 1000:,.0f} kB')}" for image in images)


def _long(text: str) -> str:
    if len(text) <= _LONG_PROMPT and text.count("\n") < 6:
        return escape(text.strip())
    return _folded(one_line(text, 160), text)


def _folded(summary: str, text: str) -> str:
    return f"<details><summary>{escape(summary)}</summary>{escape(text)}</details>"


def _chip(text: str) -> str:
    return f'<span class="rb-chip">{escape(one_line(text, 40))}</span>'


def _soft(text: str) -> str:
    return f'<span class="rb-soft">{escape(text)}</span>'


def diff_html(diff: Diff) -> str:
    """Return how two answers differ, what is only in the first struck through and what is only in the second marked."""
    marks = {"same": "{}", "removed": "<del>{}</del>", "added": "<ins>{}</ins>"}
    body = "".join(marks[change].format(escape(text)) for change, text in diff.pieces)
    return (
        f'<div class="rb tex2jax_ignore mathjax_ignore"><style>{STYLE}</style><div class="rb-top">'
        f"<span><del>{escape(one_line(diff.a, 80))}</del></span> <span><ins>{escape(one_line(diff.b, 80))}</ins></span>"
        f'<span class="rb-sp"></span>{_soft(f"{diff.similarity:.0%} the same")}</div>'
        f'<div class="rb-ask"><div class="rb-q" style="grid-column:1/-1">{body}</div></div></div>'
    )
