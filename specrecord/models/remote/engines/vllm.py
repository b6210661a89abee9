"""vLLM: drafted and accepted tokens of each step, at the end of the stream
(`--per-request-spec-decode-metrics detailed`; its documentation calls the form experimental).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from specrecord.models.base import EngineRound
from specrecord.models.remote.completions.responses import documented
from specrecord.models.remote.completions.score import Score
from specrecord.models.remote.engines.engine import Engine, ScoringEngine, Stamped, bad_answer
from specrecord.models.remote.engines.steps import Step, steps_of
from specrecord.models.remote.http.answers import Answer, SpeculativeDecoding

_LOOK = 4  # tokens


class Vllm(ScoringEngine):
    """A step without a draft is not among those that it tells. No request can do without."""

    name = "vllm"
    token_ids = True
    neutral: ClassVar[dict[str, float]] = {"top_k": 0, "repetition_penalty": 1.0, **Engine.neutral}

    def look(self, prompt: Sequence[int]) -> None:
        """It tells its K with every answer."""
        decoding = [
            decoding for chunk in self.stream(prompt, _LOOK) if (decoding := _decoding_of(chunk))
        ]
        if not decoding:
            raise bad_answer(
                "it tells nothing of a draft; start it with --speculative-config and "
                "--per-request-spec-decode-metrics detailed"
            )
        self.k = decoding[-1].num_spec_tokens

    def stream(self, context: Sequence[int], count: int, **changes: Any) -> Iterator[Answer]:
        """The counts come with the usage."""
        client = self.client
        body = client.fields([context], count, 0, stream_options={"include_usage": True}, **changes)
        del body["logprobs"]  # they would cost time
        return client.transport.stream(**body)

    def rounds(self, chunks: Iterable[Stamped], count: int) -> Iterator[EngineRound]:
        """All are known once the stream has ended."""
        arrived: list[tuple[int, list[int]]] = []
        decoding, left = None, count
        for time, chunk in chunks:
            decoding = _decoding_of(chunk) or decoding
            for choice in chunk.choices or []:
                with documented():
                    tokens, _ = self.client.sampled(choice, left)
                left -= len(tokens)
                if tokens:
                    arrived.append((time, tokens))
        if decoding is None:
            raise bad_answer("the stream ended without the counts of its draft")
        yield from placed(arrived, _steps(decoding))

    def score(self, context: Sequence[int], tokens: Sequence[int]) -> list[float]:
        """By `echo`, which has it tell of the prompt, too; of the likeliest one is enough."""
        able = replace(self.client.capabilities, most=1)
        return Score(replace(self.client, capabilities=able)).logprobs(context, tokens)


def placed(arrived: Sequence[tuple[int, list[int]]], steps: Sequence[Step]) -> list[EngineRound]:
    """The rounds of chunks (time, tokens), `steps` being those with a draft in their order."""
    try:
        found, only = steps_of([len(tokens) for _, tokens in arrived], steps)
    except ValueError:
        raise bad_answer("the steps that it tells are not those of its stream") from None
    rounds = []
    for (time, tokens), whole in zip(arrived, found, strict=True):
        left = list(tokens)
        for drafted, accepted in whole:
            written, left = left[: accepted + 1], left[accepted + 1 :]
            stamped = tuple((time, token) for token in written)
            rounds.append(EngineRound(drafted, accepted, stamped, certain=only or len(tokens) > 1))
    return rounds


def _decoding_of(chunk: Answer) -> SpeculativeDecoding | None:
    return None if chunk.metrics is None else chunk.metrics.speculative_decoding


def _steps(decoding: SpeculativeDecoding) -> list[Step]:
    """Held to the totals that are told with them."""
    drafted, accepted = decoding.per_step_drafted or [], decoding.per_step_accepted or []
    if decoding.num_draft_tokens and not drafted:
        raise bad_answer("it tells totals alone; start it with ...-spec-decode-metrics detailed")
    fits = all(0 <= kept <= of for kept, of in zip(accepted, drafted, strict=False))
    sums = (decoding.num_draft_tokens, decoding.num_accepted_draft_tokens)
    if len(drafted) != len(accepted) or not fits or (sum(drafted), sum(accepted)) != sums:
        raise bad_answer("the steps that it tells are not those of its totals")
    return list(zip(drafted, accepted, strict=True))
