"""A bench's interval is Student's, and holds the truth, the choice among K included."""

import math

import numpy as np
import pytest
from scipy import stats

from benchmarks.interval_coverage import NOISES, simulate
from specrecord.bench.interval import geometric_mean, interval, student_t


@pytest.mark.parametrize("freedom", [1, 2, 3, 8, 11, 92])
@pytest.mark.parametrize("level", [0.5, 0.95, 0.9875, 0.9995])
def test_the_quantile_is_students(level: float, freedom: int) -> None:
    assert student_t(level, freedom) == pytest.approx(stats.t.ppf((1 + level) / 2, freedom), 1e-9)


def test_the_interval_is_that_of_a_t_test_on_logarithms() -> None:
    runs = [1.0, 1.2, 1.4, 1.1, 1.3]
    logs = np.log(runs)
    low, high = stats.t.interval(0.95, 4, logs.mean(), stats.sem(logs))
    assert interval([runs]) == pytest.approx((math.exp(low), math.exp(high)))
    assert geometric_mean([runs]) == pytest.approx(math.exp(logs.mean()))


def test_an_easier_register_is_no_uncertainty_and_a_comparison_is() -> None:
    runs = [1.0, 1.2, 1.1]
    alone = interval([runs]) or (0, 0)
    both = interval([runs, [10 * run for run in runs]]) or (0, 0)
    assert both[1] / both[0] < alone[1] / alone[0]
    of_four = interval([runs], compared=4) or (0, 0)
    assert of_four[0] < alone[0] < alone[1] < of_four[1]


def test_nothing_is_known_of_single_runs() -> None:
    assert interval([[1.1]]) is None
    assert interval([[1.1], [0.9]]) is None


@pytest.mark.parametrize("noise", ["normal", "tails", "busy"])
@pytest.mark.parametrize("repeats", [3, 6])
def test_intervals_hold_the_truth_as_often_as_they_say(noise: str, repeats: int) -> None:
    shares = simulate(NOISES[noise], repeats, 800, np.random.default_rng(5))
    assert shares.one >= 0.93
    assert shares.best >= 0.93
    assert shares.best_of_all >= 0.93
    assert shares.pays <= 0.035
    assert shares.bootstrap < shares.one
