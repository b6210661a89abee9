"""The sampled answers as training batches: answers of like lengths side by side."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


@dataclass(frozen=True)
class Text:
    """A prompt and its answer: `tokens` (n), the first `begun` of them the prompt's; `states` (n -
    1, h) stand after all but the last.
    """

    kind: str
    temperature: float
    begun: int
    tokens: NDArray[np.int32]
    states: NDArray[np.float16]


def read_shard(file: Path) -> Iterator[Text]:
    """The texts of one shard."""
    shard = np.load(file)
    pieces = [
        np.split(shard[name], np.cumsum(counts)[:-1])
        for name, counts in [
            ("begun", shard["begun_counts"]),
            ("written", shard["written_counts"]),
            ("states", shard["begun_counts"] + shard["written_counts"] - 1),
        ]
    ]
    for kind, temperature, begun, written, states in zip(
        shard["kinds"], shard["temperatures"], *pieces, strict=True
    ):
        tokens = np.concatenate((begun, written))
        yield Text(str(kind), float(temperature), len(begun), tokens, states)


def frequent(texts: list[Text], head: Tensor, count: int) -> tuple[Tensor, float]:
    """The ids of the `count` tokens that the target gives most probability in all, ascending, and
    their share of it. `head` (vocabulary, h) reads the texts' states.
    """
    total = torch.zeros(len(head), dtype=torch.float64)
    for text in texts:
        states = torch.from_numpy(text.states[text.begun - 1 :]).to(head.dtype)
        total += (states @ head.T).float().softmax(-1).sum(0)
    chosen = total.argsort(descending=True)[:count]
    return chosen.sort().values, float(total[chosen].sum() / total.sum())


@dataclass(frozen=True)
class Batch:
    """Texts padded to one length: `tokens` (b, n), `features` (b, n - 1, h), and `valid`
    (b, n - 1): the positions that an answer's token was drawn from. `first` is the first such
    position of any.
    """

    tokens: Tensor
    features: Tensor
    valid: Tensor
    first: int


def batch_of(texts: list[Text], gain: Tensor) -> Batch:
    """Pad; features are states without the last norm's gain."""
    length = max(len(text.tokens) for text in texts)
    tokens = torch.zeros(len(texts), length, dtype=torch.long)
    features = torch.zeros(len(texts), length - 1, len(gain))
    valid = torch.zeros(len(texts), length - 1, dtype=torch.bool)
    for row, text in enumerate(texts):
        end = len(text.tokens)
        tokens[row, :end] = torch.from_numpy(text.tokens)
        features[row, : end - 1] = torch.from_numpy(text.states).float() / gain
        valid[row, text.begun - 1 : end - 1] = True
    return Batch(tokens, features, valid, min(text.begun for text in texts) - 1)


def batches(texts: list[Text], size: int, rng: random.Random) -> Iterator[list[Text]]:
    """All texts once, `size` of like lengths at a time, in random order."""
    shuffled = sorted(texts, key=lambda text: (len(text.tokens) // 16, rng.random()))
    groups = [shuffled[at : at + size] for at in range(0, len(shuffled), size)]
    rng.shuffle(groups)
    yield from groups
