"""Continuations merged into a tree of guesses, shared beginnings once."""

from collections.abc import Iterable, Sequence

from specrecord.models.base import Proposal


def merged(continuations: Iterable[Sequence[int]]) -> Proposal:
    """A tree that spells each continuation, in which siblings are different tokens."""
    proposal = Proposal()
    known: dict[tuple[int, int], int] = {}
    for continuation in continuations:
        node = -1
        for token in continuation:
            if (node, token) not in known:
                proposal.tokens.append(token)
                proposal.parents.append(node)
                known[node, token] = len(proposal.tokens) - 1
            node = known[node, token]
    return proposal
