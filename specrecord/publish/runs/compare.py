"""Runs side by side: one row a number, one column a run, and the settings in which they differ."""

from collections.abc import Sequence
from dataclasses import dataclass

from specrecord.publish.runs.facts import plain
from specrecord.publish.runs.load import Run
from specrecord.publish.runs.numbers import BASELINES, FORMULAS, GROUPS

_SETTINGS = ("rule, tree", "K", "temperature", "sampled distribution", "seed")
_SKIPPED = {"per_position"}


@dataclass(frozen=True)
class Row:
    """One line: a label, the formula behind it ("" for a setting), and a shown value for each
    run.
    """

    label: str
    formula: str
    cells: list[str]


def comparison(runs: Sequence[Run]) -> dict[str, list[Row]]:
    """Rows by group: settings first, then each group of numbers. Speedups name the baseline they
    are over.
    """
    who = [Row(side, "", [plain(run.info[side]) for run in runs]) for side in ("draft", "target")]
    settings = [Row(key, "", [run.facts[key] for run in runs]) for key in _SETTINGS]
    chips = Row("machine", "", [" · ".join(run.facts["machine"].split(" · ")[:3]) for run in runs])
    simulated = Row("simulated", "", ["; ".join(run.simulated) or "nothing" for run in runs])
    table = {"How it was set": [*who, *settings, chips, simulated]}
    for group, labels in GROUPS.items():
        rows = [
            Row(label, FORMULAS[key], _cells(runs, key))
            for key, label in labels.items()
            if key not in _SKIPPED
        ]
        if "tokens_per_second" in labels:
            rows += [
                Row(f"speedup over {words}", FORMULAS["speedup"], _cells(runs, f"speedup.{name}"))
                for name, words in BASELINES.items()
                if any(f"speedup.{name}" in run.numbers for run in runs)
            ]
        table[group] = rows
    return table


def _cells(runs: Sequence[Run], key: str) -> list[str]:
    return [run.numbers[key].shown[0] if key in run.numbers else "not recorded" for run in runs]
