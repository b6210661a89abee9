"""The benches that docs/models.md reports: run, kept as CSV in benchmarks/results/, and written
into the page.

    python -m tools.record_bench            # all of them, about four minutes; on a machine that
    does nothing else python -m tools.record_bench --write    # only the page, from what is kept

How the model is tried was settled before these runs: `specrecord.bench.table.predict` foretells the
rate at each K, the deepest apart, from the acceptance and the median times at all other K, and
every row counts.
"""

import argparse
import csv
import json
import re
import tempfile
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from specrecord.bench.grid import Grid, run_grid
from specrecord.bench.measure import measure
from specrecord.bench.report import as_csv
from specrecord.bench.table import rows
from specrecord.recording.reader import read_recording

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results"
PAGE = ROOT / "docs" / "models.md"

_HOT = Grid("tiny", ["tiny:draft"], temperatures=[1.0], repeats=4)
BENCHES: dict[str, list[Grid]] = {
    "chain": [Grid("tiny", ["tiny:draft"], ks=[1, 2, 3, 4, 6, 8], repeats=24)],
    "nodes": [
        replace(_HOT, drafts=["skip:2"], rules=["rrs"], trees=["4"]),
        replace(_HOT, drafts=["skip:2"], ks=[4]),
        replace(_HOT, rules=["rrs", "specinfer"], trees=["2x2"]),
        replace(_HOT, rules=["standard", "block"], ks=[6]),
    ],
}
Kept = list[dict[str, str]]


def run(name: str, grids: list[Grid], say: Callable[[str], None]) -> None:
    """One bench, from nothing; its rows and what made them replace what was kept."""
    runs, machine = [], {}
    with tempfile.TemporaryDirectory() as folder:
        for grid in grids:
            for path in run_grid(grid, Path(folder), say, lambda: False):
                recording = read_recording(path)
                found = measure(recording, path.name.split("-")[0])
                runs += [found] if found is not None else []
                machine = {"started": recording.header.start, **asdict(recording.header.machine)}
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.csv").write_text(as_csv(rows(runs)))
    settings = [dict(vars(grid)) for grid in grids]
    (RESULTS / f"{name}.json").write_text(
        json.dumps({"grids": settings, "machine": machine}, indent=1) + "\n"
    )


def kept(name: str) -> tuple[Kept, dict[str, Any]]:
    """The rows of a bench as they were written, and what made them."""
    with (RESULTS / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file)), json.loads((RESULTS / f"{name}.json").read_text())


def chain_table(found: Kept) -> str:
    """A line for each K: all registers, and the register that the model foretold worst."""
    lines = ["| K | tokens a round | tokens/s | speedup, 95 % | model's error | worst register |",
             "|---:|---:|---:|---|---:|---|"]  # fmt: skip
    for row in (row for row in found if row["register"] == "all"):
        single = [other for other in found if other["k"] == row["k"] and other["register"] != "all"]
        foretold = [other for other in single if other["prediction_error"]]
        worst = max(foretold, key=lambda other: abs(float(other["prediction_error"])), default=None)
        where = f"{worst['register']} {_error(worst)}" if worst else "-"
        lines.append(
            f"| {row['k']} | {float(row['mean_acceptance_length']):.2f} | "
            f"{float(row['tokens_per_second']):.0f} "
            f"| {float(row['speedup']):.2f} ({float(row['speedup_low']):.2f} to "
            f"{float(row['speedup_high']):.2f}) "
            f"| {_error(row)} | {where} |"
        )
    return "\n".join(lines)


def _error(row: dict[str, str]) -> str:
    """Of the prediction; nothing is foretold of the deepest K."""
    return f"{float(row['prediction_error']):+.1%}" if row["prediction_error"] else "-"


def nodes_table(found: Kept) -> str:
    """A line for each draft: trees and chains of as many nodes."""
    lines = ["| draft of `tiny` | nodes | trees | chains |", "|---|---:|---|---|"]
    for draft, nodes in (("skip:2", 4), ("tiny:draft", 6)):
        own = [row for row in found if row["draft"] == draft and row["register"] == "all"]
        shown = [
            ", ".join(
                f"{float(row['mean_acceptance_length']):.2f} "
                f"(`{row['rule']}`{'' if chains else ', ' + row['tree']})"
                for row in own
                if (row["tree"] == "chain") == chains
            )
            for chains in (False, True)
        ]
        lines.append(f"| `{draft}` | {nodes} | {shown[0]} | {shown[1]} |")
    return "\n".join(lines)


def made_of(about: dict[str, Any]) -> str:
    """What made a table, in a sentence."""
    machine = about["machine"]
    runs = sum(
        len(grid["drafts"])
        * len(grid["rules"])
        * len(grid["trees"])
        * len(grid["temperatures"])
        * len(grid["prompts"])
        * grid["repeats"]
        * (len(grid["ks"]) if grid["trees"] == ["chain"] else 1)
        for grid in about["grids"]
    )
    return (
        f"{runs} runs, {machine['started'][:10]}, {machine['chip']}, {machine['cores']} cores, "
        "numpy."
    )


def page(text: str) -> str:
    """The page with its tables as the kept rows have them."""
    for name, table in (("chain", chain_table), ("nodes", nodes_table)):
        found, about = kept(name)
        block = f"<!-- bench {name} -->\n{table(found)}\n\n{made_of(about)}\n<!-- end of bench -->"
        text = re.sub(
            rf"<!-- bench {name} -->.*?<!-- end of bench -->",
            lambda _, new=block: new,
            text,
            flags=re.S,
        )
    return text


def main() -> None:
    """Run the benches, unless only the page is wanted, and write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="only the page, from what is kept")
    if not parser.parse_args().write:
        for name, grids in BENCHES.items():
            run(name, grids, print)
    PAGE.write_text(page(PAGE.read_text()))


if __name__ == "__main__":
    main()
