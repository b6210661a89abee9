"""Models of a handful of tokens whose logits are a fixed random function of the whole context."""

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from specrecord.decoding.loop import Settings
from specrecord.models.base import (
    Drafter,
    FeatureTarget,
    FullLogits,
    Logits,
    ModelInfo,
    Target,
    path_to,
)


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


class SmallFeatured(SmallModel, FeatureTarget):
    """One whose logits follow from features of six numbers, which a draft may read."""

    def __init__(self, seed: int, vocabulary: int = 4) -> None:
        super().__init__(seed, vocabulary)
        rng = np.random.default_rng([seed, 1])
        self.embedding, self._rows = rng.normal(0, 0.7, (2, vocabulary, 6)).astype(np.float32)
        self._features: dict[tuple[int, ...], Logits] = {}
        self._read: set[tuple[int, ...]] = set()

    def next_logits(self, context: Sequence[int]) -> Logits:
        return self._feature(context) @ self._rows.T

    def _feature(self, context: Sequence[int]) -> Logits:
        key = tuple(context)
        if key not in self._features:
            rng = np.random.default_rng([self.seed, zlib.crc32(repr(key).encode())])
            self._features[key] = rng.normal(0, 1, 6).astype(np.float32)
        return self._features[key]

    def prefill(self, context: Sequence[int]) -> int:
        self._read = {tuple(context[:end]) for end in range(1, len(context))}
        return 0

    def verify(
        self, context: Sequence[int], drafted: Sequence[int], parents: Sequence[int] | None = None
    ) -> FullLogits:
        above = list(range(-1, len(drafted) - 1) if parents is None else parents)
        self.prefill([*context, 0])
        for node in range(len(drafted)):
            path = (drafted[n] for n in path_to(node, above))
            self._read.add((*context, *path))
        return super().verify(context, drafted, parents)

    def features(self, context: Sequence[int]) -> Logits:
        known = [
            self._feature(context[:end])
            for end in range(1, len(context) + 1)
            if tuple(context[:end]) in self._read
        ]
        return np.array(known, np.float32).reshape(-1, 6)

    def head_rows(self, ids: NDArray[np.intp]) -> Logits:
        return self._rows[ids]


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
    return Settings(**{**plain, **changes})


class Ticker:
    """A clock that advances by one microsecond whenever it is read."""

    def __init__(self) -> None:
        self.time = 0

    def __call__(self) -> int:
        self.time += 1
        return self.time
