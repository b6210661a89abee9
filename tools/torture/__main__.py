"""Tortures recordings, readers, runs and servers, and prints how often they gave in.

    python -m tools.torture                                # all at full size: `make torture`
    python -m tools.torture mutants=2000 kills=20          # these alone, and so many
    python -m tools.torture --keep torture.json            # goes on where it was stopped

Every attack is a function of --seed and its number. Nothing should be found; the exit code is 1
where something is.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from tools.torture.attack import Attack, run_attacks
from tools.torture.exports import attack_exports
from tools.torture.keys import attack_keys
from tools.torture.kills import attack_kills
from tools.torture.processes import attack_disk, attack_signals
from tools.torture.readers import attack_readers
from tools.torture.requests import attack_requests
from tools.torture.tails import tail_attacks


def all_attacks() -> dict[str, Attack]:
    """Every attack at its full size, by name."""
    found = [
        *tail_attacks(),
        Attack("mutants", 200_000, 1000, attack_readers),
        Attack("kills", 2000, 50, attack_kills),
        Attack("exports", 1000, 50, attack_exports),
        Attack("keys", 5000, 100, attack_keys),
        Attack("requests", 20_000, 1000, attack_requests),
        Attack("disks", 100, 20, attack_disk),
        Attack("signals", 200, 20, attack_signals),
    ]
    return {attack.name: attack for attack in found}


def main() -> int:
    """Run attacks; 1 where anything was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "only", nargs="*", metavar="ATTACK=COUNT", help="all, unless some are named"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, metavar="FILE", help="what was done, to go on from")
    options = parser.parse_args()
    attacks = chosen(options.only)
    tallies = run_attacks(attacks, options.seed, options.keep)
    for attack in attacks:
        print(f"{attack.name}: {tallies[attack.name]}")
    return int(any(tallies[attack.name].found for attack in attacks))


def chosen(words: list[str]) -> list[Attack]:
    """The attacks that words like `mutants=2000` name, at that size; all where there is no word."""
    known = all_attacks()
    found = []
    for word in words or known:
        name, _, count = word.partition("=")
        found.append(replace(known[name], count=int(count)) if count else known[name])
    return found


if __name__ == "__main__":
    sys.exit(main())
