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
from specrecord.recording.measures.run_model import RunModel
from specrecord.recording.measures.stats import TrackCounts


@dataclass(frozen=True)
class Times:
    """Seconds of a drafted token, of a verification, of a round outside both models, and of a token
    of the target alone; `outside_share` is of a round. None where no model tells.
    """

    draft_token: float | None = None
    verify: float | None = None
    outside: float | None = None
    outside_share: float | None = None
    target_token: float | None = None

    @classmethod
    def of(cls, model: RunModel | None, k: int) -> "Times":
        """Those of a round at K."""
        if model is None or model.baseline is None or k not in model.tried:
            return cls()
        drafted = model.drafts(k) / model.rounds(k)
        verify = model.verify_s + drafted * model.verify_slope_s
        outside = model.other_s + drafted * model.other_slope_s
        whole = outside + verify + drafted * model.draft_s
        return cls(model.draft_s, verify, outside, outside / whole, model.baseline.token_s)


@dataclass(frozen=True)
class Row:
    """One way of drafting on one register.

    `rate` is the median of the runs, in tokens per second; `speedup` their geometric mean, and
    from `low` to `high` that of the mean: those of all ways that are compared hold together.
    `counts` are those of all runs together; `predicted` is the rate by the model of all runs at
    other K; None where none went so deep.
    """

    way: Way
    register: str
    runs: int
    rate: float
    speedup: float
    low: float | None
    high: float | None
    counts: TrackCounts
    predicted: float | None
    times: Times

    @property
    def interval_text(self) -> str | None:
        """From `low` to `high`."""
        return None if self.low is None else f"{self.low:.2f}-{self.high:.2f}"

    @property
    def survival(self) -> str:
        """S_1 to S_K of all runs."""
        return " ".join(f"{share or 0.0:.6g}" for share in self.counts.per_position(self.way.k))

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
    by_register: dict[str, list[float]] = defaultdict(list)
    for run in group:
        by_register[run.register].append(run.speedup)
    speedups = list(by_register.values())
    low, high = interval(speedups, len({run.way for run in runs})) or (None, None)
    others = [
        run
        for run in runs
        if register in (run.register, "all")
        and differ_in_k_alone(run.way, way)
        and run.way.k != way.k
    ]
    return Row(
        way=way,
        register=register,
        runs=len(group),
        rate=median(run.counts.tokens_per_second or 0.0 for run in group),
        speedup=geometric_mean(speedups),
        low=low,
        high=high,
        counts=sum((run.counts for run in group), start=TrackCounts()),
        predicted=predict(way.k, others),
        times=Times.of(pool(run.model for run in group), way.k),
    )


def differ_in_k_alone(one: Way, other: Way) -> bool:
    """Whether two ways differ in K alone."""
    return replace(one, k=other.k) == other


def predict(k: int, others: Iterable[Run]) -> float | None:
    """Tokens per second at K by the model of runs at other K; None where none went so deep."""
    model = pool(run.model for run in others)
    return model.tokens_per_second(k) if model and k in model.tried else None
