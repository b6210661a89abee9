"""What is kept about a law beside the drawn token: its likeliest tokens, entropy, overlap, raw log-probability."""

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from specrecord.decoding.warp import Laws, softmax
from specrecord.events import pack_top

Mode = Literal["top", "full", "none"]
_BLOCK = 32  # tokens; any size is right, this one is fast
_NEGLIGIBLE = 1e-6  # a probability that no picture can show is not worth its eight bytes


@dataclass(frozen=True)
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

    def keep(self, logits: NDArray[np.floating[Any]], law: Laws) -> Kept:
        """Evidence for one law of shape (vocabulary,)."""
        if self.mode == "none":
            return NOTHING_KEPT
        described = softmax(logits) if self.raw else law
        return Kept(entropy(described), pack_top(*likeliest(described, self.count)))

    @property
    def header(self) -> dict[str, Any]:
        """The header's `evidence` entry."""
        return {"mode": self.mode, "n": self.count, "of": "raw" if self.raw else "law"}


def likeliest(law: Laws, count: int) -> tuple[NDArray[np.intp], Laws]:
    """The `count` likeliest tokens with their probabilities, likeliest first, ties in id order; no negligible ones.

    The count-th largest of the maxima of blocks is a floor that at least `count` tokens reach, and few others do: one
    pass over the vocabulary instead of a selection, which for 49,000 tokens is 20 times as slow.
    """
    blocks = len(law) // _BLOCK
    floor = _NEGLIGIBLE
    if blocks > count:
        peaks = np.maximum.reduce(law[: blocks * _BLOCK].reshape(blocks, _BLOCK), axis=1)
        peaks.partition(blocks - count)
        floor = max(floor, float(peaks[blocks - count]))
    candidates = (law >= floor).nonzero()[0]
    probs = law[candidates]
    order = np.argsort(-probs, kind="stable")[:count]
    return candidates[order], probs[order]


def entropy(law: Laws) -> float:
    """-sum(p log p), in nats."""
    positive = law[law > 0]
    return float(-positive.dot(np.log(positive)))


def overlap(target_law: Laws, draft_law: Laws) -> float:
    """sum(min(target, draft)): the acceptance probability of the standard rule here, 1 minus the total variation."""
    return float(np.add.reduce(np.minimum(target_law, draft_law)))


def raw_logprob(logits: NDArray[np.floating[Any]], token: int) -> float:
    """log softmax(logits)[token] at temperature 1, to float32 accuracy."""
    shifted = logits - np.maximum.reduce(logits)
    return float(shifted[token]) - math.log(float(np.add.reduce(np.exp(shifted))))
