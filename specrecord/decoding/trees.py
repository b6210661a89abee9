"""Shapes of draft trees: how many children a node gets, and how deep a round may look.

A shape decides from what the draft says alone, and every token it draws is tested; so shapes change
speed, never the distribution of the output.
"""

import re
from dataclasses import dataclass
from itertools import accumulate
from operator import mul

_MOST_NODES = 1024  # of one round's tree


@dataclass(frozen=True)
class Levels:
    """A fixed number of children at each depth: `2x2x1` is two first tokens, two after each, one
    after each of those.

    As in SpecInfer (arXiv 2305.09781) and RSD-C (arXiv 2402.14160).
    """

    widths: tuple[int, ...]

    @property
    def name(self) -> str:
        """As given on the command line."""
        return "x".join(map(str, self.widths))

    @property
    def width(self) -> int:
        """How many tokens side by side it has room for at most."""
        return max(self.widths)


@dataclass(frozen=True)
class Chain:
    """One child at each depth, down to K."""

    name = "chain"
    width = 1


@dataclass(frozen=True)
class Dynamic:
    """The draft's own likeliest tree: at each depth the `width` most confident nodes get `width`
    children each, and of all nodes the `budget` most confident are tested. A node's confidence is
    the product of the draft's probabilities along its path. The tokens are chosen, not drawn.

    EAGLE-2, Li et al., EMNLP 2024, arXiv 2406.16858.
    """

    width: int = 3
    budget: int = 12

    @property
    def name(self) -> str:
        """As given on the command line."""
        return "dynamic" if self == Dynamic() else f"dynamic:{self.width}:{self.budget}"


Tree = Chain | Levels | Dynamic


def parse_tree(text: str) -> Tree:
    """The shape named by `chain`, `2x2x1`, `dynamic` or `dynamic:WIDTH:BUDGET`. Raises ValueError
    for anything else, and for a tree that is too large.
    """
    if text == "chain":
        return Chain()
    if text == "dynamic":
        return Dynamic()
    if found := re.fullmatch(r"dynamic:([1-9]\d{0,3}):([1-9]\d{0,3})", text):
        dynamic = Dynamic(int(found[1]), int(found[2]))
        if max(dynamic.width, dynamic.budget) <= _MOST_NODES:
            return dynamic
    elif re.fullmatch(r"[1-9]\d{0,3}(x[1-9]\d{0,3})*", text):
        widths = tuple(map(int, text.split("x")))
        if len(widths) <= _MOST_NODES and sum(accumulate(widths, mul)) <= _MOST_NODES:
            return Levels(widths)
    elif not re.fullmatch(r"(dynamic:)?[0-9x:]+", text):
        raise ValueError(
            f"no tree is called {text[:60]!r}; there are chain, shapes like 2x2x1, and dynamic"
        )
    raise ValueError(f"the tree {text[:60]} is none, or has over {_MOST_NODES} nodes")
