"""Continuations merged into a tree, shared beginnings once."""

from collections.abc import Iterable, Sequence

from specrecord.models.base import Proposal


def merged(continuations: Iterable[Sequence[int]]) -> Proposal:
    """A tree that spells each continuation, in which siblings are different tokens."""
    proposal = Proposal()
    nodes: dict[tuple[int, int], int] = {}
    for continuation in continuations:
        node = -1
        for token in continuation:
            if (node, token) not in nodes:
                proposal.tokens.append(token)
                proposal.parents.append(node)
                nodes[node, token] = len(proposal.tokens) - 1
            node = nodes[node, token]
    return proposal
