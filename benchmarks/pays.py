"""Where speculation pays on this machine, which should do nothing else meanwhile.

    python benchmarks/pays.py                       # both pairs: about 5 and 9 minutes
    python benchmarks/pays.py chain --runs 3        # the embedded pair alone, and less of it
    python benchmarks/pays.py --folder pays         # may be cut, and goes on where it was

`chain` is the embedded pair in each register of its corpus at T=0.7, `smollm2` SmolLM2 with prompt
lookup and with its trained draft, greedy, twelve questions and twelve changes to code. Whole
benches replace the rows in benchmarks/results/ and the tables of docs/models.md; with `--runs` or
`--ks` they are only printed.
"""

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path
from statistics import median

from specrecord.bench.grid import Grid
from specrecord.errors import SpecrecordError
from specrecord.registry import load_pair
from tools.record import bench as record_bench

BENCHES = ("chain", "smollm2")


def summary(found: record_bench.Kept) -> str:
    """For each draft, the K whose median over its registers or kinds is best."""
    lines = []
    for draft in dict.fromkeys(row["draft"] for row in found):
        by_k: dict[str, list[float]] = {}
        for row in found:
            if row["draft"] == draft and row["register"] != "all":
                by_k.setdefault(row["k"], []).append(float(row["speedup"]))
        best = max(by_k, key=lambda k: median(by_k[k]))
        lines.append(f"{draft}: best K = {best}, median {median(by_k[best]):.2f} times")
    return "\n".join(lines)


def loadable(grid: Grid) -> bool:
    """Whether its models are here; says so where not."""
    try:
        load_pair(grid.drafts[0], grid.target)
    except SpecrecordError as error:
        print(f"skipped: {grid.drafts[0]} for {grid.target}: {error}")
        return False
    return True


def main() -> None:
    """Run what was asked for and print its tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", default=BENCHES, help=" or ".join(BENCHES))
    parser.add_argument("--runs", type=int, help="of each cell; of SmolLM2, prompts of each kind")
    parser.add_argument("--ks", type=int, nargs="+")
    parser.add_argument("--folder", type=Path, help="keep the recordings here")
    asked = parser.parse_args()
    for name in asked.names:
        grids = [grid for grid in record_bench.BENCHES[name] if loadable(grid)]
        whole = not (asked.runs or asked.ks) and grids == record_bench.BENCHES[name]
        if asked.ks:
            grids = [replace(grid, ks=asked.ks) for grid in grids]
        if asked.runs:
            grids = [fewer(grid, asked.runs) for grid in grids]
        with tempfile.TemporaryDirectory() as scratch:
            results = record_bench.RESULTS if whole else Path(scratch)
            record_bench.run(name, grids, print, asked.folder, results)
            found, about = record_bench.kept(name, results)
        print(record_bench.pays_table(found), summary(found), record_bench.made_of(about), sep="\n")
    record_bench.write()


def fewer(grid: Grid, runs: int) -> Grid:
    """The grid with so many runs a cell: by seeds where it is repeated, else by prompts."""
    if grid.repeats > 1:
        return replace(grid, repeats=runs)
    kinds = dict.fromkeys(name.rstrip("0123456789") for name in grid.prompts)
    names = [f"{kind}{at}" for kind in kinds for at in range(runs)]
    return replace(grid, prompts={name: grid.prompts[name] for name in names})


if __name__ == "__main__":
    main()
