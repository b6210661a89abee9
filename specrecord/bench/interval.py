"""How sure a bench is of a speedup: an interval that still holds after the best way was picked.

Speedups are ratios, so their logarithms are averaged: the mean is geometric, and the interval is
Student's t over the runs. Runs of several registers are compared with their own register's mean:
that one text is easier than another is no uncertainty. Of several ways that are compared, each
interval is widened so that all of them hold at once in at least 95 of 100 benches (Bonferroni), and
so that of the best does. benchmarks/interval_coverage.py simulates how often they do.
"""

import math
from collections.abc import Sequence
from statistics import fmean

LEVEL = 0.95
_HALVINGS = 60  # of an angle below pi / 2: to the last bit of a float


def geometric_mean(registers: Sequence[Sequence[float]]) -> float:
    """Over all runs of all registers; all values are positive."""
    return math.exp(fmean(math.log(value) for runs in registers for value in runs))


def interval(registers: Sequence[Sequence[float]], compared: int = 1) -> tuple[float, float] | None:
    """Of the geometric mean of the runs of each register; one of `compared` that hold together.

    None where no register has two runs: nothing is known of the spread then.
    """
    logs = [[math.log(value) for value in runs] for runs in registers]
    apart = [value - fmean(runs) for runs in logs for value in runs]
    freedom = len(apart) - len(logs)
    if freedom < 1:
        return None
    error = math.sqrt(math.fsum(value * value for value in apart) / freedom / len(apart))
    middle = fmean(value for runs in logs for value in runs)
    reach = error * student_t(1 - (1 - LEVEL) / compared, freedom)
    return math.exp(middle - reach), math.exp(middle + reach)


def student_t(level: float, freedom: int) -> float:
    """The t that |T| exceeds with probability 1 - level, of so many degrees of freedom.

    Found by halving in the angle atan(t / sqrt(freedom)), in which the distribution is a finite sum
    (Abramowitz and Stegun, 26.7.3 and 26.7.4).
    """
    low, high = 0.0, math.pi / 2
    for _ in range(_HALVINGS):
        angle = (low + high) / 2
        low, high = (angle, high) if _within(angle, freedom) < level else (low, angle)
    return math.sqrt(freedom) * math.tan(low)


def _within(angle: float, freedom: int) -> float:
    """The probability that |T| < sqrt(freedom) tan(angle)."""
    odd = freedom % 2
    term, total = math.cos(angle) if odd else 1.0, 0.0
    for place in range(1 + odd, freedom, 2):
        total += term
        term *= math.cos(angle) ** 2 * place / (place + 1)
    total *= math.sin(angle)
    return 2 / math.pi * (angle + total) if odd else total
