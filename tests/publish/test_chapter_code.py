"""The code that the walkthrough shows keeps the target's joint distribution: every outcome of every
draw is enumerated, over two rounds and more.
"""

import inspect
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from specrecord.publish.walkthrough.code import chain, tree

VOCABULARY, LENGTH = 3, 4
Weights = Sequence[float]
Draw = Callable[[Weights], int]
Round = Callable[[list[int], Draw], list[int]]


def outcomes(run: Callable[[Draw], Any]) -> Iterator[tuple[Any, float]]:
    """What `run(draw)` returns under every sequence of draws, each with its probability."""
    open_paths: list[list[int]] = [[]]
    while open_paths:
        result, prob, others = replay(run, open_paths.pop())
        open_paths += others
        yield result, prob


def replay(run: Callable[[Draw], Any], path: list[int]) -> tuple[Any, float, list[list[int]]]:
    """One run along a path of draws, continued by the first possible ones; and the paths that leave
    it where it was continued.
    """
    made: list[int] = []
    chances: list[float] = []
    others: list[list[int]] = []

    def draw(weights: Weights) -> int:
        possible = [index for index, weight in enumerate(weights) if weight > 0]
        if len(made) >= len(path):
            others.extend([*made, other] for other in possible[1:])
        made.append(path[len(made)] if len(made) < len(path) else possible[0])
        chances.append(weights[made[-1]] / sum(weights))
        return made[-1]

    return run(draw), float(np.prod(chances)), others


class Model:
    """A distribution for each text, drawn once; some tokens are impossible."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.known: dict[tuple[int, ...], list[float]] = {}

    def probs(self, text: Sequence[int]) -> list[float]:
        key = tuple(text)
        if key not in self.known:
            weights = self.rng.dirichlet([0.6] * VOCABULARY)
            if self.rng.random() < 0.25:
                weights[self.rng.integers(VOCABULARY)] = 0.0
            self.known[key] = [float(value) for value in weights / weights.sum()]
        return self.known[key]


def joint(one_round: Round) -> dict[tuple[int, ...], float]:
    """Probability of each text of `LENGTH` tokens, rounds repeated until there are as many. A round
    knows the text before it and nothing else, so texts that are alike go on as one.
    """
    texts: list[dict[tuple[int, ...], float]] = [defaultdict(float) for _ in range(LENGTH + 1)]
    texts[0][()] = 1.0
    for shorter in texts[:LENGTH]:
        for text, prob in shorter.items():
            for emitted, share in outcomes(lambda draw, text=text: one_round(list(text), draw)):
                longer = (*text, *emitted)[:LENGTH]
                texts[len(longer)][longer] += prob * share
    return texts[LENGTH]


def distance(found: dict[tuple[int, ...], float], target: Model) -> float:
    """The largest difference to the target's own joint distribution."""

    def own(text: tuple[int, ...]) -> float:
        return float(np.prod([target.probs(text[:at])[token] for at, token in enumerate(text)]))

    texts = np.ndindex(*[VOCABULARY] * LENGTH)
    return max(abs(found.get(text, 0.0) - own(text)) for text in texts)


def chain_by(speculative_round: Any, seed: int, k: int) -> float:
    """How far a chain's joint distribution is from the target's."""
    draft, target = Model(100 + seed), Model(seed)

    def verify(text: list[int], drafted: list[int]) -> list[list[float]]:
        return [target.probs(text + drafted[:at]) for at in range(len(drafted) + 1)]

    found = joint(lambda text, draw: speculative_round(text, draft.probs, verify, k, draw))
    return distance(found, target)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("k", [1, 2])
def test_the_chain_of_the_chapter_is_exact(seed: int, k: int) -> None:
    assert chain_by(chain.speculative_round, seed, k) < 1e-12


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("widths", [(2,), (2, 1), (3,)])
def test_the_tree_of_the_chapter_is_exact(seed: int, widths: tuple[int, ...]) -> None:
    draft, target = Model(100 + seed), Model(seed)

    def one_round(text: list[int], draw: Draw) -> Any:
        def verify(text: list[int], paths: list[tuple[int, ...]]) -> Any:
            return {path: target.probs([*text, *path]) for path in paths}

        return tree.tree_round(text, draft.probs, verify, widths, draw)

    assert distance(joint(one_round), target) < 1e-12


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("draw(residual)", "draw(p[i])"), ("draw([1 - keep, keep])", "draw([0, 1])")],
)
def test_a_wrong_rule_is_noticed(right: str, wrong: str) -> None:
    source = inspect.getsource(chain)
    assert right in source
    names: dict[str, Any] = {}
    exec(source.replace(right, wrong), names)
    assert chain_by(names["speculative_round"], 0, 2) > 0.01
