"""The verified rounds of a run, as its model needs them: columns of numbers, no round itself."""

from array import array
from collections import Counter
from typing import NamedTuple

from specrecord.recording.rounds import Round, Track


class Way(NamedTuple):
    """How a round went: how deep it might draft, tokens drafted at each depth, how many were
    accepted, and whether the text ended in it, so that no token of its own follows.
    """

    k: int
    nodes: tuple[int, ...]
    accepted: int
    ended: bool


class RoundSeries:
    """Counts rounds by the way they went, and keeps of each its size, which is how many tokens were
    drafted, and microseconds: of the target's pass, and of all that no part of it accounts for,
    from the end of the round before. `drafting`, `queue` and `network` are sums.
    """

    def __init__(self) -> None:
        self.ways: Counter[Way] = Counter()
        self.sizes, self.verify, self.other = array("q"), array("q"), array("q")
        self.drafting = self.queue = self.network = 0
        self._end = 0

    def add(self, one: Round) -> None:
        """Take in the next round, if it was verified."""
        if one.verify is None:
            return
        nodes = _nodes_by_depth(one)
        self.ways[Way(max(one.k, len(nodes)), nodes, one.count("accepted"), not one.emits)] += 1
        drafting, verify = one.draft_time, one.verify_time
        queue, network = one.queue_time, one.network_time
        self.sizes.append(len(one.drafts))
        self.verify.append(verify)
        self.other.append(one.end - self._end - drafting - verify - queue - network)
        self.drafting += drafting
        self.queue += queue
        self.network += network
        self._end = one.end

    def close(self, track: Track) -> None:
        """The first round follows on the reading of the prompt."""
        if self.other and track.prefills:
            self.other[0] -= track.own_time(track.prefills[-1].time)


def _nodes_by_depth(one: Round) -> tuple[int, ...]:
    """How many tokens were drafted at each depth."""
    depths: list[int] = []
    for node in range(len(one.drafts)):
        parent = one.parent(node)
        depths.append(depths[parent] + 1 if parent >= 0 else 0)
    return tuple([depths.count(depth) for depth in range(max(depths, default=-1) + 1)])
