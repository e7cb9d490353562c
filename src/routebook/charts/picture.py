"""Pictures of charts, made by vl-convert without a browser or a network. Importing this does not import Altair."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import altair as alt


def svg(chart: alt.TopLevelMixin) -> str:
    """Return any Altair chart as an SVG picture, made without a network."""
    return svg_of(chart.to_dict(context={"pre_transform": False}))


def svg_of(spec: dict[str, Any]) -> str:
    """Return a Vega-Lite specification as an SVG picture."""
    from altair.utils.mimebundle import spec_to_mimebundle

    bundle: Any = spec_to_mimebundle(spec, format="svg", mode="vega-lite", engine="vl-convert")
    return str(bundle["image/svg+xml"])


def png_of(spec: dict[str, Any]) -> tuple[bytes, dict[str, int]]:
    """Return a specification as PNG with two pixels for each of the screen's, and the size to show it at."""
    import vl_convert

    png = _squeezed(bytes(vl_convert.svg_to_png(svg_of(spec), scale=2)))
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
