"""SGLang, by its documentation (`return_spec_tokens_details`, its pull request 33518): totals and a
histogram at the end of the stream, whose chunks are its steps.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

from specrecord.models.base import EngineRound
from specrecord.models.remote.completions.responses import documented
from specrecord.models.remote.engines.engine import Engine, Stamped, bad_answer
from specrecord.models.remote.http.answers import Answer, SpecTokensDetails

_LOOK = 8  # tokens
_NOTHING = "it tells nothing of a draft; start it with --speculative-algorithm"


class Sglang(Engine):
    """Every step drafts as many tokens. How many were accepted in each is read off the stream, and
    held to the histogram.
    """

    name = "sglang"
    neutral: ClassVar[dict[str, float]] = {"top_k": -1, "repetition_penalty": 1.0, **Engine.neutral}

    def look(self, prompt: Sequence[int]) -> None:
        """Its K is what it proposed a step."""
        details = [one for chunk in self.stream(prompt, _LOOK) if (one := _details(chunk))]
        if not details or not details[-1].spec_verify_ct:
            raise bad_answer(_NOTHING)
        self.k = _each(details[-1])

    def stream(self, context: Sequence[int], count: int, **changes: Any) -> Iterator[Answer]:
        """The counts come at the end."""
        client = self.client
        body = client.fields([context], count, 1, return_spec_tokens_details=True, **changes)
        return client.transport.stream(**body)

    def rounds(self, chunks: Iterable[Stamped], count: int) -> Iterator[EngineRound]:
        """All are known once the stream has ended. A last step that the text's end cut short had
        accepted what the histogram has more.
        """
        arrived: list[tuple[int, int]] = []
        details, left, sizes = None, count, list[int]()
        for time, chunk in chunks:
            details = _details(chunk) or details
            for choice in chunk.choices or []:
                with documented():
                    tokens, _ = self.client.sampled(choice, left)
                left -= len(tokens)
                arrived += [(time, token) for token in tokens]
                sizes += [len(tokens)] if tokens else []
        if details is None:
            raise bad_answer(_NOTHING)
        accepted = _accepted(sizes, details)
        drafted, at = _each(details), 1
        yield EngineRound(0, 0, tuple(arrived[:1]))
        for kept in accepted:
            yield EngineRound(drafted, kept, tuple(arrived[at : at + kept + 1]))
            at += kept + 1


def _accepted(sizes: Sequence[int], details: SpecTokensDetails) -> list[int]:
    """Accepted tokens of each step after the first token."""
    steps = [size for size in (sizes[0] - 1, *sizes[1:]) if size] if sizes else []
    accepted = [size - 1 for size in steps]
    histogram = Counter(dict(enumerate(details.spec_correct_drafts_histogram)))
    more = list((+histogram - Counter(accepted)).elements())
    less = list((Counter(accepted) - histogram).elements())
    if accepted and less == accepted[-1:] and len(more) == 1 and more[0] > less[0]:
        accepted[-1], more, less = more[0], [], []
    if more or less or sum(accepted) != details.spec_num_correct_drafts:
        raise bad_answer("the steps of its stream are not those that it counts")
    return accepted


def _each(details: SpecTokensDetails) -> int:
    """Tokens that each step proposed."""
    each, rest = divmod(details.spec_num_proposed_drafts, details.spec_verify_ct or 1)
    if rest:
        raise bad_answer(
            "its steps proposed different numbers of tokens, and it tells their sum alone"
        )
    return each


def _details(chunk: Answer) -> SpecTokensDetails | None:
    return None if chunk.sglext is None else chunk.sglext.spec_tokens_details
