"""Tells what an error of Bedrock, or of botocore on the way to it, means -> `CallError`.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from routebook.providers.aws import NO_CREDENTIALS, NO_REGION
from routebook.providers.contract import CallError, ErrorKind
from routebook.providers.error_words import KIND_OF_STATUS, Asked, hint_of, message_of, quoted, retry_after_s
from routebook.providers.eventstream import FrameError

_KIND_OF_CODE: dict[str, ErrorKind] = {
    "AccessDeniedException": "auth",
    "UnrecognizedClientException": "auth",
    "ExpiredTokenException": "auth",
    "ExpiredToken": "auth",
    "InvalidSignatureException": "auth",
    "InvalidClientTokenId": "auth",
    "IncompleteSignature": "auth",
    "MissingAuthenticationTokenException": "auth",
    "ResourceNotFoundException": "not_found",
    "ThrottlingException": "rate_limit",
    "TooManyRequestsException": "rate_limit",
    "ModelNotReadyException": "rate_limit",
    "ServiceQuotaExceededException": "quota",
    "ModelTimeoutException": "timeout",
    "InternalServerException": "server",
    "ServiceUnavailableException": "server",
    "ModelErrorException": "server",
    "ModelStreamErrorException": "server",
    "ValidationException": "bad_request",
}
_SPENT = re.compile(r"(?i)tokens per day|per day")  # a daily quota does not come back by waiting a minute
_TOO_LONG = re.compile(
    r"(?i)(input|prompt) is too long|too many (input )?tokens|context (window|length)|"
    r"exceed\w* .{0,40}(context|input token|token limit|number of tokens)"
)
_NO_SUCH_MODEL = re.compile(r"(?i)model identifier is invalid|model .{0,60}(not found|does not exist)|end of its life")
_PROFILE_ONLY = re.compile(r"(?i)on-demand throughput isn.t supported|inference profile")
_OPTION_OF_FIELD = (
    (re.compile(r"(?i)temperature"), "temperature"),
    (re.compile(r"(?i)max_?tokens|maximum tokens|max_completion_tokens"), "max_tokens"),
    (re.compile(r"(?i)effort|reasoning|thinking"), "effort"),
    (re.compile(r"(?i)output_?config|text_?format|output_?format|schema|response_format|structured output"), "schema"),
)
_HINTS: dict[ErrorKind, str] = {  # where what AWS needs is not what others need
    "auth": "Check the AWS credentials, the region, and that the account may use this model there.",
    "not_found": "%models lists what can be asked; check the region too.",
    "quota": "Ask AWS for a higher quota, or another region.",
}


@cache
def botocore_exceptions() -> tuple[type[Exception], ...]:
    """Return every type in which a call through botocore fails, for an ``except`` clause."""
    import botocore.exceptions
    import botocore.parsers
    import urllib3.exceptions

    return (
        botocore.exceptions.ClientError,
        botocore.exceptions.BotoCoreError,
        botocore.parsers.ResponseParserError,
        FrameError,
        urllib3.exceptions.HTTPError,  # what breaks while the stream is read comes out as it is
        OSError,
    )


def asked_of(region: str | None, model: str = "", options: Iterable[str] = ()) -> Asked:
    """Describe who is asked, for messages."""
    return Asked(f"Bedrock ({region})" if region else "Bedrock", model, options=frozenset(options))


def call_error(error: Exception, asked: Asked) -> CallError:
    """Map whatever botocore raised, before the stream or in the middle of it."""
    import botocore.exceptions as boto
    import botocore.parsers
    import urllib3.exceptions

    where, said = asked.host, quoted(str(error))
    if isinstance(error, boto.ClientError):
        return host_error(error.response, asked)
    if isinstance(error, boto.NoRegionError):
        return CallError("auth", "Bedrock needs a region: AWS_REGION is not set.", hint=NO_REGION)
    if isinstance(error, boto.NoCredentialsError):
        return CallError(
            "auth",
            "Bedrock needs credentials: none were found, AWS_ACCESS_KEY_ID is not set.",
            hint=NO_CREDENTIALS,
        )
    if isinstance(error, _unusable_credentials()):
        return CallError(
            "auth", f"The AWS credentials cannot be used: {said}", hint="Check AWS_PROFILE, or sign in anew."
        )
    if isinstance(error, boto.ParamValidationError):
        option = _option_of(said, asked)
        if option is None:
            return CallError("bad_request", f"botocore does not let the request to {asked.model} pass: {said}")
        message, hint = message_of("option", said, asked, option=option), hint_of("option", said, asked, option=option)
        return CallError("option", message, hint=hint)
    if isinstance(error, (FrameError, botocore.parsers.ResponseParserError)):
        return CallError("malformed", f"{where} sent bytes that are no Converse stream: {said}.")
    if isinstance(error, (boto.ReadTimeoutError, urllib3.exceptions.ReadTimeoutError)):
        return CallError("timeout", f"{where} did not answer in time.")
    if isinstance(error, (boto.EndpointConnectionError, boto.ConnectTimeoutError)):
        return CallError("connection", f"{where} cannot be reached: {said}", hint="Check the region and the network.")
    if isinstance(error, (boto.HTTPClientError, urllib3.exceptions.HTTPError, OSError)):
        return CallError("connection", f"The connection to {where} was lost: {said}", hint="Ask again.")
    return CallError("bad_request", f"{where} cannot be asked: {said}", hint="Check the AWS settings.")


def frame_error(headers: Mapping[str, str], payload: bytes, asked: Asked) -> CallError:
    """Map an exception or an error in the middle of a stream: its code is in lowerCamel, and it has no status."""
    code = headers.get(":exception-type") or headers.get(":error-code") or ""
    message: object = headers.get(":error-message")
    try:
        said = json.loads(payload) if payload else {}
    except ValueError:
        said = {}
    if isinstance(said, dict):
        message = said.get("message") or said.get("Message") or said.get("originalMessage") or message
    return host_error({"Error": {"Code": code, "Message": message}}, asked)


def host_error(response: Mapping[str, Any], asked: Asked) -> CallError:
    """Map what the host said, as botocore has it in an error's ``response``."""
    details = response.get("Error", {})
    code = str(details.get("Code") or "")
    code = code[:1].upper() + code[1:]
    text = quoted(str(details.get("Message") or code or "no reason given"))
    metadata = response.get("ResponseMetadata", {})
    status = metadata.get("HTTPStatusCode")
    status = status if isinstance(status, int) and status >= 400 else None
    kind, option = _kind(code, status, text, asked)
    own = {
        "auth": f"{asked.host} refused the credentials, or this account's use of {asked.model}: {text}",
        "quota": f"The account's quota at {asked.host} is used up: {text}",
    }
    hint = _HINTS.get(kind) or hint_of(kind, text, asked, option=option)
    if kind == "not_found" and _PROFILE_ONLY.search(text):
        hint = "Ask its inference profile: the id with a prefix such as us. or global."
    failed = CallError(kind, own.get(kind) or message_of(kind, text, asked, option=option, code=code), hint=hint)
    failed.status = status
    failed.retry_after_s = retry_after_s(metadata.get("HTTPHeaders", {}))
    failed.request_id = metadata.get("RequestId") or None
    return failed


def _kind(code: str, status: int | None, text: str, asked: Asked) -> tuple[ErrorKind, str | None]:
    kind = _KIND_OF_CODE.get(code)
    if kind is None:
        # A gateway in front of Bedrock has codes of its own, but the usual statuses.
        kind = "server" if status is None else KIND_OF_STATUS.get(status, "server" if status >= 500 else "bad_request")
    if kind == "rate_limit" and _SPENT.search(text):
        return "quota", None
    if kind != "bad_request":
        return kind, None
    if _TOO_LONG.search(text):
        return "context", None
    if _NO_SUCH_MODEL.search(text) or _PROFILE_ONLY.search(text):
        return "not_found", None
    option = _option_of(text, asked)
    return ("bad_request", None) if option is None else ("option", option)


def _option_of(text: str, asked: Asked) -> str | None:
    """Return routebook's name of the given option that an error speaks of."""
    return next((name for field, name in _OPTION_OF_FIELD if name in asked.options and field.search(text)), None)


def _unusable_credentials() -> tuple[type[Exception], ...]:
    import botocore.exceptions as boto

    return (
        boto.PartialCredentialsError,
        boto.CredentialRetrievalError,
        boto.TokenRetrievalError,
        boto.SSOError,
        boto.ProfileNotFound,
        boto.NoAuthTokenError,
        boto.MissingDependencyException,
        boto.InvalidConfigError,
        boto.ConfigParseError,
    )
