"""What a round's draft and its judgement are, whatever the rule: a tree of tokens in, a path of
accepted nodes out.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from specrecord.decoding.rng import Draw, Rng
from specrecord.decoding.sampling import Probs, point_mass
from specrecord.events import Origin

ROOT = -1  # the parent of a round's first tokens: what stands before them is the context
CERTAIN: Probs = np.empty(
    0
)  # the law of a guess, whose vocabulary is not known until the target has answered


@dataclass
class DraftTree:
    """The drafted tokens of one round as a tree; a chain is the tree in which node i hangs on node
    i - 1.

    `laws[i]` is the law that node i was truly drawn from, what its elder siblings took out of it
    included; a token that was chosen and not drawn has a point mass. `ends[i]` says that the text
    ends with node i, so that nothing hangs on it and nothing follows it. `position` counts the
    tokens that were emitted before this round.
    """

    position: int = 0
    tokens: list[int] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    laws: list[Probs] = field(default_factory=list)
    ends: list[bool] = field(default_factory=list)

    def add(self, token: int, parent: int, law: Probs, ends: bool) -> int:
        """Hang a token on `parent`; the number of its node."""
        self.tokens.append(token)
        self.parents.append(parent)
        self.laws.append(law)
        self.ends.append(ends)
        return len(self.tokens) - 1

    def widen(self, vocabulary: int) -> None:
        """Write out the point masses of guesses, (vocabulary,), as the rules need them."""
        for node, law in enumerate(self.laws):
            if law is CERTAIN:
                self.laws[node] = point_mass(np.intp(self.tokens[node]), vocabulary)

    def children(self, node: int) -> list[int]:
        """The nodes that hang on `node`, in the order they were drafted."""
        return [child for child in range(node + 1, len(self.tokens)) if self.parents[child] == node]

    def path(self, node: int) -> list[int]:
        """The nodes from the first token down to `node`, itself included; empty for the root."""
        nodes: list[int] = []
        while node != ROOT:
            nodes.append(node)
            node = self.parents[node]
        return nodes[::-1]

    def spelled(self, node: int) -> list[int]:
        """The tokens along the path to `node`."""
        return [self.tokens[step] for step in self.path(node)]


@dataclass(frozen=True, slots=True)
class AcceptanceTest:
    """One drafted token put to the test.

    `low` is where the interval begins that `uniform` must fall in, for rules in which the target
    draws by itself.
    `left` is the target's probability of the token in what elder siblings left of its law; `shared`
    is the overlap of that with the law the token was drawn from. Both None where the token is the
    first that is tested at its place.
    """

    accepted: bool
    accept_prob: float
    uniform: float
    low: float | None = None
    left: float | None = None
    shared: float | None = None


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """A judged round: the accepted `path`, the tests by node, and the token that follows, if the
    text goes on.

    A node without a trial was never tested.
    """

    path: list[int]
    tests: dict[int, AcceptanceTest]
    last: Draw | None
    origin: Origin


VerifyRule = Callable[[DraftTree, Probs, Rng], VerifyResult]
SampleSiblings = Callable[[Probs, int, Rng, int], list[tuple[Draw, Probs]]]


def independent(law: Probs, count: int, rng: Rng, position: int) -> list[tuple[Draw, Probs]]:
    """`count` siblings, each drawn from the whole law: a token may come twice."""
    return [(rng.draw(law), law) for _ in range(count)]


@dataclass(frozen=True)
class RejectionRule:
    """A verification rule by name. `verify` decides; `sample` draws siblings as the rule needs them
    drawn.

    `branches` says whether it can judge several children at a node, `chosen` whether tokens that
    were not drawn but chosen (point masses) may be among those. `by_lists`: its audit reckons with
    the lists of likeliest tokens, so they are recorded to all digits. `by_shared_randomness`: tokens are drawn
    by noise that both sides share, not by one uniform each.
    `summary` is one line for `--help`.
    """

    name: str
    verify: VerifyRule
    summary: str
    sample: SampleSiblings = independent
    branches: bool = False
    chosen: bool = True
    by_lists: bool = False
    by_shared_randomness: bool = False
