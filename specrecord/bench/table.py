"""The runs of a bench as a table: a row for each way and register, with its spread, and theory's
word on it.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean, median

import numpy as np

from specrecord.bench.measure import Run, Way
from specrecord.theory import (
    Times,
    alpha_hat,
    extended_survival,
    fit_line,
    tokens_per_second,
)

_RESAMPLES = 2000
_LEVEL = 0.95


@dataclass(frozen=True)
class Row:
    """One way of drafting on one register. `rate` is the median of the runs, in tokens per second
    after the prompt.

    `interval` is of `speedup`, by bootstrap over the runs.
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
    """A row for each way and register, in the order of the runs; last come the means over all
    registers.
    """
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
    return (one.draft, one.rule, one.tree, one.temperature) == (
        other.draft,
        other.rule,
        other.tree,
        other.temperature,
    )


def survival(group: Sequence[Run], k: int) -> list[float]:
    """S_1 to S_k over all rounds of the runs."""
    rounds = sum(run.counts.rounds for run in group)
    return [
        sum(n >= i for run in group for n in run.counts.accepted_in_round) / rounds
        for i in range(1, k + 1)
    ]


def predict(k: int, others: Sequence[Run]) -> float | None:
    """Tokens per second at K = `k` by `theory`, from runs at other K; None without any."""
    if not others:
        return None
    return tokens_per_second(extended_survival(pooled_survival(others), k), times(others))


def pooled_survival(runs: Sequence[Run]) -> list[float]:
    """S_1, S_2, ... from runs at several K: each conditional rate from all rounds that drafted so
    deep.
    """
    found: list[float] = []
    for depth in range(1, max(run.way.k for run in runs) + 1):
        reached = [
            n
            for run in runs
            if run.way.k >= depth
            for n in run.counts.accepted_in_round
            if n >= depth - 1
        ]
        rate = sum(n >= depth for n in reached) / len(reached) if reached else 0.0
        found.append((found[-1] if found else 1.0) * rate)
    return found


def times(runs: Sequence[Run]) -> Times:
    """Where a round's time goes: lines in the tokens drafted a round, through the medians of the
    runs at each K.

    Medians, since a run in which the machine was busy with something else says nothing about the
    others.
    """
    verify, verify_slope = fit_line(_medians(runs, lambda run: run.verify_seconds))
    other, other_slope = fit_line(_medians(runs, lambda run: run.other_seconds))
    return Times(
        token=1 / median(run.baseline_rate for run in runs),
        draft=median(run.draft_seconds / max(1, run.counts.drafted) for run in runs),
        verify=verify,
        verify_slope=verify_slope,
        other=other,
        other_slope=other_slope,
    )


def _medians(runs: Sequence[Run], seconds: Callable[[Run], float]) -> list[tuple[float, float]]:
    """For each K: the median of the tokens drafted a round, and of these seconds a round."""
    by_k: dict[int, list[Run]] = defaultdict(list)
    for run in runs:
        by_k[run.way.k].append(run)
    return [
        (
            median(run.counts.drafted / run.counts.rounds for run in group),
            median(seconds(run) / run.counts.rounds for run in group),
        )
        for group in by_k.values()
    ]


def bootstrap(values: Sequence[float]) -> tuple[float, float] | None:
    """The 95 % interval of the mean, by resampling the runs; None for a single run."""
    if len(values) < 2:
        return None
    drawn = np.random.default_rng(0).choice(np.array(values), (_RESAMPLES, len(values)))
    low, high = np.quantile(drawn.mean(axis=1), [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    return float(low), float(high)
