"""What a model has begun to compute before it was asked for it, and before all of its own tokens
were known.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Foresight:
    """The model reads `ids`, and after them `tokens` that are still being computed, each an array
    of one.

    `answers` are logits by how many ids they follow, and how many rows they have. Nothing is taken
    on trust: an answer is given for the very ids that it was computed from.
    """

    ids: list[int]
    answers: dict[tuple[int, int], Any] = field(default_factory=dict)
    tokens: list[Any] = field(default_factory=list)

    def answer(self, ids: list[int], rows: int) -> Any:
        """What follows each of the last `rows` of `ids`; None where that was not foreseen."""
        found = self.answers.get((len(ids), rows))
        return found if found is not None and self._first(len(ids)) == ids else None

    def read(self) -> list[int]:
        """All ids that were read."""
        return self._first(len(self.ids) + len(self.tokens))

    def _first(self, length: int) -> list[int]:
        """The first so many ids; waits for those of them that are still being computed."""
        while len(self.ids) < length:
            self.ids.append(int(self.tokens.pop(0).item()))
        return self.ids[:length]
