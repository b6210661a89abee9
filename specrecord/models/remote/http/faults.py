"""What can go wrong between here and a target, each kind by one name, and whether trying again may
help.

What the server said passes the gate for its strings, and no address or header is kept.
"""

import email.utils
import json
import re
import time
from collections.abc import Mapping
from contextlib import suppress

import cerebras.cloud.sdk as sdk
import httpx

from specrecord.models.base import TargetFaultError
from specrecord.models.remote.http.gate import Gate

_MEANING = {
    401: (
        "unauthorized",
        "the server does not accept the API key; check CEREBRAS_API_KEY or --key",
    ),
    402: ("payment-required", "the account has no credit left"),
    403: ("forbidden", "the API key may not use this model"),
    404: (
        "no-such-model",
        "the server has no such model (any more); see which it has with: specrecord models",
    ),
    408: ("timeout", "the server gave up waiting"),
    409: ("conflict", "the server was busy with this"),
    413: ("refused", "the request is too large for the server"),
    429: ("rate-limited", "too many requests"),
}
_REFUSED = ("refused", "the server refused the request")
# mlx_lm.server answers 404 to whatever it cannot do, with the error's own words.
_ABOUT_MODELS = re.compile(r"model|repositor|not found|deployment", re.IGNORECASE)
_PASSING = (408, 409, 429)  # trying again may help
_LONGEST_ANSWER = 120  # characters of a server's message that are kept


def translated(error: Exception, gate: Gate) -> TargetFaultError:
    """The fault that an exception of the SDK or of the connection stands for. The server's own
    words pass the `gate`.
    """
    if isinstance(error, TargetFaultError):
        return error
    if isinstance(error, sdk.APIStatusError):
        return _status_fault(error, gate)
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


def _status_fault(error: sdk.APIStatusError, gate: Gate) -> TargetFaultError:
    status = error.status_code
    words = _message(error.body)
    message = gate(words)[:_LONGEST_ANSWER]
    if status >= 500:
        name, meaning = "server-error", "the server failed"
    elif status == 404 and message.startswith("no such address"):
        name, meaning = "no-such-address", "the server does not know this call"
    elif status == 404 and words and not _ABOUT_MODELS.search(words):
        name, meaning = _REFUSED
    else:
        name, meaning = _MEANING.get(status, _REFUSED)
    lasting = status < 500 and status not in _PASSING
    detail = f"HTTP {status}: {meaning}" + (f" ({message})" if message and status != 401 else "")
    return TargetFaultError(name, detail, lasting, retry_after(error.response.headers))


def _message(body: object) -> str:
    """The server's own words; a page is none."""
    content = body
    if isinstance(body, str):
        try:
            content = json.loads(body)
        except ValueError:
            return "" if body.lstrip().startswith("<") else body
    while isinstance(content, Mapping):
        messages = (content.get(name) for name in ("message", "detail", "error"))
        content = next((words for words in messages if words), "")
    return content if isinstance(content, str) else ""


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
