"""Exact inference for the real loop: an Rng that follows every answer, each with its
probability.
"""

from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from specrecord.decoding.rng import Draw, Flip
from specrecord.decoding.sampling import Probs

Result = TypeVar("Result")
Choice = tuple[object, float]  # an answer and its probability


class ScriptedRng:
    """Answers along a given path, and with the first possible answer beyond it. Keeps what else was
    possible.
    """

    def __init__(self, path: list[int]) -> None:
        self._path = path
        self.taken: list[int] = []
        self.options: list[int] = []
        self.weight = 1.0

    def flip(self, probability: float) -> Flip:
        heads = self._choose([(True, probability), (False, 1.0 - probability)])
        return Flip(bool(heads), 0.0 if heads else 1.0)

    def draw(self, probs: Probs) -> Draw:
        token = self._choose([(int(token), float(prob)) for token, prob in enumerate(probs)])
        assert isinstance(token, int)
        low = float(probs[:token].sum())
        return Draw(token, low, low, low + float(probs[token]), float(probs[token]))

    def shared(self, position: int, size: int) -> NDArray[np.float64]:
        raise NotImplementedError(
            "shared noise is a continuum: enumerate_shared_randomness follows it"
        )

    def _choose(self, choices: list[Choice]) -> object:
        possible = [choice for choice in choices if choice[1] > 0]
        depth = len(self.taken)
        index = self._path[depth] if depth < len(self._path) else 0
        self.taken.append(index)
        self.options.append(len(possible))
        answer, probability = possible[index]
        self.weight *= probability
        return answer


def every_run(run: Callable[[ScriptedRng], Result]) -> Iterator[tuple[Result, float]]:
    """Each possible result of `run` with its exact probability; results repeat, probabilities add
    up to 1.
    """
    paths: list[list[int]] = [[]]
    while paths:
        path = paths.pop()
        rng = ScriptedRng(path)
        yield run(rng), rng.weight
        for depth in range(len(path), len(rng.taken)):
            for other in range(1, rng.options[depth]):
                paths.append([*rng.taken[:depth], other])
