"""Prompt lookup: what followed the last few tokens when they stood in the text before. A draft
without a model.

Saxena, 2023, github.com/apoorvumang/prompt-lookup-decoding: the longest suffix of at most 3 tokens
that occurred before, its latest occurrences first. It pays where the output repeats its input:
edits, summaries, code.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from specrecord.drafters.proposal import merged
from specrecord.models.base import ModelInfo, Proposal, Proposer

_LONGEST = 3  # tokens of the suffix that is looked up


class NgramProposer(Proposer):
    """Works over any vocabulary: `vocabulary` is the fingerprint of the target's, whose ids it
    repeats. There is nothing to read ahead: the text is its own index.
    """

    def __init__(self, vocabulary: str, context: int) -> None:
        self.info = ModelInfo("ngram", "lookup", "prompt lookup", vocabulary, context)

    def propose(self, context: Sequence[int], depth: int, width: int) -> Proposal:
        """What stood after the latest `width` places where the longest suffix stood, `depth`
        tokens of each.
        """
        text = np.array(context, np.int64)
        for length in range(min(_LONGEST, len(text) - 1), 0, -1):
            places = _ends(text, length)
            if len(places):
                return merged(
                    [text[place : place + depth].tolist() for place in places[::-1][:width]]
                )
        return Proposal()


def _ends(text: NDArray[np.int64], length: int) -> NDArray[np.intp]:
    """Where the last `length` tokens of `text` ended before, in order: the places of what followed
    them.
    """
    fits = np.ones(len(text) - length, dtype=bool)
    for offset in range(length):
        fits &= text[offset : len(text) - length + offset] == text[len(text) - length + offset]
    return fits.nonzero()[0] + length
