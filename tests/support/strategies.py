"""Hypothesis strategies for routebook's values, as odd as they may be: any text, any number that is one."""

from __future__ import annotations

from datetime import UTC, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from routebook.ballots import Ballot, BallotItem
from routebook.calls import Attempt, Call, Chunk, Failure, RunInfo, Timeline
from routebook.judgments import Judging, Judgment
from routebook.models import ModelId
from routebook.prompts import Attachment, Message, Prompt
from routebook.providers.contract import ERROR_KINDS, Usage
from routebook.votes import Vote

ODD = "\x00\x1a\ud800\udc00\udfff\n\r\t\"'\\<>&\u2028é漢😀"


def texts(max_size: int = 60) -> st.SearchStrategy[str]:
    """Any text, with a taste for NULs, lone surrogates and escapes."""
    anything = st.one_of(st.characters(), st.sampled_from(ODD))
    return st.text(anything, max_size=max_size) | st.sampled_from(["\x1a000000", "\x1a", "\ud83d\ude00", "\\u0000", ""])


def hexes(digits: int) -> st.SearchStrategy[str]:
    """Ids of so many hex digits."""
    return st.integers(0, 16**digits - 1).map(lambda number: f"{number:0{digits}x}")


def moments() -> st.SearchStrategy[Any]:
    """Moments in UTC or another zone, never naive."""
    zones = st.just(UTC) | st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))
    return st.datetimes(timezones=zones).filter(lambda moment: 2 < moment.year < 9998)


def seconds() -> st.SearchStrategy[float]:
    """Seconds, finite and not negative."""
    return st.floats(0, 1e9)


def models() -> st.SearchStrategy[ModelId]:
    """Model ids, some with slashes in the model."""
    hosts = st.sampled_from(["sim", "openai", "anthropic", "bedrock", "openrouter", "my.server-1"])
    names = st.text(st.sampled_from("abcxyz019.-_:/é"), min_size=1, max_size=20)
    return st.builds(ModelId, hosts, names)


def usages() -> st.SearchStrategy[Usage]:
    """Token counts, known or not."""
    tokens = st.none() | st.integers(0, 2**53)
    return st.builds(Usage, tokens, tokens, tokens, tokens, tokens)


def timelines(text: str, reasoning: str = "") -> st.SearchStrategy[Timeline]:
    """When the pieces of these texts came: reasoning first, cut anywhere, lengths that add up; or nothing known."""

    @st.composite
    def recorded(draw: st.DrawFn) -> Timeline:
        chunks = [Chunk(0, "started", 0)]
        at_us = 0
        for kind, whole in (("reasoning", reasoning), ("text", text)):
            start = 0
            while start < len(whole):
                length = draw(st.integers(1, len(whole) - start))
                at_us += draw(st.integers(0, 10**7))
                chunks.append(Chunk(at_us, kind, length))
                start += length
        return Timeline.of(chunks)

    return st.just(Timeline()) | recorded()


def failures() -> st.SearchStrategy[Failure]:
    """Why a call failed."""
    return st.builds(Failure, st.sampled_from(ERROR_KINDS), texts(), texts(), st.none() | st.integers(100, 599))


def attempts() -> st.SearchStrategy[Attempt]:
    """Tries that failed."""
    return st.builds(Attempt, failures(), seconds(), seconds(), texts())


@st.composite
def calls(draw: st.DrawFn, **given: Any) -> Call:
    """Any call; fields given as keyword arguments, as values or strategies, are taken as they are."""
    text, reasoning = draw(texts()), draw(texts())
    status = draw(st.sampled_from(["ok", "error"]))
    cached = status == "ok" and draw(st.booleans())
    fields: dict[str, Any] = {
        "id": hexes(32),
        "run_id": hexes(32),
        "prompt_id": hexes(16),
        "model": models(),
        "repeat": st.integers(0, 1000),
        "fingerprint": hexes(64),
        "status": status,
        "text": text,
        "started_at": moments(),
        "latency_s": st.none() | seconds(),
        "reasoning": reasoning,
        "finish": st.sampled_from([None, "stop", "length", "tool", "other"]),
        "raw_finish": st.none() | texts(),
        "usage": usages(),
        "queued_s": seconds(),
        "first_event_s": st.none() | seconds(),
        "first_reasoning_s": st.none() | seconds(),
        "ttft_s": st.none() | seconds(),
        "attempts": st.lists(attempts(), max_size=2).map(tuple),
        "failure": failures() if status == "error" else None,
        "request_id": st.none() | texts(),
        "served_model": st.none() | texts(),
        "reported_cost_usd": st.none() | st.decimals(0, 1000, allow_nan=False, allow_infinity=False),
        "extras": st.dictionaries(texts(10), texts(10), max_size=2),
        "simulated": st.booleans(),
        "cached_from": hexes(32) if cached else None,
        "cached_at": moments() if cached else None,
        "replayed": st.booleans(),
        "timeline": timelines(text, reasoning),
    }
    fields.update(given)
    return Call(**{k: draw(v) if isinstance(v, st.SearchStrategy) else v for k, v in fields.items()})


def plain_data() -> st.SearchStrategy[Any]:
    """Plain JSON data."""
    leaves = st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | texts(10)
    return st.recursive(
        leaves, lambda of: st.lists(of, max_size=2) | st.dictionaries(texts(5), of, max_size=2), max_leaves=4
    )


def attachments() -> st.SearchStrategy[Attachment]:
    """Small images, as far as their first bytes go."""
    kinds = st.sampled_from(
        [(b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF89a", "image/gif")]
    )
    return st.builds(
        lambda kind, rest, name: Attachment(kind[0] + rest, kind[1], name), kinds, st.binary(max_size=8), texts(10)
    )


@st.composite
def prompts(draw: st.DrawFn) -> Prompt:
    """Any prompt whose last message is the user's and not empty."""
    images = st.lists(attachments(), max_size=2).map(tuple)
    earlier = st.lists(st.builds(Message, st.sampled_from(["user", "assistant"]), texts(), images), max_size=2)
    last = st.builds(Message, st.just("user"), texts().filter(str.strip), images)
    return Prompt(
        (*draw(earlier), draw(last)),
        system=draw(st.none() | texts()),
        tags=tuple(draw(st.lists(texts(8), max_size=2))),
        expected=draw(st.none() | texts()),
        metadata=draw(st.dictionaries(texts(8), plain_data(), max_size=2)),
        follows=draw(st.none() | hexes(16)),
    )


@st.composite
def runs(draw: st.DrawFn, **given: Any) -> RunInfo:
    """Any run; fields given as keyword arguments, as values or strategies, are taken as they are."""
    fields: dict[str, Any] = {
        "id": hexes(32),
        "name": st.none() | texts(20),
        "created_at": moments(),
        "models": st.lists(models().map(str), max_size=3).map(tuple),
        "plan_sha256": hexes(64),
        "status": st.sampled_from(["running", "finished", "interrupted", "failed"]),
        "planned": st.integers(0, 10**6),
        "repeats": st.integers(1, 100),
        "settings": st.dictionaries(texts(8), plain_data(), max_size=2),
        "replay_of": st.none() | hexes(32),
        "blind": st.booleans(),
        "loop_lag_ms": st.dictionaries(st.sampled_from(["p50", "p95", "max"]), st.floats(0, 1e6)),
    }
    fields.update(given)
    return RunInfo(**{k: draw(v) if isinstance(v, st.SearchStrategy) else v for k, v in fields.items()})


@st.composite
def votes(draw: st.DrawFn, **given: Any) -> Vote:
    """Any vote; fields given as keyword arguments, as values or strategies, are taken as they are."""
    names = draw(st.lists(models().map(str), min_size=2, max_size=4, unique=True))
    pair = draw(st.booleans())
    about: dict[str, Any] = (
        {"model_a": names[0], "model_b": names[1], "winner": st.sampled_from(["a", "b", "tie", "both_bad"])}
        if pair
        else {"model": names[0], "rating": st.integers(1, 5)}
    )
    fields: dict[str, Any] = {
        "id": hexes(32),
        "run_id": hexes(32),
        "prompt_id": hexes(16),
        "repeat": st.integers(0, 1000),
        "kind": "pair" if pair else "rating",
        "by": texts(20).filter(str.strip),
        "note": texts(),
        "blind": st.booleans(),
        "shown": st.just(()) | st.permutations(names).map(tuple),
        "source": st.sampled_from(["view", "python", "ballot"]),
        "at": moments(),
        **about,
    }
    fields.update(given)
    return Vote(**{k: draw(v) if isinstance(v, st.SearchStrategy) else v for k, v in fields.items()})


def judgments(**given: Any) -> st.SearchStrategy[Judgment]:
    """Any judgment, with a value or the reason why there is none."""
    shares = st.floats(0, 1) | st.sampled_from([0.0, 0.5, 1.0])
    fields: dict[str, Any] = {
        "call_id": hexes(32),
        "other_id": st.just("") | hexes(32),
        "flipped": st.booleans(),
        "canary": st.sampled_from(["", "null", "copy"]),
        "note": texts(),
    }
    fields.update(given)
    said = st.builds(Judgment, value=shares, error=texts(), **fields)
    return said | st.builds(Judgment, value=st.none(), error=texts().filter(bool), **fields)


@st.composite
def judgings(draw: st.DrawFn, **given: Any) -> Judging:
    """Any judging; fields given as keyword arguments, as values or strategies, are taken as they are."""
    fields: dict[str, Any] = {
        "id": hexes(32),
        "run_id": hexes(32),
        "kind": st.sampled_from(["check", "pairwise", "reference", "scale"]),
        "by": texts(20).filter(str.strip),
        "name": texts(20).filter(str.strip),
        "judgments": st.lists(judgments(), max_size=4).map(tuple),
        "settings": st.dictionaries(texts(8), plain_data(), max_size=2),
        "calls_run": st.none() | hexes(32),
        "at": moments(),
    }
    fields.update(given)
    return Judging(**{k: draw(v) if isinstance(v, st.SearchStrategy) else v for k, v in fields.items()})


@st.composite
def ballots(draw: st.DrawFn, **given: Any) -> Ballot:
    """Any ballot; fields given as keyword arguments, as values or strategies, are taken as they are."""
    about = draw(st.lists(st.tuples(hexes(16), st.integers(0, 1000)), min_size=1, max_size=3, unique=True))
    ids = draw(st.lists(hexes(16), min_size=len(about), max_size=len(about), unique=True))
    items = []
    for item_id, (prompt_id, repeat) in zip(ids, about, strict=True):
        a, b = draw(st.lists(models().map(str), min_size=2, max_size=2, unique=True))
        items.append(BallotItem(id=item_id, prompt_id=prompt_id, repeat=repeat, model_a=a, model_b=b))
    fields: dict[str, Any] = {
        "id": hexes(32),
        "run_id": hexes(32),
        "title": texts(20).filter(str.strip),
        "items": tuple(items),
        "voters": st.lists(texts(20).filter(str.strip), max_size=3, unique=True).map(tuple),
        "created_at": moments(),
        "key": hexes(64),
    }
    fields.update(given)
    return Ballot(**{k: draw(v) if isinstance(v, st.SearchStrategy) else v for k, v in fields.items()})
