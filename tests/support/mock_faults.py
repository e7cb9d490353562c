"""The statuses the mock refuses with, and what each protocol's body says then."""

from __future__ import annotations

import json
from typing import Any

RETRY_AFTER_S = 7
_SENT_AS = {"quota": 429, "context": 400, "option": 400}
_OPENAI: dict[str, tuple[str, str, str]] = {  # type, code, message
    "401": ("invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    "403": ("invalid_request_error", "unsupported_country_region_territory", "Country not supported."),
    "404": ("invalid_request_error", "model_not_found", "The model does not exist."),
    "429": ("requests", "rate_limit_exceeded", "Rate limit reached for requests."),
    "500": ("server_error", "server_error", "The server had an error."),
    "503": ("server_error", "overloaded", "The engine is overloaded."),
    "504": ("server_error", "timeout", "The request timed out."),
    "529": ("overloaded_error", "overloaded_error", "Overloaded"),
    "quota": ("insufficient_quota", "insufficient_quota", "You exceeded your current quota."),
    "context": ("invalid_request_error", "context_length_exceeded", "The context window is 8192 tokens."),
    "option": ("invalid_request_error", "unsupported_parameter", "Unsupported parameter: 'temperature'."),
}
_ANTHROPIC: dict[str, tuple[str, str]] = {  # type, message
    "401": ("authentication_error", "invalid x-api-key"),
    "403": ("permission_error", "Your API key does not have permission to use the resource."),
    "404": ("not_found_error", "model: no-such-model"),
    "429": ("rate_limit_error", "This request would exceed your organization's rate limit of 50 requests per minute."),
    "500": ("api_error", "Internal server error"),
    "503": ("api_error", "Service unavailable"),
    "504": ("timeout_error", "The request timed out."),
    "529": ("overloaded_error", "Overloaded"),
    "quota": ("rate_limit_error", "You have reached your spend limit for this month."),
    "context": ("invalid_request_error", "prompt is too long: 250000 tokens > 200000 maximum"),
    "option": ("invalid_request_error", "`temperature` is deprecated for this model."),
}
_BEDROCK: dict[str, tuple[int, str, str]] = {  # status, exception, message
    "401": (403, "UnrecognizedClientException", "The security token included in the request is invalid."),
    "403": (403, "AccessDeniedException", "You don't have access to the model with the specified model ID."),
    "404": (404, "ResourceNotFoundException", "Could not resolve the foundation model from the provided identifier."),
    "429": (429, "ThrottlingException", "Too many requests, please wait before trying again."),
    "500": (500, "InternalServerException", "The system encountered an unexpected error."),
    "503": (503, "ServiceUnavailableException", "Bedrock is unable to process your request."),
    "504": (408, "ModelTimeoutException", "Model has timed out in processing the request."),
    "529": (424, "ModelErrorException", "The model had an error while processing the request."),
    "quota": (400, "ServiceQuotaExceededException", "Too many tokens per day, please wait before trying again."),
    "context": (400, "ValidationException", "Input is too long for requested model."),
    "option": (400, "ValidationException", "The model returned the following errors: temperature is deprecated."),
}


def refusal(protocol: str, behaviour: str) -> bytes | None:
    """Return the whole HTTP response of a behaviour that refuses the request, or `None` for one that answers."""
    fault = behaviour.removeprefix("fault-") if behaviour.startswith("fault-") else ""
    if fault not in _OPENAI:
        return None
    headers: dict[str, object] = {}
    if fault == "429":
        headers["retry-after"] = RETRY_AFTER_S
    if protocol == "converse":
        status, name, message = _BEDROCK[fault]
        headers["x-amzn-ErrorType"] = name
        return response(status, {"message": message}, headers)
    status = _SENT_AS.get(fault) or int(fault)
    if protocol == "messages":
        kind, message = _ANTHROPIC[fault]
        error: dict[str, Any] = {"type": kind, "message": message}
        if fault == "quota":
            error["details"] = {"error_code": "enforced_spend_limit_reached"}
        return response(status, {"type": "error", "error": error, "request_id": "req_mock"}, headers)
    kind, code, message = _OPENAI[fault]
    param = "temperature" if fault == "option" else None
    return response(status, {"error": {"message": message, "type": kind, "param": param, "code": code}}, headers)


def response(status: int, body: object, headers: dict[str, object] | None = None) -> bytes:
    """Return a complete HTTP response with a JSON body."""
    data = json.dumps(body).encode()
    ids = {"x-request-id": "req_mock", "request-id": "req_mock", "x-amzn-RequestId": "req_mock"}
    given = {"Content-Type": "application/json", "Content-Length": len(data), **ids, **(headers or {})}
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in given.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + data
