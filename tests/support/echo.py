"""A server that answers as it should, but for one thing: every fact it tells about an answer is the key it was sent.

`tests.support.echo_server` fails in every way; this one does not fail. It runs in a thread with an event loop of its
own, so that a test may block, and over TLS where it is given a certificate.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from tests.support.mock_wires import WIRES, Chat, Converse, aws_frame
from tests.support.raw_server import Got, RawServer, Wire

_PROTOCOLS = {"/responses": "responses", "/messages": "messages", "-stream": "converse"}
_IDS = ("x_request_id", "request_id", "apim_request_id", "x_amzn_RequestId")


@contextmanager
def answering_with_keys(tls: ssl.SSLContext | None = None) -> Iterator[RawServer]:
    """Serve until the block ends."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    started = RawServer.started(_answer, tls)
    try:
        yield asyncio.run_coroutine_threadsafe(started.__aenter__(), loop).result(10)
    finally:
        asyncio.run_coroutine_threadsafe(started.__aexit__(None, None, None), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _answer(got: Got, response: Wire) -> None:
    key = key_of(got)
    made = next((WIRES[name] for end, name in _PROTOCOLS.items() if got.path.endswith(end)), Chat)
    wire = made(key)
    said = wire.start() + wire.text("fine")
    if isinstance(wire, Converse):
        metadata = {"usage": {"inputTokens": 12, "outputTokens": 3, "totalTokens": 15}, "serviceTier": {"type": key}}
        said += aws_frame("messageStop", {"stopReason": key}) + aws_frame("metadata", metadata)
    else:
        said += wire.end("stop", {"input": 12, "output": 3})
        for name, value in (("finish_reason", "stop"), ("stop_reason", "end_turn"), ("service_tier", "default")):
            said = said.replace(f'"{name}":"{value}"'.encode(), f'"{name}":"{key}"'.encode())
    await response.head(kind=wire.content_type, chunked=False, **dict.fromkeys(_IDS, key))
    await response.send(said)
    response.writer.close()  # an idle client would hold up the end of TLS


def key_of(got: Got) -> str:
    """Return the key that came with a request."""
    headers = got.headers
    return headers.get("x-api-key") or headers.get("api-key") or headers["authorization"].removeprefix("Bearer ")


def certificate(path: Path) -> ssl.SSLContext:
    """Write a certificate for 127.0.0.1 that whoever trusts the file accepts; return what a server needs of it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
