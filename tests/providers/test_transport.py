"""What a failed connection is called, whichever layer raised it."""

from __future__ import annotations

import errno
import socket
import ssl

import aiohttp
import httpx2
import pytest

from routebook.providers.transport import transport_error


def caused(outer: BaseException, cause: BaseException) -> BaseException:
    outer.__cause__ = cause
    return outer


REFUSED = ConnectionRefusedError(errno.ECONNREFUSED, "Connect call failed")


@pytest.mark.parametrize(
    ("error", "kind", "says"),
    [
        (caused(httpx2.ConnectError("x"), REFUSED), "connection", "No server at box:1."),
        (OSError(errno.ECONNREFUSED, "Multiple exceptions"), "connection", "No server at box:1."),
        (socket.gaierror(-2, "Name or service not known"), "connection", "cannot be resolved: box:1"),
        (ssl.SSLCertVerificationError(1, "self-signed certificate"), "connection", "self-signed certificate"),
        (OSError(errno.ENETUNREACH, "x"), "connection", "cannot be reached"),
        (aiohttp.ConnectionTimeoutError(), "connection", "cannot be reached"),
        (aiohttp.SocketTimeoutError(), "timeout", "did not answer in time"),
        (httpx2.ReadTimeout("x"), "timeout", "did not answer in time"),
        # the openai SDK's transport calls this a ConnectTimeout: the cause decides
        (caused(httpx2.ConnectTimeout("x"), aiohttp.ServerDisconnectedError()), "connection", "was lost"),
        (caused(httpx2.ReadError("x"), aiohttp.ClientPayloadError("x")), "connection", "in the middle of the answer"),
        (httpx2.DecodingError("x"), "malformed", "compressed"),
        (httpx2.UnsupportedProtocol("x"), "connection", "is not one: 'box:1'"),
        (httpx2.ProxyError("x"), "connection", "proxy"),
        (ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), "connection", "reset by peer"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_each_failure_is_one_clear_line(error: BaseException, kind: str, says: str) -> None:
    told = transport_error(error, "Somewhere", "box:1")
    assert told.kind == kind
    assert says in told.message
    assert "\n" not in told.message + told.hint


def test_a_local_server_that_is_not_running_says_how_to_start_it() -> None:
    told = transport_error(REFUSED, "Ollama", "localhost:11434", start_hint="Start it with `ollama serve`.")
    assert (told.message, told.hint) == ("No server at localhost:11434.", "Start it with `ollama serve`.")


def test_an_error_that_quotes_a_key_is_told_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_API_KEY", "canary-0123456789")
    told = transport_error(ConnectionResetError("bad header canary-0123456789"), "Somewhere", "box:1")
    assert "canary" not in told.message
