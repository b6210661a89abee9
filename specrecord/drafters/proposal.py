"""Continuations merged into a tree of guesses, shared beginnings once."""

from collections.abc import Iterable, Sequence

from specrecord.models.base import Guesses


def merged(continuations: Iterable[Sequence[int]]) -> Guesses:
    """A tree that spells each continuation, in which siblings are different tokens."""
    guesses = Guesses()
    known: dict[tuple[int, int], int] = {}
    for continuation in continuations:
        node = -1
        for token in continuation:
            if (node, token) not in known:
                guesses.tokens.append(token)
                guesses.parents.append(node)
                known[node, token] = len(guesses.tokens) - 1
            node = known[node, token]
    return guesses
