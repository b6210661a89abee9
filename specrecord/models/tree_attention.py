"""A draft tree as a model reads it: who stands before whom, at which depth, and along which
path.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from specrecord.models.base import path_to


def is_chain(parents: Sequence[int]) -> bool:
    """Whether each token follows the one before it."""
    return all(parent == node - 1 for node, parent in enumerate(parents))


def depths(parents: Sequence[int]) -> list[int]:
    """How many tokens of the tree stand before each of its tokens."""
    found: list[int] = []
    for parent in parents:
        found.append(0 if parent < 0 else found[parent] + 1)
    return found


def tree_mask(before: int, parents: Sequence[int]) -> NDArray[np.float32]:
    """What `before` tokens of context and then the tree's may look at: 0 where they may, -inf where
    not.

    Context is causal; a drafted token looks at the context, at those on its path, and at itself.
    Shape (n, n) for the n tokens of both. Miao et al., arXiv 2305.09781.
    """
    count = before + len(parents)
    allowed = np.tri(count, dtype=bool)
    allowed[before:, before:] = False
    for node, parent in enumerate(parents):
        row = before + node
        if parent >= 0:
            allowed[row, before:row] = allowed[before + parent, before:row]
        allowed[row, row] = True
    return np.where(allowed, np.float32(0), np.float32(-np.inf))


def path_along(tokens: Sequence[int], parents: Sequence[int], wanted: Sequence[int]) -> list[int]:
    """The nodes that spell `wanted` from the root on, as far as the tree has them."""
    path: list[int] = []
    node = -1
    for token in wanted:
        children = (
            n for n in range(node + 1, len(tokens)) if parents[n] == node and tokens[n] == token
        )
        node = next(children, -1)
        if node < 0:
            break
        path.append(node)
    return path


def leaf_paths(parents: Sequence[int]) -> list[list[int]]:
    """The path of nodes to each leaf, leaves in node order."""
    return [path_to(leaf, parents) for leaf in range(len(parents)) if leaf not in parents]
