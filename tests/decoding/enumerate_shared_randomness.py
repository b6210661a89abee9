"""Exact inference for rules that share noise: the noise is cut into the cells in which every race
ends the same way.

At a position the tokens' clocks are independent exponentials, and a race only asks for their
proportions, which are uniform over a simplex. Each distribution that is raced there cuts the
simplex by planes; the loop does the same all over a cell, so one run at a point of it and the
cell's volume tell all. Which distributions meet is found by running: where a race is seen that the
assumed cells leave open, they are cut further.
"""

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

import numpy as np
import pytest
from numpy.typing import NDArray

from specrecord.decoding.rejection import gumbel
from specrecord.decoding.rng import Draw, Flip
from specrecord.decoding.sampling import Probs

Result = TypeVar("Result")
Points = NDArray[np.float64]
_ROUNDING = 1e-14  # of a lead: less is none


@dataclass(frozen=True)
class Simplex:
    """Corners, (vocabulary, vocabulary), and the share of all noise that lies between them."""

    corners: Points
    share: float

    def halves(self, one: int, other: int, at: float) -> list["Simplex"]:
        """Cut at a point of the edge between two corners, `at` of the way from one to the other."""
        point = (1 - at) * self.corners[one] + at * self.corners[other]
        near, far = self.corners.copy(), self.corners.copy()
        near[other], far[one] = point, point
        return [Simplex(near, self.share * at), Simplex(far, self.share * (1 - at))]


@dataclass(frozen=True)
class Cell:
    """Noise in which each of some distributions has one winner: its share, and a point inside."""

    winners: tuple[int, ...]
    share: float
    point: Points


def _leads(row_probs: Probs, corners: Points) -> Points:
    """How far token i is ahead of token j at each corner, (corners, i, j); from -1 to 1, and 0
    where they are level.
    """
    return corners[:, None, :] * row_probs[:, None] - corners[:, :, None] * row_probs


def _cut(simplex: Simplex, row_probs: Probs) -> list[tuple[Simplex, int]]:
    """The parts of a simplex in which one token wins, with that token."""
    done, todo = [], [simplex]
    while todo:
        part = todo.pop()
        leads = _leads(row_probs, part.corners)
        first = (leads >= -_ROUNDING).all(axis=2) & (row_probs > 0)
        always = first.all(axis=0).nonzero()[0]
        if len(always):
            done.append((part, int(always[0])))
        else:
            todo += _sides(part, row_probs, *_rivals(leads, first))
    return done


def _rivals(leads: Points, first: NDArray[np.bool_]) -> tuple[int, int]:
    """Two tokens of which now the one is ahead and now the other."""
    for one, other in itertools.permutations(range(len(leads)), 2):
        for token, rival in itertools.product(first[one].nonzero()[0], first[other].nonzero()[0]):
            if leads[one, token, rival] > _ROUNDING and leads[other, token, rival] < -_ROUNDING:
                return int(token), int(rival)
    raise AssertionError("where no token always wins, two take turns")


def _sides(simplex: Simplex, row_probs: Probs, token: int, rival: int) -> list[Simplex]:
    """The parts of a simplex on either side of the plane where `token` and `rival` come in
    together.
    """
    done, todo = [], [simplex]
    while todo:
        part = todo.pop()
        leads = _leads(row_probs, part.corners)[:, token, rival]
        one, other = int(leads.argmax()), int(leads.argmin())
        if leads[one] > _ROUNDING and leads[other] < -_ROUNDING:
            todo += part.halves(one, other, float(leads[one] / (leads[one] - leads[other])))
        else:
            done.append(part)
    return done


@cache
def _cells(probs: tuple[bytes, ...], size: int) -> list[Cell]:
    """The cells of all noise by the winners of `probs`, each distribution given as its float64
    bytes.
    """
    parts: list[tuple[Simplex, tuple[int, ...]]] = [(Simplex(np.eye(size), 1.0), ())]
    for row_probs in probs:
        won_by = np.frombuffer(row_probs)
        parts = [(half, (*won, token)) for part, won in parts for half, token in _cut(part, won_by)]
    together: dict[tuple[int, ...], list[Simplex]] = defaultdict(list)
    for part, won in parts:
        together[won].append(part)
    return [
        Cell(
            won,
            sum(part.share for part in those),
            max(those, key=lambda part: part.share).corners.mean(axis=0),
        )
        for won, those in together.items()
    ]


class Noise:
    """A Chance of shared noise alone, which lies in the given cells and is whatever it likes
    elsewhere.

    `places` is how many of a race's first the loop looks at: as many as a tree has siblings.
    """

    def __init__(self, assumed: dict[int, tuple[tuple[bytes, ...], Cell]], places: int) -> None:
        self.assumed, self.places = assumed, places
        self.raced: dict[int, list[bytes]] = {}
        self._positions: dict[int, int] = {}
        self._given: list[Points] = []

    def shared(self, position: int, size: int) -> Points:
        clocks = (
            self.assumed[position][1].point if position in self.assumed else np.full(size, 1 / size)
        )
        uniforms = np.exp(-clocks)
        self._given.append(uniforms)  # kept alive, so that its id stays its own
        self._positions[id(uniforms)] = position
        return uniforms

    def flip(self, probability: float) -> Flip:
        raise AssertionError("a rule of shared noise throws no coin")

    def draw(self, row_probs: Probs) -> Draw:
        raise AssertionError("a rule of shared noise draws nothing")

    def upcoming(self, count: int) -> list[float]:
        return [0.5] * count

    def saw(self, row_probs: Probs, uniforms: Points) -> None:
        """A race was run. Who comes in second wins the race without the first."""
        raced = self.raced.setdefault(self._positions[id(uniforms)], [])
        left = row_probs.astype(np.float64)
        for _ in range(min(self.places, int((left > 0).sum()))):
            if (key := left.tobytes()) not in raced:
                raced.append(key)
            left[np.argmax(np.where(left > 0, left / -np.log(uniforms), -1.0))] = 0.0

    def open_race(self) -> tuple[int, tuple[bytes, ...]] | None:
        """The first position where a race was run that the cells leave open, with all the
        distributions known there.
        """
        for position, raced in self.raced.items():
            known = self.assumed[position][0] if position in self.assumed else ()
            if new := [row_probs for row_probs in raced if row_probs not in known]:
                return position, (*known, new[0])
        return None

    @property
    def weight(self) -> float:
        """The probability of the cells."""
        return float(np.prod([cell.share for _, cell in self.assumed.values()]))


def every_noise(
    run: Callable[[Noise], Result], size: int, patch: pytest.MonkeyPatch, places: int = 1
) -> Iterator[tuple[Result, float]]:
    """Each possible result of `run` with its exact probability, for a vocabulary of `size`."""
    finish = gumbel._finish
    watching: list[Noise] = []

    def watched(row_probs: Probs, uniforms: Points) -> Points:
        watching[0].saw(row_probs, uniforms)
        return finish(row_probs, uniforms)

    patch.setattr(gumbel, "_finish", watched)
    todo: list[dict[int, tuple[tuple[bytes, ...], Cell]]] = [{}]
    while todo:
        noise = Noise(todo.pop(), places)
        watching[:] = [noise]
        result = run(noise)
        if (found := noise.open_race()) is None:
            yield result, noise.weight
            continue
        position, probs = found
        before = noise.assumed[position][1].winners if position in noise.assumed else ()
        for cell in _cells(probs, size):
            if cell.winners[: len(before)] == before:
                todo.append({**noise.assumed, position: (probs, cell)})
    patch.undo()
