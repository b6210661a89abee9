"""The formulas against simulation and against each other."""

import numpy as np
import pytest

from specrecord import theory
from specrecord.recording.measures.stats import TrackCounts
from specrecord.theory import Times

TIMES = Times(draft=0.006, verify=0.030, verify_slope=0.0005)


def test_expected_tokens_are_those_of_a_simulated_round() -> None:
    rng = np.random.default_rng(1)
    accepted = (rng.random((200_000, 4)) < 0.8).cumprod(axis=1)
    survival = theory.geometric_survival(0.8, 4)
    assert theory.expected_tokens(survival) == pytest.approx(
        1 + accepted.sum(axis=1).mean(), abs=0.01
    )
    assert theory.expected_tokens(survival) == pytest.approx((1 - 0.8**5) / (1 - 0.8))
    assert theory.expected_tokens(accepted.mean(axis=0)) == pytest.approx(
        1 + accepted.sum(axis=1).mean()
    )


def test_alpha_hat_finds_the_alpha_that_was_simulated() -> None:
    rng = np.random.default_rng(2)
    lengths = (rng.random((100_000, 4)) < 0.7).cumprod(axis=1).sum(axis=1)
    counts = TrackCounts(accepted=int(lengths.sum()), rejections=int((lengths < 4).sum()))
    assert counts.alpha_hat == pytest.approx(0.7, abs=0.003)


def test_one_more_is_worth_it_exactly_up_to_the_fastest_k() -> None:
    survival = theory.geometric_survival(0.8, 12)
    rates = [
        theory.expected_tokens(survival[:k]) / theory.round_time(k, TIMES) for k in range(1, 13)
    ]
    worth = [theory.worth_one_more(survival[:k], TIMES) for k in range(2, 13)]
    assert worth == [k <= rates.index(max(rates)) + 1 for k in range(2, 13)]
    assert 1 < sum(worth) < 11


def test_a_line_goes_through_its_points() -> None:
    assert theory.fit_line([(1, 3.0), (2, 5.0), (4, 9.0)]) == pytest.approx((1, 2))
    assert theory.fit_line([(3, 2.0), (3, 4.0)]) == (3.0, 0.0)
