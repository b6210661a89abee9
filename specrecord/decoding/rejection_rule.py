"""What a rejection rule is: a draft tree and the target's probabilities in, a path of accepted
nodes out.

A rule is a pure function of its arguments and of the random numbers. Row 0 of `target_probs` is the
target's distribution after the context, row i + 1 its distribution after node i. A rule is lossless
when the tokens that stay, plus the one that follows, have the target's own joint distribution. A
new rule is a file of its own and one line in `rules.RULES`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from msgspec import Struct

from specrecord.decoding.draft_tree import ROOT, DraftTree
from specrecord.decoding.rng import Draw, Rng
from specrecord.decoding.sampling import Probs
from specrecord.events import Origin


class AcceptanceTest(Struct, frozen=True, gc=False):
    """One drafted token put to the test.

    `low` is where the interval begins that `uniform` must fall in, for rules in which the target
    draws by itself.
    `left` is the target's probability of the token in what elder siblings left of its distribution;
    `shared` is the overlap of that with the distribution the token was drawn from. Both None where
    the token is the first that is tested at its place.
    """

    accept_prob: float | None
    uniform: float | None
    low: float | None = None
    left: float | None = None
    shared: float | None = None


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """A verified round: the accepted `path`, the tests by node, and the token that follows, if the
    text goes on.

    A node without a test is untested.
    """

    path: list[int]
    tests: dict[int, AcceptanceTest]
    last: Draw | None
    origin: Origin


def bonus(draft_tree: DraftTree, path: list[int], target_probs: Probs, rng: Rng) -> Draw | None:
    """The token after a path that was accepted to its end: a plain draw from the target, unless the
    text ended.
    """
    node = path[-1] if path else ROOT
    if node != ROOT and draft_tree.ends[node]:
        return None
    return rng.draw(target_probs[node + 1])


TestChild = Callable[[int, int], tuple[float, float, float]]


def match_picks(
    draft_tree: DraftTree, pick: Callable[[int, int], tuple[Draw, TestChild]]
) -> VerifyResult:
    """The walk of rules in which the target picks a token by itself at each node, once: the child
    that has it stays.

    `pick(node, depth)` gives the token after a node and how to test a child, by node and token:
    its acceptance probability, its uniform, and where the interval begins that this must fall in.
    """
    path: list[int] = []
    tests: dict[int, AcceptanceTest] = {}
    node = ROOT
    while node == ROOT or not draft_tree.ends[node]:
        own, test = pick(node, len(path))
        children = draft_tree.children(node)
        for child in children:
            token = draft_tree.tokens[child]
            tests[child] = AcceptanceTest(*test(child, token))
            if token == own.token:
                break
        else:
            return VerifyResult(path, tests, own, "resampled" if children else "bonus")
        node = child
        path.append(node)
    return VerifyResult(path, tests, None, "bonus")


VerifyRule = Callable[[DraftTree, Probs, Rng], VerifyResult]
SampleSiblings = Callable[[Probs, int, Rng, int], list[tuple[Draw, Probs]]]


def independent(probs: Probs, count: int, rng: Rng, position: int) -> list[tuple[Draw, Probs]]:
    """`count` siblings, each drawn from the whole distribution: a token may come twice."""
    return [(rng.draw(probs), probs) for _ in range(count)]


def without_replacement(
    probs: Probs, count: int, rng: Rng, position: int
) -> list[tuple[Draw, Probs]]:
    """Up to `count` different tokens in the order drawn, each with the distribution that it was
    drawn from.
    """
    draws: list[tuple[Draw, Probs]] = []
    while len(draws) < count:
        draw = rng.draw(probs)
        draws.append((draw, probs))
        rest = probs.copy()
        rest[draw.token] = 0.0
        mass = rest.sum()
        if mass <= 0:
            break
        probs = rest / mass
    return draws


@dataclass(frozen=True)
class RejectionRule:
    """A verification rule by name. `verify` decides; `sample` draws siblings as the rule needs them
    drawn.

    `branches` says whether it can test several children at a node, `chosen` whether tokens that
    were not drawn but chosen (point masses) may be among those. `by_lists`: its audit reckons with
    the lists of likeliest tokens, so they are recorded to all digits. `shares_noise`: it decides by
    noise that belongs to token ids.
    `summary` is one line for `--help`.
    """

    name: str
    verify: VerifyRule
    summary: str
    sample: SampleSiblings = independent
    branches: bool = False
    chosen: bool = True
    by_lists: bool = False
    shares_noise: bool = False
