"""Sample-and-match: the target draws its own token at each place, and equal drafts stay."""

from specrecord.decoding.draft_tree import ROOT, DraftTree
from specrecord.decoding.rejection_rule import (
    AcceptanceTest,
    RejectionRule,
    VerifyResult,
    bonus,
    without_replacement,
)
from specrecord.decoding.rng import Rng, on_grid
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
    path: list[int] = []
    tests: dict[int, AcceptanceTest] = {}
    node = ROOT
    while children := draft_tree.children(node):
        probs = target_probs[node + 1]
        own = rng.draw(probs)
        for child in children:
            token = draft_tree.tokens[child]
            low = float(on_grid(probs[:token].sum())) if own.token != token else own.low
            tests[child] = AcceptanceTest(own.token == token, float(probs[token]), own.uniform, low)
            if own.token == token:
                break
        else:
            return VerifyResult(path, tests, own, "resampled")
        node = child
        path.append(node)
    return VerifyResult(path, tests, bonus(draft_tree, path, target_probs, rng), "bonus")


MATCH = RejectionRule(
    name="match",
    verify=match,
    summary="the target draws too; equal tokens stay",
    sample=without_replacement,
    branches=True,
)
