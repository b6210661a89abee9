"""A chat that takes predicted outputs, as a target: one streamed request with the draft's text as
its `prediction`, as Cerebras (in preview) and OpenAI document it. It tells two counts.

Only what goes with a prediction by that documentation is sent: no log-probabilities, no penalties,
and `max_tokens`, which OpenAI's takes beside one, in place of `max_completion_tokens`.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from msgspec import convert

from specrecord.errors import UnsupportedModelError, UsageError
from specrecord.models.base import (
    AnswerChunk,
    AnswerSummary,
    ModelInfo,
    PredictionTarget,
    TargetFaultError,
    Tokenizer,
)
from specrecord.models.remote import PREDICTION, shown
from specrecord.models.remote.completions.client import Capabilities, CompletionsClient
from specrecord.models.remote.completions.match import Match
from specrecord.models.remote.completions.responses import documented
from specrecord.models.remote.connect import (
    RemoteOptions,
    address_of,
    check_vocabulary,
    connecting,
    measure_round_trip,
    read_context,
)
from specrecord.models.remote.http.answers import Answer, CompletionDetails, Usage
from specrecord.models.remote.target import HttpTarget

_PATH = "/v1/chat/completions"
_LOOK = "one two three four five six seven eight"
_MOST = 2**31 - 1  # tokens that a recording counts
_LONGEST = 1e6  # seconds
_FINAL = b"final"  # Harmony's name for what is meant for the reader
_ENDS = {"stop": "eos", "length": "length"}


class PredictingChat(HttpTarget, PredictionTarget):
    """`message` is the user's message. What it samples from is the server's own, whatever it was
    asked: nothing that it tells could be held against it.
    """

    def __init__(
        self, info: ModelInfo, client: CompletionsClient, message: str, round_trip: float
    ) -> None:
        super().__init__(info, client, Match(client), round_trip)
        self._message = message

    def text_of(self, guess: Sequence[int]) -> tuple[str, int]:
        """What stands behind a thought, or in Harmony's last message for the reader."""
        tokenizer, begin = self._client.tokenizer, 0
        heading: bytes | None = None
        for place, token in enumerate(guess):
            spelled = tokenizer.token_bytes(token)
            name = tokenizer.special_names.get(token) or spelled.decode(errors="replace")
            if name == "</think>":
                begin = place + 1
            elif name == "<|channel|>":
                heading, begin = b"", len(guess)
            elif name == "<|message|>" and heading is not None:
                begin = place + 1 if heading.strip() == _FINAL else len(guess)
                heading = None
            elif heading is not None:
                heading += spelled
        pieces = [raw for token in guess[begin:] if (raw := tokenizer.token_bytes(token))]
        return b"".join(pieces).decode(errors="ignore"), len(pieces)

    def answer(
        self, prediction: str, count: int, now: Callable[[], int]
    ) -> Iterator[AnswerChunk | AnswerSummary]:
        """One streamed request."""
        client, ended, first, summary = self._client, None, True, None
        fields = chat_fields(client, self._message, prediction, count)
        for chunk in client.transport.stream_from(_PATH, {**fields, **_STREAMED}):
            time = now()
            for choice in chunk.choices or []:
                ended = choice.finish_reason or ended
                text = (choice.delta and choice.delta.content) or ""
                if tokens := self._spelled(text):
                    yield AnswerChunk(time, tokens, client.transport.sent if first else None)
                    first = False
            if chunk.usage is not None:
                summary = _summary_of(chunk, time, ended, bool(prediction))
        if (
            summary is None
        ):  # looked for at the end: a stream that is read whole keeps its connection
            raise TargetFaultError("truncated", "the stream ended before what it told of itself")
        yield summary

    def _spelled(self, text: str) -> tuple[int, ...]:
        tokenizer = self._client.tokenizer
        tokens = tuple(tokenizer.encode(text))
        if b"".join(map(tokenizer.token_bytes, tokens)) != text.encode():
            raise TargetFaultError(
                "bad-answer", "the draft's tokenizer does not spell what was answered", lasting=True
            )
        return tokens


_STREAMED: dict[str, Any] = {"stream": True, "stream_options": {"include_usage": True}}


def chat_fields(
    client: CompletionsClient, message: str, prediction: str, count: int
) -> dict[str, Any]:
    """The body of a chat request."""
    return {
        "model": client.model,
        "messages": [{"role": "user", "content": message}],
        "max_tokens": count,
        "temperature": client.temperature,
        **({"top_p": client.top_p} if client.top_p < 1 else {}),
        **({"prediction": {"type": "content", "content": prediction}} if prediction else {}),
    }


def _summary_of(chunk: Answer, time: int, ended: str | None, predicted: bool) -> AnswerSummary:
    """Raises TargetFaultError where a prediction goes without a word, or the answer ended in
    another way than texts do.
    """
    usage, times = chunk.usage or Usage(), chunk.times
    details = usage.completion_tokens_details or CompletionDetails()
    accepted, rejected = details.accepted_prediction_tokens, details.rejected_prediction_tokens
    if predicted and (accepted is None or rejected is None):
        raise _silent()
    counts = [accepted, rejected, usage.completion_tokens, details.reasoning_tokens]
    if not all(0 <= (count or 0) <= _MOST for count in counts):
        raise TargetFaultError("bad-answer", "it counts tokens that cannot be", lasting=True)
    if ended not in _ENDS:
        raise TargetFaultError("bad-answer", f"the answer ended by {str(ended)[:30]}", lasting=True)
    return AnswerSummary(
        time,
        "eos" if ended == "stop" else "length",
        accepted or 0,
        rejected or 0,
        usage.completion_tokens,
        details.reasoning_tokens,
        *(times.parts if all(0 <= (one or 0) <= _LONGEST for one in times.parts) else ()),
    )


def _silent() -> TargetFaultError:
    return TargetFaultError(
        "no-prediction",
        "it tells of no accepted and rejected tokens, so that it passes predictions over",
        lasting=True,
    )


def open_prediction(
    name: str, tokenizer: Tokenizer, options: RemoteOptions, message: str
) -> PredictingChat:
    """Connect, and see by a short request whether it takes predictions. Raises UsageError in all
    its kinds.
    """
    if options.top_k:
        raise UsageError(
            "--top-k cannot be asked of a chat, which takes a prediction; leave it out"
        )
    if options.temperature > 2:
        raise UsageError(f"the temperature is {options.temperature:g}; this API takes 0 to 2")
    address = address_of(name, options)
    able = Capabilities(own=True)
    with connecting(address, options, "no prediction: ") as transport:
        client = CompletionsClient(
            transport, address.model, tokenizer, options.temperature, options.top_p, able
        )
        with documented():
            fields = chat_fields(client, f"Say: {_LOOK}", _LOOK, 8)
            look = convert(transport.post(_PATH, fields), Answer)
        details = (look.usage or Usage()).completion_tokens_details or CompletionDetails()
        if details.accepted_prediction_tokens is None:
            raise UnsupportedModelError(f"{address.name}: {_silent()}")
        check_vocabulary(address, look.system_fingerprint or "", tokenizer)
        round_trip = measure_round_trip(transport)
        context = read_context(transport, address.model)
    info = ModelInfo(
        address.name,
        address.backend,
        shown(address.model),
        tokenizer.fingerprint,
        context,
        details={
            "verifier": PREDICTION,
            "server": "chat",
            "fingerprint": look.system_fingerprint or "",
        },
    )
    return PredictingChat(info, client, message, round_trip)
