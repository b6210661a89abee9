"""What is recorded of distributions beside the drawn tokens: likeliest tokens, entropy, overlap,
raw log-probability.

Small vocabularies are worked on many rows at once, since the number of numpy calls is what costs
there; of big ones a row at a time, which stays in the processor's cache.

No verdict hangs on any of it, so it has as many digits as are ever shown: random last digits
of a float are what compresses worst in a recording.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from specrecord.decoding.rng import on_grid
from specrecord.decoding.sampling import Probs, softmax
from specrecord.events import pack_top

Mode = Literal["top", "full", "none"]
Rows = NDArray[np.floating[Any]]
_BLOCK = 32  # tokens; any size is right, this one is fast
_WIDE = 8192  # a vocabulary above this is worked on row by row
_STEP = 2.0**-11  # rounded to multiples of it, a number is off by less than 0.00025
_NEGLIGIBLE = _STEP  # a probability that no picture can show is not worth its eight bytes
_NEGLIGIBLE_FINE = 1e-6
_BITS = 3  # significant ones of a probability at least: off by an eighth of itself at most


@dataclass(frozen=True, slots=True)
class Summary:
    """Of one distribution: its entropy in nats and its likeliest tokens, packed as the events carry
    them.
    """

    entropy: float | None
    top: bytes | None


NO_SUMMARY = Summary(None, None)


@dataclass(frozen=True)
class LogprobCapture:
    """How much is recorded. `raw` describes the model's own distribution at temperature 1 instead
    of the sampled one.

    At temperature 0 the sampled distribution is a point mass, and its alternatives and entropy
    would say nothing. `fine` lists are not rounded: for whole distributions, and for rules whose
    audit reckons with the lists.
    """

    mode: Mode = "top"
    count: int = 10
    raw: bool = False
    fine: bool = False

    @property
    def rounds(self) -> bool:
        """Whether lists of likeliest tokens are rounded, and shortened to what can be seen."""
        return self.mode == "top" and not self.fine

    def summarise(self, logits: Rows, probs: Probs) -> list[Summary]:
        """A summary of each distribution, (rows, vocabulary)."""
        if self.mode == "none":
            return [NO_SUMMARY] * len(probs)
        found: list[Summary] = []
        for part in _parts(probs):
            described = softmax(logits[part]) if self.raw else probs[part]
            tops = self._tops(described)
            found += map(Summary, entropies(described).tolist(), tops)
        return found

    def summarise_listed(self, logprobs: Rows) -> Summary:
        """A summary of one row of a server's list: logarithms of its own distribution, -inf where
        it lists nothing. What is missing has a probability too, so there is no entropy.
        """
        if self.mode == "none":
            return NO_SUMMARY
        [top] = self._tops(np.exp(logprobs.astype(np.float64))[None])
        return Summary(None, top)

    def _tops(self, probs: Probs) -> list[bytes]:
        """Each distribution's likeliest tokens, packed."""
        found = (
            likeliest(probs, self.count, _NEGLIGIBLE, rounded_probs)
            if self.rounds
            else likeliest(probs, self.count)
        )
        return [pack_top(*top) for top in found]

    @property
    def header(self) -> dict[str, Any]:
        """The header's `evidence` entry."""
        entry = {"mode": self.mode, "n": self.count, "of": "raw" if self.raw else "law"}
        return {**entry, "step": _STEP, "least": _NEGLIGIBLE} if self.rounds else entry


def rounded(values: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """To multiples of 1/2048, so within 0.00025. No negative zero."""
    return np.rint(values / _STEP) * _STEP + 0.0


def rounded_probs(probs: Probs) -> Probs:
    """The same, but small ones keep three significant bits, so that none is off by more than an
    eighth of itself.
    """
    step = np.minimum(_STEP, np.ldexp(1.0, np.frexp(probs)[1] - _BITS))
    return np.rint(probs / step) * step


def likeliest(
    probs: Probs,
    count: int,
    least: float = _NEGLIGIBLE_FINE,
    rounding: Callable[[Probs], Probs] = lambda values: values,
) -> list[tuple[NDArray[np.intp], Probs]]:
    """Each distribution's `count` likeliest tokens and their probabilities, likeliest first, ties
    in id order; none below
    `least`. `rounding` is given the probabilities of all rows at once.

    The count-th largest of the maxima of blocks is a floor that at least `count` tokens reach, and
    few others do: one pass over the vocabulary instead of a selection, which for 49,000 tokens is
    20 times as slow.
    """
    rows, width = probs.shape
    blocks = width // _BLOCK
    floor: Any = least
    if blocks > count:
        peaks = np.maximum.reduce(probs[:, : blocks * _BLOCK].reshape(rows, blocks, _BLOCK), axis=2)
        peaks.partition(blocks - count, axis=1)
        floor = np.maximum(peaks[:, blocks - count, None], least)
    row, token = (probs >= floor).nonzero()
    values = probs[row, token]
    order = np.lexsort((-values, row))
    token, values = token[order], rounding(values[order])
    starts = row.searchsorted(np.arange(rows + 1)).tolist()
    ends = [min(end, start + count) for start, end in pairwise(starts)]
    return [(token[start:end], values[start:end]) for start, end in zip(starts, ends, strict=False)]


def entropies(probs: Probs) -> NDArray[np.float64]:
    """-sum(p log p) of each row, in nats, `rounded`."""
    logs = np.log(probs, out=np.zeros_like(probs), where=probs > 0)
    summed: NDArray[np.float64] = np.einsum("rv,rv->r", probs, logs)
    return rounded(0.0 - summed)


def overlaps(target_probs: Probs, draft_probs: Sequence[Probs]) -> list[float]:
    """sum(min(target, draft)) of each row: the standard rule's acceptance probability, 1 minus the
    total variation.

    Kept `on_grid`.
    """
    if not len(draft_probs):
        return []
    shared = [
        np.add.reduce(np.minimum(target_probs[part], draft_probs[part]), axis=-1)
        for part in _parts(target_probs)
    ]
    return on_grid(np.concatenate(shared)).tolist()


def raw_logprobs(logits: Rows, tokens: Sequence[int]) -> list[float]:
    """log softmax(logits)[token] at temperature 1 for each row and its token, worked out in float32
    and `rounded`.
    """
    chosen = np.array(tokens, np.intp)
    found: list[float] = []
    for part in _parts(logits):
        shifted = logits[part] - np.maximum.reduce(logits[part], axis=-1, keepdims=True)
        own = shifted[np.arange(len(shifted)), chosen[part]].astype(np.float64)
        mass = np.add.reduce(np.exp(shifted), axis=-1)
        found += rounded(own - np.log(mass, dtype=np.float64)).tolist()
    return found


def _parts(rows: Rows) -> list[slice]:
    """All rows at once of a small vocabulary, one at a time of a big one."""
    if rows.shape[-1] <= _WIDE:
        return [slice(None)]
    return [slice(row, row + 1) for row in range(len(rows))]
