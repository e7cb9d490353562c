"""What was said before: the run a follow-up goes on from, and the recordings a replay streams again."""

from __future__ import annotations

from pathlib import Path

from routebook.calls import Failure
from routebook.comparison import Comparison
from routebook.engine.plan import Plan
from routebook.engine.prepare import History, Recordings
from routebook.errors import RunError
from routebook.models import ModelId
from routebook.prompts import Message
from routebook.store import Store

Replay = bool | str | Path | Comparison


def load(id_or_name: str, *, store: Store) -> Comparison:
    """Load a run from a store; see `routebook.load`."""
    run, prompts, calls = store.load_run(id_or_name)
    return Comparison(run, prompts, calls)


def run_of(follow: Comparison | str | None, store: Store) -> Comparison | None:
    """Return the run to go on from: a comparison as it is, or by its name or id."""
    if follow is None or isinstance(follow, Comparison):
        return follow
    if isinstance(follow, str):
        return load(follow, store=store)
    raise RunError(f"To continue a run give a Comparison or its name, not {type(follow).__name__}.")


def history_of(run: Comparison, store: Store) -> History:
    """Return what tells, for a model, a follow-up prompt and its repeat, the conversation so far."""
    said = _Said(run)
    further: dict[str, _Said] = {run.run.id: said}

    def conversation(run: _Said, model: ModelId, prompt_id: str, repeat: int) -> tuple[Message, ...] | Failure:
        prompt, answer = run.prompts[prompt_id], run.answer(model, prompt_id, repeat)
        if answer is None:
            return Failure(
                "bad_request",
                f"{model} has no earlier answer to go on from.",
                "Ask it first, or leave it out of the follow-up.",
            )
        before: tuple[Message, ...] | Failure = ()
        if prompt.follows is not None:
            if run.follows not in further:
                further[run.follows] = _Said(load(run.follows, store=store))
            before = conversation(further[run.follows], model, prompt.follows, repeat)
        if isinstance(before, Failure):
            return before
        return (*before, *prompt.messages, Message("assistant", answer))

    return lambda model, prompt, repeat: conversation(said, model, prompt.follows or "", repeat)


class _Said:
    """What a run's models answered, by model, prompt and repeat."""

    def __init__(self, run: Comparison) -> None:
        self.prompts = {prompt.id: prompt for prompt in run.prompts}
        self.follows = str(run.run.settings.get("follows_run", ""))
        self._texts = {(call.model, call.prompt_id, call.repeat): call.text for call in run.ok}

    def answer(self, model: ModelId, prompt_id: str, repeat: int) -> str | None:
        """Return the answer of this repeat; of the first where there were fewer."""
        return self._texts.get((model, prompt_id, repeat), self._texts.get((model, prompt_id, 0)))


def recordings_of(replay: Replay, store: Store) -> Recordings | None:
    """Return what finds recorded calls: in the store, in a comparison, or in a file; `None` to ask instead."""
    if replay is False or replay is None:
        return None
    if replay is True:
        return store.recorded_calls
    source = replay if isinstance(replay, Comparison) else Comparison.from_json(Path(replay))
    known = {(call.fingerprint, call.repeat): call for call in source.calls if call.status == "ok"}
    return lambda _keys: known


def replayed_run(replay: Replay, plan: Plan) -> str | None:
    """Return the id of the run that a plan replays."""
    if replay is False:
        return None
    return next((call.answered.run_id for call in plan.calls if call.answered is not None), None)
