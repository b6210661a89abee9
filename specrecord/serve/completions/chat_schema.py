"""What a chat request may say here: one user's message, and a prediction of the answer, in the
documented fields of Cerebras's and OpenAI's /v1/chat/completions.

What does not go with a prediction is refused by name: Azure's and OpenAI's documentation list it.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from specrecord.serve.completions.schema import Count, Stop, wrong

# Documented, and refused here unless it has its neutral value.
_NEUTRAL: dict[str, tuple[Any, ...]] = {
    "n": (1,),
    "logprobs": (False,),
    "top_logprobs": (0,),
    "frequency_penalty": (0,),
    "presence_penalty": (0,),
    "logit_bias": ({},),
    "tools": ([],),
    "tool_choice": ("none",),
    "response_format": ({"type": "text"},),
    "reasoning_format": ("none",),
}
_NOT_BESIDE = {"n", "logprobs", "frequency_penalty", "presence_penalty", "tools"}
# Documented to change nothing about the answer, or about a model that does not reason.
_IGNORED = {"user", "prompt_cache_key", "service_tier", "reasoning_effort", "parallel_tool_calls"}


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A piece of a content that is a list."""

    type: Literal["text"]
    text: str


Content = str | Annotated[list[Part], Meta(min_length=1)]


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One turn."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: Content


class PredictedContent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the answer is expected to be."""

    type: Literal["content"]
    content: Content


class StreamOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether the last chunk of a stream tells the usage; here it always does."""

    include_usage: bool = False


class ChatRequest(msgspec.Struct, frozen=True):
    """A checked request."""

    model: str
    messages: Annotated[list[Message], Meta(min_length=1)]
    max_tokens: Count | None = None
    max_completion_tokens: Count | None = None
    temperature: Annotated[float, Meta(ge=0, le=2)] = 1.0
    top_p: Annotated[float, Meta(ge=0, le=1)] = 1.0
    seed: Annotated[int, Meta(ge=-(1 << 62), le=1 << 62)] | None = None
    stop: Stop | Annotated[list[Stop], Meta(max_length=4)] = []
    stream: bool = False
    stream_options: StreamOptions | None = None
    prediction: PredictedContent | None = None

    @property
    def stops(self) -> list[bytes]:
        """The stop strings."""
        return [one.encode() for one in ([self.stop] if isinstance(self.stop, str) else self.stop)]

    @property
    def budget(self) -> int | None:
        """Tokens that may be written."""
        return self.max_tokens if self.max_completion_tokens is None else self.max_completion_tokens


def text_of(content: Content) -> str:
    """A content's text."""
    return content if isinstance(content, str) else "".join(part.text for part in content)


def parse_chat(body: Any) -> ChatRequest:
    """The request in a JSON body. Raises RefusedError for whatever it cannot mean."""
    if not isinstance(body, dict):
        raise wrong("body", "the body must be a JSON object")
    given = {name: value for name, value in body.items() if value is not None}
    for name in _NEUTRAL.keys() & given:
        if given.pop(name) in _NEUTRAL[name]:
            continue
        if name in _NOT_BESIDE and "prediction" in given:
            raise wrong(name, f"'{name}' cannot be used with 'prediction'")
        raise wrong(name, f"'{name}' is documented, but this server cannot honour it; leave it out")
    if "prediction" in given and "max_completion_tokens" in given:
        raise wrong("prediction", "'max_completion_tokens' cannot be used with 'prediction'")
    used = {*ChatRequest.__struct_fields__}
    for name in body.keys() - used - _IGNORED - _NEUTRAL.keys():
        raise wrong(name, f"body.{name}: property 'body.{name}' is unsupported", "wrong_api_format")
    try:
        request = msgspec.convert({one: given[one] for one in given.keys() & used}, ChatRequest)
    except msgspec.ValidationError as error:
        raise wrong("body", f"the request is not as documented: {error}") from None
    if [message.role for message in request.messages] != ["user"]:
        raise wrong("messages", "this server answers one user's message, and no longer talk")
    if request.stream and request.stops:
        raise wrong("stop", "this server does not stream up to a 'stop'")
    return request
