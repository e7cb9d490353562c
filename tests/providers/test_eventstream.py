"""AWS's event stream is decoded as botocore decodes it, wherever the bytes are split."""

from __future__ import annotations

import struct
import zlib
from itertools import pairwise
from typing import Any

import pytest
from botocore.eventstream import EventStreamBuffer
from hypothesis import given
from hypothesis import strategies as st
from tests.support.mock_wires import aws_frame

from routebook.providers.eventstream import FrameDecoder, FrameError

TEXTS = st.lists(st.text(max_size=40), max_size=6)


def stream_of(texts: list[str]) -> bytes:
    return b"".join(aws_frame("contentBlockDelta", {"delta": {"text": text}}) for text in texts)


def botocores(data: bytes) -> list[tuple[dict[str, Any], bytes]]:
    buffer = EventStreamBuffer()
    buffer.add_data(data)
    return [(message.headers, message.payload) for message in buffer]


@given(TEXTS, st.data())
def test_any_split_gives_the_frames_botocore_reads(texts: list[str], data: st.DataObject) -> None:
    stream = stream_of(texts)
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=8).map(sorted))
    decoder = FrameDecoder()
    frames = [frame for start, end in pairwise([0, *cuts, len(stream)]) for frame in decoder.feed(stream[start:end])]
    assert frames == botocores(stream)


def test_a_stream_split_at_every_byte_is_the_same_stream() -> None:
    stream = stream_of(["one", "zwei ü", ""])
    decoder = FrameDecoder()
    frames = [frame for byte in stream for frame in decoder.feed(bytes([byte]))]
    assert frames == botocores(stream)


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_one_damaged_byte_is_noticed_and_the_frames_before_it_are_kept(place: int, change: int) -> None:
    first, second = stream_of(["first"]), bytearray(stream_of(["second"]))
    second[place % len(second)] ^= change
    decoder, seen = FrameDecoder(), []
    with pytest.raises(FrameError):
        for frame in decoder.feed(first + bytes(second)):
            seen.append(frame)  # noqa: PERF402 - extend would lose what came before the error
    assert seen == botocores(first)


@given(st.binary(max_size=200))
def test_any_bytes_are_frames_or_a_frame_error(data: bytes) -> None:
    try:
        list(FrameDecoder().feed(data))
    except FrameError:
        pass


def test_headers_that_are_no_strings_are_passed_over() -> None:
    kinds = [b"\x00", b"\x01", b"\x02\x05", b"\x03\x00\x05", b"\x04" + bytes(4), b"\x05" + bytes(8),
             b"\x06\x00\x02ab", b"\x08" + bytes(8), b"\x09" + bytes(16), b"\x07\x00\x02ok"]  # fmt: skip
    headers = b"".join(b"\x01" + bytes([97 + at]) + value for at, value in enumerate(kinds))
    prelude = struct.pack("!II", 16 + len(headers), len(headers))
    message = prelude + struct.pack("!I", zlib.crc32(prelude)) + headers
    frame = message + struct.pack("!I", zlib.crc32(message))
    assert list(FrameDecoder().feed(frame)) == [({"j": "ok"}, b"")]
    assert botocores(frame)[0][0]["j"] == "ok"
