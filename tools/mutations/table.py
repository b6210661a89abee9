"""What a mutation is, and how the tables of `of_player.py` and `of_package.py` become a list.

When code moves, point its group of a table at the new place; a text that is not found is an error.
"""

from collections.abc import Iterator
from dataclasses import dataclass

# (file, tests): [(name, old, new), ...]
Table = dict[tuple[str, tuple[str, ...]], list[tuple[str, str, str]]]


@dataclass(frozen=True)
class Mutation:
    """One fault: in `file`, `old` (which must stand there exactly once) becomes `new`."""

    name: str
    old: str
    new: str
    file: str
    tests: tuple[str, ...]


def mutations_of(table: Table) -> Iterator[Mutation]:
    """Each row of a table."""
    for (file, tests), rows in table.items():
        yield from (Mutation(name, old, new, file, tests) for name, old, new in rows)
