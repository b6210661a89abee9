"""The attacks of `make torture`, short: what they find is nothing."""

from node import node

from tools.torture.__main__ import attack_processes, attack_readers, attack_tails

TRIED = {"cuts", "zero tails", "garbage tails", "mutants", "kills"}


def test_cuts_and_tails_lose_nothing_and_invent_nothing() -> None:
    found = attack_tails(step=97)
    assert found.keys() <= TRIED, found
    assert found["zero tails"] > 500


def test_mutants_are_read_alike_by_both_readers() -> None:
    assert attack_readers(1500, 7, node()).keys() == {"mutants"}


def test_killed_processes_lose_nothing() -> None:
    assert attack_processes(20).keys() == {"kills"}
