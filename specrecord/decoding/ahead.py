"""Has models that work beside their caller begin on what the loop is about to ask: evidence is worked out meanwhile.

What is begun decides nothing. The loop asks as it always does, and draws every token itself.
"""

from collections.abc import Callable, Sequence

from specrecord.decoding.chance import Chance
from specrecord.decoding.warp import Warp
from specrecord.models.base import AheadModel, Drafter, Guesser, RemoteTarget, Target

Clock = Callable[[], int]  # microseconds since the run began


class Ahead:
    """Of a lane's two models, those that can begin. `foreseeable`: a chain whose tokens each hang on one uniform."""

    def __init__(
        self, drafter: Drafter | Guesser | None, target: Target, warp: Warp, foreseeable: bool, now: Clock,
        chance: Chance,
    ) -> None:  # fmt: skip
        self.target = target if isinstance(target, AheadModel) else None
        # A remote target's lanes are recorded in turns: one that went on beside another would take its time.
        alone = not isinstance(target, RemoteTarget)
        self.drafter = drafter if alone and isinstance(drafter, AheadModel) else None
        self.warp, self.foreseeable, self.now, self.chance = warp, foreseeable, now, chance

    def begin(self, context: Sequence[int], k: int) -> int | None:
        """Begin on a round of up to `k` drafted tokens, as far as is foreseeable: when that was; None if it was not."""
        if k == 0:
            return self.verify(context, [], [])
        if self.drafter is None:
            return None
        begun = self.now()
        uniforms = self.chance.upcoming(k if self.foreseeable else 1)
        self.drafter.draft_ahead(context, uniforms, self.warp.temperature)
        return begun

    def verify(self, context: Sequence[int], drafted: Sequence[int], parents: Sequence[int]) -> int | None:
        """Begin to verify what was drafted: when that was, None if it was not."""
        if self.target is None:
            return None
        begun = self.now()
        return begun if self.target.verify_ahead(context, drafted, parents) else None
