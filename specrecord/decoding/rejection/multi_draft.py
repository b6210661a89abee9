"""Several children at a node, tested one after another against what is left of the target's
distribution.

The argument is that of the standard rule, applied again: the first child is accepted with its own
share, and given a rejection the place is owed the residual, for which the next child is a draft
like any other. So the token that comes out of a node has the target's distribution for any order
and any number of children, as long as each child is tested by the distribution that it was drawn
from given those before it.
"""

from specrecord.decoding.draft_tree import ROOT, DraftTree
from specrecord.decoding.rejection.residual import residual, shared_mass
from specrecord.decoding.rejection_rule import (
    AcceptanceTest,
    RejectionRule,
    VerifyResult,
    bonus,
    without_replacement,
)
from specrecord.decoding.rng import Rng
from specrecord.decoding.sampling import Probs


def specinfer(draft_tree: DraftTree, target_probs: Probs, rng: Rng) -> VerifyResult:
    """Multi-step speculative sampling: children drawn independently, by one draft or several.

    A chosen child (of prompt lookup, a dynamic tree's top tokens) has a point mass: it
    is accepted with what is left of the target's probability of it, and after a rejection that is
    taken out and the rest renormalised.

    Miao et al., ASPLOS 2024, arXiv 2305.09781, algorithm 2 (there for children in random order; any
    order is lossless).
    """
    return _descend(draft_tree, target_probs, rng)


def rrs(draft_tree: DraftTree, target_probs: Probs, rng: Rng) -> VerifyResult:
    """Recursive rejection sampling without replacement: children of one draft, no token twice.

    Each child's distribution is the draft's without its elder siblings, renormalised:
    `without_replacement` draws them so, and both sides of the test use it. It accepts at least as
    much as `specinfer` with as many children.

    Jeon et al., arXiv 2402.14160; Chen et al. (Sequoia), arXiv 2402.12374.
    """
    return _descend(draft_tree, target_probs, rng)


def _descend(draft_tree: DraftTree, target_probs: Probs, rng: Rng) -> VerifyResult:
    path: list[int] = []
    tests: dict[int, AcceptanceTest] = {}
    node = ROOT
    while children := draft_tree.children(node):
        left = target_probs[node + 1]
        for child in children:
            token, draft_probs = draft_tree.tokens[child], draft_tree.probs[child]
            prob = float(left[token])
            accept_prob = min(1.0, prob / float(draft_probs[token]))
            flip = rng.flip(accept_prob)
            later = child != children[0]
            tests[child] = AcceptanceTest(
                accept_prob,
                flip.uniform,
                left=prob if later else None,
                shared=shared_mass(left, draft_probs) if later else None,
            )
            if flip.heads:
                break
            left = residual(left, draft_tree.probs[child])
        else:
            return VerifyResult(path, tests, rng.draw(left), "resampled")
        node = child
        path.append(node)
    return VerifyResult(path, tests, bonus(draft_tree, path, target_probs, rng), "bonus")


SPECINFER = RejectionRule(
    name="specinfer",
    verify=specinfer,
    summary="several children drawn independently, or chosen",
    branches=True,
)
RRS = RejectionRule(
    name="rrs",
    verify=rrs,
    summary="several children drawn without replacement",
    sample=without_replacement,
    branches=True,
    chosen=False,
)
