"""The runs of a bench as a table: a row for each way and register, with its spread, and what the
model foretold of it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median

from specrecord.bench.interval import geometric_mean, interval
from specrecord.bench.measure import Run, Way
from specrecord.bench.pool import pool
from specrecord.theory import alpha_hat


@dataclass(frozen=True)
class Row:
    """One way of drafting on one register.

    `rate` is the median of the runs, in tokens per second; `speedup` their geometric mean, and
    `interval` that of the mean: those of all ways that are compared hold together.
    `predicted` is the rate by the model of all runs at other K; None where none went so deep.
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
    """A row for each way and register, in the order of the runs; last those over all registers."""
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
    overlaps = sum(run.counts.overlap_count for run in group)
    speedups = _by_register(group)
    others = [
        run
        for run in runs
        if register in (run.register, "all") and sisters(run.way, way) and run.way.k != way.k
    ]
    return Row(
        way=way,
        register=register,
        runs=len(group),
        rate=median(run.rate for run in group),
        speedup=geometric_mean(speedups),
        interval=interval(speedups, len({run.way for run in runs})),
        acceptance_rate=accepted / drafted if drafted else 0.0,
        alpha_hat=alpha_hat(accepted, sum(run.counts.rejections for run in group)),
        overlap=sum(run.counts.overlap_sum for run in group) / overlaps if overlaps else None,
        length=sum(run.counts.accepted + run.counts.emitted for run in group) / rounds,
        per_position=survival(group, way.k),
        predicted=predict(way.k, others),
    )


def _by_register(group: Iterable[Run]) -> list[list[float]]:
    """Speedups, those of each register apart."""
    found: dict[str, list[float]] = defaultdict(list)
    for run in group:
        found[run.register].append(run.speedup)
    return list(found.values())


def sisters(one: Way, other: Way) -> bool:
    """Whether two ways differ in K alone."""
    return replace(one, k=other.k) == other


def survival(group: Sequence[Run], k: int) -> list[float]:
    """S_1 to S_k over all rounds of the runs."""
    rounds = sum(run.counts.rounds for run in group)
    return [
        sum(n >= i for run in group for n in run.counts.accepted_in_round) / rounds
        for i in range(1, k + 1)
    ]


def predict(k: int, others: Iterable[Run]) -> float | None:
    """Tokens per second at K by the model of runs at other K; None where none went so deep."""
    model = pool(run.model for run in others)
    return model.tokens_per_second(k) if model and k in model.tried else None
