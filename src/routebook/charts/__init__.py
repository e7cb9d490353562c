"""Charts of a comparison, as Altair charts that are the user's to change.

What is drawn is summed up first, so that a chart stays small whatever the run. A notebook shows such a chart without a
network (`routebook.charts.figure`). Importing this package does not import Altair.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from routebook.charts.agreement_chart import agreement
from routebook.charts.cost_chart import cost
from routebook.charts.latency_chart import latency
from routebook.charts.picture import svg
from routebook.charts.plane import Across, Upward
from routebook.charts.quality_chart import quality, quality_by_tag
from routebook.charts.timeline_chart import timeline
from routebook.charts.token_chart import tokens
from routebook.charts.tradeoff_chart import tradeoff
from routebook.charts.win_chart import wins

if TYPE_CHECKING:
    from routebook.charts.figure import Figure, Panels
    from routebook.comparison import Comparison

__all__ = [
    "Charts",
    "agreement",
    "cost",
    "latency",
    "quality",
    "quality_by_tag",
    "svg",
    "timeline",
    "tokens",
    "tradeoff",
    "wins",
]


class Charts:
    """The charts of one comparison.

    Each is an Altair chart: change it (``.properties(width=800)``), add to it (``chart + other``), put it beside
    another (``chart | other``), save it (``chart.save("cost.svg")``). ``chart.table()`` is what it draws, as a
    DataFrame; ``print(chart)`` says it in words. What all of them are drawn from is in `Comparison.frame` and
    `Comparison.summary`.

    Examples
    --------
    >>> import routebook as rb
    >>> run = rb.compare("Name a prime.", models=["sim/small", "sim/large"])
    >>> list(run.charts.latency().table())
    ['model', 'measure', 'p50_s', 'p95_s', 'calls']
    >>> run.charts.tradeoff(quality={"small": 0.6, "large": 0.9}).table()["on_front"].tolist()
    [True, True]
    """

    def __init__(self, comparison: Comparison) -> None:
        self._comparison = comparison

    def cost(self) -> Figure:
        """Chart what each model's answers cost, by what the money went to; see `cost`."""
        return cost(self._comparison)

    def latency(self) -> Figure:
        """Chart the times to the first token and to the end; see `latency`."""
        return latency(self._comparison)

    def tradeoff(self, x: Across = "cost", y: Upward | None = None, *, quality: Any = None) -> Figure:
        """Chart cost, or latency, against latency or quality, with the models that no other beats; see `tradeoff`."""
        return tradeoff(self._comparison, x, y, quality=quality)

    def tokens(self) -> Figure:
        """Chart how many tokens a call took and gave; see `tokens`."""
        return tokens(self._comparison)

    def timeline(self) -> Figure | Panels:
        """Chart when each call waited for its turn, for the first token, and streamed; see `timeline`."""
        return timeline(self._comparison)

    def quality(self, by: str | None = None) -> Figure:
        """Chart how good each model's answers are, with intervals; see `quality`."""
        return quality(self._comparison, by)

    def quality_by_tag(self, by: str | None = None) -> Figure:
        """Chart how good each model's answers are on each kind of task; see `quality_by_tag`."""
        return quality_by_tag(self._comparison, by)

    def wins(self, by: str | None = None) -> Figure:
        """Chart who wins how often against whom; see `wins`."""
        return wins(self._comparison, by)

    def agreement(self) -> Figure:
        """Chart whether judges, checks and people say the same; see `agreement`."""
        return agreement(self._comparison)

    def __repr__(self) -> str:
        return (
            "<Charts: cost(), latency(), tradeoff(), tokens(), timeline(); "
            "judged: quality(), quality_by_tag(), wins(), agreement()>"
        )
