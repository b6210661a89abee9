"""Recording processes, killed at random moments: what they said was written is there."""

import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tools.torture.attack import Fault
from tools.torture.bases import ROOT

sys.path.append(str(ROOT / "tests" / "recording"))

from killed import kill_one


def attack_kills(numbers: range, rng: random.Random) -> Iterator[Fault]:
    """One process a number."""
    with tempfile.TemporaryDirectory() as folder:
        for number in numbers:
            path = Path(folder) / f"{number}.specrec"
            try:
                kill_one(path, rng.uniform(0, 0.005))
            except AssertionError as error:
                yield Fault("kills that lost an event", str(error), path.read_bytes())
