"""The drafted tokens of one round, as a tree."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from specrecord.decoding.sampling import Probs, point_mass
from specrecord.models.base import path_to

ROOT = -1  # the parent of a round's first tokens: what stands before them is the context
# The distribution of a proposed token; how wide it is, the target's answer will tell.
CERTAIN: Probs = np.empty(0)


@dataclass
class DraftTree:
    """The drafted tokens of one round as a tree; a chain is the tree in which node i hangs on node
    i - 1.

    `probs[i]` is the distribution that node i was truly drawn from, what its elder siblings took
    out of it included; a token that was chosen and not drawn has a point mass. `ends[i]` says that
    the text ends with node i, so that nothing hangs on it and nothing follows it. `position` counts
    the tokens that were emitted before this round.
    """

    position: int = 0
    tokens: list[int] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    probs: list[Probs] = field(default_factory=list)
    ends: list[bool] = field(default_factory=list)

    def add(self, token: int, parent: int, probs: Probs, ends: bool) -> int:
        """Hang a token on `parent`; the number of its node."""
        self.tokens.append(token)
        self.parents.append(parent)
        self.probs.append(probs)
        self.ends.append(ends)
        return len(self.tokens) - 1

    def over(self, ids: Sequence[int]) -> "DraftTree":
        """The same tree over these token ids alone, in id order, its own among them: a token is the
        number of its column, and point masses of proposed tokens are written out, as rules need it.
        """
        if isinstance(ids, range) and all(len(probs) == len(ids) for probs in self.probs):
            return self  # of the whole vocabulary
        tokens = [ids.index(token) for token in self.tokens]
        probs = [
            point_mass(np.intp(token), len(ids))
            if probs is CERTAIN
            else probs
            if len(probs) == len(ids)
            else probs[ids]
            for token, probs in zip(tokens, self.probs, strict=True)
        ]
        return DraftTree(self.position, tokens, self.parents, probs, self.ends)

    def prob(self, node: int, token: int) -> float:
        """The probability of a token in the distribution that `node` was drawn from."""
        probs = self.probs[node]
        return float(token == self.tokens[node]) if probs is CERTAIN else float(probs[token])

    def children(self, node: int) -> list[int]:
        """The nodes that hang on `node`, in the order they were drafted."""
        return [child for child in range(node + 1, len(self.tokens)) if self.parents[child] == node]

    def path_tokens(self, node: int) -> list[int]:
        """The tokens from the first down to `node`, itself included; empty for the root."""
        return [self.tokens[above] for above in path_to(node, self.parents)]
