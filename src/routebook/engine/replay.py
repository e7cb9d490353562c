"""Streams a recorded answer again, with its recorded timing."""

from __future__ import annotations

import asyncio
from time import perf_counter

from routebook.calls import Call
from routebook.providers.contract import Sink


async def stream_again(call: Call, sink: Sink) -> None:
    """Push a recorded call's pieces into a sink, at the times they came.

    Parameters
    ----------
    call
        The recorded call.
    sink
        Where the pieces go.
    """
    start = perf_counter()
    text_at = reasoning_at = 0
    for at_us, kind, length in call.timeline:
        late_s = at_us / 1e6 - (perf_counter() - start)
        if late_s > 0:
            await asyncio.sleep(late_s)
        if kind == "started":
            sink.started()
        elif kind == "reasoning":
            sink.reasoning(call.reasoning[reasoning_at : reasoning_at + length])
            reasoning_at += length
        else:
            sink.text(call.text[text_at : text_at + length])
            text_at += length
    end_s = (call.latency_s or 0.0) - (perf_counter() - start)
    if end_s > 0:
        await asyncio.sleep(end_s)
