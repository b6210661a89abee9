"""Block verification: the drafted chain is judged by its prefixes, and a late token can rescue an
early one.
"""

import numpy as np

from specrecord.decoding.rejection.rule import ROOT, Drafted, Outcome, Trial
from specrecord.decoding.rng import Chance
from specrecord.decoding.sampling import Laws


def block(drafted: Drafted, target_laws: Laws, chance: Chance) -> Outcome:
    """Keep the longest prefix whose coin passes; what follows it comes from that prefix's own
    residual.

    With w_i = min(1, w_{i-1} target(x_i) / draft(x_i)) and s_i = sum(max(0, w_i target - draft))
    over the next law, prefix i passes with probability s_i / (s_i + 1 - w_i), the whole chain with
    w_K. All coins are independent; the longest that passes stays and is followed by a draw from
    norm(max(0, w target - draft)), or by the bonus.

    Lossless and, of all rules for a chain, the one that keeps the most tokens on average.

    Sun et al., ICLR 2025, arXiv 2403.10444. For chains; where one round stops drafting may depend
    on what was drawn.
    """
    count = len(drafted.tokens)
    weights = _weights(drafted, target_laws)
    trials: dict[int, Trial] = {}
    kept = 0
    for length in range(1, count + 1):
        accept_prob = weights[length]
        if length < count:
            excess = _excess(weights[length], target_laws[length], drafted.laws[length])
            mass = float(excess.sum())
            # At weight 1 the quotient is 1, or 0/0 where the two laws are equal: nothing is owed,
            # so it passes.
            accept_prob = mass / (mass + 1.0 - weights[length]) if weights[length] < 1 else 1.0
        flip = chance.flip(accept_prob)
        trials[length - 1] = Trial(flip.heads, accept_prob, flip.uniform)
        kept = length if flip.heads else kept
    trials = {node: _as_kept(trial, node < kept) for node, trial in trials.items()}
    path = list(range(kept))
    if kept < count:
        excess = _excess(weights[kept], target_laws[kept], drafted.laws[kept])
        mass = float(excess.sum())
        return Outcome(
            path, trials, chance.draw(excess / mass if mass > 0 else target_laws[kept]), "resampled"
        )
    last = path[-1] if path else ROOT
    ends = last != ROOT and drafted.ends[last]
    return Outcome(path, trials, None if ends else chance.draw(target_laws[count]), "bonus")


def _weights(drafted: Drafted, target_laws: Laws) -> list[float]:
    """w_0 = 1 and w_i for each prefix: how much of the target's claim on it the draft has met,
    capped at 1.
    """
    weights = [1.0]
    for node, (token, draft_law) in enumerate(zip(drafted.tokens, drafted.laws, strict=True)):
        weights.append(
            min(1.0, weights[-1] * float(target_laws[node][token]) / float(draft_law[token]))
        )
    return weights


def _excess(weight: float, target_law: Laws, draft_law: Laws) -> Laws:
    excess: Laws = np.maximum(weight * target_law - draft_law, 0.0)
    return excess


def _as_kept(trial: Trial, kept: bool) -> Trial:
    """The same coin, with the fate of its token: kept, though its own coin may have failed, or
    not.
    """
    return Trial(kept, trial.accept_prob, trial.uniform)
