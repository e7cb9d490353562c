r"""Decodes a server-sent event stream as it arrives: bytes in, ``(event, data)`` pairs out.

Follows the WHATWG rules (lines end with LF, CR or CRLF; comments; several data lines; a leading byte order mark) at
any split of the bytes. The SDKs decode line by line and validate every event, which delays the very time stamps a
comparison reports; here the splitting is done by `bytes.splitlines`, and no event is looked into.
"""

from __future__ import annotations

MAX_EVENT_BYTES = 32 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"
_CR, _LF = 13, 10


class SSEError(ValueError):
    """The bytes are no event stream: one event passes the limit."""


class SSEDecoder:
    r"""Takes bytes in any pieces and gives back the events that are complete.

    An event that the stream's end cuts off is never given back, as the standard has it.

    Parameters
    ----------
    max_event_bytes
        Most bytes kept for one unfinished event; above it, `feed` raises.

    Examples
    --------
    >>> decoder = SSEDecoder()
    >>> decoder.feed(b"data: 1\n\nevent: end\nda")
    [('', b'1')]
    >>> decoder.feed(b"ta: 2\ndata: 3\n\n")
    [('end', b'2\n3')]
    """

    __slots__ = ("_data", "_event", "_max", "_rest", "_size", "_skip_lf", "_start")

    def __init__(self, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self._max = max_event_bytes
        self._rest: list[bytes] = []  # pieces of a line whose end has not come
        self._size = 0  # bytes kept of the unfinished event: data lines and rest
        self._data: list[bytes] = []
        self._event = ""
        self._skip_lf = False  # the last byte was a CR: an LF now belongs to it
        self._start = True

    def feed(self, chunk: bytes) -> list[tuple[str, bytes]]:
        """Take the next bytes and return the events they complete, oldest first.

        The event's name is ``""`` where the stream gives none.

        Raises
        ------
        SSEError
            If one event passes the limit.
        """
        if self._start:
            chunk = self._without_bom(chunk)
        if self._skip_lf and chunk:
            self._skip_lf = False
            if chunk[0] == _LF:
                chunk = chunk[1:]
        cut = max(chunk.rfind(b"\n"), chunk.rfind(b"\r")) + 1
        if not cut:
            if chunk:
                self._rest.append(chunk)
                self._keep(len(chunk))
            return []
        tail = chunk[cut:]
        if not tail:
            self._skip_lf = chunk[-1] == _CR
        lines = chunk[:cut].splitlines()
        if self._rest:
            lines[0] = b"".join((*self._rest, lines[0]))
            self._rest.clear()
        events = self._events(lines)
        self._size = sum(map(len, self._data))
        if tail:
            self._rest.append(tail)
        self._keep(len(tail))
        return events

    def _events(self, lines: list[bytes]) -> list[tuple[str, bytes]]:
        events: list[tuple[str, bytes]] = []
        data = self._data
        for line in lines:
            if line[:6] == b"data: ":
                data.append(line[6:])
            elif not line:
                if data:
                    events.append((self._event, data[0] if len(data) == 1 else b"\n".join(data)))
                    data.clear()
                self._event = ""
            else:
                name, _, value = line.partition(b":")
                if name == b"event":
                    self._event = value.removeprefix(b" ").decode("utf-8", "replace")
                elif name == b"data":
                    data.append(value.removeprefix(b" "))
                # a comment, an id, a retry, or a field of the future: nothing a reader of answers needs
        return events

    def _keep(self, added: int) -> None:
        self._size += added
        if self._size > self._max:
            raise SSEError(f"one event of the stream has more than {self._max} bytes")

    def _without_bom(self, chunk: bytes) -> bytes:
        chunk = b"".join((*self._rest, chunk))
        self._rest.clear()
        self._size = 0
        if len(chunk) < len(_BOM) and _BOM.startswith(chunk):
            if chunk:
                self._rest.append(chunk)
            return b""
        self._start = False
        return chunk.removeprefix(_BOM)
