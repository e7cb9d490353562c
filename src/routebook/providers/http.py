"""The HTTP connections beneath the SDKs, and how an answer's stream is read from them.

Both SDKs speak through an httpx2 client; over aiohttp a call costs a third of the CPU. The SDK keeps what is its own
(authentication, headers, URLs, errors) and hands out the raw response, whose event stream we decode ourselves.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING
from urllib.request import getproxies

from routebook.providers.contract import CallError, Sink
from routebook.providers.error_words import Asked
from routebook.providers.sse import SSEDecoder, SSEError
from routebook.providers.transport import transport_error, transport_exceptions

if TYPE_CHECKING:
    import ssl

    import httpx2

MAX_CONNECTIONS = 1000
CONNECT_TIMEOUT_S = 20.0
KEEPALIVE_S = 4.0  # below the 5 s after which common servers close: a reused connection must not be a closing one
LINGER_S = 0.05


class HttpClients:
    """One HTTP client per event loop, made at first use: aiohttp's connections belong to the loop that opened them.

    Parameters
    ----------
    sdk
        The SDK's package, which has its own client class over aiohttp, and one over httpcore for the proxies that
        aiohttp cannot use.
    """

    def __init__(self, sdk: str) -> None:
        self._sdk = sdk
        self._clients: dict[asyncio.AbstractEventLoop, httpx2.AsyncClient] = {}

    def get(self) -> httpx2.AsyncClient:
        """Return the running loop's client. It has no deadline for answers: the engine sets that."""
        loop = asyncio.get_running_loop()
        client = self._clients.get(loop)
        if client is None or client.is_closed:
            import httpx2

            for ended in [other for other in self._clients if other.is_closed()]:
                del self._clients[ended]
            socks = any(url.startswith("socks") for url in getproxies().values())
            sdk = import_module(self._sdk)
            make = sdk.DefaultAsyncHttpxClient if socks else sdk.DefaultAioHttpClient
            made: httpx2.AsyncClient = make(
                timeout=httpx2.Timeout(None, connect=CONNECT_TIMEOUT_S),
                limits=httpx2.Limits(
                    max_connections=MAX_CONNECTIONS,
                    max_keepalive_connections=MAX_CONNECTIONS,
                    keepalive_expiry=KEEPALIVE_S,
                ),
                verify=_ssl_context(),
            )
            client = self._clients[loop] = made
        return client

    async def aclose(self) -> None:
        """Close the running loop's connections; the next `get` opens new ones."""
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.aclose()


@cache
def _ssl_context() -> ssl.SSLContext:
    """Return the trust store httpx2 would use, read once: it costs more than the rest of a client."""
    import httpx2

    return httpx2.create_ssl_context()


async def read_events(
    response: httpx2.Response, sink: Sink, take: Callable[[str, bytes], bool], asked: Asked, address_hint: str
) -> None:
    """Push an event stream's events into ``take(event, data)`` until it returns True or the stream ends.

    The sink is told of the first one. The response is closed in every case; cancelling the task closes its connection.

    Raises
    ------
    CallError
        If the connection breaks (``connection``, ``timeout``), or the bytes are no event stream (``malformed``; the
        hint is `address_hint` where none was announced).
    """
    started = False
    decoder = SSEDecoder()
    chunks = response.aiter_bytes()
    try:
        async for chunk in chunks:
            for event, data in decoder.feed(chunk):
                if not started:
                    started = True
                    sink.started()
                if take(event, data):
                    # A connection can only be used again once its last bytes, which often trail the end marker in a
                    # packet of their own, are read; a server that holds it open must not hold the answer up, and
                    # what breaks after the answer's end is no failure of the answer.
                    with contextlib.suppress(*transport_exceptions()):
                        async with asyncio.timeout(LINGER_S):
                            async for _ in chunks:
                                pass
                    return
    except SSEError as error:
        raise CallError("malformed", f"{asked.host} ({asked.address}): {error}.") from error
    except transport_exceptions() as error:
        raise transport_error(error, asked.host, asked.address) from error
    finally:
        await response.aclose()
    kind = response.headers.get("content-type", "")
    if not started and "event-stream" not in kind:
        sent = kind.split(";")[0] or "something"
        raise CallError(
            "malformed", f"{asked.host} ({asked.address}) sent {sent} and no stream of events.", hint=address_hint
        )
