"""Keeps keys out of what the SDKs log.

At the level DEBUG they log whole requests and responses: boto3 the session token, the others whatever a host quotes. A
record passes the handlers of its own logger before those further up, so the first handler of each SDK's topmost logger
sees every record before whoever prints it. Nobody who logs nothing pays for this.
"""

from __future__ import annotations

import logging

from routebook.redact import redact

_LOGGERS = ("aiohttp", "anthropic", "boto3", "botocore", "httpcore2", "httpx2", "openai", "urllib3")


class _Redacting(logging.Handler):
    """Hides the secrets in a record, and leaves showing it to the handlers that come after."""

    def emit(self, record: logging.LogRecord) -> None:
        """Replace the record's text by one without secrets."""
        record.msg, record.args = redact(record.getMessage()), ()
        if record.exc_info and record.exc_info[0] is not None:
            record.exc_text = redact(record.exc_text or _formatter.formatException(record.exc_info))
        if record.levelno >= logging.WARNING and not logging.getLogger().handlers and logging.lastResort is not None:
            logging.lastResort.handle(record)  # what Python does with a warning that no handler takes


_formatter = logging.Formatter()
_handler = _Redacting()


def keep_secrets_out_of_logs() -> None:
    """See to it that no log of an SDK holds a secret, whether the SDK is loaded yet or not."""
    for name in _LOGGERS:
        handlers = logging.getLogger(name).handlers
        if _handler not in handlers:
            handlers.insert(0, _handler)
