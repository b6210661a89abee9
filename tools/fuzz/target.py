"""What the fuzzer calls: every file is read, audited and counted, as the attacks of `make torture`
do it. It goes on after a finding.

    python -m tools.fuzz.target FINDINGS CORPUS [options of libFuzzer]
"""

import hashlib
import random
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import msgpack

atheris: Any = import_module("atheris")

with atheris.instrument_imports(include=["specrecord"]):
    from specrecord.errors import RecordingError
    from tools.torture.mutants import Mutator
    from tools.torture.readers import SLOW, of_python

_FINDINGS = Path(sys.argv.pop(1))
_BLIND = 0.3  # of all mutants, made by libFuzzer, which knows no structure


def one(data: bytes) -> None:
    """Try one file."""
    said = of_python(data)
    line = said.crash or ("over a second" if said.seconds > SLOW else None)
    if line is not None:
        where = hashlib.sha1(line[-120:].encode()).hexdigest()[:8]
        path = _FINDINGS / f"{'crash' if said.crash else 'slow'}-{where}"
        if not path.exists():
            path.write_bytes(data)
            print(f"{path.name}: {line}", file=sys.stderr)


def mutated(data: bytes, most: int, seed: int) -> bytes:
    """A mutant that knows the structure of a recording, if `data` is one."""
    rng = random.Random(seed)
    if rng.random() >= _BLIND:
        try:
            found = bytes(next(iter(Mutator([data], rng))))
        except (RecordingError, ValueError, TypeError, IndexError, msgpack.UnpackException):
            pass  # it is none
        else:
            return found[:most]
    return bytes(atheris.Mutate(data, most))


if __name__ == "__main__":
    atheris.Setup(sys.argv, one, custom_mutator=mutated)
    atheris.Fuzz()
