"""The residual: what is left of the target's law for a place where a drafted token was rejected."""

import numpy as np

from specrecord.decoding.sampling import Laws


def residual(target_law: Laws, draft_law: Laws) -> Laws:
    """norm(max(0, target - draft)): what the target has more of than the draft."""
    excess = np.maximum(target_law - draft_law, 0.0)
    mass = excess.sum()
    # Equal laws leave nothing; a rejection is then impossible but for rounding of the ratio.
    return excess / mass if mass > 0 else target_law


def shared_mass(target_law: Laws, draft_law: Laws) -> float:
    """sum(min(target, draft)): the chance that a token drawn from the draft's law is accepted; 1 -
    total variation.
    """
    return float(np.add.reduce(np.minimum(target_law, draft_law)))
