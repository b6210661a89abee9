"""The benches that docs/models.md reports: run, kept as CSV in benchmarks/results/, and written
into the page.

    python -m tools.record.bench            # all of them, a quarter of an hour, a quiet machine
    python -m tools.record.bench nodes      # one
    python -m tools.record.bench --write    # only the pages, from what is kept

`benchmarks/pays.py` runs those that say where speculation pays, and less of them where asked to.
How the model is tried was settled before these runs: `specrecord.bench.table.predict` foretells the
rate at each K, the deepest apart, from the acceptance and the median times at all other K, and
every row counts.
"""

import argparse
import csv
import json
import re
import tempfile
import tomllib
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from specrecord.bench.grid import Grid, run_grid
from specrecord.bench.measure import measure
from specrecord.bench.report import as_csv
from specrecord.bench.table import rows
from specrecord.recording.measures.stats import recording_info
from specrecord.recording.reader import read_recording
from tools.record.bench_prompts import PROMPTS

ROOT = Path(__file__).parents[2]
GALLERY = ROOT / "recordings"
RESULTS = ROOT / "benchmarks" / "results"
PAGE = ROOT / "docs" / "models.md"
CHAPTERS = [ROOT / "site" / "chapters" / name for name in ("65-practice.md", "80-rules.md")]

# One of each register of the pair's corpus, none of them a line of it.
REGISTERS = {
    "stories": "Once upon a time",
    "recipes": "Recipe: ",
    "dialogue": "In Fairhaven ",
    "code": "def ",
    "records": '{"',
    "sums": "Q: what is 12 + 30?",
    "tables": "| name | ",
}
_HOT = Grid("tiny", ["tiny:draft"], temperatures=[1.0], repeats=4)
_SMOLLM2 = Grid("smollm2", ["ngram"], prompts=PROMPTS, temperatures=[0.0], repeats=1, max_tokens=64)
BENCHES: dict[str, list[Grid]] = {
    "chain": [
        Grid("tiny", ["tiny:draft"], ks=[1, 2, 3, 4, 6, 8], prompts=REGISTERS, repeats=12),
    ],
    "smollm2": [
        replace(_SMOLLM2, ks=[4, 8]),
        replace(_SMOLLM2, drafts=["smollm2:draft"], ks=[2, 4]),
    ],
    "nodes": [
        replace(_HOT, drafts=["skip:2"], rules=["rrs"], trees=["4"]),
        replace(_HOT, drafts=["skip:2"], ks=[4]),
        replace(_HOT, rules=["rrs", "specinfer"], trees=["2x2"]),
        replace(_HOT, rules=["standard", "block"], ks=[6]),
    ],
}
Kept = list[dict[str, str]]
_TIMES = ("draft_token_s", "verify_s", "target_token_s")


def run(
    name: str,
    grids: list[Grid],
    say: Callable[[str], None],
    folder: Path | None = None,
    results: Path = RESULTS,
) -> None:
    """One bench; its rows and what made them replace what is in `results`. Runs that are in
    `folder` already are not made again.

    A kind of prompt has several, told apart by digits.
    """
    runs, machine = [], {}
    with tempfile.TemporaryDirectory() as scratch:
        for grid in grids:
            for path in run_grid(grid, folder or Path(scratch), say, lambda: False):
                recording = read_recording(path)
                found = measure(recording, path.name.split("-")[0].rstrip("0123456789"))
                runs += [found] if found is not None else []
                machine = {"started": recording.header.start, **asdict(recording.header.machine)}
    about = {"grids": [dict(vars(grid)) for grid in grids]}
    keep(name, as_csv(rows(runs)), len(runs), machine, about, results)


def keep(
    name: str,
    table: str,
    runs: int,
    machine: dict[str, Any],
    about: dict[str, Any] | None = None,
    results: Path = RESULTS,
) -> None:
    """Write a bench's rows, as CSV, and what made them."""
    results.mkdir(parents=True, exist_ok=True)
    (results / f"{name}.csv").write_text(table)
    made = {"runs": runs, **(about or {}), "machine": machine}
    (results / f"{name}.json").write_text(json.dumps(made, indent=1) + "\n")


def kept(name: str, results: Path = RESULTS) -> tuple[Kept, dict[str, Any]]:
    """The rows of a bench as they were written, and what made them."""
    with (results / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file)), json.loads((results / f"{name}.json").read_text())


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
            f"| {_interval(row, 'speedup', 2)} | {_error(row)} | {where} |"
        )
    return "\n".join(lines)


def _error(row: dict[str, str]) -> str:
    """Of the prediction; nothing is foretold of the deepest K."""
    return f"{float(row['prediction_error']):+.1%}" if row["prediction_error"] else "-"


def pays_table(found: Kept) -> str:
    """A line for each draft and register at its best K, with what a round costs there."""
    lines = ["| draft | of | best K | tokens a round | draft, verify, target alone, ms "
             "| outside both models | speedup, 95 % |",
             "|---|---|---:|---:|---|---|---|"]  # fmt: skip
    best: dict[tuple[str, str], dict[str, str]] = {}
    for row in found:
        place = (row["draft"], row["register"])
        best[place] = max(row, best.get(place, row), key=lambda row: float(row["speedup"]))
    for (draft, register), row in best.items():
        times = (1000 * float(row[name] or "nan") for name in _TIMES)
        lines.append(
            f"| `{draft}` | {register} | {row['k']} | {float(row['mean_acceptance_length']):.2f} "
            f"| {', '.join(f'{time:.3g}' for time in times)} "
            f"| {1000 * float(row['outside_s'] or 'nan'):.2f} ms a round, "
            f"{float(row['outside_share'] or 'nan'):.0%} | {_interval(row, 'speedup', 2)} |"
        )
    return "\n".join(lines)


def registers_table(found: Kept) -> str:
    """A line for each kind of text, by how much of the draft it accepts at one K."""
    own = [row for row in found if row["k"] == "4" and row["register"] != "all"]
    lines = ["| kind of text | acceptance per tested token | tokens a round | speedup, 95 % |",
             "|---|---:|---:|---|"]  # fmt: skip
    for row in sorted(own, key=lambda row: -float(row["alpha_hat"])):
        lines.append(
            f"| {row['register']} | {float(row['alpha_hat']):.2f} "
            f"| {float(row['mean_acceptance_length']):.2f} | {_interval(row, 'speedup', 2)} |"
        )
    return "\n".join(lines)


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


def rules_table(found: Kept) -> str:
    """A line for each rule and shape; the ratio to the rule that it should never fall behind."""
    lines = ["| rule | draft | tokens a round, 95 % | against |", "|---|---|---|---|"]
    for row in found:
        shape = f"chain of {row['k']}" if row["tree"] == "chain" else f"tree {row['tree']}"
        against = f"{_interval(row, 'ratio')} of `{row['against']}`" if row["against"] else ""
        lines.append(
            f"| `{row['rule']}` | {shape} | {_interval(row, 'tokens_a_round')} | {against} |"
        )
    return "\n".join(lines)


def _interval(row: dict[str, str], name: str, digits: int = 3) -> str:
    found, low, high = (
        f"{float(row[key]):.{digits}f}" for key in (name, f"{name}_low", f"{name}_high")
    )
    return f"{found} ({low} to {high})"


def made_of(about: dict[str, Any]) -> str:
    """What made a table, in a sentence."""
    machine = about["machine"]
    return (
        f"{about['runs']} runs, {machine['started'][:10]}, {machine['chip']}, "
        f"{machine['cores']} cores, numpy."
    )


# What stands in a page between the marks of a name: of which bench, and how.
TABLES: list[tuple[str, str, Callable[[Kept], str]]] = [
    ("chain", "chain", chain_table),
    ("pays", "chain", pays_table),
    ("registers", "chain", registers_table),
    ("smollm2", "smollm2", pays_table),
    ("nodes", "nodes", nodes_table),
    ("rules", "rules", rules_table),
]


def gallery_table() -> str:
    """A line for each recording that the gallery puts first, and for those that it races."""
    choice = tomllib.loads((GALLERY / "gallery.toml").read_text(encoding="utf-8"))
    entries = [entry for part in choice["section"] for entry in part["run"]]
    names = dict.fromkeys(
        name for entry in entries for name in (entry["name"], *entry.get("race", []))
    )
    lines = [
        "| target, draft | setting | tokens a round | speedup | source |",
        "|---|---|---|---|---|",
    ]
    for name in names:
        recording = read_recording(GALLERY / f"{name}.specrec")
        header, info = recording.header, recording_info(recording)
        against = "streaming" if info["speedup"]["streaming"] else "autoregressive"
        speedup = info["speedup"][against]
        over = " over its own stream" if against == "streaming" else ""
        verdict = f"{speedup:.2f}{over}" + ("" if speedup > 1 else ": does not pay")
        lines.append(
            f"| `{info['target']}`, `{info['draft']}` | {header.title}, K={info['k']}, "
            f"T={info['temperature']:g} | {info['mean_acceptance_length']:.2f} | {verdict} "
            f"| `recordings/{name}.specrec` |"
        )
    return "\n".join(lines)


def page(text: str) -> str:
    """The page with its tables as recordings and kept rows have them."""
    if "<!-- gallery -->" in text:
        block = f"<!-- gallery -->\n{gallery_table()}\n<!-- end of gallery -->"
        text = re.sub(
            r"<!-- gallery -->.*?<!-- end of gallery -->", lambda _: block, text, flags=re.S
        )
    for mark, name, table in TABLES:
        if f"<!-- bench {mark} -->" not in text or not (RESULTS / f"{name}.csv").exists():
            continue
        found, about = kept(name)
        block = f"<!-- bench {mark} -->\n{table(found)}\n\n{made_of(about)}\n<!-- end of bench -->"
        text = re.sub(
            rf"<!-- bench {mark} -->.*?<!-- end of bench -->",
            lambda _, new=block: new,
            text,
            flags=re.S,
        )
    return text


def write() -> None:
    """Put the kept rows into the pages."""
    for path in (PAGE, *CHAPTERS):
        path.write_text(page(path.read_text()))


def main() -> None:
    """Run the benches, unless only the page is wanted, and write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", default=list(BENCHES), help=", ".join(BENCHES))
    parser.add_argument("--write", action="store_true", help="only the pages, from what is kept")
    asked = parser.parse_args()
    for name in [] if asked.write else asked.names:
        run(name, BENCHES[name], print)
    write()


if __name__ == "__main__":
    main()
