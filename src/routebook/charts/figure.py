"""Altair charts that are seen without a network, in the house's style, dark and light.

Shown in a notebook, a chart gives its Vega-Lite specification, which routebook's JupyterLab extension draws, and a
picture for wherever that is not. Altair's own default output loads Vega from a server, and JupyterLab by itself knows
no Vega-Lite 6. Whoever chose an Altair renderer gets that one instead; nothing of Altair's own settings is touched.

These are subclasses, so that a chart stays one when the user changes it (``chart.properties(...)``, ``chart + other``,
``chart | other``). The style goes beneath what the chart says, when it is written: parts of a chart may have none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import altair as alt

from routebook.charts.picture import png_of
from routebook.charts.style import CONFIG, ON_DARK, WIDTH, lines_of

if TYPE_CHECKING:
    import pandas as pd

MIME = "application/vnd.vegalite.v6+json"
_INDEPENDENT = {"color": "independent", "opacity": "independent", "shape": "independent"}


class Shown:
    """What a figure adds to a chart of Altair's: its style, and how a notebook shows it."""

    def to_dict(
        self, validate: bool = True, *, format: str = "vega-lite", context: dict[str, Any] | None = None, **kwds: Any
    ) -> dict[str, Any]:
        """Return the specification with the house's style beneath what the chart itself says; as Altair's."""
        given: Any = super()
        spec: dict[str, Any] = given.to_dict(validate, context=context, **kwds)
        if not (context or {}).get("top_level", True):
            return spec
        spec = _over(spec, {"config": CONFIG, "usermeta": {"routebook": {"dark": ON_DARK}}})
        if format == "vega":
            made: dict[str, Any] = alt.vegalite_compilers.get()(spec)  # type: ignore[misc]
            return made
        return spec

    def _repr_mimebundle_(self, *args: Any, **kwds: Any) -> Any:
        if alt.renderers.active != "default":
            given: Any = super()
            return given._repr_mimebundle_(*args, **kwds)
        spec = self.to_dict(context={"pre_transform": False})
        # A PNG, since an untrusted notebook shows no SVG.
        png, shown_as = png_of(spec)
        return {MIME: spec, "image/png": png, "text/plain": repr(self)}, {"image/png": shown_as}

    def __repr__(self) -> str:
        return "\n".join(_words(self.to_dict(validate=False)))

    def __or__(self, other: Any) -> Side:
        parts: list[Any] = [self, other]
        return Side(hconcat=parts, resolve={"scale": _INDEPENDENT})

    def __and__(self, other: Any) -> Stack:
        parts: list[Any] = [self, other]
        return Stack(vconcat=parts, resolve={"scale": _INDEPENDENT})


class Tabled(Shown):
    """A figure of one set of rows."""

    def table(self) -> pd.DataFrame:
        """Return what is drawn as a table, with units in the columns' names."""
        import pandas as pd

        data: Any = getattr(self, "data", None)
        if not isinstance(data, alt.InlineData):
            return pd.DataFrame(data)
        rows: Any = data.values
        return pd.DataFrame([{key: value for key, value in row.items() if key[:1] != "_"} for row in rows])


class Figure(Tabled, alt.LayerChart):
    """A chart of layers."""


class Panels(Tabled, alt.FacetChart):
    """A chart of several panels."""


class Side(Shown, alt.HConcatChart):
    """Charts side by side."""

    __or__ = alt.HConcatChart.__or__


class Stack(Shown, alt.VConcatChart):
    """Charts one below the other."""

    __and__ = alt.VConcatChart.__and__


def heading(title: str, notes: Sequence[str]) -> dict[str, Any]:
    """Return a chart's title, with what the reader should know beneath it."""
    return {"text": title, "subtitle": lines_of(notes)}


def figure(
    layers: Sequence[alt.Chart],
    rows: Sequence[Mapping[str, Any]],
    *,
    title: str,
    notes: Sequence[str],
    words: Sequence[str],
    height: float,
) -> Figure:
    """Return layers as one chart.

    Parameters
    ----------
    layers
        Those without data of their own draw `rows`.
    rows
        What is drawn; fields that begin with ``_`` are no part of its table.
    title, notes
        What is seen, and what the reader should know.
    words
        What it shows, one line for each model, for those who cannot see it.
    height
        Of the plot, pixels.
    """
    return Figure(
        data=alt.InlineData(list(rows)),
        layer=list(layers),
        width=WIDTH,
        height=height,
        title=heading(title, notes),
        description="\n".join(words),
    )


def _over(first: Mapping[str, Any], beneath: Mapping[str, Any]) -> dict[str, Any]:
    """Return `first` with what only `beneath` has."""
    merged = {**beneath, **first}
    for key in first.keys() & beneath.keys():
        if isinstance(first[key], Mapping) and isinstance(beneath[key], Mapping):
            merged[key] = _over(first[key], beneath[key])
    return merged


def _words(spec: Mapping[str, Any]) -> list[str]:
    """Return a specification in words: of each chart in it the title, what is said beneath it, and a line per model."""
    words: list[str] = []
    title = spec.get("title")
    if isinstance(title, Mapping):
        subtitle = title.get("subtitle", [])
        words += [str(title.get("text", "")), *([subtitle] if isinstance(subtitle, str) else subtitle)]
    elif title:
        words.append(str(title))
    if description := spec.get("description"):
        words += [f"  {line}" for line in str(description).splitlines()]
    for part in (*spec.get("hconcat", ()), *spec.get("vconcat", ())):
        words += _words(part)
    return words
