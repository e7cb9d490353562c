"""What features of a prompt are worked out from."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from routebook.patterns.linear import utf8


class PromptFacts:
    """What is sent to a model, as far as features look at it.

    Parameters
    ----------
    text
        The last message: what the user asks.
    earlier
        The system prompt and the earlier messages, one after another.
    turns
        How many messages are the user's, the last one included.
    images
        How many images are sent.
    tools
        How many tools the model may call.
    """

    def __init__(self, text: str, earlier: str = "", turns: int = 1, images: int = 0, tools: int = 0) -> None:
        self.text = text
        self.earlier = earlier
        self.turns = turns
        self.images = images
        self.tools = tools
        self._utf8: bytes | None = None

    @property
    def utf8(self) -> bytes:
        """The last message as UTF-8; half a character is U+FFFD."""
        if self._utf8 is None:  # a cached property takes a lock, which costs more than the rest
            self._utf8 = utf8(self.text)
        return self._utf8


Feature: TypeAlias = Callable[[PromptFacts], int | str]
