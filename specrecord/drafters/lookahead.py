"""Lookahead decoding: the target itself finds what to propose, by solving for several tokens at
once while it verifies.

Fu, Bailis, Stoica, Zhang, ICML 2024, arXiv 2402.02057. Along with the drafted tokens, each pass
reads a window of `columns` positions by `size` - 1 Jacobi iterations. The first iteration's tokens
stand one after another; each later token hangs on the one above it in its column. What the target
says after the last iteration completes an n-gram of `size` tokens for each column; n-grams are
stored by their first token and proposed when the text comes to it.
"""

from collections import OrderedDict
from collections.abc import Sequence

from specrecord.drafters.proposal import merged
from specrecord.models.base import Logits, ModelInfo, Proposal, Proposer

_POOLED = 16  # continuations for each first token, latest first


class LookaheadProposer(Proposer):
    """Its window starts from tokens of the text. What it proposes is certain, so its quality costs
    time only.

    `prefill` begins a text: what was found in another one is forgotten.
    """

    def __init__(self, vocabulary: str, context: int, columns: int = 4, size: int = 3) -> None:
        self.info = ModelInfo(
            "lookahead",
            "lookup",
            "lookahead",
            vocabulary,
            context,
            details={"columns": columns, "size": size},
        )
        self._columns, self._size = columns, size
        self._iterations: list[list[int]] = []
        self._pool: dict[int, OrderedDict[tuple[int, ...], None]] = {}

    def prefill(self, context: Sequence[int]) -> int:
        """Start over for a new text, whose last tokens are the first window. There is nothing to
        read ahead.
        """
        self._pool.clear()
        self._iterations = [
            [context[-1 - column % len(context)] for column in range(self._columns)]
        ]
        return len(context)

    def propose(self, context: Sequence[int], depth: int, width: int) -> Proposal:
        """The latest `width` continuations that the window found for the text's last token."""
        pooled = self._pool.get(context[-1], OrderedDict())
        return merged([continuation[:depth] for continuation in list(pooled)[::-1][:width]])

    def window(self, context: Sequence[int]) -> Proposal:
        """Every iteration's tokens: the first as a chain after the text, each other below the one
        before it.
        """
        tokens: list[int] = []
        parents: list[int] = []
        for level, row in enumerate(self._iterations):
            for column, token in enumerate(row):
                tokens.append(token)
                parents.append(column - 1 if level == 0 else len(parents) - self._columns)
        return Proposal(tokens, parents)

    def learn(self, context: Sequence[int], logits: Logits) -> None:
        """Take the target's likeliest token below each column: a new iteration, and n-grams once
        there are enough.
        """
        found: list[int] = logits[-self._columns :].argmax(axis=-1).tolist()
        self._iterations.append(found)
        if len(self._iterations) < self._size:
            return
        for first, *rest in zip(*self._iterations, strict=True):
            pooled = self._pool.setdefault(first, OrderedDict())
            pooled[tuple(rest)] = None
            pooled.move_to_end(tuple(rest))
            if len(pooled) > _POOLED:
                pooled.popitem(last=False)
        del self._iterations[0]
