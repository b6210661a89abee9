"""Tortures what stands around a recording, and prints how often it gave in: processes under signals
and full disks, a served target under bad requests, API keys over every failure.

    python -m tools.torture.surroundings
    python -m tools.torture.surroundings --signals 8 --disks 5 --requests 300 --keys 200

Every figure after the counts should be zero; the exit code is 1 where one is not.
"""

import argparse
import random
import sys
from collections import Counter

from tools.torture.keys import attack_keys
from tools.torture.processes import attack_disk, attack_signals
from tools.torture.requests import attack_requests

_TRIED = ("signals", "full disks", "requests", "answers that quote the key")
_FAULTS = (
    "runs that a signal damaged",
    "full disks that lost something",
    "bad requests that were taken",
    "servers that no longer answered",
    "servers that grew",
    "servers that ended",
    "keys that were let through",
)


def main() -> int:
    """Run all attacks; 1 where anything was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--signals", type=int, default=200)
    parser.add_argument("--disks", type=int, default=100)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--keys", type=int, default=5000, help="answers that quote the key")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    found: Counter[str] = attack_keys(options.keys, rng)
    found += attack_requests(options.requests, rng)
    found += attack_disk(options.disks, rng)
    found += attack_signals(options.signals, rng)
    for name in (*_TRIED, *_FAULTS):
        print(f"{name}: {found[name]:,}")
    return int(any(found[name] for name in _FAULTS))


if __name__ == "__main__":
    sys.exit(main())
