"""Amazon Bedrock, over Converse streams.

AWS's SDK blocks, and the asynchronous clients pin older botocores: so each call runs in a thread of ours, which also
stamps what arrives (a sink may be called from any thread). The event loop only waits for the end. As with the other
hosts the SDK makes the request, and we read the answer's stream ourselves.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from routebook.providers import converse
from routebook.providers.aws import find_credentials, region_of_environment
from routebook.providers.bedrock_errors import asked_of, botocore_exceptions, call_error
from routebook.providers.claude import takes_temperature
from routebook.providers.contract import CallError, Credentials, HostDefaults, Reply, Request, Sink
from routebook.providers.eventstream import FrameDecoder
from routebook.providers.workers import Workers

if TYPE_CHECKING:
    from botocore.client import BaseClient

_CONNECTIONS = 64  # kept open for reuse; more than the engine's calls at once
_READ_TIMEOUT_S = 600  # the engine's deadline comes first; this frees the thread of a host that never speaks again
_CONNECT_TIMEOUT_S = 20
_CLOSE_S = 1.0
_SETTINGS = (
    "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_BEARER_TOKEN_BEDROCK", "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE", "AWS_CA_BUNDLE", "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_BEDROCK", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
)  # fmt: skip


class BedrockProvider:
    """Bedrock: credentials by AWS's own discovery; the region from ``AWS_REGION``, else from the profile.

    A model is a model's or an inference profile's id, such as ``us.amazon.nova-2-lite-v1:0``, or an ARN.
    """

    simulated = False

    def __init__(self, host: str = "bedrock") -> None:
        self.host = host
        self._workers = Workers("bedrock")
        self._making = threading.Lock()
        self._clients: dict[str, tuple[tuple[str | None, ...], BaseClient, str]] = {}

    def credentials(self) -> Credentials:
        """Tell whether credentials and a region were found in the environment or in AWS's files."""
        return find_credentials()

    def defaults(self) -> HostDefaults:
        """Say which region answers, as far as the environment tells."""
        return HostDefaults(region=region_of_environment())

    def check(self, request: Request) -> None:
        """Refuse a temperature or an effort for the models that are known not to take it."""
        model, options = request.model.model, request.options
        if options.temperature is not None and not takes_temperature(model):
            raise CallError("option", f"{model} does not take temperature.", hint="Leave temperature out.")
        if options.effort is not None:
            converse.effort_fields(model, options.effort)

    def protocol(self) -> str:
        """Name the protocol."""
        return converse.PROTOCOL

    def body(self, request: Request) -> dict[str, Any]:
        """Return the request as it goes over the wire; ``modelId`` is in the address."""
        return converse.body(request)

    async def prepare(self) -> None:
        """Load botocore and make the client, which takes a third of a second, before anything is timed."""
        await asyncio.wrap_future(self._workers.submit(lambda: self._guarded(lambda: self._client("bedrock-runtime"))))

    async def ask(self, request: Request, sink: Sink) -> Reply:
        """Send the request, push what arrives into the sink from a thread, and return how it ended."""
        self.check(request)
        call = _Call(request, sink)
        future = self._workers.submit(lambda: call.run(lambda: self._client("bedrock-runtime")))
        try:
            return await asyncio.wrap_future(future)
        finally:
            call.give_up()  # nothing to give up, unless the task was cancelled

    async def models(self) -> Sequence[str]:
        """List the ids of text models that can be asked on demand, and of inference profiles, in this region."""
        return await asyncio.wrap_future(self._workers.submit(lambda: self._guarded(self._list)))

    async def aclose(self) -> None:
        """Close the connections and end the threads. The provider can be used again afterwards."""
        with self._making:
            clients, self._clients = self._clients, {}
        for _, client, _ in clients.values():
            client.close()
        # Not in a thread of asyncio's: when the process ends those are gone already. It waits only for busy threads.
        self._workers.close(_CLOSE_S)

    def _list(self) -> list[str]:
        client, _ = self._client("bedrock")
        control: Any = client
        names: set[str] = set()
        for model in control.list_foundation_models(byOutputModality="TEXT")["modelSummaries"]:
            if "ON_DEMAND" in model.get("inferenceTypesSupported", ()) and model.get(
                "responseStreamingSupported", True
            ):
                names.add(model["modelId"])
        for page in control.get_paginator("list_inference_profiles").paginate():
            names.update(profile["inferenceProfileId"] for profile in page["inferenceProfileSummaries"])
        return sorted(names)

    def _guarded(self, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except botocore_exceptions() as error:
            raise call_error(error, asked_of(region_of_environment())) from None

    def _client(self, service: str) -> tuple[BaseClient, str]:
        """Return a service's client and its region; made anew when the AWS settings have changed. Runs in a thread."""
        settings = tuple(map(os.environ.get, _SETTINGS))
        with self._making:  # making a session is not thread-safe, and once is enough
            found = self._clients.get(service)
            if found is not None and found[0] == settings:
                return found[1], found[2]
            from botocore.config import Config
            from botocore.exceptions import NoRegionError
            from botocore.session import get_session

            session = get_session()  # what boto3 is made of, and all that is needed of it
            region = region_of_environment() or session.get_config_variable("region")
            if not region:
                raise NoRegionError
            client = session.create_client(
                service,
                region_name=region,
                config=Config(
                    max_pool_connections=_CONNECTIONS,
                    connect_timeout=_CONNECT_TIMEOUT_S,
                    read_timeout=_READ_TIMEOUT_S,
                    retries={"total_max_attempts": 1},  # the engine retries, visibly
                    tcp_keepalive=True,
                ),
            )
            if found is not None:
                found[1].close()  # its idle connections; calls on their way end as they would
            self._clients[service] = (settings, client, region)
            return client, region


class _Call:
    """One call: runs in a thread, and can be given up from another."""

    def __init__(self, request: Request, sink: Sink) -> None:
        self._request = request
        self._sink = sink
        self._lock = threading.Lock()
        self._given_up = threading.Event()
        self._raw: Any = None  # urllib3's response

    def run(self, client_of: Callable[[], tuple[BaseClient, str]]) -> Reply:
        request, request_id = self._request, None
        model, options = request.model.model, request.options.given()
        asked = asked_of(region_of_environment(), model, options)
        try:
            client, region = client_of()
            asked = asked_of(region, model, options)
            runtime: Any = client
            response = runtime.converse_stream(**converse.arguments(request))
            request_id = response["ResponseMetadata"].get("RequestId")
            stream = converse.ConverseStream(self._sink, asked)
            self._read(response["stream"]._raw_stream, stream)  # the bytes beneath botocore's own decoding
            return stream.reply(request_id, region)
        except CallError as error:
            error.request_id = error.request_id or request_id
            raise
        except botocore_exceptions() as error:
            failed = call_error(error, asked)
            failed.request_id = failed.request_id or request_id
            raise failed from None

    def _read(self, raw: Any, stream: converse.ConverseStream) -> None:
        decoder = FrameDecoder()
        try:
            with self._lock:
                self._raw = raw
            if self._given_up.is_set():
                return
            for chunk in raw.stream():
                with self._lock:  # so that nothing is pushed once the call is given up
                    if self._given_up.is_set():
                        return
                    for headers, payload in decoder.feed(chunk):
                        stream.take(headers, payload)
        finally:
            with self._lock:
                self._raw = None
            raw.close()

    def give_up(self) -> None:
        """Push nothing from now on, and close the stream; before its headers came, it closes when they come.

        Closing a socket does not wake a thread that reads from it, and waits for that thread's lock: shutting it down
        wakes the thread, which then closes it.
        """
        with self._lock:
            self._given_up.set()
            if self._raw is not None:
                with contextlib.suppress(ValueError, RuntimeError, OSError):  # it has ended by itself
                    self._raw.shutdown()
