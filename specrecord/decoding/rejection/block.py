"""Block verification: the drafted chain is tested by its prefixes, and a late token can rescue an
early one.
"""

import numpy as np

from specrecord.decoding.draft_tree import DraftTree
from specrecord.decoding.rejection_rule import AcceptanceTest, RejectionRule, VerifyResult, bonus
from specrecord.decoding.rng import Rng
from specrecord.decoding.sampling import Probs


def block(draft_tree: DraftTree, target_probs: Probs, rng: Rng) -> VerifyResult:
    """Keep the longest prefix whose coin passes; what follows it comes from that prefix's own
    residual.

    With w_i = min(1, w_{i-1} target(x_i) / draft(x_i)) and s_i = sum(max(0, w_i target - draft))
    over the next distribution, prefix i passes with probability s_i / (s_i + 1 - w_i), the whole
    chain with w_K. All coins are independent; the longest that passes stays and is followed by a
    draw from norm(max(0, w target - draft)), or by the bonus.

    Lossless and, of all rules for a chain, the one that keeps the most tokens on average.

    Sun et al., ICLR 2025, arXiv 2403.10444. For chains; where one round stops drafting may depend
    on what was drawn.
    """
    count = len(draft_tree.tokens)
    weights = _weights(draft_tree, target_probs)
    tests: dict[int, AcceptanceTest] = {}
    accepted = 0
    for length in range(1, count + 1):
        accept_prob = weights[length]
        if length < count:
            excess = _excess(weights[length], target_probs[length], draft_tree.probs[length])
            mass = float(excess.sum())
            # At weight 1 the quotient is 1, or 0/0 where the two distributions are equal: nothing
            # is owed, so it passes.
            accept_prob = mass / (mass + 1.0 - weights[length]) if weights[length] < 1 else 1.0
        flip = rng.flip(accept_prob)
        tests[length - 1] = AcceptanceTest(accept_prob, flip.uniform)
        accepted = length if flip.heads else accepted
    path = list(range(accepted))
    if accepted < count:
        excess = _excess(weights[accepted], target_probs[accepted], draft_tree.probs[accepted])
        mass = float(excess.sum())
        left = excess / mass if mass > 0 else target_probs[accepted]
        return VerifyResult(path, tests, rng.draw(left), "resampled")
    return VerifyResult(path, tests, bonus(draft_tree, path, target_probs, rng), "bonus")


def _weights(draft_tree: DraftTree, target_probs: Probs) -> list[float]:
    """w_0 = 1 and w_i for each prefix: how much of the target's claim on it the draft has met,
    capped at 1.
    """
    weights = [1.0]
    for node, (token, draft_probs) in enumerate(
        zip(draft_tree.tokens, draft_tree.probs, strict=True)
    ):
        weights.append(
            min(1.0, weights[-1] * float(target_probs[node][token]) / float(draft_probs[token]))
        )
    return weights


def _excess(weight: float, target_probs: Probs, draft_probs: Probs) -> Probs:
    return np.maximum(weight * target_probs - draft_probs, 0.0)


BLOCK = RejectionRule(
    name="block",
    verify=block,
    summary="rejection sampling of whole prefixes; never accepts less than standard",
    by_lists=True,
)
