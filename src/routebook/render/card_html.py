"""One card as one cell of a table."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from routebook.render.cards import Badge, Card
from routebook.render.clean import escape, one_line
from routebook.render.markdown import growing_to_html, to_html
from routebook.render.palette import LIGHT
from routebook.render.said import MOST_CHIPS, Score
from routebook.render.words import first_and_total, rate, usd

PHASES = {"queued": "queued", "waiting": "trying again", "streaming": "streaming", "failed": "failed"}
_TICKED = re.compile(r"`([^`]+)`")
_PLACED = 'style="text-align:left;vertical-align:top"'  # JupyterLab's own style for cells is stronger than valign
_CARET = '<span class="rb-caret"></span>'
_ENDS = re.compile(r"(</p>|</code></pre>|</pre>)\n?\Z")


def card_html(card: Card, beside: Sequence[Card], *, width: int) -> str:
    """Return a card as a cell; `beside` are what its bars are measured against, `width` is in percent."""
    colour = "" if card.colour is None else f" rb-m{card.colour % len(LIGHT)}"
    return (
        f'<td class="rb-card{colour}" width="{width}%" valign="top" {_PLACED}>{_head(card)}'
        f'<div class="rb-facts">{_facts(card, beside)}</div><div class="rb-body"><div>{_body(card)}</div></div></td>'
    )


def _head(card: Card) -> str:
    phase = "stopped" if card.failure is not None and card.failure.kind == "interrupted" else PHASES.get(card.phase)
    chips = [] if phase is None else [Badge(phase, "bad" if card.phase == "failed" else "plain")]
    if card.repeats > 1:
        chips.append(Badge(f"repeat {card.repeat + 1} of {card.repeats}"))
    if card.growing and card.tries > 1:
        chips.append(Badge(f"try {card.tries}"))
    shown = " ".join(_chip(badge) for badge in (*chips, *card.badges))
    title = f' title="{escape(card.model)}"' if card.model else ""
    host = f"<span>{escape(card.host)}</span> " if card.host else ""
    return (
        f'<div class="rb-head"><h4{title}>{escape(one_line(card.title))}</h4>'
        f'<div class="rb-host">{host}{shown}</div></div>'
    )


def _chip(badge: Badge) -> str:
    return _titled(escape(badge.text), badge.title, "" if badge.kind == "plain" else f" rb-{badge.kind}")


def _titled(html: str, title: str, kind: str = "") -> str:
    more = f' title="{escape(one_line(title, 300))}"' if title else ""
    return f'<span class="rb-chip{kind}"{more}>{html}</span>'


def _facts(card: Card, beside: Sequence[Card]) -> str:
    if card.blind or card.phase == "missing":
        return ""
    lines = [
        _fact("cost", _cost(card), _bar((_share(card, beside, _usd), "rb-w"))),
        _fact(
            "first / total",
            "–" if card.growing and card.latency_s is None else first_and_total(card.ttft_s, card.latency_s),
            _bar((_share(card, beside, _total), "rb-f"), (_share(card, beside, _total, _first), "rb-w")),
        ),
    ]
    if card.phase == "failed":
        lines.append(_fact("tries", str(card.tries), ""))
    else:
        speed = "–" if card.growing else rate(card.tokens_per_s)
        lines.append(_fact("speed", speed, _bar((_share(card, beside, _speed), "rb-w"))))
    if card.scores:
        lines.append(f'<div><span class="rb-j">{_judged(card.scores)}</span></div>')
    return "".join(lines)


def _judged(scores: Sequence[Score]) -> str:
    chips = [_titled(f"{escape(one.who)} <strong>{escape(one.words)}</strong>", one.why) for one in scores[:MOST_CHIPS]]
    if rest := scores[MOST_CHIPS:]:
        chips.append(_titled(f"+{len(rest)}", "; ".join(map(str, rest))))
    return " ".join(chips)


def _fact(name: str, value: str, bar: str) -> str:
    soft = " rb-soft" if value in ("unknown", "none", "–") else ""
    return f'<div><span class="rb-k">{name}</span> {bar}<span class="rb-v{soft}">{value}</span></div>'


def _cost(card: Card) -> str:
    if card.growing:
        return "–"
    source = f' title="{escape(card.price_source)}"' if card.price_source else ""
    if card.now_usd is not None and card.now_usd == 0 and card.list_usd:
        return f'<span{source}>$0 <span class="rb-soft">was {escape(usd(card.list_usd))}</span></span>'
    return "unknown" if card.now_usd is None else f"<span{source}>{escape(usd(card.now_usd))}</span>"


def _usd(card: Card) -> float | None:
    return None if card.list_usd is None else float(card.list_usd)


def _total(card: Card) -> float | None:
    return card.latency_s


def _first(card: Card) -> float | None:
    return card.ttft_s


def _speed(card: Card) -> float | None:
    return card.tokens_per_s


def _share(
    card: Card,
    beside: Sequence[Card],
    scale: Callable[[Card], float | None],
    value: Callable[[Card], float | None] | None = None,
) -> float | None:
    """A card's value as a percentage of the largest on the scale; `None` where there is none."""
    own = (value or scale)(card)
    most = max((found for one in beside if (found := scale(one)) is not None), default=0.0)
    return None if own is None or most <= 0 else min(100.0, 100 * own / most)


def _bar(*parts: tuple[float | None, str]) -> str:
    drawn = [(share, name) for share, name in parts if share is not None]
    if not drawn:
        return ""
    marks = "".join(f'<i class="{name}" style="width:{share:.0f}%"></i>' for share, name in drawn)
    return f'<span class="rb-bar" aria-hidden="true">{marks}</span> '


def _body(card: Card) -> str:
    parts = []
    if card.reasoning:
        words = "reasoning" if not card.growing or card.text else "reasoning …"
        parts.append(f'<details class="rb-why"><summary>{words}</summary>{escape(card.reasoning.strip())}</details>')
    if card.failure is not None:
        hint = f"<p>{_ticked(card.failure.hint)}</p>" if card.failure.hint else ""
        parts.append(f'<div class="rb-err"><p><strong>{_ticked(card.failure.message)}</strong></p>{hint}</div>')
        if card.text:
            parts.append('<p class="rb-soft">What came before:</p>')
    if card.growing:
        shown = growing_to_html(card.text)
        caret = _CARET if card.phase == "streaming" else ""
        parts.append(_ENDS.sub(rf"{caret}\1", shown) if _ENDS.search(shown) else shown + caret)
    elif card.text:
        parts.append(to_html(card.text))
    elif card.phase == "missing":
        parts.append('<p class="rb-soft">Not asked.</p>')
    elif card.phase == "done":
        parts.append('<p class="rb-soft">The answer is empty.</p>')
    return "".join(parts)


def _ticked(text: str) -> str:
    """One line of ours with names in backticks shown as code."""
    return _TICKED.sub(r"<code>\1</code>", escape(one_line(text, 1000)))
