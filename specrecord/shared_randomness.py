"""The uniforms of a run, as a function of its seed: those that decide in each track, and those that
draft and target share under the rule `gumbel`, a function of seed and position alone.

Philox (Salmon et al., SC 2011) is counter-based, so any position's numbers come without those
before it. Whoever has the recording's seed can make them again, which is how the audit checks a
coupled run.
"""

import numpy as np
from numpy.typing import NDArray


def shared_uniforms(seed: int, position: int, size: int) -> NDArray[np.float64]:
    """One uniform in [0, 1) for each of the ids 0 to `size` - 1, at a position of the output (0 is
    its first token).
    """
    return np.random.Generator(np.random.Philox(key=seed, counter=[0, 0, 0, position])).random(size)


def track_uniforms(seed: int, track: int) -> np.random.Generator:
    """What gives a track its uniforms, one a decision, in order. Each track of a run has a number
    and a stream of its own, so that adding a baseline changes no draw of the run.
    """
    return np.random.default_rng([seed, track])
