"""Verification rules: given what was drafted and the target's laws, which tokens stay and what follows them.

Each rule is a pure function of its arguments and of chance. `draft_laws[i]` is the law that drafted token i was truly
drawn from; `target_laws[i]` is the target's law at the same position, and the last row is its law after all of them.
A rule is lossless when the tokens kept, plus the one that follows, have the target's own joint law.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from specrecord.decoding.chance import Chance, Draw
from specrecord.decoding.warp import Laws
from specrecord.events import Origin


@dataclass(frozen=True, slots=True)
class Trial:
    """One drafted token put to the test. `low` is the start of its interval in the target's cumulative law (match)."""

    accepted: bool
    accept_prob: float
    uniform: float
    low: float | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A judged round: one trial per drafted token up to the first rejection, and the token that follows, if any."""

    trials: list[Trial]
    last: Draw | None
    origin: Origin

    @property
    def accepted(self) -> int:
        """How many drafted tokens stay."""
        return sum(trial.accepted for trial in self.trials)


Rule = Callable[[Sequence[int], Sequence[Laws], Laws, Chance, bool], Outcome]


def standard(
    drafted: Sequence[int], draft_laws: Sequence[Laws], target_laws: Laws, chance: Chance, ends: bool = False
) -> Outcome:
    """Speculative sampling: accept x with probability min(1, target(x) / draft(x)), else draw from the residual.

    Lossless: x comes out with draft(x) min(1, target(x)/draft(x)) = min(draft(x), target(x)) by acceptance, and with
    max(0, target(x) - draft(x)) by the residual, whose normalising mass is exactly the chance of a rejection; the two
    add up to target(x).

    Leviathan, Kalman, Matias, arXiv 2211.17192, algorithm 1; Chen et al., arXiv 2302.01318.
    `ends` says that the drafted tokens end the text, so that nothing follows if all are accepted.
    """
    trials: list[Trial] = []
    for token, draft_law, target_law in zip(drafted, draft_laws, target_laws, strict=False):
        accept_prob = min(1.0, float(target_law[token]) / float(draft_law[token]))
        flip = chance.flip(accept_prob)
        trials.append(Trial(flip.heads, accept_prob, flip.uniform))
        if not flip.heads:
            return Outcome(trials, chance.draw(residual(target_law, draft_law)), "resampled")
    return Outcome(trials, None if ends else chance.draw(target_laws[len(drafted)]), "bonus")


def match(
    drafted: Sequence[int], draft_laws: Sequence[Laws], target_laws: Laws, chance: Chance, ends: bool = False
) -> Outcome:
    """Sample-and-match: the target draws its own token at each position; drafted tokens stay while they are equal.

    Lossless: every token that comes out is the target's own sample given those before it; the draft only decides how
    many are kept. It accepts with probability sum(target * draft), the standard rule with sum(min(target, draft)).

    As in mlx-lm's and llama.cpp's loops. `ends` as for `standard`.
    """
    trials: list[Trial] = []
    for token, target_law in zip(drafted, target_laws, strict=False):
        drawn = chance.draw(target_law)
        low = float(target_law[:token].sum()) if drawn.token != token else drawn.low
        trials.append(Trial(drawn.token == token, float(target_law[token]), drawn.uniform, low))
        if drawn.token != token:
            return Outcome(trials, drawn, "resampled")
    return Outcome(trials, None if ends else chance.draw(target_laws[len(drafted)]), "bonus")


def residual(target_law: Laws, draft_law: Laws) -> Laws:
    """norm(max(0, target - draft)): what the target has more of than the draft."""
    excess = np.maximum(target_law - draft_law, 0.0)
    mass = excess.sum()
    # Equal laws leave nothing; a rejection is then impossible but for rounding of the ratio.
    return excess / mass if mass > 0 else target_law


RULES: dict[str, Rule] = {"standard": standard, "match": match}
