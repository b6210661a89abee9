"""What an attack is, and how attacks are run: in batches, so that what was stopped goes on where it
was.
"""

import json
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_SHOWN = 5  # examples of a kind
_EVERY = 10.0  # seconds between two lines of progress


@dataclass(frozen=True)
class Fault:
    """What gave in: a kind, a line, and the file that showed it, if it was one."""

    kind: str
    line: str
    data: bytes | None = None


@dataclass(frozen=True)
class Attack:
    """`run` makes those of its `count` attacks whose numbers it is given, with random numbers of
    their own, and yields what gave in. As many as a `batch` holds are run at a time.
    """

    name: str
    count: int
    batch: int
    run: Callable[[range, random.Random], Iterator[Fault]]


@dataclass
class Tally:
    """What came of an attack so far: how many were `done`, how many of each kind were `found`, and
    the CPU seconds of this process and its children.
    """

    done: int = 0
    seconds: float = 0.0
    found: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in self.found.items())
        return f"{self.done:,} tried, {kinds or '0 found'} ({self.seconds:,.0f} s of CPU)"


class Tallies(dict[str, Tally]):
    """What came of attacks by their names, kept in a file, if one is named."""

    def __init__(self, path: Path | None) -> None:
        """Begins with what the file says of a run that was stopped."""
        super().__init__()
        self._path = path
        if path is not None and path.exists():
            for name, one in json.loads(path.read_text()).items():
                self[name] = Tally(one["done"], one["seconds"], Counter(one["found"]))

    def keep(self) -> None:
        """Write the file anew."""
        if self._path is not None:
            beside = self._path.with_suffix(".new")
            beside.write_text(json.dumps({name: vars(one) for name, one in self.items()}, indent=1))
            beside.replace(self._path)


def run_attacks(attacks: Sequence[Attack], seed: int, path: Path | None = None) -> Tallies:
    """Run what is left of each attack, with a line of progress on standard error now and then."""
    tallies, told = Tallies(path), time.monotonic()
    for attack in attacks:
        tally = tallies.setdefault(attack.name, Tally())
        while tally.done < attack.count:
            _run_batch(attack, tally, seed)
            tallies.keep()
            if time.monotonic() - told > _EVERY:
                told = time.monotonic()
                print(f"{attack.name}: {tally.done:,} of {attack.count:,}", file=sys.stderr)
    return tallies


def _run_batch(attack: Attack, tally: Tally, seed: int) -> None:
    """The next batch, into its tally."""
    numbers = range(tally.done, min(tally.done + attack.batch, attack.count))
    start = _cpu_seconds()
    for fault in attack.run(numbers, random.Random(f"{seed} {attack.name} {numbers.start}")):
        tally.found[fault.kind] += 1
        if tally.found[fault.kind] <= _SHOWN:
            _show(fault, tally.found[fault.kind])
    tally.seconds += _cpu_seconds() - start
    tally.done = numbers.stop


def _show(fault: Fault, number: int) -> None:
    """One of the first faults of a kind, and its file to look at."""
    print(f"  {fault.kind}: {fault.line}", file=sys.stderr)
    if fault.data is not None:
        word = fault.kind.split()[0]
        path = Path(tempfile.gettempdir()) / f"torture-{word}-{number}.specrec"
        path.write_bytes(fault.data)
        print(f"    kept as {path}", file=sys.stderr)


def _cpu_seconds() -> float:
    """Of this process and of its children that ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
