"""How much each rule accepts, computed exactly: block at least as much as standard, rrs as
specinfer, on every pair.
"""

import itertools

import pytest
from enumerate_rng import every_run
from enumerate_rounds import PROMPT, first_round
from small_models import SmallModel, Ticker, settings

from specrecord.decoding.loop import Settings, speculate
from specrecord.decoding.sampling import SamplingParams
from specrecord.decoding.trees import parse_tree


def expected_length(drafter: SmallModel, target: SmallModel, plain: Settings) -> float:
    """Tokens that a round emits, on average over every outcome."""

    def one_round(rng) -> int:
        return len(first_round(speculate(drafter, target, PROMPT, plain, now=Ticker(), rng=rng)))

    return sum(length * weight for length, weight in every_run(one_round))


PAIRS = [(seed, spread) for seed in range(4) for spread in (0.5, 1.5, 3.0)]


@pytest.mark.parametrize("k", [2, 3])
def test_block_keeps_at_least_as_much_as_standard(k: int) -> None:
    gains = []
    for (seed, spread), sampling in itertools.product(
        PAIRS, (SamplingParams(), SamplingParams(0.7, 3))
    ):
        pair = SmallModel(seed, spread=spread), SmallModel(100 + seed)
        lengths = [
            expected_length(*pair, settings(k=k, rule=rule, sampling=sampling))
            for rule in ("block", "standard")
        ]
        gains.append(lengths[0] - lengths[1])
    assert min(gains) > -1e-12
    assert max(gains) > 0.01


@pytest.mark.parametrize("tree", ["2", "3"])
def test_rrs_keeps_at_least_as_much_as_specinfer(tree: str) -> None:
    gains = []
    for seed, spread in PAIRS:
        pair = SmallModel(seed, spread=spread), SmallModel(100 + seed)
        plain = {"k": 1, "tree": parse_tree(tree)}
        lengths = [
            expected_length(*pair, settings(**plain, rule=rule)) for rule in ("rrs", "specinfer")
        ]
        gains.append(lengths[0] - lengths[1])
    assert min(gains) > -1e-12
    assert max(gains) > 0.01


def test_a_tree_beats_a_chain_of_as_many_nodes_only_where_the_draft_is_poor() -> None:
    def difference(drafter: SmallModel, target: SmallModel) -> float:
        tree = expected_length(drafter, target, settings(k=1, rule="rrs", tree=parse_tree("3")))
        return tree - expected_length(drafter, target, settings(k=3, rule="standard"))

    poor = [difference(SmallModel(seed), SmallModel(100 + seed)) for seed in range(4)]
    assert max(poor) > 0.05
    target = SmallModel(7)
    assert difference(target, target) == pytest.approx(-2)


def test_standard_keeps_at_least_as_much_as_match() -> None:
    for seed, spread in PAIRS:
        pair = SmallModel(seed, spread=spread), SmallModel(100 + seed)
        lengths = [
            expected_length(*pair, settings(k=2, rule=rule)) for rule in ("standard", "match")
        ]
        assert lengths[0] >= lengths[1] - 1e-12
