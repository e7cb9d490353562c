"""A provider whose answers a test writes down: a plug-in like any other, by the public contract."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from routebook.providers.contract import CallError, Credentials, HostDefaults, Reply, Request, Sink, Usage


@dataclass
class Script:
    """What one call does: pieces of text, then how it ends; `gate` holds it open until the test lets go."""

    pieces: Sequence[str] = ("hello ", "world")
    reasoning: Sequence[str] = ()
    error: CallError | Exception | None = None
    usage: Usage = field(default_factory=lambda: Usage(input_tokens=10, output_tokens=5))
    gate: asyncio.Event | None = None


class ScriptedProvider:
    """Answers by script: by model, and within a model one script after another (the last one again and again)."""

    simulated = False

    def __init__(self, scripts: Mapping[str, Sequence[Script]] | None = None, *, host: str = "scripted") -> None:
        self.host = host
        self.scripts = dict(scripts or {})
        self.asked: list[Request] = []
        self.closed_streams = 0
        self.in_flight = 0
        self.most_in_flight = 0
        self._turn: defaultdict[str, int] = defaultdict(int)
        self.on_ask: Callable[[Request], None] | None = None

    def credentials(self) -> Credentials:
        return Credentials(True, "none needed")

    def defaults(self) -> HostDefaults:
        return HostDefaults()

    def check(self, request: Request) -> None:
        if request.options.effort is not None and request.model.model == "plain":
            raise CallError("option", "scripted/plain does not take effort.", hint="Leave effort out.")

    def body(self, request: Request) -> dict[str, Any]:
        return {"model": request.model.model, "messages": [message.described() for message in request.messages]}

    async def ask(self, request: Request, sink: Sink) -> Reply:
        self.asked.append(request)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            if self.on_ask is not None:
                self.on_ask(request)
            scripts = self.scripts.get(request.model.model, [Script()])
            turn = self._turn[request.model.model]
            self._turn[request.model.model] += 1
            script = scripts[min(turn, len(scripts) - 1)]
            sink.started()
            for piece in script.reasoning:
                sink.reasoning(piece)
            for piece in script.pieces:
                sink.text(piece)
                await asyncio.sleep(0)
            if script.gate is not None:
                await script.gate.wait()
            if script.error is not None:
                raise script.error
            return Reply("stop", "end_turn", usage=script.usage, request_id="req-1", served_model=request.model.model)
        except asyncio.CancelledError:
            self.closed_streams += 1
            raise
        finally:
            self.in_flight -= 1

    async def prepare(self) -> None:
        return None

    async def models(self) -> Sequence[str]:
        return sorted(self.scripts)

    async def aclose(self) -> None:
        return None
