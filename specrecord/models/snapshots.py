"""States that every token changes (linear attention, Mamba), as they were at earlier lengths: such
a layer cannot forget a token, but what it was before can be taken up again, and read on from.
"""

from collections.abc import Sequence
from typing import Any

_MOST = 16  # a draft looks back over its round, a target to where the round began


class Snapshots:
    """States by how many tokens they have read, the latest few."""

    def __init__(self) -> None:
        self._kept: list[tuple[int, Sequence[Any]]] = []

    def keep(self, length: int, states: Sequence[Any]) -> None:
        """The states after `length` tokens; nobody may change them any more."""
        self._kept = [*(one for one in self._kept if one[0] < length), (length, states)][-_MOST:]

    def latest(self, length: int) -> tuple[int, Sequence[Any] | None]:
        """The longest of at most `length` tokens, and how long it is; what is longer is forgotten.
        Where none is left, no states after no tokens.
        """
        self._kept = [one for one in self._kept if one[0] <= length]
        return self._kept[-1] if self._kept else (0, None)
