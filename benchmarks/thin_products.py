"""What it costs to verify several tokens in one pass against one token, numpy models.

    python benchmarks/thin_products.py [--models tiny smollm2] [--tokens 2 5 8] [--busy 2]

Passes of each size take turns, so that a slow minute hits all. Each ratio is of passes that follow
each other; told is its median with the middle half. Processor time is of all threads together, the
least of any pass: it is to be trusted on a busy machine, too. `--busy` runs so many busy loops
beside everything once more: a machine shared with N loops may take twice as long on two cores, not
twenty times.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from specrecord.models.base import Target
from specrecord.registry import load_pair


def main() -> None:
    """Print milliseconds and ratios of each model, alone and beside busy loops."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="+", default=["tiny", "smollm2"])
    parser.add_argument("--tokens", nargs="+", type=int, default=[2, 5, 8])
    parser.add_argument("--context", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=0, help="0: as fit into ten seconds")
    parser.add_argument("--busy", type=int, default=0, help="busy loops beside a second turn")
    options = parser.parse_args()
    for name in options.models:
        target = load_pair(None, name).target
        print(f"{name}: {target.info.details.get('products')}")
        sizes = [1, *options.tokens]
        alone = passes(target, sizes, options.context, options.rounds)
        report("alone", sizes, alone)
        if options.busy:
            with busy_loops(options.busy):
                beside = passes(target, sizes, options.context, options.rounds)
            report(f"beside {options.busy} busy loops", sizes, beside)
            slower = np.median(beside[..., 0], axis=0) / np.median(alone[..., 0], axis=0)
            print("  as long as alone, times:", " ".join(f"{ratio:.2f}" for ratio in slower))


def passes(target: Target, sizes: list[int], context: int, rounds: int) -> np.ndarray:
    """Seconds and processor seconds of passes over so many tokens after a cached context, (rounds,
    sizes, 2).
    """
    ids = np.random.default_rng(1).integers(0, 1000, context + max(sizes)).tolist()
    times: list[list[tuple[float, float]]] = []
    end = time.perf_counter() + 10
    while len(times) < rounds or (not rounds and time.perf_counter() < end):
        row = []
        for size in sizes:
            target.prefill(ids[:context])
            begin, spent = time.perf_counter(), time.process_time()
            target.verify(ids[:context], ids[context : context + size - 1])
            row.append((time.perf_counter() - begin, time.process_time() - spent))
        times.append(row)
    return np.array(times[1:])


def report(title: str, sizes: list[int], times: np.ndarray) -> None:
    """Print one line a size: its median, and the ratio to the pass of one token beside it."""
    print(f"  {title}, {len(times)} rounds")
    seconds, spent = times[..., 0], times[..., 1].min(axis=0)
    for column, size in enumerate(sizes):
        low, middle, high = np.percentile(seconds[:, column] / seconds[:, 0], [25, 50, 75])
        print(
            f"  {size:3d} tokens {1000 * np.median(seconds[:, column]):8.3f} ms,"
            f" ratio {middle:.2f} ({low:.2f} to {high:.2f});"
            f" processor {1000 * spent[column]:8.3f} ms, ratio {spent[column] / spent[0]:.2f}"
        )


@contextmanager
def busy_loops(count: int) -> Iterator[None]:
    """Processes that do nothing, as fast as they can."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


if __name__ == "__main__":
    main()
