"""What is kept about laws beside the drawn tokens: likeliest tokens, entropy, overlap, raw log-probability.

All of it is worked out for the rows of a round at once: on a small vocabulary the number of numpy calls is what costs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from specrecord.decoding.warp import Laws, softmax
from specrecord.events import pack_top

Mode = Literal["top", "full", "none"]
Rows = NDArray[np.floating[Any]]
_BLOCK = 32  # tokens; any size is right, this one is fast
_NEGLIGIBLE = 1e-6  # a probability that no picture can show is not worth its eight bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """Evidence about one law. `top` is packed as the events carry it."""

    entropy: float | None
    top: bytes | None


NOTHING_KEPT = Kept(None, None)


@dataclass(frozen=True)
class EvidencePolicy:
    """How much to keep. `raw` describes the model's own law at temperature 1 instead of the sampled one.

    At temperature 0 the sampled law is a point mass, and its alternatives and entropy would say nothing.
    """

    mode: Mode = "top"
    count: int = 10
    raw: bool = False

    def keep(self, logits: Rows, laws: Laws, revealed: bool = False) -> list[Kept]:
        """Evidence for each of the laws, shape (rows, vocabulary). `revealed`: see `keep_revealed`."""
        if self.mode == "none":
            return [NOTHING_KEPT] * len(laws)
        if revealed and self.raw:
            return [self.keep_revealed(row) for row in logits]
        described = softmax(logits) if self.raw else laws
        tops = [pack_top(*top) for top in likeliest(described, self.count)]
        return [Kept(*both) for both in zip(entropies(described).tolist(), tops, strict=True)]

    def keep_revealed(self, logprobs: Rows) -> Kept:
        """Evidence for one row of a remote target: logarithms of its own law, -inf where it said nothing.

        What is missing from the row has a probability too, so there is no entropy.
        """
        if self.mode == "none":
            return NOTHING_KEPT
        [top] = likeliest(np.exp(logprobs.astype(np.float64))[None], self.count)
        return Kept(None, pack_top(*top))

    @property
    def header(self) -> dict[str, Any]:
        """The header's `evidence` entry."""
        return {"mode": self.mode, "n": self.count, "of": "raw" if self.raw else "law"}


def likeliest(laws: Laws, count: int) -> list[tuple[NDArray[np.intp], Laws]]:
    """Each law's `count` likeliest tokens and their probabilities, likeliest first, ties in id order; no negligible.

    The count-th largest of the maxima of blocks is a floor that at least `count` tokens reach, and few others do: one
    pass over the vocabulary instead of a selection, which for 49,000 tokens is 20 times as slow.
    """
    rows, width = laws.shape
    blocks = width // _BLOCK
    floor: Any = _NEGLIGIBLE
    if blocks > count:
        peaks = np.maximum.reduce(laws[:, : blocks * _BLOCK].reshape(rows, blocks, _BLOCK), axis=2)
        peaks.partition(blocks - count, axis=1)
        floor = np.maximum(peaks[:, blocks - count, None], _NEGLIGIBLE)
    row, token = (laws >= floor).nonzero()
    probs = laws[row, token]
    order = np.lexsort((-probs, row))
    token, probs = token[order], probs[order]
    starts = row.searchsorted(np.arange(rows + 1)).tolist()
    ends = [min(end, start + count) for start, end in pairwise(starts)]
    return [(token[start:end], probs[start:end]) for start, end in zip(starts, ends, strict=False)]


def entropies(laws: Laws) -> NDArray[np.float64]:
    """-sum(p log p) of each row, in nats."""
    logs = np.log(laws, out=np.zeros_like(laws), where=laws > 0)
    summed: NDArray[np.float64] = np.einsum("rv,rv->r", laws, logs)
    return 0.0 - summed


def overlaps(target_laws: Laws, draft_laws: Laws) -> NDArray[np.float64]:
    """sum(min(target, draft)) of each row: the standard rule's acceptance probability, 1 minus the total variation."""
    shared: NDArray[np.float64] = np.add.reduce(np.minimum(target_laws, draft_laws), axis=-1)
    return shared


def raw_logprobs(logits: Rows, tokens: Sequence[int]) -> NDArray[np.float64]:
    """log softmax(logits)[token] at temperature 1 for each row and its token, to float32 accuracy."""
    shifted = logits - np.maximum.reduce(logits, axis=-1, keepdims=True)
    chosen = shifted[np.arange(len(tokens)), tokens].astype(np.float64)
    found: NDArray[np.float64] = chosen - np.log(np.add.reduce(np.exp(shifted), axis=-1), dtype=np.float64)
    return found
