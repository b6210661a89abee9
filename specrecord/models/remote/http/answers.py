"""What completions APIs answer, as far as it is read here; what it does not say is None.

OpenAI's completions tell log-probabilities as parallel lists, with the likeliest as a map from
strings; mlx_lm.server and llama-server as a list of `content`, with ids.
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


class Delta(Struct):
    """What a chunk adds to a chat's answer."""

    content: str | None = None


class Choice(Struct):
    """One completion; `tokens` are the ids that were sampled, which vLLM calls `token_ids`."""

    index: int = 0
    text: str | None = None
    tokens: list[int] | None = None
    token_ids: list[int] | None = None
    finish_reason: str | None = None
    logprobs: Logprobs | None = None
    delta: Delta | None = None

    @property
    def ids(self) -> list[int] | None:
        """The ids that were sampled, by either name."""
        return self.token_ids if self.tokens is None else self.tokens


class PromptDetails(Struct):
    """How much of a prompt a server had in its cache."""

    cached_tokens: int | None = None


class CompletionDetails(Struct):
    """What became of a prediction, and how much was reasoning."""

    accepted_prediction_tokens: int | None = None
    rejected_prediction_tokens: int | None = None
    reasoning_tokens: int | None = None


class Usage(Struct):
    """Tokens that were read and written."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: PromptDetails | None = None
    completion_tokens_details: CompletionDetails | None = None


class Times(Struct):
    """The server's own account of its time, in seconds."""

    queue_time: float | None = None
    prompt_time: float | None = None
    completion_time: float | None = None
    total_time: float | None = None

    @property
    def parts(self) -> tuple[float | None, float | None, float | None]:
        """Queue, prompt and completion."""
        return self.queue_time, self.prompt_time, self.completion_time


class Timings(Struct):
    """llama-server's account, in milliseconds. `draft_n` tokens of its own draft were tested."""

    prompt_ms: float | None = None
    predicted_ms: float | None = None
    predicted_n: int | None = None
    draft_n: int | None = None
    draft_n_accepted: int | None = None

    def times(self) -> Times:
        """In seconds; a server that begins at once has no queue to tell of."""
        return _times(None, self.prompt_ms, self.predicted_ms)


class SpeculativeDecoding(Struct):
    """vLLM's account of its own draft; steps with --per-request-spec-decode-metrics detailed."""

    num_spec_tokens: int
    num_draft_tokens: int
    num_accepted_draft_tokens: int
    per_step_drafted: list[int] | None = None
    per_step_accepted: list[int] | None = None


class SpecTokensDetails(Struct):
    """SGLang's account of its own draft; the histogram is of accepted tokens a step."""

    spec_verify_ct: int
    spec_num_proposed_drafts: int
    spec_num_correct_drafts: int
    spec_correct_drafts_histogram: list[int]


class SglExt(Struct):
    """What SGLang adds to OpenAI's answers."""

    spec_tokens_details: SpecTokensDetails | None = None


class Metrics(Struct):
    """vLLM's account, in milliseconds, with --enable-per-request-metrics: until the request was
    scheduled, from there to its first token, and from that to its last.
    """

    queue_time_ms: float | None = None
    time_to_first_token_ms: float | None = None
    generation_time_ms: float | None = None
    speculative_decoding: SpeculativeDecoding | None = None

    def times(self) -> Times:
        """In seconds."""
        return _times(self.queue_time_ms, self.time_to_first_token_ms, self.generation_time_ms)


def _times(queue: float | None, prompt: float | None, completion: float | None) -> Times:
    """The total of what is told in milliseconds; unknown where a part that counts is."""
    if prompt is None or completion is None:
        return Times()
    waited = None if queue is None else queue / 1000
    total = (waited or 0.0) + (prompt + completion) / 1000
    return Times(waited, prompt / 1000, completion / 1000, total)


class Answer(Struct):
    """A completion, or a chunk of a streamed one."""

    choices: list[Choice] | None = None
    usage: Usage | None = None
    time_info: Times | None = None
    timings: Timings | None = None
    metrics: Metrics | None = None
    sglext: SglExt | None = None
    content: str | None = None  # of llama-server's own /completion, as are `tokens`
    tokens: list[int] | None = None
    system_fingerprint: str | None = None
    error: Any = None

    @property
    def times(self) -> Times:
        """The server's account of its time, by whichever name it has one."""
        if self.time_info is not None:
            return self.time_info
        reported = self.metrics or self.timings
        # Of several prompts of one request llama-server times the first alone.
        return Times() if reported is None or len(self.choices or []) > 1 else reported.times()


class ModelMeta(Struct):
    """What llama-server says of a model: the context it gives it, and what tells it from others."""

    n_ctx: int | None = None
    n_params: int | None = None
    n_vocab: int | None = None
    size: int | None = None


class Model(Struct):
    """A model of /v1/models; its context by whichever name the server has for it."""

    id: str
    context_length: int | None = None
    max_model_len: int | None = None
    max_context_length: int | None = None
    meta: ModelMeta | None = None

    @property
    def context(self) -> int | None:
        """Tokens that it holds, where the server tells."""
        own = None if self.meta is None else self.meta.n_ctx
        return self.context_length or self.max_model_len or self.max_context_length or own


class Models(Struct):
    """The answer of /v1/models."""

    data: list[Model]
