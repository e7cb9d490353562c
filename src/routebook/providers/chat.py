"""The Chat Completions protocol, as OpenAI defined it and as every compatible server speaks it.

An answer is complete when its finish reason came, or the ``[DONE]`` marker. Some servers leave ``[DONE]`` out; a
stream that breaks off raises in the HTTP layer, and one that just ends without either is ``truncated``.
"""

from __future__ import annotations

from decimal import Decimal
from json import loads
from typing import Any

from routebook.prompts import Message
from routebook.providers.contract import CallError, FinishReason, Reply, Request, Sink, Usage
from routebook.providers.endings import count, truncated
from routebook.providers.error_words import Asked
from routebook.providers.openai_errors import host_error, refused

PROTOCOL = "OpenAI Chat Completions"
PATH = "/chat/completions"

_FINISH: dict[str, FinishReason] = {
    "stop": "stop",
    "eos": "stop",
    "end_turn": "stop",
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",  # Mistral
    "tool_calls": "tool",
    "function_call": "tool",
}


def body(request: Request, *, max_tokens_name: str = "max_tokens") -> dict[str, Any]:
    """Return the request as it is sent.

    Parameters
    ----------
    request
        The question.
    max_tokens_name
        OpenAI and Azure take ``max_completion_tokens``; most compatible servers know only ``max_tokens``, and some
        drop the other without a word.
    """
    options = request.options
    messages: list[dict[str, Any]] = [] if request.system is None else [{"role": "system", "content": request.system}]
    messages += [{"role": message.role, "content": _content(message)} for message in request.messages]
    sent: dict[str, Any] = {
        "model": request.model.model,
        "messages": messages,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if options.max_tokens is not None:
        sent[max_tokens_name] = options.max_tokens
    if options.temperature is not None:
        sent["temperature"] = options.temperature
    if options.effort is not None:
        sent["reasoning_effort"] = options.effort
    if options.schema is not None:
        schema = {"name": "answer", "schema": options.schema_dict, "strict": True}
        sent["response_format"] = {"type": "json_schema", "json_schema": schema}
    return sent


def _content(message: Message) -> str | list[dict[str, Any]]:
    if not message.attachments:
        return message.text
    parts: list[dict[str, Any]] = [
        {"type": "image_url", "image_url": {"url": f"data:{image.media_type};base64,{image.base64}"}}
        for image in message.attachments
    ]
    if message.text:
        parts.append({"type": "text", "text": message.text})
    return parts


class ChatStream:
    """Takes the chunks of one answer, pushes what is visible into the sink, and remembers how it ended.

    Parameters
    ----------
    sink
        Where text and reasoning go.
    asked
        Who was asked.
    reports_cost
        Whether ``usage.cost`` is what the call cost in USD (OpenRouter).
    """

    def __init__(self, sink: Sink, asked: Asked, *, reports_cost: bool = False) -> None:
        self._sink = sink
        self._asked = asked
        self._reports_cost = reports_cost
        self._done = False
        self._spoke = False
        self._finish: str | None = None
        self._usage: dict[str, Any] | None = None
        self._model: str | None = None
        self._tier: str | None = None
        self._refusal: list[str] = []

    def take(self, event: str, data: bytes) -> bool:
        """Take one event; return True for the one that ends the stream.

        Raises
        ------
        CallError
            For a chunk that says the call failed, or that cannot be read (``malformed``).
        """
        if data == b"[DONE]":
            self._done = True
            return True
        reasoning: Any = None
        text: Any = None
        refusal: Any = None
        try:
            chunk = loads(data.decode("utf-8", "replace"))
            if choices := chunk.get("choices"):
                choice = choices[0]
                if delta := choice.get("delta"):
                    text = delta.get("content")
                    reasoning = delta.get("reasoning_content") or delta.get("reasoning")
                    refusal = delta.get("refusal")
                    if text.__class__ is list:
                        reasoning, text = _parts(text)
                if finish := choice.get("finish_reason"):
                    self._finish = str(finish)
            if chunk.get("usage"):
                self._usage = dict(chunk["usage"])  # some servers send a running one in each chunk: the last counts
        except (ValueError, TypeError, AttributeError, LookupError) as error:
            raise CallError(
                "malformed", f"{self._asked.host} sent a chunk that is not Chat Completions: {error}."
            ) from error
        if reasoning and isinstance(reasoning, str):
            self._spoke = True
            self._sink.reasoning(reasoning)
        if text and isinstance(text, str):
            self._spoke = True
            self._sink.text(text)
        if refusal and isinstance(refusal, str):
            self._refusal.append(refusal)
            self._sink.text(refusal)
        if not choices or self._finish or self._model is None:
            self._facts(event, chunk)
        return False

    def _facts(self, event: str, chunk: dict[str, Any]) -> None:
        """Take what is not text: the model, the tier, an error."""
        if chunk.get("error") or event == "error" or chunk.get("object") == "error":
            raise host_error(chunk, self._asked)
        if self._finish == "error":
            raise host_error({"message": "the answer ended with an error"}, self._asked)
        if isinstance(model := chunk.get("model"), str) and model:
            self._model = model
        if isinstance(tier := chunk.get("service_tier"), str):
            self._tier = tier

    def reply(self, request_id: str | None) -> Reply:
        """Return how the answer ended.

        Raises
        ------
        CallError
            ``truncated`` if neither a finish reason nor the end marker came, ``filter`` if the host or the model
            refused, ``malformed`` if the stream ended properly but held no answer.
        """
        asked = self._asked
        if self._finish == "content_filter" or self._refusal:
            raise refused(self._refusal, asked)
        if self._finish is None and not self._done:
            raise truncated(asked.host, asked.model)
        if self._finish is None and not self._spoke:
            raise CallError("malformed", f"{asked.host} sent a stream without an answer for {asked.model}.")
        return Reply(
            finish=_FINISH.get(self._finish or "", "other"),
            raw_finish=self._finish,
            usage=_usage(self._usage),
            request_id=request_id,
            served_model=self._model,
            reported_cost_usd=_cost(self._usage) if self._reports_cost else None,
            extras={"service_tier": self._tier} if self._tier else {},
        )


def _parts(content: list[Any]) -> tuple[str, str]:
    """Return reasoning and text of a delta whose content is a list (Mistral's reasoning models)."""
    reasoning, text = "", ""
    for part in content:
        if part.get("type") == "thinking":
            thought = part.get("thinking")
            reasoning += thought if isinstance(thought, str) else "".join(piece.get("text", "") for piece in thought)
        else:
            text += part.get("text", "")
    return reasoning, text


def _usage(usage: dict[str, Any] | None) -> Usage:
    inputs, outputs = (usage or {}).get("prompt_tokens_details"), (usage or {}).get("completion_tokens_details")
    prompt, output, total = (count(usage, name) for name in ("prompt_tokens", "completion_tokens", "total_tokens"))
    if prompt is not None and output is not None and total is not None:
        # xAI and Google count reasoning in the total only; `output_tokens` is to include it.
        output = max(output, total - prompt)
    return Usage(
        input_tokens=prompt,
        cached_tokens=count(inputs, "cached_tokens"),
        cache_write_tokens=count(inputs, "cache_write_tokens"),
        output_tokens=output,
        reasoning_tokens=count(outputs, "reasoning_tokens"),
    )


def _cost(usage: dict[str, Any] | None) -> Decimal | None:
    cost = (usage or {}).get("cost")
    if isinstance(cost, bool) or not isinstance(cost, (int, float)) or not 0 <= cost < float("inf"):
        return None
    if (usage or {}).get("is_byok"):  # then it is OpenRouter's fee alone, and the rest is on another bill
        return None
    return Decimal(str(cost))
