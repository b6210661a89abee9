"""What a completions request may say: the documented fields of Cerebras's and OpenAI's
/v1/completions, and no other.

A field that is documented but that this server cannot honour is refused unless it has its neutral
value, so that no request is ever answered as if it had been obeyed.
"""

import re
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from tornado.web import HTTPError

MOST_LOGPROBS = 20
_MOST_COMPLETIONS = 256  # of one request: its prompts, times `n`

_NEUTRAL: dict[str, tuple[Any, ...]] = {
    "best_of": (1,),
    "frequency_penalty": (0,),
    "presence_penalty": (0,),
    "logit_bias": ({},),
    "min_tokens": (0,),
    "suffix": (),
    "grammar_root": (),
    "reasoning_format": ("none",),
}
# Documented to change nothing about the answer.
_IGNORED = {"user", "prompt_cache_key", "stream_options"}

Count = Annotated[int, Meta(ge=0, le=1 << 30)]
Ids = Annotated[list[int], Meta(min_length=1)]
Prompts = Annotated[list[str | int | Ids], Meta(min_length=1)]
Stop = Annotated[str, Meta(min_length=1)]


class RefusedError(HTTPError):
    """An answer other than 200. `status` is HTTP's; the rest is the body's."""

    def __init__(self, status: int, message: str, param: str | None, code: str) -> None:
        super().__init__(status)
        self.message, self.param, self.code = message, param, code
        self.headers: dict[str, str] = {}

    def body(self) -> dict[str, Any]:
        """The error as Cerebras words it."""
        kind = "not_found_error" if self.status_code == 404 else "invalid_request_error"
        kind = {401: "authentication_error", 429: "too_many_requests_error"}.get(
            self.status_code, kind
        )
        return {"message": self.message, "type": kind, "param": self.param, "code": self.code}


class CompletionRequest(msgspec.Struct, frozen=True):
    """A checked request: the API's own fields, with their bounds.

    `prompt` is a text or token ids, or a list of the one or the other. `logprobs` None means none
    are wanted. `echo_last` counts prompt tokens that are scored, None all of them (with `echo`).
    """

    model: str
    prompt: str | Prompts
    max_tokens: Annotated[int, Meta(ge=-1, le=1 << 30)] | None = None
    temperature: Annotated[float, Meta(ge=0, le=2)] = 1.0
    top_p: Annotated[float, Meta(ge=0, le=1)] = 1.0
    logprobs: Annotated[int, Meta(ge=0, le=MOST_LOGPROBS)] | None = None
    echo: bool = False
    echo_last: Count | None = None  # Fireworks' name for scoring the end of a prompt
    n: Annotated[int, Meta(ge=1, le=64)] = 1
    seed: Annotated[int, Meta(ge=-(1 << 62), le=1 << 62)] | None = None
    stop: Stop | Annotated[list[Stop], Meta(max_length=4)] = []
    stream: bool = False
    return_raw_tokens: bool = False

    @property
    def prompts(self) -> list[Any]:
        """A text or token ids each."""
        several = not isinstance(self.prompt, str) and not isinstance(self.prompt[0], int)
        return list(self.prompt) if several else [self.prompt]

    @property
    def stops(self) -> list[bytes]:
        """The stop strings."""
        return [
            stop.encode() for stop in ([self.stop] if isinstance(self.stop, str) else self.stop)
        ]


def parse_request(body: Any, strict: bool) -> CompletionRequest:
    """The request in a JSON body. Raises RefusedError for whatever it cannot mean."""
    if not isinstance(body, dict):
        raise wrong("body", "the body must be a JSON object")
    given = {name: value for name, value in body.items() if value is not None}
    for name in _NEUTRAL.keys() & given:
        if given.pop(name) not in _NEUTRAL[name]:
            raise wrong(
                name, f"'{name}' is documented, but this server cannot honour it; leave it out"
            )
    used = {*CompletionRequest.__struct_fields__} - ({"echo_last"} if strict else set())
    for name in body.keys() - used - _IGNORED - _NEUTRAL.keys():
        raise wrong(name, f"body.{name}: property 'body.{name}' is unsupported", "wrong_api_format")
    try:
        request = msgspec.convert(
            {name: given[name] for name in given.keys() & used}, CompletionRequest
        )
    except msgspec.ValidationError as error:
        param = re.findall(r"`(?:\$\.)?(\w+)[^`]*`", str(error))[-1]
        raise wrong(param, f"'{param}': {error}") from None
    if isinstance(request.prompt, list) and len({*map(type, request.prompt)}) > 1:
        raise wrong("prompt", "'prompt' must be all strings, all token ids, or all lists of ids")
    if len(request.prompts) * request.n > _MOST_COMPLETIONS:
        raise wrong("prompt", f"one request may ask for {_MOST_COMPLETIONS} completions at most")
    if request.return_raw_tokens and request.echo:
        raise wrong("echo", "'echo' is incompatible with 'return_raw_tokens'")
    if request.stream and (len(request.prompts) > 1 or request.n > 1 or request.echo):
        raise wrong("stream", "only one completion of one prompt, without echo, can be streamed")
    return request


def wrong(param: str, message: str, code: str = "invalid_value") -> RefusedError:
    """A field that cannot be."""
    return RefusedError(400, message, param, code)
