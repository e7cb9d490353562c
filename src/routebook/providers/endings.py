"""How an answer ends, in what several protocols share: the reason, the tokens, or that it is not complete."""

from __future__ import annotations

from collections.abc import Mapping

from routebook.providers.contract import CallError, FinishReason, Usage
from routebook.providers.error_words import HINTS

# Bedrock's Converse took over the words of Anthropic's Messages
STOP_REASONS: Mapping[str, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "tool_use": "tool",
}


def count(usage: object, name: str) -> int | None:
    """Return a token count where the host gave one; details may be `None`, or not be there.

    >>> count({"n": 3}, "n"), count({"n": None}, "n"), count(None, "n")
    (3, None, None)
    """
    value = usage.get(name) if isinstance(usage, dict) else None
    return value if type(value) is int and value >= 0 else None


def usage_beside_cache(
    fresh: int | None, cached: int | None, written: int | None, output: int | None, reasoning: int | None = None
) -> Usage:
    """Return usage where the host counts as input only what neither came from the cache nor went into it.

    >>> usage_beside_cache(50, 40, 10, 30).input_tokens
    100
    """
    inputs = None if fresh is None else fresh + (cached or 0) + (written or 0)
    return Usage(inputs, cached, written, output, reasoning)


def truncated(host: str, model: str) -> CallError:
    """Return the error for a stream that ended without its end marker."""
    return CallError(
        "truncated", f"{host} ended the answer of {model} without saying that it is complete.", hint="Ask again."
    )


def window_full(model: str) -> CallError:
    """Return the error for an answer that the model's context window cut short."""
    return CallError(
        "context", f"The context window of {model} was full before its answer was complete.", hint=HINTS["context"]
    )
