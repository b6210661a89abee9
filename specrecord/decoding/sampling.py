"""Temperature, top-k and top-p: from a model's logits to the distribution that is sampled.

Applied to draft and target alike. For the target the result *is* the distribution whose
preservation is claimed; for the draft it is the distribution its tokens are truly drawn from, which
is what the acceptance ratio needs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from specrecord.header import distribution_name

Probs = NDArray[np.float64]


@dataclass(frozen=True)
class SamplingParams:
    """How logits become a distribution. Order: temperature, then top-k, then top-p, each
    renormalised.

    temperature 0 is the point mass on the likeliest token; top_k 0 and top_p 1 are off.
    Ties at an edge go to the lower token id, so the distribution is a function of the logits alone.
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0

    def __call__(self, logits: NDArray[np.floating[Any]]) -> Probs:
        """Probs of shape (..., vocabulary) in float64, each summing to 1."""
        if self.temperature == 0:
            return point_mass(logits.argmax(axis=-1), logits.shape[-1])
        probs = softmax(logits, self.temperature)
        if 0 < self.top_k < probs.shape[-1]:
            probs = _cut(probs, lambda row_probs: _likeliest(row_probs, self.top_k))
        if self.top_p < 1:
            probs = _cut(probs, lambda row_probs: _nucleus(row_probs, self.top_p))
        return probs

    @property
    def name(self) -> str:
        """The distribution in words, as the recording's header keeps it."""
        return distribution_name(self.temperature, self.top_k, self.top_p)


def softmax(logits: NDArray[np.floating[Any]], temperature: float = 1.0) -> Probs:
    """softmax(logits / temperature) along the last axis, in float64."""
    peaks = np.maximum.reduce(logits, axis=-1, keepdims=True)
    weights = np.subtract(logits, peaks, dtype=np.float64)
    if temperature != 1:
        weights /= temperature
    np.exp(weights, out=weights)
    weights /= np.add.reduce(weights, axis=-1, keepdims=True)
    return weights


def point_mass(tokens: NDArray[np.integer[Any]] | np.integer[Any], vocabulary: int) -> Probs:
    """Probs that are certain of one token each."""
    probs = np.zeros((*np.shape(tokens), vocabulary))
    rows = probs.reshape(-1, vocabulary)
    rows[np.arange(len(rows)), np.ravel(tokens)] = 1.0
    return probs


def _cut(probs: Probs, choose: Callable[[Probs], NDArray[np.intp]]) -> Probs:
    """Each distribution with nothing but the tokens that `choose` names, renormalised."""
    cut = np.zeros(probs.shape)
    for row_probs, row_cut in zip(
        probs.reshape(-1, probs.shape[-1]), cut.reshape(-1, probs.shape[-1]), strict=True
    ):
        tokens = choose(row_probs)
        row_cut[tokens] = row_probs[tokens] / row_probs[tokens].sum()
    return cut


def _likeliest(row_probs: Probs, count: int) -> NDArray[np.intp]:
    """The `count` likeliest tokens, equal ones in id order. Only those at least as likely as the
    last are sorted.
    """
    least = np.partition(row_probs, len(row_probs) - count)[len(row_probs) - count]
    return _ordered(row_probs, (row_probs >= least).nonzero()[0])[:count]


def _nucleus(row_probs: Probs, top_p: float) -> NDArray[np.intp]:
    """The fewest likeliest tokens that together hold at least top_p: those before which less than
    top_p is held.

    Tokens under (1 - top_p) / vocabulary hold less than 1 - top_p in all, so none of them is among
    those.
    """
    ordered = _ordered(row_probs, (row_probs >= (1 - top_p) / len(row_probs)).nonzero()[0])
    ordered_probs = row_probs[ordered]
    before = np.cumsum(ordered_probs) - ordered_probs
    return ordered[before < top_p]


def _ordered(row_probs: Probs, tokens: NDArray[np.intp]) -> NDArray[np.intp]:
    """Likeliest first, equal ones in id order."""
    return tokens[np.argsort(-row_probs[tokens], kind="stable")]
