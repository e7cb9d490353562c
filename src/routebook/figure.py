"""An Altair chart that is seen without a network: it shows itself as a picture made by vl-convert.

Altair's default output loads Vega from a server, and JupyterLab knows no Vega-Lite 6 of its own. Whoever chose an
Altair renderer gets that one instead. Importing this module does not import Altair.
"""

from __future__ import annotations

import zlib
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import altair as alt


def svg(chart: alt.TopLevelMixin) -> str:
    """Return any Altair chart as an SVG picture, made without a network."""
    return _svg(chart.to_dict(context={"pre_transform": False}))


def _svg(spec: dict[str, Any]) -> str:
    from altair.utils.mimebundle import spec_to_mimebundle

    bundle: Any = spec_to_mimebundle(spec, format="svg", mode="vega-lite", engine="vl-convert")
    return str(bundle["image/svg+xml"])


def _png(picture: str) -> tuple[bytes, dict[str, int]]:
    """Return a picture as PNG with two pixels for each of the screen's, and the size to show it at."""
    import vl_convert

    png = _squeezed(bytes(vl_convert.svg_to_png(picture, scale=2)))
    width, height = (int.from_bytes(png[start : start + 4], "big") for start in (16, 20))  # of its IHDR chunk
    return png, {"width": width // 2, "height": height // 2}


def _squeezed(png: bytes) -> bytes:
    """Compress a PNG's pixels again, harder: vl-convert's are four times as large, and each is saved in a notebook."""
    kept, pixels, place = [], b"", 8
    while place < len(png):
        length = int.from_bytes(png[place : place + 4], "big")
        kind, data = png[place + 4 : place + 8], png[place + 8 : place + 8 + length]
        place += 12 + length
        if kind == b"IDAT":
            pixels += data
        elif kind != b"IEND":
            kept.append((kind, data))
    chunks = [*kept, (b"IDAT", zlib.compress(zlib.decompress(pixels), 9)), (b"IEND", b"")]
    written = (
        len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big") for kind, data in chunks
    )
    return png[:8] + b"".join(written)


@cache
def figure_class() -> type[alt.LayerChart]:
    """Return `altair.LayerChart` that shows itself as a picture.

    A subclass, so that it stays one when the user changes it (``chart.properties(...)``), and nothing of Altair's own
    settings is touched.
    """
    import altair as alt

    class Figure(alt.LayerChart):
        def _repr_mimebundle_(self, *args: Any, **kwds: Any) -> Any:
            if alt.renderers.active != "default":
                return super()._repr_mimebundle_(*args, **kwds)
            spec = self.to_dict(context={"pre_transform": False})
            # A PNG, since an untrusted notebook shows no SVG; and no specification, since nbformat refuses the MIME
            # type Altair 6 gives it, and no JupyterLab draws that.
            png, shown_as = _png(_svg(spec))
            return {"image/png": png, "text/plain": repr(self)}, {"image/png": shown_as}

        def __repr__(self) -> str:
            title = self.to_dict(validate=False).get("title", {})
            return f"<Chart: {title.get('text', '') if isinstance(title, dict) else title}>"

    return Figure
