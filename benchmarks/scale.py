"""What commands take of recordings of a thousand to a million events: CPU seconds, memory, and the
exponents of both in the file's size.

    python benchmarks/scale.py [EVENTS ...] [--runs 3]

The recordings are the gallery's own rounds, one run behind another (`long_run.py`). CPU time is the
process's own and the least of RUNS, so that other work on the machine counts little; memory is the
most that it held. An exponent is the slope between the logarithms over the last three sizes, the
least-squares line: 1 is in proportion.
"""

import argparse
import math
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from long_run import write_long  # noqa: E402

COMMANDS = {
    "info": ("info", "RUN"),
    "info --json": ("info", "RUN", "--json"),
    "audit": ("audit", "RUN"),
    "export --json": ("export", "RUN", "--json"),
    "export --csv": ("export", "RUN", "--csv"),
    "export --perfetto": ("export", "RUN", "--perfetto"),
    "export --html": ("export", "RUN", "--html"),
    "mark": ("mark", "RUN", "0.1", "here", "-o", "OUT", "--force"),
    "redact": ("redact", "RUN", "-o", "OUT", "--force"),
    "play --at end": ("play", "RUN", "--at", "end"),
}


def measured(words: list[str]) -> tuple[float, float]:
    """CPU seconds and the most memory, in bytes, of one command."""
    with subprocess.Popen(
        [sys.executable, "-m", "specrecord", *words], stdout=subprocess.DEVNULL
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{words[0]} ended with {process.returncode}")
    unit = 1 if sys.platform == "darwin" else 1024
    return used.ru_utime + used.ru_stime, used.ru_maxrss * unit


def slope(sizes: list[int], values: list[float]) -> float:
    """Of the least-squares line through the logarithms of the last three."""
    points = [(math.log(x), math.log(y)) for x, y in zip(sizes[-3:], values[-3:], strict=True)]
    mean_x, mean_y = (sum(column) / len(points) for column in zip(*points, strict=True))
    rise = sum((x - mean_x) * (y - mean_y) for x, y in points)
    return rise / sum((x - mean_x) ** 2 for x, _ in points)


def main() -> None:
    """Measure every command on every size, and print a table of each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("events", nargs="*", type=int, default=[1000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", nargs="*", choices=COMMANDS, default=list(COMMANDS))
    options = parser.parse_args()
    if len(options.events) < 2:
        parser.error("an exponent needs two sizes")
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{events}.specrec" for events in options.events]
        for events, path in zip(options.events, paths, strict=True):
            write_long(path, events)
        sizes = [path.stat().st_size for path in paths]
        print("file, MB:", "  ".join(f"{size / 1e6:.2f}" for size in sizes))
        for name in options.only:
            seconds, memory = [], []
            for path in paths:
                places = {"RUN": str(path), "OUT": str(path.with_name("out.specrec"))}
                words = [places.get(word, word) for word in COMMANDS[name]]
                found = [measured(words) for _ in range(options.runs)]
                seconds.append(min(one for one, _ in found))
                memory.append(max(one for _, one in found))
            print(f"{name}: CPU s", "  ".join(f"{one:.2f}" for one in seconds), end="")
            print(f" (n^{slope(sizes, seconds):.2f}); MB", end=" ")
            print("  ".join(f"{one / 1e6:.0f}" for one in memory), end="")
            print(f" (n^{slope(sizes, memory):.2f}, {memory[-1] / sizes[-1]:.1f} times the file)")


if __name__ == "__main__":
    main()
