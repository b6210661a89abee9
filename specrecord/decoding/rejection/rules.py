"""Verification rules: given what was drafted and the target's laws, which tokens stay and what
follows them.

Each rule is a pure function of its arguments and of chance. Row 0 of `target_probs` is the target's
law after the context, row i + 1 its law after node i. A rule is lossless when the tokens kept, plus
the one that follows, have the target's own joint law. A new rule is a file of its own and one line
in `RULES`.
"""

from specrecord.decoding.rejection.block import block
from specrecord.decoding.rejection.gumbel import gumbel, shared_race
from specrecord.decoding.rejection.multi_draft import rrs, specinfer, without_replacement
from specrecord.decoding.rejection.residual import residual
from specrecord.decoding.rejection.rule import (
    ROOT,
    AcceptanceTest,
    DraftTree,
    RejectionRule,
    VerifyResult,
)
from specrecord.decoding.rng import Draw, Rng, on_grid
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
        zip(draft_tree.tokens, draft_tree.laws, strict=True)
    ):
        token_probs = target_probs[node]
        accept_prob = min(1.0, float(token_probs[token]) / float(draft_probs[token]))
        flip = rng.flip(accept_prob)
        tests[node] = AcceptanceTest(flip.heads, accept_prob, flip.uniform)
        if not flip.heads:
            return VerifyResult(
                path, tests, rng.draw(residual(token_probs, draft_probs)), "resampled"
            )
        path.append(node)
    return VerifyResult(path, tests, bonus(draft_tree, path, target_probs, rng), "bonus")


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
        law = target_probs[node + 1]
        drawn = rng.draw(law)
        for child in children:
            token = draft_tree.tokens[child]
            low = float(on_grid(law[:token].sum())) if drawn.token != token else drawn.low
            tests[child] = AcceptanceTest(
                drawn.token == token, float(law[token]), drawn.uniform, low
            )
            if drawn.token == token:
                break
        else:
            return VerifyResult(path, tests, drawn, "resampled")
        node = child
        path.append(node)
    return VerifyResult(path, tests, bonus(draft_tree, path, target_probs, rng), "bonus")


def bonus(draft_tree: DraftTree, path: list[int], target_probs: Probs, rng: Rng) -> Draw | None:
    """The token after a path that was accepted to its end: a plain draw from the target, unless the
    text ended.
    """
    node = path[-1] if path else ROOT
    if node != ROOT and draft_tree.ends[node]:
        return None
    return rng.draw(target_probs[node + 1])


RULES: dict[str, RejectionRule] = {
    rule.name: rule
    for rule in [
        RejectionRule("standard", standard, "rejection sampling, token by token"),
        RejectionRule(
            "match",
            match,
            "the target draws too; equal tokens stay",
            without_replacement,
            branches=True,
        ),
        RejectionRule(
            "block",
            block,
            "rejection sampling of whole prefixes; never accepts less than standard",
            by_lists=True,
        ),
        RejectionRule(
            "gumbel",
            gumbel,
            "both sides decide by one noise; the output is the target's own of this seed",
            shared_race,
            branches=True,
            by_lists=True,
            by_shared_randomness=True,
        ),
        RejectionRule(
            "specinfer", specinfer, "several children drawn independently, or chosen", branches=True
        ),
        RejectionRule(
            "rrs",
            rrs,
            "several children drawn without replacement",
            without_replacement,
            branches=True,
            chosen=False,
        ),
    ]
}
