"""Seeded text in seven registers, written by rule for training and testing the tiny pair."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from . import arithmetic, code, dialogue, recipes, records, stories, tables
from .draw import Draw

REGISTERS: dict[str, Callable[[Draw], str]] = {
    "stories": stories.write,
    "recipes": recipes.write,
    "dialogue": dialogue.write,
    "code": code.write,
    "json": records.write,
    "arithmetic": arithmetic.write,
    "tables": tables.write,
}
# How often each register is drawn: the long ones seldom, the short ones often.
WEIGHTS = {
    "stories": 8,
    "recipes": 3,
    "dialogue": 4,
    "code": 5,
    "json": 3,
    "arithmetic": 7,
    "tables": 3,
}
DECK = tuple(name for name, weight in WEIGHTS.items() for _ in range(weight))


def document(register: str, seed: int | str, held_out: bool = False) -> str:
    """One document, decided by its register and seed alone."""
    return REGISTERS[register](Draw(f"{seed}/{register}", held_out))


def documents(seed: int, count: int, held_out: bool = False) -> Iterator[tuple[str, str]]:
    """A run of (register, text), the registers mixed by weight."""
    shuffler = Draw(f"{seed}/deck", held_out)
    for index in range(count):
        register = shuffler.one(DECK)
        yield register, document(register, f"{seed}/{index}", held_out)
