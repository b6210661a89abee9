"""A round that the target decided: it sampled tokens of its own, and a drafted token stays while it
is the one sampled.

What the target sampled is told, and the coin that decided it is not: no uniform is recorded.
Lossless, since every token that comes out is the target's own sample given those before it, and the
draft only decides how many stay. What was sampled after the first that differs is about another
text and is not used.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from specrecord.decoding.draft_tree import DraftTree
from specrecord.decoding.logprob_capture import LogprobCapture
from specrecord.events import Emit, Event, Fate, Origin, Verdict
from specrecord.models.base import OwnSamples


@dataclass(frozen=True)
class SampledMatch:
    """A chain of drafted tokens beside the target's own samples. `greedy`: the target was asked for
    its likeliest token.
    """

    draft_tree: DraftTree
    output: OwnSamples
    greedy: bool

    @property
    def accepted(self) -> int:
        """How many drafted tokens the target sampled as well."""
        count = 0
        for token, own in zip(self.draft_tree.tokens, self.output.tokens, strict=False):
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
        ended = count > 0 and self.draft_tree.ends[count - 1]
        return count < len(self.output.tokens) and not ended

    @property
    def emitted(self) -> list[int]:
        """The tokens that the round adds to the text: those the target sampled."""
        return list(self.output.tokens[: self.accepted + self.follows])

    def events(self, time: int, capture: LogprobCapture) -> Iterator[Event]:
        """Verdicts in order, then the target's own token."""
        accepted = self.accepted
        for node, token in enumerate(self.draft_tree.tokens):
            tested = node < accepted or (node == accepted and self.follows)
            fate: Fate = "untested" if not tested else "accepted" if node < accepted else "rejected"
            prob = self.prob(node, token)
            yield Verdict(
                time=time,
                node=node,
                fate=fate,
                target_prob=prob,
                raw_logprob=self.output.logprob(node, token),
                accept_prob=prob if tested else None,
                uniform=None,
                top=self.top(node, capture),
            )
        if self.follows:
            origin: Origin = "resampled" if accepted < len(self.draft_tree.tokens) else "bonus"
            yield self.emit(time, accepted, origin, capture)

    def emit(self, time: int, row: int, origin: Origin, capture: LogprobCapture) -> Emit:
        """The target's own token of one row."""
        token = self.output.tokens[row]
        prob = self.prob(row, token)
        resampled = origin == "resampled"
        return Emit(
            time=time,
            origin=origin,
            token=token,
            uniform=None,
            low=None,
            high=None,
            prob=prob,
            target_prob=prob,
            draft_prob=self.draft_tree.prob(row, token) if resampled else None,
            raw_logprob=self.output.logprob(row, token),
            top=None if resampled else self.top(row, capture),
        )

    def top(self, row: int, capture: LogprobCapture) -> bytes | None:
        """The likeliest tokens that the target listed, where the recording keeps those of
        temperature 1.
        """
        logprobs = self.output.logprobs
        if not capture.raw or logprobs is None or row >= len(logprobs):
            return None
        if not np.isfinite(logprobs[row]).any():
            return None
        return capture.summarise_listed(logprobs[row]).top

    def prob(self, row: int, token: int) -> float | None:
        """The token's probability in the distribution that is sampled; None where it does not
        follow from what the target told.
        """
        tokens = self.output.tokens
        if self.greedy and not self.output.own:
            return float(tokens[row] == token) if row < len(tokens) else None
        logprob = self.output.logprob(row, token) if self.output.as_sampled else None
        return None if logprob is None else math.exp(logprob)
