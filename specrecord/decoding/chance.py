"""Chance as a parameter: every random decision of a run goes through these two questions.

A run asks a seeded generator. The exactness tests ask an enumerator, which follows every answer with its probability,
so the law of the real loop can be computed instead of estimated.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from specrecord.decoding.warp import Laws


@dataclass(frozen=True, slots=True)
class Flip:
    """A coin: `heads` because `uniform` < probability, or not."""

    heads: bool
    uniform: float


@dataclass(frozen=True, slots=True)
class Draw:
    """A token drawn because `uniform` fell in [low, high) of the cumulative law, where it owns `prob`."""

    token: int
    uniform: float
    low: float
    high: float
    prob: float


class Chance(Protocol):
    """Where randomness comes from."""

    def flip(self, probability: float) -> Flip:
        """Heads with this probability."""
        ...

    def draw(self, law: Laws) -> Draw:
        """A token from a law of shape (vocabulary,)."""
        ...


class SeededChance:
    """Uniforms from a numpy generator: one per question, so a run is a function of its seed."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def flip(self, probability: float) -> Flip:
        uniform = self._rng.random()
        return Flip(uniform < probability, uniform)

    def draw(self, law: Laws) -> Draw:
        return inverse_transform(law, self._rng.random())


def inverse_transform(law: Laws, uniform: float) -> Draw:
    """The token whose interval of the cumulative law, in id order, holds `uniform`. Never one of probability 0."""
    cumulative = law.cumsum()
    token = int(cumulative.searchsorted(uniform, side="right"))
    if token == len(law):  # rounding left the sum a hair under 1, and the uniform above it
        token = int(law.nonzero()[0][-1])
    low = float(cumulative[token - 1]) if token else 0.0
    return Draw(token, uniform, low, float(cumulative[token]), float(law[token]))
