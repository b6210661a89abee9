"""Layers of mlx-lm that attend within a window, over a cache that forgets nothing.

mlx-lm gives such a layer a rotating cache, in which new tokens overwrite old ones: once it has
turned, a rejected token cannot be taken back. Kept whole it can, and the mask alone makes the
window.
"""

import copy
from functools import cache
from typing import Any


def kept_whole(layer: Any) -> Any:
    """A layer's empty cache, or one in its place that keeps all where it rotates."""
    from mlx_lm.models.cache import CacheList, RotatingKVCache

    if isinstance(layer, CacheList):
        twin = copy.copy(layer)
        twin.caches = tuple(map(kept_whole, layer.caches))
        return twin
    if type(layer) is RotatingKVCache and not layer.keep:
        return _windowed_cache()(layer.max_size)
    return layer


@cache
def _windowed_cache() -> Any:
    from mlx_lm.models.base import create_causal_mask
    from mlx_lm.models.cache import KVCache

    whole: Any = KVCache

    class WindowedKVCache(whole):  # type: ignore[misc]
        """Keeps all; its mask shows each token the last `window` up to itself."""

        def __init__(self, window: int) -> None:
            super().__init__()
            self.window = window

        def make_mask(
            self, count: int, return_array: bool = False, window_size: int | None = None
        ) -> Any:
            """What `count` new tokens may look at; None is all."""
            window = window_size or self.window
            if return_array or self.offset + count > window:
                return create_causal_mask(count, self.offset, window_size=window)
            return "causal" if count > 1 else None

    return WindowedKVCache
