"""The formulas against simulation, against each other, and against the table of the reference."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from specrecord import theory
from specrecord.theory import Times

FIXTURES = Path(__file__).parent.parent / "fixtures"
sys.path.append(str(FIXTURES))

from make_theory import PATH, cases  # noqa: E402

TABLE = Times(token=0.030, draft=0.006, verify=0.030, verify_slope=0.0005)


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
    assert theory.alpha_hat(int(lengths.sum()), int((lengths < 4).sum())) == pytest.approx(
        0.7, abs=0.003
    )


@pytest.mark.parametrize(
    ("milliseconds", "k", "per_request", "streaming"),
    [(0, 4, 1.80, 1.80), (10, 4, 2.04, 1.53), (20, 5, 2.24, 1.34), (40, 6, 2.54, 1.09), (80, 7, 2.94, 0.80),
     (160, 9, 3.41, 0.54), (320, 11, 3.87, 0.33)],
)  # fmt: skip
def test_the_best_k_grows_slowly_with_the_round_trip(
    milliseconds: int, k: int, per_request: float, streaming: float
) -> None:
    times = Times(**{**vars_of(TABLE), "round_trip": milliseconds / 1000})
    survival = theory.geometric_survival(0.8, 30)
    rates = [theory.tokens_per_second(survival[:length], times) for length in range(1, 31)]
    assert rates.index(max(rates)) + 1 == k
    assert theory.speedup_per_request(survival[:k], times) == pytest.approx(per_request, abs=0.005)
    assert theory.speedup_streaming(survival[:k], times) == pytest.approx(streaming, abs=0.005)
    assert theory.best_k(survival, times) == (k if streaming > 1 else 0)


def vars_of(times: Times) -> dict[str, float]:
    return {name: getattr(times, name) for name in times.__dataclass_fields__}


def test_at_the_break_even_round_trip_nothing_is_gained_or_lost() -> None:
    survival = theory.geometric_survival(0.8, 30)
    longest = theory.break_even_round_trip(survival, TABLE)
    assert longest == pytest.approx(0.0495, abs=0.0001)
    times = Times(**{**vars_of(TABLE), "round_trip": longest})
    assert max(
        theory.speedup_streaming(survival[:k], times) for k in range(1, 31)
    ) == pytest.approx(1)


def test_one_more_is_worth_it_exactly_up_to_the_best_k() -> None:
    survival = theory.geometric_survival(0.8, 12)
    worth = [theory.worth_one_more(survival[:k], TABLE) for k in range(1, 13)]
    assert worth == [k <= theory.best_k(survival, TABLE) for k in range(1, 13)]


def test_a_draft_pays_only_if_it_is_accepted_more_than_it_costs() -> None:
    for alpha, cost, pays in [(0.5, 0.4, True), (0.5, 0.6, False)]:
        times = Times(token=1.0, draft=cost, verify=1.0)
        assert (theory.best_k(theory.geometric_survival(alpha, 8), times) > 0) == pays


def test_survival_is_carried_on_with_the_last_conditional_rate() -> None:
    assert theory.extended_survival([0.9, 0.72], 4) == pytest.approx([0.9, 0.72, 0.576, 0.4608])
    assert theory.extended_survival([0.9, 0.72, 0.5], 2) == [0.9, 0.72]
    assert theory.extended_survival([], 2) == [0.0, 0.0]


def test_the_file_for_javascript_is_what_the_formulas_say() -> None:
    assert json.loads(PATH.read_text()) == json.loads(json.dumps(cases()))
