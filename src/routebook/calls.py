"""What came back: one `Call` for each question to each model, as it is stored and shown.

Times are seconds from a monotonic clock, measured from just before the request of the attempt that counted; waiting
in our own queue and earlier attempts are kept apart, so that a latency is the host's and not ours.
"""

from __future__ import annotations

import array
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple

from routebook.models import ModelId
from routebook.providers.contract import UNCHARGED, ErrorKind, FinishReason, Usage

ChunkKind = Literal["started", "reasoning", "text"]
CallStatus = Literal["ok", "error"]
RunStatus = Literal["running", "finished", "interrupted", "failed"]

_KINDS: tuple[ChunkKind, ...] = ("started", "reasoning", "text")
_PLAIN, _ZLIB = b"\x01", b"\x02"
_FEWEST_TIMED_TOKENS = 10
_WORTH_COMPRESSING = 2048  # bytes; zlib's own set-up costs more than a call of a few tokens saves


class Chunk(NamedTuple):
    """A piece of an answer: when it came (microseconds from the request), what it is, how many characters it has."""

    at_us: int
    kind: ChunkKind
    length: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """When each piece of an answer came, packed; with the text it lets a recorded run stream again.

    Examples
    --------
    >>> line = Timeline.of([Chunk(1200, "started", 0), Chunk(1300, "text", 5)])
    >>> list(line) == [Chunk(1200, "started", 0), Chunk(1300, "text", 5)]
    True
    """

    packed: bytes = b""

    @classmethod
    def of(cls, chunks: Sequence[Chunk]) -> Timeline:
        """Pack chunks, in the order they came."""
        times, codes = array.array("Q"), array.array("I")
        for chunk in chunks:
            times.append(chunk.at_us)
            codes.append(chunk.length << 2 | _KINDS.index(chunk.kind))
        return cls.pack(times, codes)

    @classmethod
    def pack(cls, times: array.array[int], codes: array.array[int]) -> Timeline:
        """Pack times (``Q``, microseconds) and codes (``I``, length << 2 | kind) of the same length."""
        if not times:
            return cls()
        if sys.byteorder == "big":  # the file is little-endian everywhere
            times, codes = times[:], codes[:]
            times.byteswap()
            codes.byteswap()
        raw = len(times).to_bytes(4, "little") + times.tobytes() + codes.tobytes()
        return cls(_PLAIN + raw if len(raw) < _WORTH_COMPRESSING else _ZLIB + zlib.compress(raw, 1))

    @classmethod
    def read(cls, packed: bytes, *, most_bytes: int = 1 << 27) -> Timeline:
        """Take a packed timeline from a file that may be hostile.

        Raises
        ------
        ValueError
            If it is not whole, unpacks to more than `most_bytes`, or has a kind of piece that does not exist.
        """
        line = cls(packed)
        if packed:
            raw = line._raw(most_bytes)
            if len(raw) < 4 or len(raw) != 4 + 12 * int.from_bytes(raw[:4], "little"):
                raise ValueError("a timeline of another length than it says")
            for _ in line:
                pass
        return line

    def _raw(self, most_bytes: int) -> bytes:
        if self.packed[:1] == _PLAIN:
            return self.packed[1:]
        if self.packed[:1] != _ZLIB:
            raise ValueError("a timeline of an unknown kind")
        unpacker = zlib.decompressobj()  # bounded: a few bytes can unpack to gigabytes
        try:
            raw = unpacker.decompress(self.packed[1:], most_bytes)
        except zlib.error as error:
            raise ValueError(f"a broken timeline: {error}") from error
        if not unpacker.eof or unpacker.unused_data:
            raise ValueError("a timeline that is not whole, or too long")
        return raw

    def __iter__(self) -> Iterator[Chunk]:
        if not self.packed:
            return
        raw = self._raw(1 << 31)
        count = int.from_bytes(raw[:4], "little")
        times, codes = array.array("Q"), array.array("I")
        times.frombytes(raw[4 : 4 + 8 * count])
        codes.frombytes(raw[4 + 8 * count : 4 + 12 * count])
        if sys.byteorder == "big":
            times.byteswap()
            codes.byteswap()
        for at_us, code in zip(times, codes, strict=True):
            if code & 3 >= len(_KINDS):
                raise ValueError("a piece of an unknown kind")
            yield Chunk(at_us, _KINDS[code & 3], code >> 2)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a call, or one attempt of it, failed.

    Attributes
    ----------
    kind
        One of `routebook.providers.contract.ErrorKind`.
    message
        What happened, one line.
    hint
        What to do next, one line, or empty.
    status
        The HTTP status, where there was one.
    """

    kind: ErrorKind
    message: str
    hint: str = ""
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try that failed and was followed by another.

    Attributes
    ----------
    failure
        Why it failed.
    latency_s
        Seconds from its request to its failure.
    waited_s
        Seconds waited afterwards, before the next try.
    text
        What had been shown of the answer.
    """

    failure: Failure
    latency_s: float
    waited_s: float
    text: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One question to one model and what came of it. `None` is unknown.

    Attributes
    ----------
    id
        32 hex digits, unique.
    run_id
        The run it belongs to.
    prompt_id
        The `Prompt.id` that was asked.
    model
        Who was asked.
    repeat
        Which repeat of the same question, from 0.
    fingerprint
        `Request.fingerprint()`: with `repeat`, the key of the response cache.
    status
        ``ok`` or ``error``; an error may still have text.
    text, reasoning
        What the model said, and what it showed of its reasoning.
    finish, raw_finish
        Why the answer ended, in routebook's words and in the host's.
    usage
        Tokens as the host counted them.
    started_at
        Wall-clock time of the request that counted, UTC.
    queued_s
        Seconds it waited for its turn in this process.
    first_event_s, first_reasoning_s, ttft_s
        Seconds to the stream's first event, first reasoning and first visible text.
    latency_s
        Seconds to the end of the answer.
    attempts
        Earlier tries that failed.
    failure
        Why it failed, for the status ``error``.
    request_id, served_model, reported_cost_usd, extras
        As in `Reply`; among the extras also the ``protocol`` it was asked by.
    simulated
        Whether a simulated model answered.
    cached_from
        The id of the call whose answer this is, when it came from the response cache: then the times, tokens and
        price are that call's, and it costs nothing now.
    cached_at
        When that call was made, UTC.
    replayed
        Whether it was replayed from a recording.
    timeline
        When each piece came.
    """

    id: str
    run_id: str
    prompt_id: str
    model: ModelId
    repeat: int
    fingerprint: str
    status: CallStatus
    text: str
    started_at: datetime
    latency_s: float | None
    reasoning: str = ""
    finish: FinishReason | None = None
    raw_finish: str | None = None
    usage: Usage = field(default_factory=Usage)
    queued_s: float = 0.0
    first_event_s: float | None = None
    first_reasoning_s: float | None = None
    ttft_s: float | None = None
    attempts: tuple[Attempt, ...] = ()
    failure: Failure | None = None
    request_id: str | None = None
    served_model: str | None = None
    reported_cost_usd: Decimal | None = None
    extras: Mapping[str, str] = field(default_factory=dict)
    simulated: bool = False
    cached_from: str | None = None
    cached_at: datetime | None = None
    replayed: bool = False
    timeline: Timeline = field(default_factory=Timeline)

    @property
    def cached(self) -> bool:
        """Whether the answer came from the response cache."""
        return self.cached_from is not None

    @property
    def refused(self) -> bool:
        """Whether no model worked for it: it was not sent, or every attempt was refused. Then it costs nothing."""
        if self.failure is None or self.text or self.reasoning:
            return False
        if self.latency_s is None and not self.attempts:
            return True
        failures = [self.failure, *(attempt.failure for attempt in self.attempts)]
        return all(failure.kind in UNCHARGED for failure in failures)

    @property
    def decode_tokens_per_s(self) -> float | None:
        """Visible output tokens per second between the first of them and the end; `None` where it cannot be told.

        An answer of a few tokens comes in one or two pieces, and tells nothing about speed.
        """
        usage = self.usage
        if usage.output_tokens is None or self.ttft_s is None or self.latency_s is None:
            return None
        visible = usage.output_tokens - (usage.reasoning_tokens or 0)
        seconds = self.latency_s - self.ttft_s
        return visible / seconds if visible >= _FEWEST_TIMED_TOKENS and seconds > 0 else None


@dataclass(frozen=True, slots=True)
class RunInfo:
    """One run: what was asked of whom, when, and how it went.

    Attributes
    ----------
    id
        32 hex digits, unique.
    name
        What the user called it, or `None`.
    created_at
        Wall-clock time, UTC.
    models
        The models asked, in the order the user gave them.
    plan_sha256
        The sha256 of everything asked: an unfinished run of the same plan is resumed.
    status
        ``running``, ``finished``, ``interrupted`` or ``failed``.
    planned
        How many calls were planned.
    repeats
        How often each question was asked.
    settings
        What was given beyond prompts and models, as plain JSON data, for the record.
    replay_of
        The id of the run it replays, or `None`.
    blind
        Whether names, times and costs are hidden until they are revealed.
    loop_lag_ms
        How late our own event loop ran while it measured: ``{"p50": ..., "p95": ..., "max": ...}``, milliseconds.
    """

    id: str
    name: str | None
    created_at: datetime
    models: tuple[str, ...]
    plan_sha256: str
    status: RunStatus
    planned: int
    repeats: int = 1
    settings: Mapping[str, object] = field(default_factory=dict)
    replay_of: str | None = None
    blind: bool = False
    loop_lag_ms: Mapping[str, float] = field(default_factory=dict)
