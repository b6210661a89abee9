"""The runs of a bench as a table: a row for each way and register, with its spread, and theory's word on it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

import numpy as np

from specrecord.bench.measure import Run, Way
from specrecord.decoding.theory import (
    Times,
    alpha_hat,
    expected_tokens,
    extended_survival,
    fit_line,
    tokens_per_second,
)

_RESAMPLES = 2000
_LEVEL = 0.95


@dataclass(frozen=True)
class Row:
    """One way of drafting on one register. Rates are per second; `interval` is of `speedup`, by bootstrap over runs.

    `predicted` is theory's rate, from what was accepted and how long things took at every other K.
    """

    way: Way
    register: str
    runs: int
    rate: float
    speedup: float
    interval: tuple[float, float] | None
    acceptance_rate: float
    alpha_hat: float | None
    overlap: float | None
    length: float
    per_position: list[float]
    predicted: float | None

    @property
    def error(self) -> float | None:
        """Of the prediction, as a share of what was measured."""
        return None if self.predicted is None else self.predicted / self.rate - 1


def rows(runs: Sequence[Run]) -> list[Row]:
    """A row for each way and register, in the order of the runs; last come the means over all registers."""
    groups: dict[tuple[Way, str], list[Run]] = defaultdict(list)
    for run in runs:
        groups[run.way, run.register].append(run)
    registers = {register for _, register in groups}
    for run in runs if len(registers) > 1 else []:
        groups[run.way, "all"].append(run)
    return [_row(way, register, group, runs) for (way, register), group in groups.items()]


def _row(way: Way, register: str, group: list[Run], runs: Sequence[Run]) -> Row:
    drafted = sum(run.counts.drafted for run in group)
    accepted = sum(run.counts.accepted for run in group)
    rounds = sum(run.counts.rounds for run in group)
    shared = sum(run.counts.overlap_count for run in group)
    others = [
        run for run in runs
        if register in (run.register, "all") and _sisters(run.way, way) and run.way.k != way.k
    ]  # fmt: skip
    return Row(
        way=way,
        register=register,
        runs=len(group),
        rate=median(run.rate for run in group),
        speedup=fmean(run.speedup for run in group),
        interval=bootstrap([run.speedup for run in group]),
        acceptance_rate=accepted / drafted if drafted else 0.0,
        alpha_hat=alpha_hat(accepted, sum(run.counts.rejections for run in group)),
        overlap=sum(run.counts.overlap_sum for run in group) / shared if shared else None,
        length=sum(run.counts.accepted + run.counts.emitted for run in group) / rounds,
        per_position=survival(group, way.k),
        predicted=predict(way.k, others) if way.tree == "chain" else None,
    )


def _sisters(one: Way, other: Way) -> bool:
    """Whether two ways differ in K alone."""
    return (one.draft, one.rule, one.tree, one.temperature) == (other.draft, other.rule, other.tree, other.temperature)


def survival(group: Sequence[Run], k: int) -> list[float]:
    """S_1 to S_k over all rounds of the runs."""
    rounds = sum(run.counts.rounds for run in group)
    return [sum(n >= i for run in group for n in run.counts.accepted_in_round) / rounds for i in range(1, k + 1)]


def predict(k: int, others: Sequence[Run]) -> float | None:
    """Tokens per second at K = `k` by `theory`, from runs at other K; None without any."""
    if not others:
        return None
    deepest = max(run.way.k for run in others)
    deep = [run for run in others if run.way.k == deepest]
    found = extended_survival(survival(deep, deepest), k)
    return tokens_per_second(found, times(others))


def times(runs: Sequence[Run]) -> Times:
    """Where a round's time goes, fitted over runs at one or several K: lines in the tokens drafted a round."""
    drafted = sum(run.counts.drafted for run in runs)
    points = [(run, run.counts.drafted / run.counts.rounds) for run in runs]
    verify, verify_slope = fit_line([(depth, run.verify_seconds / run.counts.rounds) for run, depth in points])
    other, other_slope = fit_line([(depth, run.other_seconds / run.counts.rounds) for run, depth in points])
    return Times(
        token=1 / median(run.baseline_rate for run in runs),
        draft=sum(run.draft_seconds for run in runs) / drafted if drafted else 0.0,
        verify=verify,
        verify_slope=verify_slope,
        other=other,
        other_slope=other_slope,
    )


def expected_length(row: Row) -> float:
    """Tokens a round by theory, from this row's own S_i: what `length` must be but for the last, shorter rounds."""
    return expected_tokens(row.per_position)


def bootstrap(values: Sequence[float]) -> tuple[float, float] | None:
    """The 95 % interval of the mean, by resampling the runs; None for a single run."""
    if len(values) < 2:
        return None
    drawn = np.random.default_rng(0).choice(np.array(values), (_RESAMPLES, len(values)))
    low, high = np.quantile(drawn.mean(axis=1), [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    return float(low), float(high)
