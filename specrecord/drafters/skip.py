"""A draft that is the target itself, stopped early: its first layers, then its own last norm and
head.

Its cache is the target's: what the target has read needs no reading by the draft. An early exit
that no training has prepared is often a poor draft; whether it pays is measured, not assumed. Zhang
et al. (Draft & Verify), ACL 2024, arXiv 2309.08168, choose the layers to skip; Elhoushi et al.
(LayerSkip), ACL 2024, arXiv 2404.16710, train for it.
"""

from collections.abc import Sequence
from dataclasses import replace

from specrecord.errors import UnsupportedModelError
from specrecord.models.base import Logits
from specrecord.models.llama import LlamaModel


class SkipDrafter:
    """A `Drafter` over a numpy target. Raises UnsupportedModelError unless 1 <= `layers` < the
    target's own.
    """

    def __init__(self, target: LlamaModel, layers: int) -> None:
        own = target.layers
        if not 1 <= layers < own:
            raise UnsupportedModelError(
                f"skip:{layers} must leave out some of the {own} layers of "
                f"{target.description.name}: "
                f"skip:1 to skip:{own - 1}"
            )
        self._target, self._layers = target, layers
        self.description = replace(
            target.description,
            name=f"skip:{layers}",
            parameters=None,
            details={"layers": layers, "of": own, "cache": "shared with the target"},
        )

    def prefill(self, context: Sequence[int]) -> int:
        """Nothing to read: the target reads its prompt through these layers, too."""
        return len(context)

    def next_logits(self, context: Sequence[int]) -> Logits:
        """Logits after `context`, float32 (vocabulary,)."""
        return self._target.early_logits(list(context), self._layers)
