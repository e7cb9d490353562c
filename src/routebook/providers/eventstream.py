r"""Decodes AWS's binary event stream as it arrives: bytes in, ``(headers, payload)`` pairs out.

A frame is its length, its headers' length, a CRC of both, headers, payload, and a CRC of everything. botocore checks
the same, and then parses every event against the service's model, which costs more than the rest of a streamed call
and delays the time stamps; here the payload stays bytes.

https://smithy.io/2.0/aws/amazon-eventstream.html
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from functools import lru_cache
from zlib import crc32

MAX_FRAME_BYTES = 32 * 1024 * 1024
_PRELUDE = struct.Struct("!III")  # length of the frame, length of its headers, CRC of these two
_CRC = struct.Struct("!I")
_OVERHEAD = _PRELUDE.size + _CRC.size
_STRING = 7
_FIXED_SIZES = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}  # booleans, integers, timestamp, UUID
_SIZED = (6, _STRING)

Frame = tuple[Mapping[str, str], bytes]


class FrameError(ValueError):
    """The bytes are no event stream, or were damaged on the way."""


class FrameDecoder:
    """Takes bytes in any pieces and gives back the frames that are complete.

    Examples
    --------
    >>> decoder = FrameDecoder()
    >>> list(decoder.feed(bytes.fromhex("000000100000000005c248eb7d98c8ff")))
    [({}, b'')]
    """

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> Iterator[Frame]:
        """Take the next bytes and yield the frames they complete, oldest first; to be run to its end.

        Raises
        ------
        FrameError
            If a checksum or a length is wrong; the frames before it have been yielded.
        """
        data = self._rest + chunk if self._rest else chunk
        start = 0
        while len(data) - start >= _PRELUDE.size:
            length, headers_length, prelude_crc = _PRELUDE.unpack_from(data, start)
            if crc32(data[start : start + 8]) != prelude_crc:
                raise FrameError("the checksum of a frame's beginning is wrong")
            if not _OVERHEAD + headers_length <= length <= MAX_FRAME_BYTES:
                raise FrameError(f"a frame of {length} bytes with {headers_length} bytes of headers cannot be")
            end = start + length
            if len(data) < end:
                break
            (crc,) = _CRC.unpack_from(data, end - _CRC.size)
            if crc32(data[start : end - _CRC.size]) != crc:
                raise FrameError("a frame's checksum is wrong")
            body = start + _PRELUDE.size + headers_length
            yield _headers(data[start + _PRELUDE.size : body]), data[body : end - _CRC.size]
            start = end
        self._rest = data[start:]


@lru_cache(256)  # an answer's events differ in their payload only
def _headers(data: bytes) -> Mapping[str, str]:
    """Return the headers that are strings; the others mean nothing to a reader of answers."""
    headers: dict[str, str] = {}
    at = 0
    try:
        while at < len(data):
            size = data[at]
            name = data[at + 1 : at + 1 + size].decode()
            at += 1 + size
            kind = data[at]
            at += 1
            if kind in _SIZED:
                (size,) = struct.unpack_from("!H", data, at)
                at += 2
                if kind == _STRING:
                    headers[name] = data[at : at + size].decode()
            else:
                size = _FIXED_SIZES[kind]
            at += size
    except (LookupError, ValueError, struct.error) as error:
        raise FrameError("a frame's headers cannot be read") from error
    if at != len(data):
        raise FrameError("a frame's headers are cut off")
    return headers
