"""Speculative sampling: the standard rule, rejection sampling token by token."""

from specrecord.decoding.draft_tree import DraftTree
from specrecord.decoding.rejection.residual import residual
from specrecord.decoding.rejection_rule import AcceptanceTest, RejectionRule, VerifyResult, bonus
from specrecord.decoding.rng import Rng
from specrecord.decoding.sampling import Probs


def standard(draft_tree: DraftTree, target_probs: Probs, rng: Rng) -> VerifyResult:
    """Speculative sampling: accept x with probability min(1, target(x) / draft(x)), else draw from
    the residual.

    Lossless: x comes out with draft(x) min(1, target(x)/draft(x)) = min(draft(x), target(x)) by
    acceptance, and with max(0, target(x) - draft(x)) by the residual, whose normalising mass is
    exactly the chance of a rejection; the two add up to target(x).

    Leviathan, Kalman, Matias, arXiv 2211.17192, algorithm 1; Chen et al., arXiv 2302.01318. For
    chains.
    """
    path: list[int] = []
    tests: dict[int, AcceptanceTest] = {}
    for node, (token, draft_probs) in enumerate(
        zip(draft_tree.tokens, draft_tree.probs, strict=True)
    ):
        accept_prob = min(1.0, target_probs.item(node, token) / draft_probs.item(token))
        flip = rng.flip(accept_prob)
        tests[node] = AcceptanceTest(accept_prob, flip.uniform)
        if not flip.heads:
            left = residual(target_probs[node], draft_probs)
            return VerifyResult(path, tests, rng.draw(left), "resampled")
        path.append(node)
    return VerifyResult(path, tests, bonus(draft_tree, path, target_probs, rng), "bonus")


STANDARD = RejectionRule("standard", standard, "rejection sampling, token by token")
