"""Whether output is memorised: runs of tokens that it shares with the training stream."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RUNS = (4, 8, 12, 16, 24, 32, 48, 64, 96, 128)
FACTOR = np.uint64(6364136223846793005)

Tokens = NDArray[np.int64]


def hashes(tokens: Tokens, run: int) -> NDArray[np.uint64]:
    """A hash of every run of tokens, wrapping in 64 bits."""
    if len(tokens) < run:
        return np.zeros(0, dtype=np.uint64)
    result = np.zeros(len(tokens) - run + 1, dtype=np.uint64)
    spread = (tokens.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    for offset in range(run):
        result = result * FACTOR + spread[offset : offset + len(result)]
    return result


def shared(outputs: list[Tokens], training: Tokens) -> dict[str, object]:
    """For each length, the share of the outputs' runs found in training; and the longest runs."""
    shares: dict[str, float] = {}
    longest = [0] * len(outputs)
    for run in RUNS:
        known = np.unique(np.concatenate([hashes(output, run) for output in outputs]))
        table = hashes(training, run)
        found = known[np.isin(known, table)] if len(known) else known
        seen = [np.isin(hashes(output, run), found) for output in outputs]
        shares[str(run)] = round(float(np.concatenate(seen).mean()), 4)
        longest = [run if hits.any() else best for hits, best in zip(seen, longest, strict=True)]
    lengths = [len(output) for output in outputs]
    return {
        "outputs": len(outputs),
        "mean_tokens": round(sum(lengths) / len(lengths), 1),
        "share_of_runs_in_training": shares,
        "mean_longest_run": round(sum(longest) / len(longest), 1),
        "longest_run": max(longest),
        "copied_whole": sum(best >= size for best, size in zip(longest, lengths, strict=True)),
    }
