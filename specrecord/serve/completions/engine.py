"""Completions computed by a local model: scoring a prompt, drawing tokens, and saying how long each
took.

The prompts of one request that continue one another, such as a context and the same with one, two,
three drafted tokens, are read in a single pass of the model.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from specrecord.decoding.rng import Rng, SeededRng
from specrecord.decoding.sampling import SamplingParams
from specrecord.models.base import FullLogits, Logits, Target, Tokenizer
from specrecord.models.tokenization.token_text import TokenText
from specrecord.serve.completions.schema import CompletionRequest, wrong

_MOST_VALUES = 1 << 27  # log-probabilities held for one request: a gibibyte

LogProbs = NDArray[np.float64]  # natural logarithms of a distribution at temperature 1


@dataclass
class Written:
    """One completion: its tokens, and of all that is shown each token with the log-probabilities at
    its place: of the prompt's echoed end, None where no token came before, and of `tokens`.
    """

    prompt: tuple[int, ...]
    shown: list[tuple[int, LogProbs | None]] = field(default_factory=list)
    tokens: list[int] = field(default_factory=list)
    finish: str | None = None


class Engine:
    """One model, one request at a time. `rng` draws the tokens of requests that give no seed."""

    def __init__(self, model: Target, tokenizer: Tokenizer, rng: Rng) -> None:
        self.model, self.tokenizer = model, tokenizer
        self.token_text = TokenText(tokenizer)
        self.rng = rng

    def prompts(self, request: CompletionRequest) -> list[tuple[int, ...]]:
        """The prompts as ids. Raises RefusedError for ids that name nothing and for prompts that
        leave no room.
        """
        found = []
        for prompt in request.prompts:
            ids = tuple(self.tokenizer.encode(prompt) if isinstance(prompt, str) else prompt)
            if not ids:
                raise wrong("prompt", "'prompt' is empty")
            if not all(0 <= token < self.tokenizer.vocabulary_size for token in ids):
                raise wrong("prompt", "'prompt' has a token id outside the vocabulary")
            context = self.model.info.context
            if len(ids) + (request.max_tokens or 0) > context + 1:
                raise wrong(
                    "prompt",
                    f"the prompt's {len(ids)} tokens and max_tokens do not fit this model's "
                    f"{context}",
                    "context_length_exceeded",
                )
            found.append(ids)
        return found

    def write(
        self,
        request: CompletionRequest,
        prompts: Sequence[tuple[int, ...]],
        scoring: bool,
        asked: float,
        observe: Callable[[Written], None],
        stopped: Callable[[], bool],
    ) -> tuple[list[Written], dict[str, float]]:
        """All completions of a request, prompt by prompt, and the seconds spent waiting for the
        model since `asked`, reading prompts, and on later tokens. `observe` hears of each token as
        it is sampled.

        `scoring` allows log-probabilities for the prompt's own tokens (with `echo` and `logprobs`).
        """
        clock = [asked, time.perf_counter()]
        scores = [_scored_count(request, len(ids)) if scoring else 0 for ids in prompts]
        self._check_size(request, prompts, sum(scores))
        rows = self._read(prompts, scores)
        clock.append(time.perf_counter())
        rng = self.rng
        if request.seed is not None:
            rng = SeededRng(np.random.default_rng(request.seed & (2**64 - 1)))
        written = []
        for ids, logits, count in zip(prompts, rows, scores, strict=True):
            for _ in range(request.n):
                one = Written(ids, _echoed(request, ids, logits, count) if scoring else [])
                self._continue(one, logits[-1], request, rng, observe, stopped)
                written.append(one)
        clock.append(time.perf_counter())
        parts = ("queue_time", "prompt_time", "completion_time")
        return written, dict(zip(parts, np.diff(clock).tolist(), strict=True))

    def _check_size(
        self, request: CompletionRequest, prompts: Sequence[tuple[int, ...]], scored: int
    ) -> None:
        """Raises RefusedError for more log-probabilities than are held at once."""
        budgets = sum(self._budget(request, len(ids)) for ids in prompts) * request.n
        rows = scored + (0 if request.logprobs is None else budgets)
        if rows * self.tokenizer.vocabulary_size > _MOST_VALUES:
            raise wrong(
                "logprobs",
                f"log-probabilities of {rows} tokens are too many for one request; ask for fewer "
                "(max_tokens, echo_last)",
            )

    def _budget(self, request: CompletionRequest, length: int) -> int:
        """Tokens that may follow a prompt of that length."""
        room = self.model.info.context + 1 - length
        return room if request.max_tokens in (None, -1) else min(room, request.max_tokens)

    def _read(self, prompts: Sequence[tuple[int, ...]], scores: Sequence[int]) -> list[Logits]:
        """For each prompt the logits after its last `score + 1` ids, (score + 1, vocabulary)."""
        rows: dict[int, Logits] = {}
        for longest in sorted(prompts, key=len, reverse=True):
            chain = [
                index
                for index, ids in enumerate(prompts)
                if index not in rows and longest[: len(ids)] == ids
            ]
            if not chain:
                continue
            first = min(len(prompts[index]) - scores[index] for index in chain)
            logits = self.logits(longest[:first], longest[first:])
            for index in chain:
                end = len(prompts[index]) - first + 1
                rows[index] = logits[end - scores[index] - 1 : end]
        return [rows[index] for index in range(len(prompts))]

    def logits(self, context: Sequence[int], tokens: Sequence[int]) -> Logits:
        """What the model says after the context and after each token behind it, (tokens + 1,
        vocabulary).
        """
        output = self.model.verify(context, tokens)
        assert isinstance(output, FullLogits)  # a model of this machine
        return output.logits

    def _continue(
        self,
        written: Written,
        logits: Logits,
        request: CompletionRequest,
        rng: Rng,
        observe: Callable[[Written], None],
        stopped: Callable[[], bool],
    ) -> None:
        """Draw tokens until the budget, the end of the text or the end of the context."""
        budget = self._budget(request, len(written.prompt))
        sampling = SamplingParams(request.temperature, top_p=request.top_p)
        stops = request.stops
        text = b""
        while len(written.tokens) < budget and written.finish is None and not stopped():
            if written.tokens:
                logits = self.logits([*written.prompt, *written.tokens], [])[0]
            token = rng.draw(sampling(logits)).token
            written.tokens.append(token)
            listed = request.logprobs is not None
            written.shown.append((token, _log_softmax(logits) if listed else None))
            text += self.tokenizer.token_bytes(token)
            if token in self.tokenizer.end_ids or any(stop in text for stop in stops):
                written.finish = "stop"
            observe(written)
        written.finish = written.finish or "length"


def _scored_count(request: CompletionRequest, length: int) -> int:
    """How many tokens at a prompt's end are scored: at most all but the first, before which there
    is nothing.
    """
    if request.logprobs is None or not (request.echo or request.echo_last):
        return 0
    return length - 1 if request.echo_last is None else min(request.echo_last, length - 1)


def _log_softmax(logits: Logits) -> LogProbs:
    """log softmax at temperature 1, float64."""
    shifted = logits.astype(np.float64) - float(logits.max())
    logprobs: LogProbs = shifted - np.log(np.exp(shifted).sum())
    return logprobs


def _echoed(
    request: CompletionRequest, ids: tuple[int, ...], logits: Logits, count: int
) -> list[tuple[int, LogProbs | None]]:
    """The echoed tokens with their log-probabilities, None for the first of all."""
    if not count and not request.echo:
        return []
    shown = len(ids) if request.echo_last is None else min(len(ids), request.echo_last)
    rows = [*[None] * (shown - count), *map(_log_softmax, logits[:-1])]
    return list(zip(ids[len(ids) - shown :], rows, strict=True))
