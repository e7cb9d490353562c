"""Runs that a test drives by hand, step by step as the engine would, and a page that follows one."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from typing import Any

from tests.support.examples import call_of, run_of
from tests.support.showcase import NOW

from routebook.background import BackgroundRun
from routebook.calls import Attempt, Call, Failure
from routebook.engine.plan import Plan, PlannedCall, Quote
from routebook.engine.recorder import Recorder
from routebook.models import ModelId
from routebook.prompts import Prompt
from routebook.providers.contract import Request, Usage

RIVER = Prompt.of("Name a river.")


class HandRecorder(Recorder):
    """A recorder for which each piece of text takes a tenth of a second."""

    __slots__ = ()

    def text(self, text: str) -> None:
        super().text(text)
        if self.first_text_us is not None:
            self.first_text_us = 100_000

    def elapsed_us(self) -> int:
        return 100_000 * (len(self.text_pieces) + 1)


class HandRun(BackgroundRun):
    """A run whose calls a test moves."""

    @classmethod
    def of(
        cls, models: Sequence[str], prompts: Sequence[Prompt] = (RIVER,), *, repeats: int = 1, **run: Any
    ) -> HandRun:
        """Make a run of these models and prompts; nothing has been sent."""
        ids = [ModelId.parse(model) for model in models]
        calls = [
            PlannedCall(prompt, prompt.id, Request(model, prompt.messages), repeat, f"{number:064x}")
            for number, (prompt, repeat, model) in enumerate(
                (prompt, repeat, model) for prompt in prompts for repeat in range(repeats) for model in ids
            )
        ]
        plan = Plan(
            tuple(calls), tuple(prompts), tuple(ids), repeats, Quote(Decimal("0.001"), Decimal("0.03"), len(calls), 0)
        )
        facts = {
            "id": "5b08e64c0ffee0000000000000000002",
            "created_at": NOW,
            "models": tuple(map(str, ids)),
            "planned": len(calls),
            "repeats": repeats,
        }
        return cls(run_of(**(facts | run)), plan)

    def send(self, index: int) -> None:
        """Begin an attempt, the first or another."""
        live = self.calls[index]
        live.attempt += 1
        live.phase = "streaming"
        if live.recorder is None:
            live.recorder = HandRecorder(index)
        live.recorder.begin()
        live.recorder.started()

    def say(self, index: int, *, text: str = "", reasoning: str = "") -> None:
        """Let a piece come."""
        recorder = self.calls[index].recorder
        assert recorder is not None
        recorder.reasoning(reasoning)
        recorder.text(text)

    def fall(self, index: int) -> None:
        """Let an attempt fail; another will follow."""
        self.calls[index].phase = "waiting"

    def end(self, index: int, *, failure: Failure | None = None, **changes: Any) -> Call:
        """End a call with what came, and return it."""
        live = self.calls[index]
        recorder = live.recorder
        before = Attempt(Failure("server", "The host failed."), 0.2, 0.1)
        fields: dict[str, Any] = {
            "id": f"{index:032x}",
            "prompt_id": live.prompt_id,
            "model": live.planned.model,
            "repeat": live.repeat,
            "fingerprint": live.planned.fingerprint,
            "status": "ok" if failure is None else "error",
            "failure": failure,
            "finish": "stop" if failure is None else None,
            "usage": Usage(10, 0, 0, 20, 0) if failure is None else Usage(),
            "text": "" if recorder is None else recorder.text_so_far(),
            "reasoning": "" if recorder is None else recorder.reasoning_so_far(),
            "attempts": (before,) * (live.attempt - 1),
            "started_at": NOW,
            "simulated": live.planned.model.host == "sim",
        }
        call = call_of(self.run, **(fields | changes))
        self.finish(live, call)
        return call

    def over(self, status: Any = "finished") -> None:
        """End the run."""
        self.close(replace(self.run, status=status))


class Page:
    """What a page knows that applies every message as js/src/messages.ts says."""

    def __init__(self, snapshot: Any) -> None:
        self.take(snapshot)

    def take(self, message: Any) -> None:
        """Apply a message; one that does not follow the last is a failure."""
        message = deepcopy(message)
        if message["kind"] == "snapshot":
            self.seq, self.comparison = message["seq"], message["comparison"]
            return
        assert message["seq"] == self.seq + 1
        self.seq += 1
        self.comparison["run"].update(message.get("run", {}))
        for index, summary in message.get("summaries", {}).items():
            self.comparison["models"][int(index)]["summary"] = summary
        answers = self.answers
        for change in message["changes"]:
            answer = answers[change["answer"]]
            answer.update(change.get("set", {}))
            for name in ("text", "reasoning"):
                if name in change:
                    answer[name] = answer.get(name, "") + change[name]

    @property
    def answers(self) -> dict[str, Any]:
        """The answers by their ids."""
        return {answer["id"]: answer for prompt in self.comparison["prompts"] for answer in prompt["answers"]}
