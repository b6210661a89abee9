"""The key numbers of a run as a page shows them: value, formula, and the formula with this run's
counts put in.

Values are those of `recording_info`; this module only words them. docs/format.md defines each one.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from specrecord.events import SPECULATIVE
from specrecord.recording.measures.stats import TrackCounts

UNKNOWN = "not recorded"
_UNITS = {"ms": " ms", "times": "×"}
_CLOSE = 0.1  # a speedup that is no further from 1

_WORDS = tomllib.loads(Path(__file__).with_name("numbers.toml").read_text(encoding="utf-8"))
BASELINES: dict[str, str] = _WORDS["baselines"]
GROUPS: dict[str, dict[str, dict[str, str]]] = _WORDS["groups"]
_UNTOLD = ("", "the server does not tell which tokens it accepted")
# Of an answer along a prediction: another formula, and the counts in it.
_PREDICTED = {
    "tokens": ("tokens of the answer, as they arrived", ""),
    "acceptance_rate": ("accepted / predicted", "{accepted:,} / {drafted:,}, told by the server"),
    **dict.fromkeys(("alpha_hat", "overlap", "mean_acceptance_length", "per_position"), _UNTOLD),
}
_SPEEDUP = "tokens per second / tokens per second of the baseline"
FORMULAS = {key: words["formula"] for group in GROUPS.values() for key, words in group.items()} | {
    "speedup": _SPEEDUP
}


@dataclass(frozen=True)
class Number:
    """One line of the table. `values` are unrounded and may hold None; `shown` words them;
    `counted` is the proof.
    """

    key: str
    group: str
    label: str
    values: list[float | None]
    shown: list[str]
    formula: str
    counted: str


def key_numbers(info: dict[str, Any], tracks: dict[str, TrackCounts]) -> list[Number]:
    """Every derived number of a run whose tracks were counted, in reading order."""
    counts = tracks[SPECULATIVE]
    reached = ", ".join(f"{count:,}" for count in counts.reached(len(info["per_position"])))
    numbers = []
    for group, labels in GROUPS.items():
        for key, words in labels.items():
            section, _, name = key.partition(".")
            value = info[section][name] if name else info[key]
            values = value if isinstance(value, list) else [value]
            shown = [shown_value(key, one) for one in values] or [UNKNOWN]
            proof = words.get("counted", "").format(
                counts=counts, reached=reached, duration=seconds(info["duration_s"])
            )
            if not value and name in ("queue_s", "network_s"):
                proof = "no pass recorded any"
            label, formula = words["label"], words["formula"]
            if info["rule"] == "prediction":
                formula, proof = _PREDICTED.get(key, (formula, proof))
                proof = proof.format(**info)
            numbers.append(Number(key, group, label, values, shown, formula, proof))
            if key == "tokens_per_second":
                numbers += _speedups(group, info, tracks)
    return numbers


def shown_value(key: str, value: float | None) -> str:
    """A value as a reader wants it: counts whole, times with a unit, rates to three figures."""
    if value is None:
        return UNKNOWN
    if key.endswith("_s"):
        return seconds(value)
    if isinstance(value, int):
        return f"{value:,}"
    return f"{figures(value)}×" if key.startswith("speedup") else figures(value)


def figures(value: float) -> str:
    """Three significant figures, trailing zeros kept, never an exponent."""
    for limit, digits in ((100, 0), (10, 1), (0.1, 3 if abs(value) < 1 else 2)):
        if abs(value) >= limit:
            return f"{value:,.{digits}f}".replace("-", "−")
    return f"{value:.3f}".replace("-", "−")


def figure_text(value: float | str | None, unit: str = "") -> str:
    """A number as the walkthrough's figures show it; a word stands for itself."""
    if value is None or isinstance(value, str):
        return UNKNOWN if value is None else value
    return f"{value:,.0f}" if unit == "count" else f"{figures(value)}{_UNITS.get(unit, '')}"


def seconds(value: float) -> str:
    """`1.23 s`, `45.6 ms` or `789 µs`; the sign is kept."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if abs(value) >= size:
            return f"{figures(value / size)} {unit}"
    return f"{value * 1e6:.0f} µs"


def _speedups(group: str, info: dict[str, Any], tracks: dict[str, TrackCounts]) -> Iterator[Number]:
    """One line a recorded baseline; where there is none, one line that says so."""
    recorded = {name: value for name, value in info["speedup"].items() if value is not None}
    own = tracks[SPECULATIVE].tokens_per_second or 0.0 if recorded else 0.0
    for name, value in recorded.items():
        baseline = tracks[name].tokens_per_second or 0.0
        alone = "the same server without a prediction, recorded in turns"
        beside = alone if info["rule"] == "prediction" else BASELINES[name]
        key, label = f"speedup.{name}", f"speedup over {beside}"
        proof = f"{figures(own)} / {figures(baseline)}, both recorded in this run"
        if abs(value - 1) <= _CLOSE:  # then it matters what recording took
            shares = [100 * (tracks[one].instrument_share or 0.0) for one in (SPECULATIVE, name)]
            proof += "; {:.0f} % and {:.0f} % of their time outside the models".format(*shares)
        shown = [shown_value(key, value)]
        yield Number(key, group, label, [value], shown, _SPEEDUP, proof)
    if not recorded:
        shown = ["unknown: no baseline was recorded in this run"]
        yield Number("speedup", group, "speedup", [None], shown, _SPEEDUP, "")
