"""What a round should bring, from how much is accepted and how long things take. Formulas, nothing
measured here; `recording.measures.run_model` has those of a whole run.

Notation, as in docs: S_i is the probability that the first i drafted tokens of a round are all
accepted, E(K) the expected tokens of a round, T(K) its time. Leviathan et al., arXiv 2211.17192,
where not said otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Times:
    """What a round is made of, in any one unit.

    `draft`: one drafted token. `verify` + `verify_slope` K: a pass over K drafted tokens. `other`:
    the rest of a round.
    """

    draft: float
    verify: float
    verify_slope: float = 0.0
    other: float = 0.0


def geometric_survival(alpha: float, k: int) -> list[float]:
    """S_i = alpha^i for i = 1..k: every tested token is accepted with the same chance, whatever
    came before.
    """
    return [alpha**i for i in range(1, k + 1)]


def expected_tokens(survival: Sequence[float]) -> float:
    """E(K) = 1 + S_1 + ... + S_K: the accepted ones, and the residual or bonus that always follows.

    With S_i = alpha^i it is (1 - alpha^(K+1)) / (1 - alpha).
    """
    return 1.0 + sum(survival)


def round_time(k: int, times: Times) -> float:
    """T(K) = K draft + verify + K verify_slope + other."""
    return k * (times.draft + times.verify_slope) + times.verify + times.other


def worth_one_more(survival: Sequence[float], times: Times) -> bool:
    """Whether drafting the last token of `survival` raises E / T: S_K T(K-1) > E(K-1) (T(K) -
    T(K-1)).
    """
    k = len(survival)
    before = round_time(k - 1, times)
    gain = survival[-1] * before
    return gain > expected_tokens(survival[:-1]) * (round_time(k, times) - before)


def fit_line(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """(a, b) of the least squares line y = a + b x; b is 0 where all x are one."""
    count = len(points)
    mean_x, mean_y = sum(x for x, _ in points) / count, sum(y for _, y in points) / count
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0
    return mean_y - slope * mean_x, slope
