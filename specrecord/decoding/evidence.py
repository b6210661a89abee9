"""What is kept about a law beside the drawn token: its likeliest tokens, entropy, overlap, raw log-probability."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from specrecord.decoding.warp import Laws, softmax
from specrecord.events import pack_top

Mode = Literal["top", "full", "none"]
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


def likeliest(law: Laws, count: int) -> tuple[NDArray[np.integer[Any]], NDArray[np.float64]]:
    """The `count` likeliest tokens and their probabilities, likeliest first, ties in id order."""
    candidates = np.argpartition(law, -count)[-count:] if count < len(law) else np.arange(len(law))
    probs = law[candidates]
    order = np.lexsort((candidates, -probs))
    order = order[probs[order] >= _NEGLIGIBLE]
    return candidates[order], probs[order]


def entropy(law: Laws) -> float:
    """-sum(p log p), in nats."""
    positive = law[law > 0]
    return float(-(positive @ np.log(positive)))


def overlap(target_law: Laws, draft_law: Laws) -> float:
    """sum(min(target, draft)): the acceptance probability of the standard rule here, 1 minus the total variation."""
    return float(np.minimum(target_law, draft_law).sum())


def raw_logprob(logits: NDArray[np.floating[Any]], token: int) -> float:
    """log softmax(logits)[token] at temperature 1."""
    shifted = logits.astype(np.float64) - float(logits[token])
    peak = shifted.max()
    return float(-(peak + np.log(np.exp(shifted - peak).sum())))
