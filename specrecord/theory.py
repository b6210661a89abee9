"""What speculation should bring, from how much is accepted and how long things take. Formulas,
nothing measured here.

Notation, as in docs: S_i is the probability that the first i drafted tokens of a round are all
accepted, E(K) the expected tokens of a round, T(K) its time. Times are seconds. JavaScript computes
the same (tests/fixtures/theory.json holds both to it). Leviathan et al., arXiv 2211.17192, where
not said otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Times:
    """Seconds that a round is made of.

    `token`: the target alone, per token. `draft`: one drafted token. `verify` + `verify_slope` K: a
    pass over K drafted tokens. `round_trip`: network, once a round. `other` + `other_slope` K: the
    rest of a round, evidence included.
    """

    token: float
    draft: float
    verify: float
    verify_slope: float = 0.0
    round_trip: float = 0.0
    other: float = 0.0
    other_slope: float = 0.0


def geometric_survival(alpha: float, k: int) -> list[float]:
    """S_i = alpha^i for i = 1..k: every tested token is accepted with the same chance, whatever
    came before.
    """
    return [alpha**i for i in range(1, k + 1)]


def extended_survival(measured: Sequence[float], k: int) -> list[float]:
    """Measured S_1, S_2, ... cut to k, or carried on to k with the last conditional rate S_n /
    S_(n-1).
    """
    survival = list(measured[:k])
    before = [1.0, *survival]
    last = before[-1] / before[-2] if len(before) > 1 and before[-2] > 0 else 0.0
    while len(survival) < k:
        survival.append((survival[-1] if survival else 1.0) * last)
    return survival


def alpha_hat(accepted: int, rejections: int) -> float | None:
    """accepted / (accepted + rounds that a rejection ended): the maximum likelihood of a censored
    geometric law.
    """
    tested = accepted + rejections
    return accepted / tested if tested else None


def expected_tokens(survival: Sequence[float]) -> float:
    """E(K) = 1 + S_1 + ... + S_K: the accepted ones, and the residual or bonus that always follows.

    With S_i = alpha^i it is (1 - alpha^(K+1)) / (1 - alpha).
    """
    return 1.0 + sum(survival)


def round_time(k: int, times: Times) -> float:
    """T(K) = K draft + verify + K verify_slope + round_trip + other + K other_slope."""
    return (
        k * times.draft
        + times.verify
        + k * times.verify_slope
        + times.round_trip
        + times.other
        + k * times.other_slope
    )


def tokens_per_second(survival: Sequence[float], times: Times) -> float:
    """E(K) / T(K), K being the length of `survival`."""
    return expected_tokens(survival) / round_time(len(survival), times)


def speedup_streaming(survival: Sequence[float], times: Times) -> float:
    """token E(K) / T(K): against a target that streams one token after another, the network paid
    once.

    Also against a local target without a draft. It falls to 0 as the round trip grows.
    """
    return times.token * tokens_per_second(survival, times)


def speedup_per_request(survival: Sequence[float], times: Times) -> float:
    """(round_trip + token) E(K) / T(K): against a target asked anew for each token. It tends to
    E(K).
    """
    return (times.round_trip + times.token) * tokens_per_second(survival, times)


def best_k(survival: Sequence[float], times: Times) -> int:
    """The K from 0 to the length of `survival` with the most tokens per second; the smallest of
    equals.

    0 says that it is best not to draft: the target alone at `token` seconds, once a round trip is
    paid for a stream.
    """
    best, rate = 0, 1.0 / times.token
    for k in range(1, len(survival) + 1):
        found = tokens_per_second(survival[:k], times)
        if found > rate:
            best, rate = k, found
    return best


def break_even_round_trip(survival: Sequence[float], times: Times) -> float:
    """The longest round trip at which some K is as fast as the streaming target: max_K token E(K) -
    (T(K) without it).

    Negative when no K pays even without a network.
    """
    return max(
        times.token * expected_tokens(survival[:k]) - (round_time(k, times) - times.round_trip)
        for k in range(1, len(survival) + 1)
    )


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
