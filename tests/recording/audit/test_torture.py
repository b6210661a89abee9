"""The attacks of `make torture`, short: what they find is nothing."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tools.torture.__main__ import all_attacks
from tools.torture.attack import Attack, Fault, run_attacks


@pytest.fixture(scope="module")
def attacks() -> dict[str, Attack]:
    return all_attacks()


@pytest.mark.parametrize("name", ["cuts", "zero tails", "garbage tails"])
def test_cuts_and_tails_lose_nothing_and_invent_nothing(
    attacks: dict[str, Attack], name: str
) -> None:
    attack = attacks[name]
    every = range(0, attack.count, 97)
    assert len(every) > 500
    assert not list(attack.run(every, random.Random(5)))


@pytest.mark.parametrize(("name", "count"), [("mutants", 1500), ("kills", 20), ("exports", 20)])
def test_nothing_gives_in(attacks: dict[str, Attack], name: str, count: int) -> None:
    tally = run_attacks([replace(attacks[name], count=count)], 7)[name]
    assert (tally.done, tally.found) == (count, {})


def test_what_was_stopped_goes_on_with_the_same_attacks(tmp_path: Path) -> None:
    tried: list[tuple[int, float]] = []

    def odd(numbers: range, rng: random.Random) -> Iterator[Fault]:
        for number in numbers:
            tried.append((number, rng.random()))
            if number % 4 == 3:
                yield Fault("fours", f"{number}", b"file")

    attack = Attack("odd", 10, 3, odd)
    whole, kept = run_attacks([attack], 1)["odd"], tmp_path / "kept.json"
    run_attacks([replace(attack, count=6)], 1, kept)
    again = run_attacks([attack], 1, kept)["odd"]
    assert tried[:10] == tried[10:]
    assert (whole.done, whole.found) == (again.done, again.found) == (10, {"fours": 2})
