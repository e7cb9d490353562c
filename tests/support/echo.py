"""A careless server: it tells whoever asks every key it was sent, as real ones do now and then in their errors.

It speaks the protocols of `tests.support.mock_wires`; a model's name says where it puts the keys::

    with echoing(secrets) as server:
        ...                        # ask lab/refused, openai/broken ...: see MODELS

It runs in a thread with an event loop of its own, so that a test may block.
"""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import quote, unquote

from tests.support.mock_wires import WIRES, Converse, Wire, aws_frame
from tests.support.raw_server import Answer, Got, RawServer
from tests.support.raw_server import Wire as Response

MODELS = (
    "refused",  # 401, the keys in the error's text and the request's id
    "busy",  # 429 with retry-after, so that it is asked again
    "failed",  # 500, the key is the error's own code
    "plain",  # 502 from a proxy that answers with text
    "moved",  # a redirection to an address with the key in it
    "typed",  # 200, the key is the content type
    "broken",  # text, then an error in the stream
    "garbled",  # text, then an event that cannot be read
    "answered",  # a whole answer; the key is the served model, the reason it ended and more
)
_PROTOCOLS = {"/chat/completions": "chat", "/responses": "responses", "/messages": "messages", "-stream": "converse"}
_USAGE = {"input": 12, "output": 3}


@contextmanager
def echoing(secrets: Collection[str], tls: ssl.SSLContext | None = None) -> Iterator[RawServer]:
    """Serve until the block ends; `secrets` is what to look for in the requests' headers."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    started = RawServer.started(_answer_with(secrets), tls)
    try:
        yield asyncio.run_coroutine_threadsafe(started.__aenter__(), loop).result()
    finally:
        asyncio.run_coroutine_threadsafe(started.__aexit__(None, None, None), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


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


def _answer_with(secrets: Collection[str]) -> Answer:
    async def answer(got: Got, response: Response) -> None:
        sent = [secret for secret in secrets if any(secret in value for value in got.headers.values())]
        told = "; ".join(f"{one} {base64.b64encode(one.encode()).decode()} {quote(one, safe='')}" for one in sent)
        await _say(_model(got), _wire(got, sent[0]), told, sent[0], response)

    return answer


def _model(got: Got) -> str:
    if got.method == "GET":
        return "refused"
    name = unquote(got.path.split("/")[-2]) if got.path.endswith("-stream") else got.json["model"]
    return str(name)


def _wire(got: Got, key: str) -> Wire:
    return next((WIRES[name](key) for end, name in _PROTOCOLS.items() if got.path.endswith(end)), WIRES["chat"](key))


async def _say(model: str, wire: Wire, told: str, key: str, response: Response) -> None:
    ids = dict.fromkeys(("x_request_id", "request_id", "apim_request_id", "x_amzn_RequestId"), key)
    kind = wire.content_type
    match model:
        case "refused" | "busy":
            status = {"refused": 401, "busy": 429}[model]
            error = {"message": f"the key {told} is bad", "type": "error", "code": None}
            await response.json({"error": error, **error}, status, retry_after_ms="1", **ids)
        case "failed":
            error = {"message": "sorry", "type": key, "code": key, "param": key}
            await response.json({"error": error, **error}, 500, x_amzn_ErrorType=key, **ids)
        case "plain":
            await response.head(502, kind="text/plain", **ids)
            await response.chunk(f"upstream refused {told}".encode())
            await response.end()
        case "moved":
            await response.head(307, kind="text/plain", Location=f"nowhere://{key}/?key={key}", **ids)
            await response.end()
        case "typed":
            await response.head(kind=key, **ids)
            await response.chunk(told.encode())
            await response.end()
        case "broken" | "garbled":
            await response.head(kind=kind, **ids)
            await response.chunk(
                wire.start() + wire.text("partial ") + (_error if model == "broken" else _garbled)(wire, told)
            )
            await response.end()
        case "answered":
            await response.head(kind=kind, **ids)
            await response.chunk(_whole(wire, key))
            await response.end()
        case _:
            raise ValueError(f"{model!r} is none of {MODELS}")


def _error(wire: Wire, told: str) -> bytes:
    message = f"the key {told} is bad"
    if isinstance(wire, Converse):
        return aws_frame("throttlingException", {"message": message}, kind="exception")
    error = {"type": "error", "code": "server_error", "message": message, "param": None}
    return f"event: error\ndata: {json.dumps({**error, 'error': {**error, 'type': 'api_error'}})}\n\n".encode()


def _garbled(wire: Wire, told: str) -> bytes:
    if isinstance(wire, Converse):
        return aws_frame("contentBlockDelta", {"contentBlockIndex": told, "delta": told})
    return f'event: error\ndata: {{"type": "error", "error": {told}\n\n'.encode()


def _whole(wire: Wire, key: str) -> bytes:
    if isinstance(wire, Converse):
        metadata = {"usage": {"inputTokens": 12, "outputTokens": 3, "totalTokens": 15}, "serviceTier": {"type": key}}
        ends = aws_frame("messageStop", {"stopReason": key}) + aws_frame("metadata", metadata)
        return wire.start() + wire.text("fine") + ends
    said = wire.start() + wire.text("fine") + wire.end("stop", _USAGE)
    for name, value in (("finish_reason", "stop"), ("stop_reason", "end_turn"), ("service_tier", "default")):
        said = said.replace(f'"{name}":"{value}"'.encode(), f'"{name}":"{key}"'.encode())
    return said
