"""Token streams: documents encoded one after another, and windows that begin with a document."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from ..corpus import documents
from ..tokenizer import END_ID

CHUNK = 2000
BROKEN_EVERY = 8  # one document in eight is encoded in two parts, as a prompt and its sequel are
BREAK_WITHIN = 32  # the characters at the beginning among which such a document is broken


@dataclass(frozen=True)
class Stream:
    """Documents as one row of tokens, each closed by the end token, and where each begins."""

    tokens: Tensor
    starts: Tensor

    def windows(self, length: int, rows: int, generator: torch.Generator) -> Tensor:
        """A batch of windows of length + 1 tokens, each from the beginning of a document."""
        usable = int(torch.searchsorted(self.starts, len(self.tokens) - length - 1, right=True))
        chosen = self.starts[torch.randint(usable, (rows,), generator=generator)]
        return self.tokens[chosen[:, None] + torch.arange(length + 1)]


def encode(tokenizer: Tokenizer, texts: Sequence[str], breaks: Sequence[int]) -> list[list[int]]:
    """Tokens of texts, each encoded in two parts at its break (0 breaks nothing)."""
    heads = tokenizer.encode_batch([text[:cut] for text, cut in zip(texts, breaks, strict=True)])
    tails = tokenizer.encode_batch([text[cut:] for text, cut in zip(texts, breaks, strict=True)])
    return [[*head.ids, *tail.ids, END_ID] for head, tail in zip(heads, tails, strict=True)]


def stream(tokenizer: Tokenizer, texts: Sequence[str], broken: bool = False) -> Stream:
    """Encode texts in chunks; broken ones teach the model to go on from any prompt, mid-word
    too.
    """
    parts: list[np.ndarray] = []
    starts: list[int] = []
    position = 0
    chance = random.Random(len(texts))
    for first in range(0, len(texts), CHUNK):
        chunk = texts[first : first + CHUNK]
        breaks = [
            chance.randint(1, BREAK_WITHIN) if broken and chance.random() < 1 / BROKEN_EVERY else 0
            for _ in chunk
        ]
        for tokens in encode(tokenizer, chunk, breaks):
            ids = np.array(tokens, dtype=np.int64)
            parts.append(ids)
            starts.append(position)
            position += len(ids)
    return Stream(torch.from_numpy(np.concatenate(parts)), torch.tensor(starts))


def texts(seed: int, count: int, held_out: bool = False) -> Iterator[str]:
    return (text for _, text in documents(seed, count, held_out))
