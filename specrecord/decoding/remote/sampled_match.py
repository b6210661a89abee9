"""A round that the target decided: it drew tokens of its own, and a drafted token stays while it is
the one drawn.

What the target drew is known, and the coin that decided it is not: no uniform is recorded.
Lossless, since every token that comes out is the target's own sample given those before it, and the
draft only decides how many are kept. After the first that differs, what was drawn is about another
text and is not used.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from specrecord.decoding.draft_tree import DraftTree
from specrecord.decoding.logprob_capture import LogprobCapture
from specrecord.events import Emit, Event, Fate, Origin, Verdict
from specrecord.models.base import VerifyOutput


@dataclass(frozen=True)
class SampledMatch:
    """A chain of drafted tokens beside the target's own draws. `greedy`: the target takes its
    likeliest token.
    """

    draft_tree: DraftTree
    evidence: VerifyOutput
    greedy: bool

    @property
    def draws(self) -> tuple[int, ...]:
        """What the target drew, one token a row."""
        assert self.evidence.drawn is not None
        return self.evidence.drawn

    @property
    def accepted(self) -> int:
        """How many drafted tokens the target drew as well."""
        count = 0
        for token, own in zip(self.draft_tree.tokens, self.draws, strict=False):
            if token != own:
                break
            count += 1
        return count

    @property
    def follows(self) -> bool:
        """Whether a token of the target's own follows the accepted ones: there is one, and the text
        goes on.
        """
        count = self.accepted
        return count < len(self.draws) and not (count and self.draft_tree.ends[count - 1])

    @property
    def emitted(self) -> list[int]:
        """The tokens that the round adds to the text."""
        return [
            *self.draft_tree.tokens[: self.accepted],
            *(self.draws[self.accepted : self.accepted + self.follows]),
        ]

    def events(self, time: int, policy: LogprobCapture) -> Iterator[Event]:
        """Verdicts in order, then the target's own token."""
        accepted = self.accepted
        for node, token in enumerate(self.draft_tree.tokens):
            tested = node < min(accepted + 1, len(self.draws)) and (node < accepted or self.follows)
            fate: Fate = "untested" if not tested else "accepted" if node < accepted else "rejected"
            prob = self.prob(node, token)
            raw = self.raw(node, token)
            yield Verdict(
                time, node, fate, prob, raw, prob if tested else None, None, None, None,
                None, self.top(node, policy),
            )  # fmt: skip
        if self.follows:
            origin: Origin = "resampled" if accepted < len(self.draft_tree.tokens) else "bonus"
            draft_probs = self.draft_tree.probs[accepted] if origin == "resampled" else None
            yield self.emit(time, accepted, self.draws[accepted], origin, policy, draft_probs)

    def emit(
        self, time: int, row: int, token: int, origin: Origin, policy: LogprobCapture,
        draft_probs: "np.ndarray[tuple[int, ...], np.dtype[np.float64]] | None" = None,
    ) -> Emit:  # fmt: skip
        """The target's own token of one row."""
        prob = self.prob(row, token)
        draft_prob = None if draft_probs is None else float(draft_probs[token])
        top = self.top(row, policy) if origin == "bonus" else None
        return Emit(
            time, origin, token, None, None, None, prob, prob, draft_prob, self.raw(row, token),
            None, top,
        )  # fmt: skip

    def top(self, row: int, policy: LogprobCapture) -> bytes | None:
        """The likeliest tokens that the target told of, where the recording keeps those of
        temperature 1.
        """
        return (
            policy.keep_revealed(self.evidence.logits[row]).top
            if policy.raw and self.has(row)
            else None
        )

    def has(self, row: int) -> bool:
        """Whether the target told anything about this row."""
        return self.evidence.revealed and row < len(self.evidence.logits)

    def raw(self, row: int, token: int) -> float | None:
        """The target's log-probability of a token at temperature 1; None where it did not say."""
        if not self.has(row):
            return None
        value = float(self.evidence.logits[row, token])
        return value if math.isfinite(value) else None

    def prob(self, row: int, token: int) -> float | None:
        """The token's probability in the law that is sampled; None where it does not follow from
        what was said.
        """
        if self.greedy:
            return float(self.draws[row] == token) if row < len(self.draws) else None
        raw = self.raw(row, token)
        return math.exp(raw) if raw is not None and self.evidence.known_probs else None
