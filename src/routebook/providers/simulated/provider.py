"""The simulated hosts ``sim`` and ``simcloud``: models that need no key, no network and no money.

Everything an answer is (right or wrong, its wording, its pieces and their pace) follows from a hash of the model, the
question and the repeat, so that a lesson gives the same figures on every machine. The same model says the same at both
hosts, at another pace and price.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from routebook.errors import OptionError, did_you_mean
from routebook.models import ModelId
from routebook.prompts import Message
from routebook.providers.contract import CallError, Credentials, HostDefaults, Options, Reply, Request, Sink, Usage
from routebook.providers.simulated.accuracy import ACCURACY
from routebook.providers.simulated.answers import reasoned, worded
from routebook.providers.simulated.catalogue import CATALOGUE, EFFORTS, Spec, recommended
from routebook.providers.simulated.essays import essay
from routebook.providers.simulated.judging import Judge, asked, form_of, json_verdict, reply
from routebook.providers.simulated.pace import first_due, first_tokens, schedule, speed, tokens_in
from routebook.providers.simulated.schemas import json_answer
from routebook.providers.simulated.tasks import Task, attempt

IMAGE_TOKENS = 250
MESSAGE_TOKENS = 4  # what a role and its marks cost, about

_YIELD_EVERY = 32  # without waiting, let other tasks of the loop run after so many pieces


class Answer(NamedTuple):
    """What a model says: its visible reasoning (empty for most), and the answer."""

    reasoning: str
    text: str


class SimulatedProvider:
    """One simulated host.

    Parameters
    ----------
    host
        ``sim`` or ``simcloud``.
    accuracy
        ``accuracy[model][kind]``, how often each model is right; the published table unless a test forces another.
    """

    simulated = True

    def __init__(self, host: str = "sim", *, accuracy: Mapping[str, Mapping[str, float]] = ACCURACY) -> None:
        self.host = host
        self._specs = CATALOGUE[host]
        self._accuracy = accuracy
        self._failed_once: set[tuple[str, int]] = set()

    def credentials(self) -> Credentials:
        """Say that none are needed."""
        return Credentials(True, "none needed")

    def defaults(self) -> HostDefaults:
        """There is nothing that the user does not say."""
        return HostDefaults()

    def check(self, request: Request) -> None:
        """Raise `CallError` of kind ``option`` for an option this model does not take."""
        spec, options, model = self._spec(request), request.options, request.model
        if options.temperature is not None and spec.reasons:
            raise CallError("option", f"{model} takes no temperature.", hint="Leave --temperature out for this model.")
        if options.temperature is not None and not 0 <= options.temperature <= 2:
            raise CallError("option", f"{model} takes a temperature from 0 to 2, not {options.temperature:g}.")
        if options.effort is not None and not spec.reasons:
            raise CallError("option", f"{model} takes no effort.", hint="Only sim/reasoner does.")
        if options.effort is not None and options.effort not in EFFORTS:
            near = did_you_mean(options.effort, EFFORTS)
            raise CallError("option", f"{model} takes effort {', '.join(EFFORTS)}, not {options.effort!r}.{near}")
        if options.max_tokens is not None and options.max_tokens < 1:
            raise CallError("option", f"{model} takes at least 1 for max_tokens, not {options.max_tokens}.")
        if not spec.images and any(message.attachments for message in request.messages):
            raise CallError("option", f"{model} takes no images.", hint="sim/medium and sim/large do.")
        if (schema := options.schema_dict) is not None:
            json_answer(schema, None, random.Random(0))

    def protocol(self) -> str:
        """Name the protocol."""
        return "simulated"

    def body(self, request: Request) -> dict[str, Any]:
        """Return the request as plain data, images by their sha256: there is no wire."""
        system = {} if request.system is None else {"system": request.system}
        messages = [message.described() for message in request.messages]
        return {"model": request.model.model, **system, "messages": messages, **request.options.given()}

    async def ask(self, request: Request, sink: Sink) -> Reply:
        """Answer at the model's pace.

        Raises
        ------
        CallError
            For an unknown model, an option it does not take, a prompt that is too long, or a model that is meant to
            fail.
        """
        spec = self._spec(request)
        self.check(request)
        factor = _speed()
        start = asyncio.get_running_loop().time()
        seed = _seed(request)
        pace = random.Random(f"{seed}|pace|{request.model}")
        input_tokens = self._input_tokens(request)
        if spec.fails in {"flaky", "broken", "refuser"} or input_tokens > spec.context_tokens:
            await _until(start, first_due(spec, pace), factor)
            self._fail(request, spec, input_tokens, factor)
        whole = self._answer(request, spec, seed)
        reasoning, text = _limited(whole, request.options.max_tokens)
        pieces = list(schedule(spec, reasoning, text, pace))
        if spec.fails == "cutoff":
            pieces = pieces[: max(1, len(pieces) // 2)]
        await _until(start, pieces[0].due_s * 0.8 if pieces else first_due(spec, pace), factor)
        sink.started()
        for count, piece in enumerate(pieces):
            if factor != math.inf:
                await _until(start, piece.due_s, factor)
            elif count % _YIELD_EVERY == 0:
                await asyncio.sleep(0)
            (sink.reasoning if piece.kind == "reasoning" else sink.text)(piece.text)
        if spec.fails == "cutoff":
            raise CallError(
                "truncated",
                f"The stream of {request.model} ended without its end mark.",
                hint="It always does: a lesson.",
            )
        cut = (reasoning, text) != whole
        thought = tokens_in(reasoning)
        return Reply(
            finish="length" if cut else "stop",
            raw_finish="length" if cut else "stop",
            usage=Usage(input_tokens, 0, 0, thought + tokens_in(text), thought),
            request_id=f"sim-{hashlib.sha256(f'{seed}|{request.model}'.encode()).hexdigest()[:16]}",
            served_model=request.model.model,
        )

    async def models(self) -> Sequence[str]:
        """List the models, without those that fail on purpose."""
        return recommended(self.host)

    async def prepare(self) -> None:
        """There is nothing to load."""

    async def aclose(self) -> None:
        """Forget which questions the flaky model has failed once."""
        self._failed_once.clear()

    def _spec(self, request: Request) -> Spec:
        model = request.model.model
        if model not in self._specs:
            near = did_you_mean(str(request.model), [f"{self.host}/{known}" for known in self._specs])
            near = near or f" {self.host} has {', '.join(recommended(self.host))}."
            raise CallError("not_found", f"There is no simulated model {request.model}.{near}", status=404)
        return self._specs[model]

    def _input_tokens(self, request: Request) -> int:
        texts = [request.system or "", *(message.text for message in request.messages)]
        images = sum(len(message.attachments) for message in request.messages)
        schema = tokens_in(request.options.schema or "")
        framing = MESSAGE_TOKENS * (len(request.messages) + (request.system is not None))
        return sum(map(tokens_in, texts)) + IMAGE_TOKENS * images + schema + framing

    def _fail(self, request: Request, spec: Spec, input_tokens: int, factor: float) -> None:
        """Raise what this model is meant to fail with; the flaky one only at its first attempt of a question."""
        model, limit = request.model, spec.context_tokens
        if input_tokens > limit:
            raise CallError("context", f"{model} takes {limit:,} tokens; the prompt has {input_tokens:,}.", status=400)
        if spec.fails == "broken":
            raise CallError(
                "server", f"{model} is broken, as it always is.", hint="It is there for lessons.", status=500
            )
        if spec.fails == "refuser":
            raise CallError("filter", f"{model} refuses every prompt.", hint="It is there for lessons.", status=400)
        key = (request.fingerprint(), request.repeat)
        if key in self._failed_once:
            self._failed_once.remove(key)
            return
        self._failed_once.add(key)
        raise CallError(
            "rate_limit",
            f"{model} is flaky: it answers at the second attempt.",
            status=429,
            retry_after_s=0.5 / factor,
        )

    def _answer(self, request: Request, spec: Spec, seed: str) -> Answer:
        text, kind, method = self._verdict(request) or self._attempt(request, seed)
        if not spec.reasons:
            return Answer("", text)
        length = EFFORTS[request.options.effort or "medium"]
        return Answer(reasoned(kind, method, random.Random(f"{seed}|thoughts"), length=length), text)

    def _attempt(self, request: Request, seed: str) -> tuple[str, str, str]:
        """Answer; return the text, what kind of task it was, and how one solves it."""
        rng = random.Random(f"{seed}|words")
        model, last = request.model.model, request.messages[-1]
        task, answer = None if last.attachments else attempt(last.text), None
        if task is None:
            text, kind, method = essay(request, rng), "open question", "say that I am only a simulation"
        else:
            answer = self._believed(model, task, seed, rng)
            text = worded(model, task, answer, f"{request.system or ''}\n{last.text}", rng)
            kind, method = task.kind, task.method
        if (schema := request.options.schema_dict) is not None:
            text = json_answer(schema, answer, rng)
        return text, kind, method

    def _believed(self, model: str, task: Task, seed: str, rng: random.Random) -> str:
        """Return what a model takes for the answer: the right one as often as its table says."""
        table = self._accuracy.get(model) or self._accuracy["medium"]
        right = random.Random(f"{seed}|right").random() < table[task.kind]
        return task.answer if right else rng.choice(task.wrong)

    def _verdict(self, request: Request) -> tuple[str, str, str] | None:
        """Judge, where a judge's prompt is given that wants a verdict this can give; as `_attempt` returns it."""
        model, message, schema = request.model.model, request.messages[-1], request.options.schema_dict
        if len(request.messages) > 1 or (one := asked(message.text)) is None:
            return None
        if (form := form_of(one, schema, request.system or "")) is None:
            return None
        alone = replace(request, messages=(Message("user", one.prompt),), system=None, options=Options())
        seed = _seed(alone)  # as if the question were asked by itself: a judge believes what it would answer
        task = None if message.attachments else attempt(one.prompt)
        belief = None if task is None else self._believed(model, task, seed, random.Random(f"{seed}|words"))
        verdict = Judge(model, task, belief, seed).verdict(one, form)
        as_json = "json" in (request.system or "").casefold()
        text = reply(verdict, as_json=as_json) if schema is None else json_verdict(schema, verdict)
        if text is None:
            return None
        return text, "judging", "answer the question myself and hold what was answered beside it"


def _speed() -> float:
    try:
        return speed()
    except OptionError as error:
        raise CallError("option", str(error)) from error


def _seed(request: Request) -> str:
    """Return what decides the words: the question, the model without its host, and the repeat.

    A limit of tokens cuts the same answer shorter, and an effort lengthens the same reasoning: neither decides.
    """
    options = replace(request.options, max_tokens=None, effort=None)
    anywhere = replace(request, model=ModelId("sim", request.model.model), options=options)
    return f"{anywhere.fingerprint()}|{request.repeat}"


def _limited(whole: Answer, max_tokens: int | None) -> Answer:
    if max_tokens is None:
        return whole
    reasoning = first_tokens(whole.reasoning, max_tokens)
    return Answer(reasoning, first_tokens(whole.text, max_tokens - tokens_in(reasoning)))


async def _until(start: float, due_s: float, factor: float) -> None:
    """Wait until a moment that is due so many seconds after the start, at speed 1."""
    wait = start + due_s / factor - asyncio.get_running_loop().time()
    await asyncio.sleep(max(wait, 0))
