"""How often a bench's interval holds the true speedup: of one way, and of the best that was picked.

    python -m benchmarks.interval_coverage [--benches 4000]

A simulated bench is four K on four registers. The logarithm of a run's speedup is its way's and its
register's, plus noise. The spread is what benchmarks/results/chain.csv recorded, from run to run:
7 % at K = 1, 20 % at K = 8. `normal`: nothing else. `tails`: Student's t of 3 degrees, of the same
spread. `busy`: one run in ten, or its baseline, was held up by 30 % on average by something else.
The truth is the mean logarithm. Equal ways are the worst case for a choice: the best is so by
chance.

Columns: `one`, the interval of a way that was settled beforehand; `best`, that of the best of four,
on one register and over all; `pays`, how often the best of four equal ways with a true speedup of 1
is said to pay, which has to be at most 2.5 %. A bootstrap of the runs stands beside.
"""

import argparse
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from specrecord.bench.interval import geometric_mean, interval

SPREADS = (0.07, 0.10, 0.15, 0.20)  # of a run at each of four K
REGISTERS = (-0.2, -0.05, 0.05, 0.2)  # logarithms: how much a register is above all of them
REPEATS = (2, 3, 4, 6, 12)
Rng = np.random.Generator
Noise = Callable[[Rng, tuple[int, ...]], NDArray[np.float64]]


def normal(rng: Rng, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Spread 1."""
    return rng.standard_normal(shape)


def tails(rng: Rng, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Spread 1, with a run far off now and then."""
    return rng.standard_t(3, shape) / math.sqrt(3)


def busy(rng: Rng, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Spread 1 but for one run in ten, which the machine held up: the run, or its baseline."""
    held = rng.random(shape) < 0.1
    side = rng.choice((-1, 1), shape)
    return rng.standard_normal(shape) + held * side * rng.exponential(0.3, shape) / np.mean(SPREADS)


NOISES: dict[str, Noise] = {"normal": normal, "tails": tails, "busy": busy}


@dataclass
class Shares:
    """How often each thing held, of so many benches."""

    one: float = 0.0
    best: float = 0.0
    best_of_all: float = 0.0
    pays: float = 0.0
    bootstrap: float = 0.0


def simulate(noise: Noise, repeats: int, benches: int, rng: Rng) -> Shares:
    """Shares of benches with four equal ways, whose true speedup over all registers is 1."""
    shares = Shares()
    for _ in range(benches):
        spread = np.array(SPREADS)[:, None, None]
        drawn = noise(rng, (len(SPREADS), len(REGISTERS), repeats))
        runs = np.exp(np.array(REGISTERS)[None, :, None] + spread * drawn)
        single = runs[:, 0]
        best = int(np.argmax([geometric_mean([way]) for way in single]))
        best_of_all = int(np.argmax([geometric_mean(way) for way in runs]))
        over_all = interval(runs[best_of_all], len(SPREADS)) or (0, math.inf)
        truth = math.exp(REGISTERS[0])
        shares.one += _holds(interval([single[1]]), truth)
        shares.best += _holds(interval([single[best]], len(SPREADS)), truth)
        shares.best_of_all += _holds(over_all, 1)
        shares.pays += over_all[0] > 1
        shares.bootstrap += _holds(_bootstrap(single[1], rng), truth)
    return Shares(**{name: value / benches for name, value in vars(shares).items()})


def _holds(found: tuple[float, float] | None, truth: float) -> bool:
    return found is not None and found[0] <= truth <= found[1]


def _bootstrap(values: NDArray[np.float64], rng: Rng) -> tuple[float, float]:
    means = rng.choice(values, (500, len(values))).mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--benches", type=int, default=4000, help="simulated for each line")
    benches = parser.parse_args().benches
    print("| noise | repeats | one | best | best, all registers | pays | bootstrap, one |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name, noise in NOISES.items():
        for repeats in REPEATS:
            shares = simulate(noise, repeats, benches, np.random.default_rng(1))
            cells = " | ".join(f"{share:.1%}" for share in vars(shares).values())
            print(f"| {name} | {repeats} | {cells} |")


if __name__ == "__main__":
    main()
