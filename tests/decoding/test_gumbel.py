"""Coupled decoding: whatever the draft, the output is what the target alone says with this seed."""

from collections.abc import Sequence

import numpy as np
import pytest
from enumerate_rounds import output
from small_models import SmallModel, Ticker, settings

from specrecord.decoding.loop import autoregress, speculate
from specrecord.decoding.rejection.gumbel import agreement, race
from specrecord.decoding.rng import SeededRng
from specrecord.decoding.sampling import Probs, SamplingParams
from specrecord.decoding.trees import parse_tree
from specrecord.shared_randomness import shared_uniforms

TARGET, DRAFT = np.array([0.4, 0.3, 0.3, 0.0]), np.array([0.1, 0.6, 0.1, 0.2])


@pytest.mark.parametrize("tree", ["chain", "2x2x1", "3x1", "dynamic"])
@pytest.mark.parametrize(
    "sampling",
    [SamplingParams(), SamplingParams(0.6, top_k=3), SamplingParams(0)],
    ids=lambda sampling: sampling.name,
)
def test_the_output_is_that_of_the_target_alone(sampling: SamplingParams, tree: str) -> None:
    for seed in range(40):
        plain = settings(
            k=3, rule="gumbel", tree=parse_tree(tree), sampling=sampling, max_tokens=25
        )
        target = SmallModel(1000 + seed)
        alone = output(autoregress(target, [1, 0], plain, now=Ticker(), rng=rng(seed, 1)))
        for draft in (SmallModel(seed), SmallModel(seed, spread=9), target):
            assert (
                output(speculate(draft, target, [1, 0], plain, now=Ticker(), rng=rng(seed, 0)))
                == alone
            )


def rng(seed: int, track: int) -> SeededRng:
    """As a session has it: a stream of its own for each track, one noise for all."""
    return SeededRng(np.random.default_rng([seed, track]), seed)


def agreement_rate(target_probs: Probs, draft_probs: Probs) -> float:
    """The chance that both sides pick the same token: sum_x 1 / sum_y max(target_y/target_x,
    draft_y/draft_x).
    """
    tokens: Sequence[int] = ((target_probs > 0) & (draft_probs > 0)).nonzero()[0].tolist()
    return sum(
        agreement(target_probs, draft_probs, token) * float(draft_probs[token]) for token in tokens
    )


def winners(probs: Sequence[float], count: int = 20_000) -> list[int]:
    return [
        race(np.array(probs), shared_uniforms(3, position, len(probs))).token
        for position in range(count)
    ]


def test_a_race_is_won_with_the_distributions_own_probability() -> None:
    shares = np.bincount(winners(TARGET.tolist()), minlength=4) / 20_000
    assert shares == pytest.approx(TARGET, abs=0.012)
    assert shares[3] == 0


def test_two_sides_agree_as_often_as_the_formula_says() -> None:
    ours, theirs = winners(TARGET.tolist()), winners(DRAFT.tolist())
    agreed = [one for one, other in zip(ours, theirs, strict=True) if one == other]
    assert len(agreed) / len(ours) == pytest.approx(agreement_rate(TARGET, DRAFT), abs=0.012)
    said = theirs.count(1)
    assert agreed.count(1) / said == pytest.approx(agreement(TARGET, DRAFT, 1), abs=0.015)
    variation = np.abs(TARGET - DRAFT).sum() / 2
    assert (1 - variation) / (1 + variation) <= agreement_rate(TARGET, DRAFT) <= 1 - variation
    assert agreement_rate(TARGET, TARGET) == pytest.approx(1)


def test_the_interval_is_where_the_winner_stays_the_winner() -> None:
    for position in range(200):
        uniforms = shared_uniforms(5, position, 4)
        drawn = race(TARGET, uniforms)
        assert drawn.low <= drawn.uniform < drawn.high == 1
        for uniform, wins in [
            (drawn.low * (1 - 1e-9), False),
            (drawn.low + (1 - drawn.low) * 1e-9, True),
        ]:
            changed = uniforms.copy()
            changed[drawn.token] = uniform
            assert (race(TARGET, changed).token == drawn.token) == wins


def test_noise_is_a_function_of_seed_position_and_id() -> None:
    assert shared_uniforms(1, 2, 5).tolist() == shared_uniforms(1, 2, 9)[:5].tolist()
    assert (
        shared_uniforms(1, 2, 5).tolist()
        != shared_uniforms(1, 3, 5).tolist()
        != shared_uniforms(2, 3, 5).tolist()
    )
