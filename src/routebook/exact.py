"""What exactly was sent for one call, made again from what is stored: no network, no credentials.

That it is the same is known, not hoped: a call keeps the fingerprint of its request and the name of the protocol it
went over, and nothing is shown where either is another now.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from routebook.calls import Call, Failure
from routebook.earlier import history_of, load
from routebook.errors import RunError
from routebook.prompts import Attachment, Message, Prompt
from routebook.providers.contract import Options, Request, protocol_of
from routebook.providers.registry import provider_for
from routebook.redact import redact
from routebook.store import default_store

if TYPE_CHECKING:
    from routebook.comparison import Comparison

LONGEST_IMAGE = 4_096
"""Characters of base64 up to which an image is shown as it was sent."""


def exact_request(comparison: Comparison, call: Call) -> tuple[str, Any]:
    """Return what was sent for one call: the protocol's name, and the body as plain JSON data.

    An answer from the cache shows what was sent when it was asked. A large image is shown as its name and size; on
    Bedrock ``modelId`` went into the address.

    Parameters
    ----------
    comparison
        The run the call is of. Of a blind run this tells who was asked.
    call
        One of its calls.

    Raises
    ------
    RunError
        If nothing was sent, or it cannot be told exactly what; the text says why.
    ModelError, ConfigError
        If the host is not known any more, or its settings cannot be used.

    Examples
    --------
    >>> import routebook as rb
    >>> run = rb.compare("Name a prime.", models=["sim/small"], max_tokens=50)
    >>> exact_request(run, run.calls[0])
    ('simulated', {'model': 'small', 'messages': [{'role': 'user', 'text': 'Name a prime.'}], 'max_tokens': 50})
    """
    failure = call.failure
    if failure is not None and call.latency_s is None and not call.attempts:
        raise RunError(f"Nothing was sent to {call.model}: {failure.message}")
    request = _request(comparison, call)
    if request.fingerprint() != call.fingerprint:
        raise RunError(
            _cannot(call, "the prompt, its options or the conversation before it are not stored as they were")
        )
    provider = provider_for(call.model.host)
    protocol = protocol_of(provider)
    noted = call.extras.get("protocol", "")
    if not call.simulated and noted != protocol:
        raise RunError(
            _cannot(call, f"it went over {noted}, and {call.model.host} is set to {protocol or 'another protocol'} now")
            if noted
            else _cannot(call, "the protocol it went over was not noted")
        )
    try:
        body = json.loads(json.dumps(provider.body(request), allow_nan=False))
    except Exception as fault:
        raise RunError(
            _cannot(
                call, f"the provider for {call.model.host} failed with {type(fault).__name__}: {redact(str(fault))}"
            )
        ) from fault
    if not isinstance(body, dict):
        raise RunError(_cannot(call, f"the provider for {call.model.host} does not tell what it sends"))
    return protocol or f"{call.model.host}'s own protocol", _shortened(body, _images(request.messages))


def _cannot(call: Call, why: str) -> str:
    return f"What was sent to {call.model} cannot be shown exactly: {' '.join(why.split())}."


def _request(comparison: Comparison, call: Call) -> Request:
    prompt = next((prompt for prompt in comparison.prompts if prompt.id == call.prompt_id), None)
    if prompt is None:
        raise RunError(_cannot(call, "its prompt is not in this run"))
    messages = (*_before(comparison, prompt, call), *prompt.messages)
    return Request(call.model, messages, prompt.system, _options(comparison.run.settings), call.repeat)


def _before(comparison: Comparison, prompt: Prompt, call: Call) -> tuple[Message, ...]:
    """Return the turns that came before a follow-up's prompt."""
    if prompt.follows is None:
        return ()
    store = comparison.store or default_store()
    try:
        before = load(str(comparison.run.settings.get("follows_run", "")), store=store)
        said = history_of(before, store)(call.model, prompt, call.repeat)
    except (RunError, KeyError) as error:
        raise RunError(_cannot(call, "it continues a run that is not in the store")) from error
    if isinstance(said, Failure):
        raise RunError(_cannot(call, said.message.rstrip(".")))
    return said


def _options(settings: Mapping[str, object]) -> Options:
    """Return the options of a run; those that are none give a request of another fingerprint."""
    given: dict[str, Any] = {name: settings.get(name) for name in ("max_tokens", "temperature", "effort")}
    schema = settings.get("schema")
    if schema is not None:
        given["schema"] = json.dumps(schema, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return Options(**given)


def _images(messages: Iterable[Message]) -> dict[str, str]:
    """Return what stands for each large image, by its base64."""
    images: dict[str, Attachment] = {}
    for message in messages:
        for image in message.attachments:
            images.setdefault(image.base64, image)
    return {
        data: f"[{image.name}, {len(image.data):,} bytes]"
        for data, image in images.items()
        if len(data) > LONGEST_IMAGE
    }


def _shortened(value: Any, images: Mapping[str, str]) -> Any:
    """Return JSON data with every large image's name and size in its place."""
    if isinstance(value, str):
        for data, stands in images.items() if len(value) > LONGEST_IMAGE else ():
            value = value.replace(data, stands)
        return value
    if isinstance(value, dict):
        return {name: _shortened(part, images) for name, part in value.items()}
    return [_shortened(part, images) for part in value] if isinstance(value, list) else value
