"""A server's own speculation, as far as it tells: the rounds of a streamed completion, with their
counts and times. Which tokens were rejected, and by which probabilities, no server tells.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from specrecord.models.remote.http.answers import Answer, Timings


@dataclass(frozen=True)
class OwnRound:
    """One step of the server's loop: tokens that its draft had, that were accepted, and that came
    out, and how long it took, in seconds.
    """

    drafted: int
    accepted: int
    tokens: int
    seconds: float


def own_rounds(chunks: Iterable[Answer]) -> Iterator[OwnRound]:
    """The rounds of a stream that llama-server was asked for with `timings_per_token`, a chunk a
    token. Its counts add up from the beginning, and its clock moves once a round. The first token
    comes of reading the prompt, and is of no round. Nothing, where it tells nothing.
    """
    timings = [chunk.timings for chunk in chunks if chunk.timings is not None]
    told = [one for one in timings if one.predicted_n is not None and one.predicted_ms is not None]
    last = Timings(predicted_ms=0.0, predicted_n=0)
    for index, (_, group) in enumerate(groupby(told, key=lambda one: one.predicted_ms)):
        now = list(group)[-1]
        if index:
            yield _between(last, now)
        last = now


def _between(before: Timings, now: Timings) -> OwnRound:
    return OwnRound(
        drafted=(now.draft_n or 0) - (before.draft_n or 0),
        accepted=(now.draft_n_accepted or 0) - (before.draft_n_accepted or 0),
        tokens=(now.predicted_n or 0) - (before.predicted_n or 0),
        seconds=((now.predicted_ms or 0.0) - (before.predicted_ms or 0.0)) / 1000,
    )
