"""A bench's rows as text: aligned for a terminal, as markdown, as CSV; and its advice."""

import csv
import io
from collections.abc import Sequence
from operator import attrgetter

from specrecord.bench.measure import Run
from specrecord.bench.pool import pool
from specrecord.bench.table import Row, differ_in_k_alone

_PACE = "tokens a second"
# Each column: its head for people and its name in CSV ("" where it stands apart there), where in a
# row its value is, and how people see it.
_COLUMNS = [
    ("draft", "draft", "way.draft", ""),
    ("rule", "rule", "way.rule", ""),
    ("", "tree", "way.tree", ""),
    ("K", "", "way.depth", ""),
    ("", "k", "way.k", ""),
    ("T", "temperature", "way.temperature", "g"),
    ("register", "register", "register", ""),
    ("runs", "runs", "runs", ""),
    ("tokens/s", "tokens_per_second", "rate", _PACE),
    ("speedup", "speedup", "speedup", ".2f"),
    ("95 %", "", "interval_text", ""),
    ("", "speedup_low", "low", ""),
    ("", "speedup_high", "high", ""),
    ("acceptance", "acceptance_rate", "counts.acceptance_rate", ".2f"),
    ("alpha-hat", "alpha_hat", "counts.alpha_hat", ".2f"),
    ("overlap", "overlap", "counts.overlap", ".2f"),
    ("tokens/round", "mean_acceptance_length", "counts.mean_acceptance_length", ".2f"),
    ("", "per_position", "survival", ""),
    ("theory", "predicted_tokens_per_second", "predicted", _PACE),
    ("error", "prediction_error", "error", "+.0%"),
    ("", "draft_token_s", "times.draft_token", ""),
    ("", "verify_s", "times.verify", ""),
    ("", "outside_s", "times.outside", ""),
    ("", "outside_share", "times.outside_share", ""),
    ("", "target_token_s", "times.target_token", ""),
]
_HEAD = tuple(head for head, *_ in _COLUMNS if head)


def cells(row: Row) -> tuple[str, ...]:
    """One row in words, in the order of the head."""
    shown = [(attrgetter(place)(row), form) for head, _, place, form in _COLUMNS if head]
    return tuple("-" if value is None else _formatted(value, form) for value, form in shown)


def _formatted(value: object, form: str) -> str:
    """Whole tokens a second, but for rates below ten, of which that would say nothing."""
    if form == _PACE:
        form = ".1f" if isinstance(value, float) and value < 9.95 else ".0f"
    return format(value, form)


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
    columns = {name: place for _, name, place, _ in _COLUMNS if name}
    writer.writerow(columns)
    writer.writerows(map(attrgetter(*columns.values()), found))
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
        alike = [run for run in runs if differ_in_k_alone(run.way, best.way)]
        lines += [_verdict(draft, best), _model(alike)]
    return lines


def _verdict(draft: str, best: Row) -> str:
    spread = "" if best.low is None else f" ({best.low:.2f} to {best.high:.2f})"
    at = f"K = {best.way.depth}, {best.way.rule}, T = {best.way.temperature:g}"
    measured = f"The best measured is {best.speedup:.2f}{spread} at {at}"
    if best.speedup <= 1:
        return f"{draft}: speculation does not pay here. {measured}."
    if best.low is None or best.low <= 1:
        return f"{draft}: it may pay. {measured}; more runs would tell."
    return f"{draft}: speculation pays, {best.speedup:.2f} times{spread} at {at}."


def _model(alike: Sequence[Run]) -> str:
    model = pool(run.model for run in alike)
    if model is None:
        return "  model: unknown: none of these runs' models speaks of more than its own record."
    k = model.best_k or model.fastest_k
    return f"  model: best K: {model.best_k_text} (speedup {model.speedup(k):.2f} at K = {k})."
