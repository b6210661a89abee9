"""What a completions request may say: the documented fields of Cerebras's and OpenAI's
/v1/completions, and no other.

A field that is documented but that this server cannot honour is refused unless it has its neutral
value, so that no request is ever answered as if it had been obeyed.
"""

from dataclasses import dataclass
from typing import Any

MOST_LOGPROBS = 20

_NEUTRAL: dict[str, tuple[Any, ...]] = {
    "best_of": (1, None),
    "frequency_penalty": (0, None),
    "presence_penalty": (0, None),
    "logit_bias": (None, {}),
    "min_tokens": (0, None),
    "suffix": (None,),
    "grammar_root": (None,),
    "reasoning_format": (None, "none"),
}
_IGNORED = {"user", "prompt_cache_key"}  # documented to change nothing about the answer
_USED = {
    "model",
    "prompt",
    "echo",
    "logprobs",
    "max_tokens",
    "n",
    "return_raw_tokens",
    "seed",
    "stop",
    "stream",
    "stream_options",
    "temperature",
    "top_p",
}
_BEYOND_CEREBRAS = {
    "echo_last"
}  # Fireworks' name for scoring the end of a prompt; refused in strict mode


class RefusedError(Exception):
    """An answer other than 200. `status` is HTTP's; the rest is the body's."""

    def __init__(self, status: int, message: str, param: str | None, code: str) -> None:
        super().__init__(message)
        self.status, self.param, self.code = status, param, code
        self.headers: dict[str, str] = {}

    def body(self) -> dict[str, Any]:
        """The error as Cerebras words it."""
        kind = "not_found_error" if self.status == 404 else "invalid_request_error"
        kind = {401: "authentication_error", 429: "too_many_requests_error"}.get(self.status, kind)
        return {"message": str(self), "type": kind, "param": self.param, "code": self.code}


@dataclass(frozen=True)
class CompletionRequest:
    """A checked request. `prompts` holds a text or token ids each; `logprobs` None means none are
    wanted.

    `echo_last` counts prompt tokens that are scored, None all of them (with `echo`).
    """

    model: str
    prompts: tuple[str | tuple[int, ...], ...]
    max_tokens: int | None
    temperature: float
    top_p: float
    logprobs: int | None
    echo: bool
    echo_last: int | None
    n: int
    seed: int | None
    stop: tuple[str, ...]
    stream: bool
    raw_tokens: bool


def parse_request(body: Any, strict: bool) -> CompletionRequest:
    """The request in a JSON body. Raises RefusedError for whatever it cannot mean."""
    if not isinstance(body, dict):
        raise _wrong("body", "the body must be a JSON object")
    _check_names(body, strict)
    if "model" not in body or not isinstance(body["model"], str):
        raise _wrong("model", "'model' is required and must be a string")
    request = CompletionRequest(
        model=body["model"],
        prompts=_prompts(body.get("prompt")),
        max_tokens=_number(body, "max_tokens", int, -1, 1 << 30, None),
        temperature=_number(body, "temperature", float, 0, 2, 1.0),
        top_p=_number(body, "top_p", float, 0, 1, 1.0),
        logprobs=_number(body, "logprobs", int, 0, MOST_LOGPROBS, None),
        echo=_flag(body, "echo"),
        echo_last=_number(body, "echo_last", int, 0, 1 << 30, None),
        n=_number(body, "n", int, 1, 64, 1),
        seed=_number(body, "seed", int, -(1 << 62), 1 << 62, None),
        stop=_stops(body.get("stop")),
        stream=_flag(body, "stream"),
        raw_tokens=_flag(body, "return_raw_tokens"),
    )
    if request.raw_tokens and request.echo:
        raise _wrong("echo", "'echo' is incompatible with 'return_raw_tokens'")
    if request.stream and (len(request.prompts) > 1 or request.n > 1 or request.echo):
        raise _wrong("stream", "only one completion of one prompt, without echo, can be streamed")
    return request


def _check_names(body: dict[str, Any], strict: bool) -> None:
    for name, value in body.items():
        if name in _USED or name in _IGNORED or (name in _BEYOND_CEREBRAS and not strict):
            continue
        if name not in _NEUTRAL:
            raise _wrong(
                name, f"body.{name}: property 'body.{name}' is unsupported", "wrong_api_format"
            )
        if value not in _NEUTRAL[name]:
            raise _wrong(
                name, f"'{name}' is documented, but this server cannot honour it; leave it out"
            )


def _prompts(prompt: Any) -> tuple[str | tuple[int, ...], ...]:
    if isinstance(prompt, str):
        return (prompt,)
    if isinstance(prompt, list) and prompt:
        if all(_is_id(token) for token in prompt):
            return (tuple(prompt),)
        if all(isinstance(one, str) for one in prompt):
            return tuple(prompt)
        if all(
            isinstance(one, list) and one and all(_is_id(token) for token in one) for one in prompt
        ):
            return tuple(tuple(one) for one in prompt)
    raise _wrong(
        "prompt",
        "'prompt' must be a string, an array of strings, of token ids, or of arrays of token ids",
    )


def _is_id(token: Any) -> bool:
    return isinstance(token, int) and not isinstance(token, bool)


def _number(
    body: dict[str, Any], name: str, kind: type, low: float, high: float, default: Any
) -> Any:
    value = body.get(name)
    if value is None:
        return default
    allowed = (int, float) if kind is float else (int,)
    if isinstance(value, bool) or not isinstance(value, allowed) or not low <= value <= high:
        raise _wrong(
            name,
            f"'{name}' must be {'a number' if kind is float else 'an integer'} from {low} to "
            f"{high}",
        )
    return value


def _flag(body: dict[str, Any], name: str) -> bool:
    value = body.get(name)
    if value not in (None, True, False):
        raise _wrong(name, f"'{name}' must be true or false")
    return bool(value)


def _stops(stop: Any) -> tuple[str, ...]:
    stops = [stop] if isinstance(stop, str) else stop or []
    if (
        not isinstance(stops, list)
        or len(stops) > 4
        or not all(isinstance(one, str) and one for one in stops)
    ):
        raise _wrong("stop", "'stop' must be a string, or up to four of them")
    return tuple(stops)


def _wrong(param: str, message: str, code: str = "invalid_value") -> RefusedError:
    return RefusedError(400, message, param, code)
