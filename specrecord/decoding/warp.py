"""Temperature, top-k and top-p: from a model's logits to the law that is sampled.

Applied to draft and target alike. For the target the result *is* the law whose preservation is claimed; for the
draft it is the law its tokens are truly drawn from, which is what the acceptance ratio needs.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Laws = NDArray[np.float64]


@dataclass(frozen=True)
class Warp:
    """How logits become a law. Order: temperature, then top-k, then top-p, each renormalised.

    temperature 0 is the point mass on the likeliest token; top_k 0 and top_p 1 are off.
    Ties at an edge go to the lower token id, so the law is a function of the logits alone.
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0

    def __call__(self, logits: NDArray[np.floating[Any]]) -> Laws:
        """Laws of shape (..., vocabulary) in float64, each summing to 1."""
        if self.temperature == 0:
            return point_mass(logits.argmax(axis=-1), logits.shape[-1])
        laws = softmax(logits, self.temperature)
        if 0 < self.top_k < laws.shape[-1]:
            laws = _keep(laws, _ranks(laws) < self.top_k)
        if self.top_p < 1:
            laws = _keep(laws, _in_nucleus(laws, self.top_p))
        return laws

    @property
    def name(self) -> str:
        """The law in words, as the recording's header keeps it."""
        parts = [f"softmax T={self.temperature:g}"]
        parts += [f"top-k {self.top_k}"] if self.top_k else []
        parts += [f"top-p {self.top_p:g}"] if self.top_p < 1 else []
        return ", ".join(parts)


def softmax(logits: NDArray[np.floating[Any]], temperature: float = 1.0) -> Laws:
    """softmax(logits / temperature) along the last axis, in float64."""
    weights = logits.astype(np.float64)
    weights -= weights.max(axis=-1, keepdims=True)
    if temperature != 1:
        weights /= temperature
    np.exp(weights, out=weights)
    weights /= weights.sum(axis=-1, keepdims=True)
    return weights


def point_mass(tokens: NDArray[np.integer[Any]] | np.integer[Any], vocabulary: int) -> Laws:
    """Laws that are certain of one token each."""
    laws = np.zeros((*np.shape(tokens), vocabulary))
    np.put_along_axis(laws, np.expand_dims(np.asarray(tokens), -1), 1.0, axis=-1)
    return laws


def _ranks(laws: Laws) -> NDArray[np.intp]:
    """0 for the likeliest token, 1 for the next; equal tokens in id order."""
    order = np.argsort(-laws, axis=-1, kind="stable")
    return np.argsort(order, axis=-1, kind="stable")


def _in_nucleus(laws: Laws, top_p: float) -> NDArray[np.bool_]:
    """The fewest likeliest tokens that together hold at least top_p: those before which less than top_p is held."""
    order = np.argsort(-laws, axis=-1, kind="stable")
    ordered = np.take_along_axis(laws, order, axis=-1)
    before = np.cumsum(ordered, axis=-1) - ordered
    keep = np.empty(laws.shape, dtype=bool)
    np.put_along_axis(keep, order, before < top_p, axis=-1)
    return keep


def _keep(laws: Laws, keep: NDArray[np.bool_]) -> Laws:
    kept: Laws = np.where(keep, laws, 0.0)
    kept /= kept.sum(axis=-1, keepdims=True)
    return kept
