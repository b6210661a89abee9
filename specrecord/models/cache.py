"""What a local model has read: the stateless contract of `base` over a cache that can be
rolled back.

`CachedModel` turns "here is the whole context" into "roll back to what we share, then read the
rest".
`KeyValueCache` is the store of the numpy models: rolling it back is forgetting, since positions are
overwritten.
"""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from specrecord.errors import UnsupportedModelError, UsageError
from specrecord.models.base import Drafter, FullLogits, Logits, ModelInfo, Target, path_to
from specrecord.models.tree_attention import depths, is_chain, path_along

_CAPACITY = 256  # positions, at first


def common_prefix(left: list[int], right: list[int]) -> int:
    """How many leading ids two lists share. Slices are compared, by halves, so that the work stays
    in C.
    """
    low, high = 0, min(len(left), len(right))
    middle = high
    while low < high:
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
        middle = (low + high + 1) // 2
    return low


class CachedModel(Drafter, Target):
    """A `Drafter` and a `Target` over one cache, keyed by the ids it has read.

    Every call may name any context. Sharing a prefix with the last call saves the work for it;
    nothing else depends on the calls before. A subclass knows how to forget (`_rollback`), how to
    read on (`_forward`), how to read a tree after that (`_forward_tree`), and how to keep one path
    of it (`_keep_path`).
    """

    def __init__(self, info: ModelInfo) -> None:
        self.info = info
        self._ids: list[int] = []
        # Tokens and parents that were read after `_ids`.
        self._tree: tuple[list[int], list[int]] | None = None

    @property
    @abstractmethod
    def layers(self) -> int:
        """How many layers it has."""

    def first_layers_info(self, layers: int, **details: Any) -> ModelInfo:
        """Who a draft of this model's own first `layers` layers is. Raises UnsupportedModelError
        unless 1 <= `layers` < the model's own.
        """
        if not 1 <= layers < self.layers:
            raise UnsupportedModelError(
                f"skip:{layers} must leave out some of the {self.layers} layers of "
                f"{self.info.name}: skip:1 to skip:{self.layers - 1}"
            )
        details = {"layers": layers, "of": self.layers, **details}
        return replace(self.info, name=f"skip:{layers}", parameters=None, details=details)

    def prefill(self, context: Sequence[int]) -> int:
        """Read all of `context` but its last token, which the next call reads. Returns how many ids
        were cached.
        """
        ids = list(context)
        self._settle(ids)
        shared = common_prefix(self._ids, ids)
        if shared < len(ids) - 1:
            self._read(ids[:-1], shared, rows=0)
        return shared

    def next_logits(self, context: Sequence[int]) -> Logits:
        """Logits of the token after `context`: float32, shape (vocabulary,), -inf for ids that name
        no token.
        """
        return self.verify(context, ()).logits[0]

    def verify(
        self, context: Sequence[int], drafted: Sequence[int], parents: Sequence[int] | None = None
    ) -> FullLogits:
        """Logits after `context` and after each of the `drafted`, float32 (drafted + 1,
        vocabulary), in one pass.
        """
        if not context:
            raise UsageError(
                f"{self.info.name}: the context is empty; a model needs at least one token"
            )
        if parents is None or is_chain(parents):
            return FullLogits(self._logits([*context, *drafted], len(drafted) + 1))
        return FullLogits(self._tree_logits(list(context), list(drafted), list(parents)))

    def branch_logits(
        self,
        context: Sequence[int],
        tokens: Sequence[int],
        parents: Sequence[int],
        nodes: Sequence[int],
    ) -> list[Logits]:
        """Logits after each of `nodes` of a tree, in one pass over all of it; after one alone, over
        its path.
        """
        if len(nodes) == 1:
            path = path_to(nodes[0], parents)
            return [self.next_logits([*context, *(tokens[node] for node in path)])]
        rows = self.verify(context, tokens, parents).logits
        return [rows[node + 1] for node in nodes]

    def _logits(self, ids: list[int], rows: int) -> Logits:
        """Logits after each of the last `rows` ids. Those ids are always read anew, all before them
        at most once.
        """
        self._settle(ids)
        return self._read(ids, min(common_prefix(self._ids, ids), len(ids) - rows), rows)

    def _tree_logits(self, ids: list[int], tokens: list[int], parents: list[int]) -> Logits:
        """Logits after `ids` and after each token of the tree. The tree stays beside the cache
        until the next call.
        """
        self._require_room(len(ids) + max(depths(parents)) + 1)
        self.prefill(ids)
        shared = self._rollback(len(ids) - 1)
        del self._ids[shared:]
        logits = self._forward_tree(ids[shared:], tokens, parents)
        self._ids, self._tree = ids, (tokens, parents)
        return logits

    def _settle(self, ids: list[int]) -> None:
        """Of a tree that was read, keep the path that `ids` goes on with: it need not be read
        again.
        """
        if self._tree is None:
            return
        (tokens, parents), self._tree = self._tree, None
        start = len(self._ids)
        if ids[:start] != self._ids:
            return
        self._ids = ids[: self._keep_path(start, path_along(tokens, parents, ids[start:]))]

    def _require_room(self, length: int) -> None:
        if length > self.info.context:
            raise UnsupportedModelError(
                f"{self.info.name} holds {self.info.context} tokens, asked to read "
                f"{length}; "
                "shorten the prompt or lower --max-tokens"
            )

    def _read(self, ids: list[int], shared: int, rows: int) -> Logits:
        self._require_room(len(ids))
        shared = self._rollback(shared)
        del self._ids[shared:]
        logits = self._forward(ids[shared:], rows)
        self._ids = ids
        return logits

    @abstractmethod
    def _rollback(self, length: int) -> int:
        """Keep the first `length` positions of the cache, drop the rest; how many were kept, fewer
        where it can only go back to an earlier place.
        """

    @abstractmethod
    def _forward(self, tokens: list[int], rows: int) -> Logits:
        """Read `tokens` at the end of the cache; the logits after the last `rows` of them, (rows,
        vocabulary).
        """

    @abstractmethod
    def _forward_tree(self, before: list[int], tokens: list[int], parents: list[int]) -> Logits:
        """Read `before` at the end of the cache and a tree after it, so that one of its paths can
        be kept.

        The logits after the last of `before` and after each token of the tree, (tokens + 1,
        vocabulary).
        """

    @abstractmethod
    def _keep_path(self, start: int, path: list[int]) -> int:
        """Of the tree that was read from position `start` on, keep the nodes of `path` and drop the
        rest; how many positions are kept in all.
        """


class KeyValueCache:
    """What attention reads, float32: `keys` (layers, kv heads, head size, capacity), `values` with
    those two swapped. And what stands at the end of the layers, `features` (capacity, hidden).

    So laid out, both products of attention read rows that lie one after another. Capacity doubles
    when it is short.
    """

    def __init__(self, layers: int, kv_heads: int, head_size: int, hidden: int = 0) -> None:
        self.features: NDArray[np.float32] = np.zeros((_CAPACITY, hidden), np.float32)
        self.keys: NDArray[np.float32] = np.zeros(
            (layers, kv_heads, head_size, _CAPACITY), np.float32
        )
        self.values: NDArray[np.float32] = np.zeros(
            (layers, kv_heads, _CAPACITY, head_size), np.float32
        )

    def reserve(self, length: int) -> None:
        """Make room for `length` positions, keeping those that are there."""
        capacity = old = self.values.shape[2]
        while capacity < length:
            capacity *= 2
        if capacity > old:
            room = (0, capacity - old)
            self.keys = np.pad(self.keys, ((0, 0), (0, 0), (0, 0), room))
            self.values = np.pad(self.values, ((0, 0), (0, 0), room, (0, 0)))
            self.features = np.pad(self.features, (room, (0, 0)))

    def gather(self, start: int, places: NDArray[np.intp]) -> None:
        """Move what stands at `places` to `start` and after."""
        end = start + len(places)
        self.keys[..., start:end] = self.keys[..., places]
        self.values[:, :, start:end] = self.values[:, :, places]
        self.features[start:end] = self.features[places]
