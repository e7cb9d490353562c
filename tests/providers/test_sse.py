"""The event stream's decoder: the same events at every split of the bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.providers.sse import SSEDecoder, SSEError

STREAM = (
    b'\xef\xbb\xbf: a comment\r\n\r\nevent: first\r\ndata: {"a": 1}\r\n\r\ndata:no space\rdata\rdata:  two spaces\r\r'
    b"id: 7\nretry: 10\nevent: empty\n\ndata: \xc3\xa9\xe2\x82\xac\nunknown: x\n\nevent:bare\ndata:\n\ndata: cut off\n"
)
EVENTS = [
    ("first", b'{"a": 1}'),
    ("", b"no space\n\n two spaces"),
    ("", "é€".encode()),
    ("bare", b""),
]


def decoded(*pieces: bytes) -> list[tuple[str, bytes]]:
    decoder = SSEDecoder()
    return [event for piece in pieces for event in decoder.feed(piece)]


def by_the_standard(stream: bytes) -> list[tuple[str, bytes]]:
    """The WHATWG algorithm, word for word and slowly."""
    stream = stream.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    events, name, data = [], b"", b""
    for line in stream.split(b"\n")[:-1]:
        if line == b"":
            if data:
                events.append((name.decode("utf-8", "replace"), data[:-1]))
            name = data = b""
            continue
        if line.startswith(b":"):
            continue
        field, _, value = line.partition(b":")
        value = value[1:] if value.startswith(b" ") else value
        if field == b"event":
            name = value
        elif field == b"data":
            data += value + b"\n"
    return events


def test_a_stream_with_everything_in_it_is_read_as_the_standard_says() -> None:
    assert decoded(STREAM) == EVENTS == by_the_standard(STREAM)


@pytest.mark.parametrize("at", range(len(STREAM) + 1))
def test_a_split_at_any_byte_changes_nothing(at: int) -> None:
    assert decoded(STREAM[:at], STREAM[at:]) == EVENTS


def test_byte_by_byte_changes_nothing() -> None:
    assert decoded(*(STREAM[at : at + 1] for at in range(len(STREAM)))) == EVENTS


_PIECES = st.sampled_from(
    [
        b"data",
        b"event",
        b":",
        b" ",
        b"\n",
        b"\r",
        b"\r\n",
        b"\n\n",
        b"x",
        b"\xef\xbb\xbf",
        b"\xff",
        b"data: y\n",
        b"id: 1\n",
    ]
)


@given(st.lists(_PIECES, max_size=30), st.data())
def test_any_bytes_in_any_pieces_are_read_as_the_standard_says(parts: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert decoded(*pieces) == by_the_standard(stream)


def test_an_event_comes_out_with_the_byte_that_completes_it() -> None:
    decoder = SSEDecoder()
    assert decoder.feed(b"data: 1\r\n\r") == [("", b"1")]
    assert decoder.feed(b"\ndata: 2\n\n") == [("", b"2")]


@pytest.mark.parametrize("piece", [b"x" * 10, b"data: xxx\n"], ids=["one endless line", "endless data lines"])
def test_an_event_without_an_end_is_refused_and_not_kept(piece: bytes) -> None:
    decoder = SSEDecoder(max_event_bytes=100)
    with pytest.raises(SSEError, match="more than 100 bytes"):
        for _ in range(100):
            decoder.feed(piece)


def test_many_events_that_are_each_small_pass_the_limit() -> None:
    decoder = SSEDecoder(max_event_bytes=100)
    assert sum(len(decoder.feed(b"data: twenty bytes of it\n\nda")) for _ in range(1)) == 1
    assert sum(len(decoder.feed(b"ta: twenty bytes of it\n\nda")) for _ in range(100)) == 100
