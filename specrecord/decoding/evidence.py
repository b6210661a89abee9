"""What is kept about laws beside the drawn tokens: likeliest tokens, entropy, overlap, raw log-probability.

Small vocabularies are worked on many rows at once, since the number of numpy calls is what costs there; of big ones a
row at a time, which stays in the processor's cache.
"""

import math
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
_WIDE = 8192  # a vocabulary above this is worked on row by row
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
        kept: list[Kept] = []
        for part in _parts(laws):
            described = softmax(logits[part]) if self.raw else laws[part]
            tops = [pack_top(*top) for top in likeliest(described, self.count)]
            kept += [Kept(*both) for both in zip(entropies(described).tolist(), tops, strict=True)]
        return kept

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


def overlaps(target_laws: Sequence[Laws] | Laws, draft_laws: Sequence[Laws] | Laws) -> list[float]:
    """sum(min(target, draft)) of each row: the standard rule's acceptance probability, 1 minus the total variation."""
    if not len(draft_laws):
        return []
    if len(draft_laws[0]) <= _WIDE:
        found: list[float] = np.add.reduce(
            np.minimum(np.stack(list(target_laws)), np.stack(list(draft_laws))), axis=-1
        ).tolist()
        return found
    buffer = np.empty(len(draft_laws[0]))
    pairs = zip(target_laws, draft_laws, strict=True)
    return [float(np.add.reduce(np.minimum(target, draft, out=buffer))) for target, draft in pairs]


def raw_logprobs(logits: Sequence[Rows] | Rows, tokens: Sequence[int]) -> list[float]:
    """log softmax(logits)[token] at temperature 1 for each row and its token, to float32 accuracy."""
    if not len(tokens):
        return []
    if len(logits[0]) > _WIDE:
        return [_raw_logprob(row, token) for row, token in zip(logits, tokens, strict=True)]
    rows = np.stack(list(logits))
    shifted = rows - np.maximum.reduce(rows, axis=-1, keepdims=True)
    chosen = shifted[np.arange(len(tokens)), tokens].astype(np.float64)
    found: list[float] = (chosen - np.log(np.add.reduce(np.exp(shifted), axis=-1), dtype=np.float64)).tolist()
    return found


def _raw_logprob(logits: Rows, token: int) -> float:
    shifted = logits - np.maximum.reduce(logits)
    return float(shifted[token]) - math.log(float(np.add.reduce(np.exp(shifted))))


def _parts(rows: Rows) -> list[slice]:
    """All rows at once of a small vocabulary, one at a time of a big one."""
    if rows.shape[-1] <= _WIDE:
        return [slice(None)]
    return [slice(row, row + 1) for row in range(len(rows))]
