"""Tells what a failed connection was, in one line for the user.

The HTTP layers rename each other's errors, not always well: the aiohttp transport that the openai SDK carries calls
every lost connection a `ConnectTimeout`, which the SDK then calls a timeout. So the *first* cause is looked for, down
the chain, and its type decides.
"""

from __future__ import annotations

import errno
import socket
import ssl
import zlib
from collections.abc import Iterator
from functools import cache

from routebook.providers.contract import CallError
from routebook.providers.error_words import quoted


@cache
def transport_exceptions() -> tuple[type[Exception], ...]:
    """Return every type in which a broken connection or body shows, for an ``except`` clause."""
    import aiohttp
    import anyio
    import httpx2

    return (
        httpx2.HTTPError,
        httpx2.StreamError,
        httpx2.InvalidURL,
        aiohttp.ClientError,
        anyio.EndOfStream,
        anyio.BrokenResourceError,
        anyio.ClosedResourceError,
        OSError,  # ssl.SSLError and TimeoutError are two of it
    )


def transport_error(error: BaseException, host: str, address: str, *, start_hint: str = "") -> CallError:
    """Map a failed connection to a `CallError` of kind ``connection``, ``timeout`` or ``malformed``.

    Parameters
    ----------
    error
        What was raised, with its chain of causes.
    host
        The host's name, such as ``openai``.
    address
        Where it was looked for, such as ``api.openai.com`` or ``localhost:11434``.
    start_hint
        How to start the server, for a local one that refuses connections.
    """
    import aiohttp
    import httpx2

    causes = list(_causes(error))

    def caused_by(*types: type[BaseException]) -> bool:
        return any(isinstance(cause, types) for cause in causes)

    if caused_by(aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError, httpx2.ProxyError):
        return CallError(
            "connection",
            f"The proxy on the way to {host} ({address}) did not let the request through.",
            hint="Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY.",
        )
    if caused_by(ssl.SSLError, ssl.CertificateError):
        why = next(cause for cause in causes if isinstance(cause, (ssl.SSLError, ssl.CertificateError)))
        return CallError(
            "connection",
            f"No trusted connection to {host} ({address}): {_reason(why)}.",
            hint="Check the address, the clock, and that the server's certificate is in the system's trust store.",
        )
    if caused_by(socket.gaierror):
        return CallError(
            "connection",
            f"The name of {host}'s server cannot be resolved: {address}.",
            hint="Check the address for typing errors, and the network.",
        )
    if caused_by(ConnectionRefusedError) or _errno_in(causes, errno.ECONNREFUSED):
        return CallError("connection", f"No server at {address}.", hint=start_hint or f"Check that {host} runs there.")
    if caused_by(aiohttp.ConnectionTimeoutError) or _errno_in(
        causes, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ETIMEDOUT
    ):
        return CallError(
            "connection", f"{host} cannot be reached at {address}.", hint="Check the address and the network."
        )
    if caused_by(TimeoutError, httpx2.ReadTimeout, httpx2.WriteTimeout):  # aiohttp's own timeouts are TimeoutErrors
        return CallError("timeout", f"{host} ({address}) did not answer in time.")
    if caused_by(aiohttp.ClientResponseError):
        return CallError("malformed", f"What answers at {address} does not speak HTTP.", hint="Check the address.")
    if caused_by(httpx2.DecodingError, zlib.error):
        return CallError("malformed", f"{host} ({address}) sent a compressed answer that cannot be read.")
    if caused_by(httpx2.InvalidURL, httpx2.UnsupportedProtocol, aiohttp.InvalidURL):
        return CallError(
            "connection",
            f"The address of {host} is not one: {address!r}.",
            hint="It must begin with http:// or https://.",
        )
    if caused_by(aiohttp.ClientPayloadError):
        return CallError("connection", f"{host} ({address}) broke off in the middle of the answer.", hint="Ask again.")
    return CallError(
        "connection", f"The connection to {host} ({address}) was lost: {_reason(causes[-1])}.", hint="Ask again."
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what caused it, outermost first, each once."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        current = waiting.pop(0)
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        if isinstance(current, BaseExceptionGroup):
            waiting.extend(current.exceptions)
        waiting.append(getattr(current, "os_error", None))  # aiohttp keeps the cause of a failed connect here
        waiting.append(current.__cause__ or (None if current.__suppress_context__ else current.__context__))


def _errno_in(causes: list[BaseException], *numbers: int) -> bool:
    return any(isinstance(cause, OSError) and cause.errno in numbers for cause in causes)


def _reason(error: BaseException) -> str:
    return (quoted(str(error), 160) or type(error).__name__).rstrip(".")
