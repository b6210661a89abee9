"""What a transformers model shows to a draft head: its last norm's output before the gain, for each
token in its cache. transformers tells it after the gain (`output_hidden_states`).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from specrecord.errors import UnsupportedModelError

_UNIT = 0.1  # how far the mean square of a feature may be from 1


class Features:
    """`rows` are those of the tokens that the cache holds, and what is left of others, (n, h).

    Raises UnsupportedModelError where the last norm is none that divides by the root of the mean
    square, which the heads are trained on.
    """

    def __init__(self, model: Any, vocabulary: int, name: str) -> None:
        norm = getattr(model.base_model, "norm", None)
        gain, head = getattr(norm, "weight", None), model.get_output_embeddings()
        if gain is None or head is None:
            raise UnsupportedModelError(f"{name} does not show its last norm and its head")
        self._gain, self._head = _array(gain), head.weight
        if not self._gain.all():
            raise UnsupportedModelError(f"{name} shows no features: its last norm drops some")
        self.embedding = _array(model.get_input_embeddings().weight[:vocabulary])
        self.rows: NDArray[np.float32] = np.zeros((256, len(self._gain)), np.float32)

    def head_rows(self, ids: NDArray[np.intp] | slice) -> NDArray[np.float32]:
        """The rows of the head times the gain, (ids, h)."""
        return _array(self._head[ids]) * self._gain

    def store(self, start: int, hidden: Any) -> None:
        """What stands at the end of the layers (n, h), for the tokens from `start` on."""
        end = start + len(hidden)
        if end > len(self.rows):
            self.rows = np.pad(self.rows, ((0, end), (0, 0)))
        self.rows[start:end] = _array(hidden) / self._gain

    def gather(self, places: Sequence[int]) -> None:
        """Keep what stands at `places`, in that order."""
        self.rows[: len(places)] = self.rows[list(places)]

    def require(self, count: int, logits: NDArray[np.float32], name: str) -> None:
        """The `count` features that were stored are normed, and the head makes `logits` of them;
        ids that name no token are -inf there. Raises UnsupportedModelError.
        """
        rows = self.rows[:count]
        named = np.isfinite(logits[0])
        recomputed = (rows @ self.head_rows(slice(logits.shape[1])).T)[:, named]
        off = np.abs(recomputed - logits[:, named]).max() / np.ptp(logits[:, named])
        if abs((rows**2).mean() - 1) > _UNIT or off > _UNIT:
            raise UnsupportedModelError(
                f"{name} shows no features: its head does not read its last norm as the heads do"
            )


def _array(tensor: Any) -> NDArray[np.float32]:
    found: NDArray[np.float32] = tensor.detach().float().cpu().numpy()
    return found
