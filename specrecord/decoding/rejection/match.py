"""Sample-and-match: the target draws its own token at each place, and equal drafts stay."""

from specrecord.decoding.draft_tree import DraftTree
from specrecord.decoding.rejection_rule import (
    RejectionRule,
    TestChild,
    VerifyResult,
    match_picks,
    without_replacement,
)
from specrecord.decoding.rng import Draw, Rng, on_grid
from specrecord.decoding.sampling import Probs


def match(draft_tree: DraftTree, target_probs: Probs, rng: Rng) -> VerifyResult:
    """Sample-and-match: the target draws its own token at each position; a drafted token stays if
    it is that token.

    Lossless: every token that comes out is the target's own sample given those before it; the draft
    only decides how many stay. It accepts a single child with probability sum(target * draft),
    the standard rule with sum(min(target, draft)). The target draws once at a node, never once a
    child, which would be biased.

    As in mlx-lm's, llama.cpp's and SpecEdge's loops. For chains and trees.
    """

    def pick(node: int, depth: int) -> tuple[Draw, TestChild]:
        probs = target_probs[node + 1]
        own = rng.draw(probs)

        def test(child: int, token: int) -> tuple[float, float, float]:
            low = own.low if token == own.token else on_grid(float(probs[:token].sum()))
            return float(probs[token]), own.uniform, low

        return own, test

    return match_picks(draft_tree, pick)


MATCH = RejectionRule(
    name="match",
    verify=match,
    summary="the target draws too; equal tokens stay",
    sample=without_replacement,
    branches=True,
)
