"""Whether a number can be what it is said to be."""

import math
from collections.abc import Iterator

from specrecord.recording.audit.judged_round import EXACT


def probability(name: str, value: float) -> Iterator[str]:
    """A probability lies in [0, 1]."""
    if not -EXACT <= value <= 1 + EXACT:
        yield f"{name} {value} is not a probability"


def in_interval(uniform: float, low: float, high: float) -> Iterator[str]:
    """The uniform that drew a token lies in the token's interval."""
    if not (low - EXACT <= uniform < high + EXACT and 0 <= uniform < 1):
        yield f"uniform {uniform:.6g} is not in [{low:.6g}, {high:.6g}), so it drew another token"


def logprob(value: float | None) -> Iterator[str]:
    """A logarithm of a probability is at most 0."""
    if value is not None and (math.isnan(value) or value > EXACT):
        yield f"raw_logprob {value} is not the logarithm of a probability"
