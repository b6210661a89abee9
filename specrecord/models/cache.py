"""What a local model has read: the stateless contract of `base` kept over a cache that can be rolled back.

`CachedModel` turns "here is the whole context" into "roll back to what we share, then read the rest".
`KeyValueCache` is the store of the numpy models: rolling it back is forgetting, since positions are overwritten.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from specrecord.errors import UnsupportedModelError, UsageError
from specrecord.models.base import Description, Evidence, Logits


def common_prefix(left: list[int], right: list[int]) -> int:
    """How many leading ids two lists share. Slices are compared, by halves, so that the work stays in C."""
    low, high = 0, min(len(left), len(right))
    middle = high
    while low < high:
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
        middle = (low + high + 1) // 2
    return low


class CachedModel(ABC):
    """A `Drafter` and a `Target` over one cache, keyed by the ids it has read.

    Every call may name any context. Sharing a prefix with the last call saves the work for it; nothing else depends
    on the calls before. A subclass knows how to forget (`_rollback`) and how to read on (`_forward`).
    """

    def __init__(self, description: Description) -> None:
        self.description = description
        self._ids: list[int] = []

    def prefill(self, context: Sequence[int]) -> int:
        """Read all of `context` but its last token, which the next call reads. Returns how many ids were cached."""
        ids = list(context)
        shared = common_prefix(self._ids, ids)
        if shared < len(ids) - 1:
            self._read(ids[:-1], shared, rows=0)
        return shared

    def next_logits(self, context: Sequence[int]) -> Logits:
        """Logits of the token after `context`: float32, shape (vocabulary,), -inf for ids that name no token."""
        logits: Logits = self._logits(list(context), 1)[0]
        return logits

    def verify(self, context: Sequence[int], drafted: Sequence[int]) -> Evidence:
        """Logits after `context` and after each of the `drafted`, float32 (drafted + 1, vocabulary), in one pass."""
        return Evidence(self._logits([*context, *drafted], len(drafted) + 1))

    def _logits(self, ids: list[int], rows: int) -> Logits:
        """Logits after each of the last `rows` ids. Those ids are always read anew, all before them at most once."""
        if len(ids) < rows:
            raise UsageError(f"{self.description.name}: the context is empty; a model needs at least one token")
        return self._read(ids, min(common_prefix(self._ids, ids), len(ids) - rows), rows)

    def _read(self, ids: list[int], shared: int, rows: int) -> Logits:
        if len(ids) > self.description.context:
            raise UnsupportedModelError(
                f"{self.description.name} holds {self.description.context} tokens, asked to read {len(ids)}; "
                "shorten the prompt or lower --max-tokens"
            )
        self._rollback(shared)
        del self._ids[shared:]
        logits = self._forward(ids[shared:], rows)
        self._ids = ids
        return logits

    @abstractmethod
    def _rollback(self, length: int) -> None:
        """Keep the first `length` positions of the cache, drop the rest."""

    @abstractmethod
    def _forward(self, tokens: list[int], rows: int) -> Logits:
        """Read `tokens` at the end of the cache; the logits after the last `rows` of them, (rows, vocabulary)."""


class KeyValueCache:
    """What attention reads, float32: `keys` (layers, kv heads, head size, capacity), `values` with those two swapped.

    So laid out, both products of attention read rows that lie one after another. Capacity doubles when it is short.
    """

    def __init__(self, layers: int, kv_heads: int, head_size: int, capacity: int = 256) -> None:
        self.keys: NDArray[np.float32] = np.zeros((layers, kv_heads, head_size, capacity), np.float32)
        self.values: NDArray[np.float32] = np.zeros((layers, kv_heads, capacity, head_size), np.float32)

    def reserve(self, length: int) -> None:
        """Make room for `length` positions, keeping those that are there."""
        capacity = old = self.values.shape[2]
        while capacity < length:
            capacity *= 2
        if capacity > old:
            room = (0, capacity - old)
            self.keys = np.pad(self.keys, ((0, 0), (0, 0), (0, 0), room))
            self.values = np.pad(self.values, ((0, 0), (0, 0), room, (0, 0)))
