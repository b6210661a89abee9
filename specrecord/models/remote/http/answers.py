"""What completions APIs answer, as far as it is read here; what it does not say is None.

OpenAI's completions tell log-probabilities as parallel lists, with the likeliest as a map from
strings; mlx_lm.server as a list of `content`, with ids.
"""

from typing import Any

from msgspec import Struct


class Likely(Struct):
    """A token with its id and its log-probability; its place's likeliest, where it has them."""

    id: int | None = None
    token: str | None = None
    logprob: float | None = None
    top_logprobs: "list[Likely] | None" = None


class Logprobs(Struct):
    """What is told of a choice's tokens, in either form."""

    content: list[Likely] | None = None
    tokens: list[str | int] | None = None
    token_logprobs: list[float | None] | None = None
    top_logprobs: list[dict[str, float] | None] | None = None


class Choice(Struct):
    """One completion; `tokens` are the ids that were sampled."""

    index: int = 0
    text: str | None = None
    tokens: list[int] | None = None
    finish_reason: str | None = None
    logprobs: Logprobs | None = None


class Usage(Struct):
    """Tokens that were read and written."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class Times(Struct):
    """The server's own account of its time, in seconds."""

    queue_time: float | None = None
    prompt_time: float | None = None
    completion_time: float | None = None
    total_time: float | None = None


class Answer(Struct):
    """A completion, or a chunk of a streamed one."""

    choices: list[Choice] | None = None
    usage: Usage | None = None
    time_info: Times | None = None
    system_fingerprint: str | None = None
    error: Any = None


class Model(Struct):
    """A model of /v1/models; its context by whichever name the server has for it."""

    id: str
    context_length: int | None = None
    max_model_len: int | None = None
    max_context_length: int | None = None


class Models(Struct):
    """The answer of /v1/models."""

    data: list[Model]
