"""Sample-and-match: the target draws its own token at each place, and equal drafts stay."""

from specrecord.decoding.draft_tree import ROOT, DraftTree
from specrecord.decoding.rejection.rule import AcceptanceTest, VerifyResult, bonus
from specrecord.decoding.rng import Rng, on_grid
from specrecord.decoding.sampling import Probs


def match(draft_tree: DraftTree, target_probs: Probs, rng: Rng) -> VerifyResult:
    """Sample-and-match: the target draws its own token at each position; a drafted token stays if
    it is that token.

    Lossless: every token that comes out is the target's own sample given those before it; the draft
    only decides how many are kept. It accepts a single child with probability sum(target * draft),
    the standard rule with sum(min(target, draft)). The target draws once at a node, never once a
    child, which would be biased.

    As in mlx-lm's, llama.cpp's and SpecEdge's loops. For chains and trees.
    """
    path: list[int] = []
    tests: dict[int, AcceptanceTest] = {}
    node = ROOT
    while children := draft_tree.children(node):
        probs = target_probs[node + 1]
        drawn = rng.draw(probs)
        for child in children:
            token = draft_tree.tokens[child]
            low = float(on_grid(probs[:token].sum())) if drawn.token != token else drawn.low
            tests[child] = AcceptanceTest(
                drawn.token == token, float(probs[token]), drawn.uniform, low
            )
            if drawn.token == token:
                break
        else:
            return VerifyResult(path, tests, drawn, "resampled")
        node = child
        path.append(node)
    return VerifyResult(path, tests, bonus(draft_tree, path, target_probs, rng), "bonus")
