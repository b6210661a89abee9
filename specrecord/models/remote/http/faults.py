"""What can go wrong between here and a target, each kind by one name, and whether trying again may
help.

Nothing the server said is repeated word for word where it could hold a key, and no address or
header is kept.
"""

import email.utils
import json
import time
from collections.abc import Mapping
from contextlib import suppress

import cerebras.cloud.sdk as sdk
import httpx

from specrecord.models.base import TargetFaultError

_MEANING = {
    400: ("refused", "the server refused the request", True),
    401: (
        "unauthorized",
        "the server does not accept the API key; check CEREBRAS_API_KEY or --key",
        True,
    ),
    402: ("payment-required", "the account has no credit left", True),
    403: ("forbidden", "the API key may not use this model", True),
    404: (
        "no-such-model",
        "the server has no such model (any more); see which it has with: specrecord models",
        True,
    ),
    408: ("timeout", "the server gave up waiting", False),
    409: ("conflict", "the server was busy with this", False),
    413: ("refused", "the request is too large for the server", True),
    422: ("refused", "the server refused the request", True),
    429: ("rate-limited", "too many requests", False),
}
_LONGEST_ANSWER = 120  # characters of a server's message that are kept


def translated(error: Exception, key: str) -> TargetFaultError:
    """The fault that an exception of the SDK or of the connection stands for. `key` is cut out of
    every message.
    """
    if isinstance(error, TargetFaultError):
        return error
    if isinstance(error, sdk.APIStatusError):
        return _status_fault(error, key)
    if isinstance(error, sdk.APITimeoutError | httpx.TimeoutException):
        return TargetFaultError("timeout", "no answer in time")
    cause = error.__cause__ if isinstance(error, sdk.APIConnectionError) else error
    if isinstance(cause, httpx.ConnectError):
        return TargetFaultError(
            "unreachable", "nothing answers at the target's address; is it running?"
        )
    if isinstance(cause, httpx.RemoteProtocolError) and "peer closed" in str(cause):
        return TargetFaultError("truncated", "the answer broke off")
    if isinstance(cause, ValueError | KeyError | IndexError | TypeError):
        return TargetFaultError("bad-answer", "the answer is not what the API documents")
    return TargetFaultError("connection-lost", "the connection broke before the answer was whole")


def _status_fault(error: sdk.APIStatusError, key: str) -> TargetFaultError:
    status = error.status_code
    message = _message(error.body)
    if status >= 500:
        name, meaning, lasting = "server-error", "the server failed", False
    elif status == 404 and message.startswith("no such address"):
        name, meaning, lasting = "no-such-address", "the server does not know this call", True
    else:
        name, meaning, lasting = _MEANING.get(
            status, ("refused", "the server refused the request", True)
        )
    detail = f"HTTP {status}: {meaning}" + (f" ({message})" if message and status != 401 else "")
    return TargetFaultError(
        name, scrubbed(detail, key), lasting, retry_after(error.response.headers)
    )


def _message(body: object) -> str:
    """The server's own words, on one line and not too many of them."""
    content = body
    if isinstance(body, str):
        try:
            content = json.loads(body)
        except ValueError:
            return ""
    if isinstance(content, Mapping):
        content = content.get("message") or content.get("detail") or ""
    return " ".join(str(content).split())[:_LONGEST_ANSWER] if isinstance(content, str) else ""


def scrubbed(text: str, key: str) -> str:
    """`text` without the key, should the server have quoted it, whole or in part."""
    for part in (key, key[: max(8, len(key) // 2)]):
        if len(part) >= 8:
            text = text.replace(part, "[key]")
    return text


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, from `retry-after-ms` or `retry-after` (a number or a date); None where it
    is not told.
    """
    for name, unit in (("retry-after-ms", 1000), ("retry-after", 1)):
        with suppress(KeyError, ValueError):
            return max(0.0, float(headers[name]) / unit)
    with suppress(KeyError, ValueError):
        date = email.utils.parsedate_to_datetime(headers["retry-after"])
        return max(0.0, date.timestamp() - time.time())
    return None
