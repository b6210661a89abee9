"""A bench's rows as text: aligned for a terminal, as markdown, as CSV; and its advice."""

import csv
import io
from collections.abc import Sequence

from specrecord.bench.measure import Run
from specrecord.bench.pool import pool
from specrecord.bench.table import Row, sisters

_HEAD = (
    "draft",
    "rule",
    "K",
    "T",
    "register",
    "runs",
    "tokens/s",
    "speedup",
    "95 %",
    "acceptance",
    "alpha-hat",
    "overlap",
    "tokens/round",
    "theory",
    "error",
)


def cells(row: Row) -> tuple[str, ...]:
    """One row in words, in the order of the head."""
    way = row.way
    interval = "-" if row.interval is None else f"{row.interval[0]:.2f}-{row.interval[1]:.2f}"
    return (
        way.draft,
        way.rule,
        way.depth,
        f"{way.temperature:g}",
        row.register,
        str(row.runs),
        f"{row.rate:.0f}",
        f"{row.speedup:.2f}",
        interval,
        f"{row.acceptance_rate:.2f}",
        _number(row.alpha_hat),
        _number(row.overlap),
        f"{row.length:.2f}",
        _number(row.predicted, ".0f"),
        _number(row.error, "+.0%"),
    )


def as_text(found: Sequence[Row]) -> str:
    """Columns aligned by spaces."""
    lines = [_HEAD, *(cells(row) for row in found)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEAD))]
    return "\n".join(
        "  ".join(cell.ljust(width) if column in (0, 1, 4) else cell.rjust(width)
                  for column, (cell, width) in enumerate(zip(line, widths, strict=True))).rstrip()
        for line in lines
    )  # fmt: skip


def as_markdown(found: Sequence[Row]) -> str:
    """A table for a README."""
    lines = [_HEAD, tuple("---" for _ in _HEAD), *(cells(row) for row in found)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def as_csv(found: Sequence[Row]) -> str:
    """Every number in full, S_1 ... S_K in one field."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        [
            "draft",
            "rule",
            "tree",
            "k",
            "temperature",
            "register",
            "runs",
            "tokens_per_second",
            "speedup",
            "speedup_low",
            "speedup_high",
            "acceptance_rate",
            "alpha_hat",
            "overlap",
            "mean_acceptance_length",
            "per_position",
            "predicted_tokens_per_second",
            "prediction_error",
        ]
    )
    for row in found:
        way, (low, high) = row.way, row.interval or (None, None)
        writer.writerow(
            [
                way.draft,
                way.rule,
                way.tree,
                way.k,
                way.temperature,
                row.register,
                row.runs,
                row.rate,
                row.speedup,
                low,
                high,
                row.acceptance_rate,
                row.alpha_hat,
                row.overlap,
                row.length,
                " ".join(f"{share:.6g}" for share in row.per_position),
                row.predicted,
                row.error,
            ]
        )
    return text.getvalue()


def advice(found: Sequence[Row], runs: Sequence[Run]) -> list[str]:
    """For each draft: whether it pays here, at which K by measurement, and at which by the model of
    the runs that differ from the best in K alone.
    """
    lines: list[str] = []
    whole = "all" if any(row.register == "all" for row in found) else None
    for draft in dict.fromkeys(row.way.draft for row in found):
        own = [row for row in found if row.way.draft == draft and whole in (None, row.register)]
        best = max(own, key=lambda row: row.speedup)
        alike = [run for run in runs if sisters(run.way, best.way)]
        lines += [_verdict(draft, best), _model(alike)]
    return lines


def _verdict(draft: str, best: Row) -> str:
    spread = "" if best.interval is None else f" ({best.interval[0]:.2f} to {best.interval[1]:.2f})"
    at = f"K = {best.way.depth}, {best.way.rule}, T = {best.way.temperature:g}"
    if best.speedup <= 1:
        return (
            f"{draft}: speculation does not pay here. The best measured is "
            f"{best.speedup:.2f}{spread} at {at}."
        )
    if best.interval is None or best.interval[0] <= 1:
        return (
            f"{draft}: it may pay. The best measured is {best.speedup:.2f}{spread} at {at}; "
            "more runs would tell."
        )
    return f"{draft}: speculation pays, {best.speedup:.2f} times{spread} at {at}."


def _model(alike: Sequence[Run]) -> str:
    model = pool(run.model for run in alike)
    if model is None:
        return "  model: unknown: none of these runs' models speaks of more than its own record."
    k = model.best_k or model.fastest_k
    return f"  model: best K: {model.best_k_text} (speedup {model.speedup(k):.2f} at K = {k})."


def _number(value: float | None, form: str = ".2f") -> str:
    return "-" if value is None else format(value, form)
