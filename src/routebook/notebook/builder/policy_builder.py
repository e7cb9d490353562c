"""`rb.PolicyBuilder`: rules from the cheapest to the best by a slider, edited by hand, and saved."""

from __future__ import annotations

import threading
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from routebook.comparison import Comparison
from routebook.errors import OptionError
from routebook.lookup import count
from routebook.notebook.builder.messages import FromPage, Reply, read
from routebook.notebook.host import WIDGET_MIME, host
from routebook.notebook.port import answered
from routebook.notebook.saving import save
from routebook.notebook.waiting import while_working
from routebook.outcomes import Outcomes

if TYPE_CHECKING:
    from routebook.notebook.builder.building import Building
    from routebook.notebook.builder.widget import BuilderWidget
    from routebook.render.report import Report
    from routebook.routing.evidence.evaluation import Evaluation
    from routebook.routing.policy import Policy

BUILDER_MIME = "application/vnd.routebook.builder.v1+json"
"""As in js/src/builder/messages.ts: without a kernel, JupyterLab's renderer of it shows the HTML beside it."""


class PolicyBuilder:
    """Build a policy by hand: slide between the cheapest and the best rules, change them, and save what you like.

    The rules of every stop of the slider are learned when the builder is made, on some of the prompts, and measured on
    the others. A rule that is changed in the page is measured on these held-out prompts at once. In Python, `policy` is
    always the one that the page shows.

    Parameters
    ----------
    source
        A run that was judged, or `Outcomes`.
    by
        Of a run: whose word the quality is; not needed where there is one name. See `Comparison.outcomes`.
    max_rules
        How many rules a stop has at most.
    using
        What the learned rules may ask: some of ``tag``, ``feature`` and ``keyword``.
    held_out
        Outcomes to measure on; by default a share of the prompts is kept apart.
    test_share
        How much is kept apart.
    name
        What to call the policy.
    seed
        Of all that is drawn.

    Raises
    ------
    OutcomesError, JudgmentError, OptionError
        If there is nothing to learn from, or an option is none.

    Examples
    --------
    >>> import routebook as rb
    >>> rows = [
    ...     {"prompt": f"Question {n}?", "kind": ("easy", "hard")[n % 2], "sim/small": 1 - n % 2, "sim/large": 1,
    ...      "small_usd": 0.001, "large_usd": 0.01}
    ...     for n in range(400)
    ... ]
    >>> cost = {"sim/small": "small_usd", "sim/large": "large_usd"}
    >>> builder = PolicyBuilder(rb.Outcomes.from_frame(rows, tag="kind", models=list(cost), cost=cost))
    >>> builder.evaluation.total.quality, builder.policy.decide("Prove it.", tag="hard").models[0]
    (1.0, 'sim/large')
    """

    def __init__(
        self,
        source: Comparison | Outcomes,
        *,
        by: str | None = None,
        max_rules: int = 8,
        using: Collection[str] = ("tag", "feature", "keyword"),
        held_out: Outcomes | None = None,
        test_share: float = 1 / 3,
        name: str = "policy",
        seed: int = 0,
    ) -> None:
        from routebook.notebook.builder.building import Building
        from routebook.routing.learning.frontier import frontier
        from routebook.routing.names import check_text

        check_text(name, "a policy's name")
        outcomes = _outcomes(source, by)
        said = f"Learning rules from {count(len(outcomes.prompts), 'prompt')}, for every stop of the slider…"
        with while_working(said):
            made = frontier(
                outcomes, max_rules=max_rules, using=using, held_out=held_out, test_share=test_share, seed=seed
            )
            tags = dict.fromkeys((*outcomes.tags, *(held_out.tags if held_out is not None else ())))
            self._building: Building = Building(made, tuple(tags), name)
        self._changing = threading.RLock()
        self._widget: BuilderWidget | None = None

    # ---- what Python has of it

    @property
    def policy(self) -> Policy:
        """The policy that stands, with what the held-out prompts say of it as its evidence."""
        return self._building.now.policy

    @property
    def evaluation(self) -> Evaluation:
        """What it gets on the held-out prompts."""
        return self._building.now.evaluation

    def save(self, path: str | Path) -> Path:
        """Write ``routes.yaml`` or ``routes.json`` and return the path; see `Policy.save`."""
        return self.policy.save(path)

    # ---- what the page asks

    def answer(self, message: object) -> Reply:
        """Answer a message of the page, or say in one line why not; never raises."""
        return answered(message, lambda said: self._answer(read(said)))

    def _answer(self, ask: FromPage) -> Reply:
        from routebook.notebook.builder.shown import now_of

        match ask["kind"]:
            case "save":
                path = save(self.policy, ask["file"], replace=ask["replace"])
                saved = path is not None
                return {
                    "kind": "reply",
                    "id": ask["id"],
                    "ok": True,
                    "answer": "saved" if saved else "taken",
                    "path": str(path) if saved else ask["file"],
                }
            case "edit":
                with self._changing:  # what pages see last is what stands
                    self._building.change(ask["edit"])
                    if self._widget is not None:
                        self._widget.show(now_of(self._building))
        return {"kind": "reply", "id": ask["id"], "ok": True, "answer": "heard"}

    # ---- showing

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        report = self._report()
        bundle = {"text/html": report.html(), "text/plain": str(report)}
        if host() != "page":
            return bundle
        widget = self._shown()
        return {BUILDER_MIME: {"id": self._building.history.id}, WIDGET_MIME: widget.get_view_spec(), **bundle}

    def _shown(self) -> BuilderWidget:
        if self._widget is None:
            from routebook.notebook.builder.shown import now_of, setting_of
            from routebook.notebook.builder.widget import BuilderWidget

            with self._changing:
                self._widget = BuilderWidget(setting_of(self._building), now_of(self._building), self.answer)
        return self._widget

    def _report(self) -> Report:
        from routebook.notebook.builder.shown import report_of

        return report_of(self._building)

    def __repr__(self) -> str:
        from routebook.render.report import figure
        from routebook.render.words import usd

        building = self._building
        now, total = building.now, building.now.evaluation.total
        where = "edited by hand" if now.edited else f"stop {now.stop + 1} of {len(building.stops)}"
        return (
            f"<PolicyBuilder: {where}; quality {figure(total.quality)}, {usd(total.usd_per_1k_prompts)} "
            "per 1,000 prompts>"
        )

    def __str__(self) -> str:
        return str(self._report())


def _outcomes(source: Comparison | Outcomes, by: str | None) -> Outcomes:
    if isinstance(source, Comparison):
        return source.outcomes(by)
    if not isinstance(source, Outcomes):
        raise OptionError(f"A policy is built from a run or from outcomes, not from {type(source).__name__}.")
    if by is not None:
        raise OptionError("by= is for a run that several judged; outcomes have one quality already.")
    return source
