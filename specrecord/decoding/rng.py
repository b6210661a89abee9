"""Random numbers as a parameter: every random decision of a run goes through these three questions.

A run asks a seeded generator. The exactness tests ask an enumerator, which follows every answer
with its probability, so the distribution of the real loop can be computed instead of estimated.
"""

from typing import Protocol

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from specrecord.decoding.sampling import Probs
from specrecord.shared_randomness import shared_uniforms

_GRID = 2.0**32


def on_grid(value: float) -> float:
    """A number to the nearest multiple of 2^-32, so within 1.2e-10.

    For sums over a vocabulary that are recorded and decide nothing, such as where an interval
    begins: their last digits depend on the order of adding, and cost half of their bytes.
    """
    return round(value * _GRID) / _GRID


class Flip(Struct, frozen=True, gc=False):
    """A coin: `heads` because `uniform` < probability, or not."""

    heads: bool
    uniform: float


class Draw(Struct, frozen=True, gc=False):
    """A token drawn because `uniform` fell in [low, high) of the cumulative distribution, where it
    owns `prob`.

    `low` and `high` are kept `on_grid`; the token was chosen by the sums themselves.
    """

    token: int
    uniform: float
    low: float
    high: float
    prob: float


class Rng(Protocol):
    """Where randomness comes from."""

    def flip(self, probability: float) -> Flip:
        """Heads with this probability."""
        ...

    def draw(self, probs: Probs) -> Draw:
        """A token from a distribution, (vocabulary,)."""
        ...

    def shared(self, position: int, size: int) -> NDArray[np.float64]:
        """One uniform a token at a position of the output: the same for whoever asks, however
        often.
        """
        ...


class SeededRng:
    """Uniforms from a numpy generator: one per question, so a run is a function of its seed.

    What both sides share (`shared`) comes from `seed` instead, and so is equal in all tracks of a
    run.
    """

    def __init__(self, rng: np.random.Generator, seed: int = 0) -> None:
        self._rng, self._seed = rng, seed

    def flip(self, probability: float) -> Flip:
        uniform = self._rng.random()
        return Flip(uniform < probability, uniform)

    def draw(self, probs: Probs) -> Draw:
        return inverse_transform(probs, self._rng.random())

    def shared(self, position: int, size: int) -> NDArray[np.float64]:
        return shared_uniforms(self._seed, position, size)


def inverse_transform(probs: Probs, uniform: float) -> Draw:
    """The token whose interval of the cumulative distribution, in id order, holds `uniform`. Never
    one of probability 0.
    """
    cumulative = probs.cumsum()
    token = int(cumulative.searchsorted(uniform, side="right"))
    if token == len(probs):  # rounding left the sum a hair under 1, and the uniform above it
        token = int(probs.nonzero()[0][-1])
    low = on_grid(cumulative.item(token - 1)) if token else 0.0
    return Draw(token, uniform, low, on_grid(cumulative.item(token)), probs.item(token))
