"""Models of a handful of tokens whose logits are a fixed random function of the whole context."""

import zlib
from collections.abc import Sequence

import numpy as np

from specrecord.decoding.loop import Settings
from specrecord.models.base import Drafter, FullLogits, Logits, ModelInfo, Target


class SmallModel(Drafter, Target):
    """Drafter and target in one. `spread` is the standard deviation of its logits."""

    def __init__(
        self, seed: int, vocabulary: int = 4, spread: float = 1.5, context: int = 64
    ) -> None:
        self.seed, self.vocabulary, self.spread = seed, vocabulary, spread
        self.info = ModelInfo(f"small-{seed}", "test", "small", "digits", context)
        self._memo: dict[tuple[int, ...], Logits] = {}

    def prefill(self, context: Sequence[int]) -> int:
        return 0

    def next_logits(self, context: Sequence[int]) -> Logits:
        key = tuple(context)
        if key not in self._memo:
            rng = np.random.default_rng([self.seed, zlib.crc32(repr(key).encode())])
            self._memo[key] = rng.normal(0, self.spread, self.vocabulary).astype(np.float32)
        return self._memo[key]

    def verify(
        self, context: Sequence[int], drafted: Sequence[int], parents: Sequence[int] | None = None
    ) -> FullLogits:
        parents = range(-1, len(drafted) - 1) if parents is None else parents
        paths = [list(context)]
        for token, parent in zip(drafted, parents, strict=True):
            paths.append([*paths[parent + 1], token])
        return FullLogits(np.stack([self.next_logits(path) for path in paths]))


def digits(token: int) -> bytes:
    """Spells token 3 as b"3"."""
    return str(token).encode()


def settings(**changes: object) -> Settings:
    """Plain settings for small models, changed where asked."""
    plain: dict[str, object] = {
        "k": 2,
        "max_tokens": 20,
        "end_ids": frozenset(),
        "token_bytes": digits,
    }
    return Settings(**{**plain, **changes})  # type: ignore[arg-type]


class Ticker:
    """A clock that advances by one microsecond whenever it is read."""

    def __init__(self) -> None:
        self.time = 0

    def __call__(self) -> int:
        self.time += 1
        return self.time
