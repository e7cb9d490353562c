"""What the mock says: a model's name -> the bytes of its answer, in each of four wire protocols.

The name's last part, after a colon where it has one, decides how the model behaves (``claude-haiku-5-5:fault-429``);
any other name answers shortly. ``BEHAVIOURS`` lists them. Everything is encoded once, before it is first asked for.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from tests.support.mock_faults import refusal
from tests.support.mock_wires import WIRES, Converse, Messages, Wire, aws_frame

BEHAVIOURS = """
text-50            50 pieces of text, as fast as the connection takes them
spread-50          the same, each piece sent on its own
delay-50ms         waits 50 ms, then a short answer
paced-20x10ms      20 pieces, 10 ms before each
stamped-20x10ms    the same, the first piece says when it was sent: t=NANOSECONDS of time.perf_counter_ns()
reasoning          two pieces of reasoning, then text
usage              a short answer with usage USAGE: cached, cache-write and reasoning tokens
fault-STATUS       401, 403, 404, 429 (retry-after: 7), 500, 503, 504, 529 before any text
fault-quota        the account has no credit left
fault-context      the prompt does not fit
fault-option       temperature is not supported by this model
fault-filter       text, then the model or the host refuses
fault-length       text, then the limit of tokens
fault-window       text, then the context window is full
fault-error        text, then an error in the stream: overloaded
fault-drop         text, then the connection closes
fault-truncated    text, then the body ends without an end marker
fault-malformed    text, then bytes the protocol does not allow
fault-stall        text, then nothing: the connection stays open
fault-silent       nothing at all, not even headers
"""
SHORT = ("Four ", "is ", "the answer.")
PARTIAL = ("partial ", "answer ")
USAGE = {"input": 100, "cached": 40, "cache_write": 10, "output": 30, "reasoning": 12}

Payload = bytes | Callable[[], bytes]
Step = tuple[float, Payload]
End = Literal["keep", "close", "hang"]


@dataclass(frozen=True)
class Script:
    """What is sent: each payload after its delay in seconds; then the connection is kept, closed or left hanging."""

    steps: tuple[Step, ...]
    end: End = "keep"
    joined: bool = True  # whether payloads without a delay between them may leave in one packet


@cache
def script(protocol: str, model: str) -> Script:
    """Return what a model answers in a protocol, HTTP framing included."""
    behaviour = model.rpartition(":")[2]
    wire = WIRES[protocol](model)
    if (refused := refusal(protocol, behaviour)) is not None:
        return Script(((0.0, refused),))
    if behaviour == "fault-silent":
        return Script((), end="hang")
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: {wire.content_type}\r\nTransfer-Encoding: chunked\r\n"
        "x-request-id: req_mock\r\nrequest-id: req_mock\r\nx-amzn-RequestId: req_mock\r\n\r\n"
    ).encode()
    said, end = _said(wire, behaviour)
    delay = float(match[1]) / 1000 if (match := re.fullmatch(r"delay-(\d+)ms", behaviour)) else 0.0
    steps: list[Step] = [(delay, head), *((wait, _chunked(payload)) for wait, payload in said)]
    if end == "keep":
        steps.append((0.0, b"0\r\n\r\n"))
    spread = behaviour.startswith("spread-")
    return Script(tuple(steps if spread else _joined(steps)), end, joined=not spread)


def _said(wire: Wire, behaviour: str) -> tuple[list[Step], End]:
    usage = {"input": 12, "output": 3}
    counted = re.fullmatch(r"(?:text|spread)-(\d+)", behaviour)
    paced = re.fullmatch(r"(paced|stamped)-(\d+)x(\d+)ms", behaviour)
    start = wire.start(USAGE) if behaviour == "usage" and isinstance(wire, Messages) else wire.start()
    steps: list[Step] = [(0.0, start)]
    if behaviour.startswith("fault-"):
        steps += [(0.0, wire.text(piece)) for piece in PARTIAL]
        fault = behaviour.removeprefix("fault-")
        if fault in ("filter", "length", "window"):
            return [*steps, (0.0, wire.end(fault, usage))], "keep"
        if fault == "error":
            return [*steps, (0.0, wire.error())], "keep"
        if fault == "malformed":
            return [*steps, (0.0, wire.malformed())], "keep"
        if fault in ("drop", "stall", "truncated"):
            return steps, {"drop": "close", "stall": "hang", "truncated": "keep"}[fault]  # type: ignore[return-value]
        raise ValueError(f"the mock has no behaviour {behaviour!r}:\n{BEHAVIOURS}")
    if counted:
        usage["output"] = int(counted[1])
        steps += [(0.0, wire.text(f"w{i} ")) for i in range(int(counted[1]))]
    elif paced:
        usage["output"] = int(paced[2])
        seconds = int(paced[3]) / 1000
        first = _stamped(wire) if paced[1] == "stamped" else wire.text("w0 ")
        steps += [(seconds, first), *((seconds, wire.text(f"w{i} ")) for i in range(1, int(paced[2])))]
    else:
        if behaviour in ("reasoning", "usage"):
            steps += [(0.0, wire.reasoning(piece)) for piece in ("Two and two. ", "Four. ")]
        steps += [(0.0, wire.text(piece)) for piece in SHORT]
    steps.append((0.0, wire.end("stop", USAGE if behaviour == "usage" else usage)))
    return steps, "keep"


def _stamped(wire: Wire) -> Callable[[], bytes]:
    if isinstance(wire, Converse):  # its CRCs depend on the digits
        return lambda: aws_frame(
            "contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": f"t={time.perf_counter_ns():020d} "}}
        )
    before, _, after = wire.text("t=" + "9" * 20 + " ").rpartition(b"9" * 20)
    return lambda: before + b"%020d" % time.perf_counter_ns() + after


def _chunked(payload: Payload) -> Payload:
    if callable(payload):
        make = payload
        return lambda: _chunked(make())  # type: ignore[return-value]
    return b"%x\r\n%b\r\n" % (len(payload), payload)


def _joined(steps: list[Step]) -> list[Step]:
    """Join what follows without a delay into what goes before it: one write, as a busy server's kernel would."""
    joined: list[Step] = []
    for delay, payload in steps:
        if joined and not delay and isinstance(payload, bytes) and isinstance(joined[-1][1], bytes):
            joined[-1] = (joined[-1][0], joined[-1][1] + payload)
        else:
            joined.append((delay, payload))
    return joined
