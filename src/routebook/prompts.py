"""What is asked: messages, a system prompt, images, tags and the answer one expects.

A `Prompt` is a value. Its `id` depends only on what a model would see, so the same prompt has the same id in every
notebook and every year; tags, metadata and expected answers can change without changing it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from routebook.errors import PromptError

Role = Literal["user", "assistant"]

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
MAX_IMAGE_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class Attachment:
    """An image that goes with a message.

    Attributes
    ----------
    data
        The file's bytes.
    media_type
        ``image/png``, ``image/jpeg``, ``image/gif`` or ``image/webp``, told from the bytes.
    name
        What to call it on screen.
    """

    data: bytes = field(repr=False)
    media_type: str
    name: str = "image"

    @classmethod
    def of(cls, source: object, *, name: str | None = None) -> Attachment:
        """Make an attachment of a path, of bytes, or of anything with a PNG representation (a PIL image, a figure).

        Raises
        ------
        PromptError
            If there is no such file, or it is none of the four image kinds, or larger than 20 MB.
        """
        if isinstance(source, Attachment):
            return source
        if isinstance(source, (str, Path)):
            path = Path(source).expanduser()
            what = repr(name := name or path.name)
            try:
                data = path.read_bytes()
            except OSError as error:
                raise PromptError(f"Cannot read the image {str(source)!r}: {error.strerror or error}.") from error
        elif isinstance(source, (bytes, bytearray, memoryview)):
            data = bytes(source)
            what = repr(name) if name else f"Data of {len(data):,} bytes"
        elif callable(png := getattr(source, "_repr_png_", None)):
            made = png()
            data = made[0] if isinstance(made, tuple) else made
            what = repr(name) if name else sentence(in_words(source))
            if isinstance(data, str):
                data = base64.b64decode(data)
        else:
            raise PromptError(
                f"{sentence(in_words(source))} is not an image: give a path, the bytes of one, or a picture."
            )
        media_type = _image_type(data) if isinstance(data, bytes) else None
        if media_type is None:
            raise PromptError(f"{what} is not an image routebook can send: give a PNG, JPEG, GIF or WebP.")
        if len(data) > MAX_IMAGE_BYTES:
            raise PromptError(f"{what} has {len(data) / 1e6:.0f} MB; an image may have 20 MB at most.")
        return cls(data, media_type, name or "image")

    @property
    def sha256(self) -> str:
        """The sha256 (hex) of the bytes."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def base64(self) -> str:
        """The bytes as base64 text."""
        return base64.b64encode(self.data).decode("ascii")


def in_words(value: object) -> str:
    """Say what was given where something else was wanted.

    >>> in_words(5), in_words({"a": 1}), in_words(None)
    ('the number 5', 'a value of type dict', 'None')
    """
    if value is None or isinstance(value, bool):
        return str(value)
    if isinstance(value, (int, float)):
        return f"the number {value:g}" if abs(value) < 10**6 else "a number"
    return f"a value of type {type(value).__name__}"


def sentence(words: str) -> str:
    """Return words as the beginning of a sentence."""
    return words[:1].upper() + words[1:]


def _image_type(data: bytes) -> str | None:
    for start, media_type in _MAGIC:
        if data.startswith(start):
            return media_type
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return None


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation.

    Attributes
    ----------
    role
        ``user`` or ``assistant``.
    text
        What was said.
    attachments
        Images, shown to the model before the text.
    """

    role: Role
    text: str
    attachments: tuple[Attachment, ...] = ()

    def described(self) -> dict[str, Any]:
        """The message as plain data, images by their sha256."""
        described: dict[str, Any] = {"role": self.role, "text": self.text}
        if self.attachments:
            described["attachments"] = [f"{a.media_type}:{a.sha256}" for a in self.attachments]
        return described


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is asked of every model.

    Attributes
    ----------
    messages
        The conversation, oldest first; the last turn is the user's.
    system
        The system prompt, or `None`.
    tags
        The kinds of task it stands for, such as ``("coding",)``.
    expected
        The answer one expects, for checks; never sent.
    metadata
        Anything else that is known of it (a grid's row, say); never sent.
    follows
        The id of the prompt this one continues, when every model goes on from its own earlier answer.

    Examples
    --------
    >>> Prompt.of("What is 2 + 2?", tags=["arithmetic"], expected="4").text
    'What is 2 + 2?'
    >>> Prompt.of("a").id == Prompt.of("a", tags=["b"]).id
    True
    """

    messages: tuple[Message, ...]
    system: str | None = None
    tags: tuple[str, ...] = ()
    expected: str | None = None
    metadata: Mapping[str, object] = field(default_factory=dict)
    follows: str | None = None

    def __post_init__(self) -> None:
        if not self.messages:
            raise PromptError("A prompt needs at least one message.")
        last = self.messages[-1]
        if last.role != "user":
            raise PromptError("The last message of a prompt must be the user's.")
        if not last.text.strip() and not last.attachments:
            raise PromptError("The prompt is empty: write what to ask.")

    @classmethod
    def of(
        cls,
        text: str,
        *,
        system: str | None = None,
        tags: tuple[str, ...] | list[str] = (),
        expected: object = None,
        images: tuple[object, ...] | list[object] = (),
        metadata: Mapping[str, object] | None = None,
        follows: str | None = None,
    ) -> Prompt:
        """Make a prompt of one user message."""
        message = Message("user", text, tuple(Attachment.of(image) for image in images))
        return cls(
            (message,),
            system=system,
            tags=tuple(tags),
            expected=None if expected is None else str(expected),
            metadata=dict(metadata or {}),
            follows=follows,
        )

    @property
    def text(self) -> str:
        """The last message's text."""
        return self.messages[-1].text

    @property
    def id(self) -> str:
        """A stable id: 16 hex digits of the sha256 of all that a model would see."""
        described = {
            "system": self.system,
            "messages": [message.described() for message in self.messages],
            "follows": self.follows,
        }
        canonical = json.dumps(described, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def distinct(prompts: Sequence[Prompt]) -> tuple[Prompt, ...]:
    """Make one of prompts that a model could not tell apart (the same `Prompt.id`), in the place of the first.

    Its tags are those of all of them, each once; its metadata is the first one's. An expected answer that only some
    of them have is the one.

    Raises
    ------
    PromptError
        If two of them expect different answers.

    Examples
    --------
    >>> asked = distinct([Prompt.of("2 + 2?", tags=["sum"]), Prompt.of("Hi."), Prompt.of("2 + 2?", expected="4")])
    >>> [(prompt.text, prompt.tags, prompt.expected) for prompt in asked]
    [('2 + 2?', ('sum',), '4'), ('Hi.', (), None)]
    """
    found: dict[str, Prompt] = {}
    answered: dict[str, int] = {}
    for number, prompt in enumerate(prompts, 1):
        prompt_id = prompt.id
        first = found.setdefault(prompt_id, prompt)
        if None not in (first.expected, prompt.expected) and first.expected != prompt.expected:
            raise PromptError(
                f"Prompts {answered[prompt_id]} and {number} are the same but expect different answers: "
                f"{_short(first.expected)} and {_short(prompt.expected)}."
            )
        if prompt.expected is not None:
            answered.setdefault(prompt_id, number)
        if first is not prompt:
            found[prompt_id] = replace(
                first,
                tags=tuple(dict.fromkeys((*first.tags, *prompt.tags))),
                expected=prompt.expected if first.expected is None else first.expected,
            )
    return tuple(found.values())


def _short(answer: str | None) -> str:
    return repr(answer if answer is None or len(answer) <= 40 else f"{answer[:37]}...")
