"""What is known of a prompt when a policy decides; what costs time is worked out when a rule first asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import TypeAlias

from routebook.errors import OptionError, PolicyError, did_you_mean
from routebook.features import FEATURES, PromptFacts
from routebook.patterns.linear import utf8
from routebook.prompts import Prompt, in_words
from routebook.routing.document import shown
from routebook.routing.names import MAX_NAME

MAX_LIST = 1000
_NOTHING: Mapping[str, object] = {}


class Asked(PromptFacts):
    """A prompt, as rules see it.

    Parameters
    ----------
    text
        The last message, which features look at.
    tags
        The prompt's tags.
    metadata
        What else is known of it, by name.
    searched
        What keywords and patterns are looked for in: all that the user wrote; the text if not given.
    earlier, turns, images, tools
        As in `routebook.features.PromptFacts`.
    """

    def __init__(
        self,
        text: str,
        tags: frozenset[str] = frozenset(),
        metadata: Mapping[str, object] = _NOTHING,
        *,
        searched: str | None = None,
        earlier: str = "",
        turns: int = 1,
        images: int = 0,
        tools: int = 0,
    ) -> None:
        super().__init__(text, earlier, turns, images, tools)
        self.tags = tags
        self.metadata = metadata
        self.searched = text if searched is None else searched
        self.known: dict[str, int | str] = {}
        self.found: dict[object, list[int]] = {}  # by a group of patterns, those that are there

    @classmethod
    def of(
        cls,
        prompt: str | Prompt | PromptFacts,
        tag: str | Iterable[str] | None = None,
        metadata: Mapping[str, object] | None = None,
    ) -> Asked:
        """Take what a policy is asked about; a prompt's own tags and metadata count where none are given.

        Raises
        ------
        OptionError
            If it is no prompt, or its metadata no mapping.
        """
        if isinstance(prompt, Asked) and tag is None and metadata is None:
            return prompt
        check_metadata(metadata)
        tags = frozenset((tag,)) if isinstance(tag, str) else frozenset(tag or ())
        if isinstance(prompt, str):
            return cls(prompt, tags, metadata or _NOTHING)
        if isinstance(prompt, PromptFacts):
            return cls(
                prompt.text,
                tags,
                metadata or _NOTHING,
                earlier=prompt.earlier,
                turns=prompt.turns,
                images=prompt.images,
                tools=prompt.tools,
            )
        if not isinstance(prompt, Prompt):
            raise OptionError(f"A policy decides on a text or a Prompt, not on {in_words(prompt)}.")
        written = [message.text for message in prompt.messages if message.role == "user"]
        before = [message.text for message in prompt.messages[:-1]]
        return cls(
            prompt.text,
            frozenset(prompt.tags) if tag is None else tags,
            prompt.metadata if metadata is None else metadata,
            searched="\n\n".join(written),
            earlier="\n\n".join(before if prompt.system is None else [prompt.system, *before]),
            turns=len(written),
            images=sum(len(message.attachments) for message in prompt.messages),
        )

    @cached_property
    def lower(self) -> str:
        """What is searched, in lower case."""
        return self.searched.lower()

    @cached_property
    def searched_utf8(self) -> bytes:
        """What is searched, as UTF-8."""
        return self.utf8 if self.searched is self.text else utf8(self.searched)

    def feature(self, name: str) -> int | str:
        """Return a feature, worked out once."""
        value = self.known.get(name)
        if value is None:
            value = self.known[name] = FEATURES[name](self)
        return value


Test: TypeAlias = Callable[[Asked], bool]


def check_metadata(metadata: object) -> None:
    """Refuse metadata that has no names.

    Raises
    ------
    OptionError
        If it is given, and is no mapping.
    """
    if metadata is not None and not isinstance(metadata, Mapping):
        raise OptionError(f"metadata is a mapping, such as {{'plan': 'pro'}}, not {in_words(metadata)}.")


def check_length(things: tuple[object, ...], what: str) -> None:
    """Refuse a list of nothing, and one that is too long.

    Raises
    ------
    PolicyError
        If there are not 1 to 1,000.
    """
    if not 1 <= len(things) <= MAX_LIST:
        raise PolicyError(f"A condition lists 1 to {MAX_LIST:,} {what}; not {len(things):,}.")


def check_known(value: object, known: tuple[str, ...], what: str) -> None:
    """Refuse what is not one of the known values.

    Raises
    ------
    PolicyError
        With the nearest that is.
    """
    if value not in known:
        near = did_you_mean(str(value), known) or f" Known are {', '.join(known)}."
        raise PolicyError(f"{str(value)[:40]!r} is not {what}.{near}")


def said(text: str) -> str:
    """Return a text of the prompt as it may stand in one line: short, and with what cannot be seen escaped."""
    return text if text.isprintable() and len(text) <= MAX_NAME else shown(text)
