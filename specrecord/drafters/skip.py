"""A draft that is the target itself, stopped early: its first layers, then its own last norm and
head.

Its cache is the target's: what the target has read needs no reading by the draft. An early exit
that no training has prepared is often a poor draft; whether it pays is measured, not assumed. Zhang
et al. (Draft & Verify), ACL 2024, arXiv 2309.08168, choose the layers to skip; Elhoushi et al.
(LayerSkip), ACL 2024, arXiv 2404.16710, train for it.
"""

from collections.abc import Sequence

from specrecord.models.base import Drafter, Logits
from specrecord.models.llama import LlamaModel


class SkipDrafter(Drafter):
    """Drafts by the first `layers` of a numpy target, which reads its prompt through them, too:
    there is nothing else to read.
    """

    def __init__(self, target: LlamaModel, layers: int) -> None:
        self._target, self._layers = target, layers
        self.info = target.first_layers_info(layers, cache="shared with the target")

    def next_logits(self, context: Sequence[int]) -> Logits:
        """Logits after `context`, float32 (vocabulary,)."""
        return self._target.early_logits(list(context), self._layers)
