"""The residual: what is left of the target's distribution for a place where a drafted token was
rejected.
"""

import numpy as np

from specrecord.decoding.sampling import Probs


def residual(target_probs: Probs, draft_probs: Probs) -> Probs:
    """norm(max(0, target - draft)): what the target has more of than the draft."""
    excess = np.maximum(target_probs - draft_probs, 0.0)
    mass = excess.sum()
    # Equal distributions leave nothing; a rejection is then impossible but for rounding of the
    # ratio.
    return excess / mass if mass > 0 else target_probs


def shared_mass(target_probs: Probs, draft_probs: Probs) -> float:
    """sum(min(target, draft)): the chance that a token drawn from the draft's distribution is
    accepted; 1 - total variation.
    """
    return float(np.add.reduce(np.minimum(target_probs, draft_probs)))
