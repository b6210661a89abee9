"""YaRN's wavelengths as a config.json asks for them. Between those that are kept and those that are
stretched lies a ramp; mlx-lm rounds its ends to whole pairs, and where the config says `truncate:
false`, as gpt-oss does, that is another model.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray


def unround_ramps(model: Any, config: dict[str, Any], core: Any) -> None:
    """Put the wavelengths that `config` asks for into a loaded model, if it asks not to round."""
    level = config.get("text_config") or config
    rope = level.get("rope_parameters") or level.get("rope_scaling") or {}
    if rope.get("truncate", True):
        return
    theta = rope.get("rope_theta") or level["rope_theta"]
    for _, module in model.named_modules():
        if type(module).__name__ == "YarnRoPE":
            module._freqs = core.array(_wavelengths(module.dims, theta, rope).astype(np.float32))


def _wavelengths(size: int, theta: float, rope: dict[str, Any]) -> NDArray[np.float64]:
    """Positions that each rotary pair of a head takes for a radian, (size/2,). Peng et al.,
    arXiv 2309.00071.
    """

    def pair_that_turns(turns: float) -> float:
        length = rope["original_max_position_embeddings"]
        return size * math.log(length / (turns * 2 * math.pi)) / (2 * math.log(theta))

    low = max(pair_that_turns(rope.get("beta_fast") or 32), 0)
    high = min(pair_that_turns(rope.get("beta_slow") or 1), size - 1)
    unscaled = theta ** (np.arange(0, size, 2) / size)
    ramp = np.clip((np.arange(size // 2) - low) / max(high - low, 0.001), 0, 1)
    wavelengths: NDArray[np.float64] = 1 / (
        (1 - ramp) / unscaled + ramp / (rope["factor"] * unscaled)
    )
    return wavelengths
