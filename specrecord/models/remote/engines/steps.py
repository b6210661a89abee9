"""Which steps of an engine a stream's chunks are, where it tells those with a draft apart, at the
end.

As a rule a chunk is a step. Steps that came close together arrive as one chunk, and a step without
a draft is not among those that are told. So the way is looked for in which all that is told fits,
with the fewest steps to a chunk; of several, the one whose drafts come first.
"""

from collections.abc import Sequence
from typing import Any

Step = tuple[int, int]  # drafted, accepted
_UNDRAFTED: Step = (0, 0)


def steps_of(sizes: Sequence[int], steps: Sequence[Step]) -> tuple[list[tuple[Step, ...]], bool]:
    """For each chunk of so many tokens its steps, and whether that is the only way. The first token
    is read off the prompt, without a draft; the last step may write less than it had accepted.
    Raises ValueError where nothing fits.
    """
    # By steps used: the steps beyond one to a chunk, in how many ways, and the latest of a chain.
    reached: dict[int, tuple[int, int, Any]] = {0: (0, 1, None)}
    for place, size in enumerate(sizes):
        following: dict[int, tuple[int, int, Any]] = {}
        for used, (cost, ways, chain) in sorted(reached.items()):
            for whole, taken in _ways(size, steps[used:], place == 0, place == len(sizes) - 1):
                total = cost + len(whole) - 1
                least, many, _ = following.get(used + taken, (total + 1, 0, None))
                if total <= least:
                    many = ways + (many if total == least else 0)
                    following[used + taken] = total, many, (chain, whole)
        reached = following
    if len(steps) not in reached:
        raise ValueError("no way fits")
    _, ways, chain = reached[len(steps)]
    found = []
    while chain is not None:
        chain, whole = chain
        found.append(whole)
    return found[::-1], ways == 1


def _ways(
    size: int, steps: Sequence[Step], first: bool, last: bool
) -> list[tuple[tuple[Step, ...], int]]:
    """What a chunk may be: its steps, and how many of `steps` are among them."""
    found, room, written = [], size - first, 0
    for taken in range(len(steps) + 1):
        written += steps[taken - 1][1] + 1 if taken else 0
        ends = last and taken == len(steps) > 0 and written - steps[-1][1] <= room
        if written > room and not ends:
            break
        spare = max(0, room - written)
        found.append(((*(_UNDRAFTED,) * first, *steps[:taken], *(_UNDRAFTED,) * spare), taken))
    return found
