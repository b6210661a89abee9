"""A round's verification as events: the target's pass, a verdict for every drafted token, and the
token that follows.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from specrecord.decoding.draft_tree import ROOT, DraftTree
from specrecord.decoding.logprob_capture import (
    NO_SUMMARY,
    LogprobCapture,
    Summary,
    overlaps,
    raw_logprobs,
    rounded,
)
from specrecord.decoding.rejection_rule import AcceptanceTest, VerifyResult
from specrecord.decoding.sampling import Probs
from specrecord.events import Distribution, Emit, Event, Fate, Verdict, Verify
from specrecord.models.base import FullLogits, Timing, TopLogprobs

_UNTESTED = AcceptanceTest(None, None)


def verify_event(
    time: int, duration: int, tokens: int, window: int, timing: Timing | None
) -> Verify:
    """The event of one answered request; a local target has no timing."""
    parts: dict[str, int | None] = {}
    if timing is not None:
        parts = {"sent": timing.sent, "received": timing.received}
        for name in ("queue", "network", "prompt", "completion", "connect"):
            seconds = getattr(timing, name)
            # Rounded down, so that the parts never add up to more than the whole.
            parts[name] = None if seconds is None else int(seconds * 1_000_000)
    return Verify(time=time, duration=duration, tokens=tokens, window=window, **parts)


@dataclass(frozen=True)
class Verification:
    """One round's result with what the target answered and its `probs`, the distributions that are
    sampled: row 0 after the context, row i + 1 after node i.
    """

    draft_tree: DraftTree
    result: VerifyResult
    output: FullLogits | TopLogprobs
    probs: Probs

    @property
    def emitted(self) -> list[int]:
        """The tokens that the round adds to the text."""
        last = self.result.last
        accepted = [self.draft_tree.tokens[node] for node in self.result.path]
        return accepted if last is None else [*accepted, last.token]

    @property
    def tested_overlaps(self) -> list[float]:
        """Along a chain, the overlap of the two distributions at each tested place, down to the
        first rejection.
        """
        tested = min(len(self.result.path) + 1, len(self.draft_tree.tokens))
        return overlaps(self.probs[:tested], self.draft_tree.probs[:tested])

    def events(self, time: int, capture: LogprobCapture) -> Iterator[Event]:
        """Verdicts in node order, then the round's own token. A row's summary stands with the first
        that needs it.
        """
        tree, result = self.draft_tree, self.result
        rows = [parent + 1 for parent in tree.parents]
        last_row = (result.path[-1] if result.path else ROOT) + 1
        summaries = self._summaries(sorted({*rows, last_row}), capture)
        logprobs, last_logprob = self._logprobs(rows, last_row)
        target_probs = self.probs[rows, tree.tokens].tolist()
        shared = overlaps(self.probs[rows], tree.probs)
        # Where nothing was ever decided, the overlap needs no more digits than a picture shows.
        shown = rounded(np.array(shared)).tolist() if capture.rounds else shared
        rows_shown: set[int] = set()
        for node, row in enumerate(rows):
            test = result.tests.get(node, _UNTESTED)
            fate: Fate = "accepted" if node in result.path else "rejected"
            overlap = shown[node] if test is _UNTESTED else shared[node]
            summary = NO_SUMMARY if row in rows_shown else summaries[row]
            yield Verdict(
                time=time,
                node=node,
                fate="untested" if test is _UNTESTED else fate,
                target_prob=target_probs[node],
                raw_logprob=logprobs[node],
                accept_prob=test.accept_prob,
                uniform=test.uniform,
                low=test.low,
                overlap=overlap if test.shared is None else test.shared,
                entropy=summary.entropy,
                top=summary.top,
                left_prob=test.left,
            )
            if row not in rows_shown:
                yield from self._distribution(time, row, capture)
                rows_shown.add(row)
        bonus = result.origin == "bonus"
        if result.last is not None:
            summary = summaries[last_row] if bonus else NO_SUMMARY
            yield self._emit(time, last_row, last_logprob, summary)
        if bonus:
            yield from self._distribution(time, last_row, capture)

    def _emit(self, time: int, row: int, logprob: float | None, summary: Summary) -> Emit:
        draw, draft_prob = self.result.last, None
        assert draw is not None
        if self.result.origin == "resampled":
            first = self.draft_tree.children(row - 1)[0]
            draft_prob = float(self.draft_tree.probs[first][draw.token])
        return Emit(
            time=time,
            origin=self.result.origin,
            token=draw.token,
            uniform=draw.uniform,
            low=draw.low,
            high=draw.high,
            prob=draw.prob,
            target_prob=float(self.probs[row, draw.token]),
            draft_prob=draft_prob,
            raw_logprob=logprob,
            entropy=summary.entropy,
            top=summary.top,
        )

    def _summaries(self, rows: list[int], capture: LogprobCapture) -> dict[int, Summary]:
        """A summary of each of the rows; at temperature 1, a server's list is all there is."""
        logits = self.output.logits[rows]
        if isinstance(self.output, TopLogprobs) and capture.raw:
            found = [capture.summarise_listed(row) for row in logits]
        else:
            found = capture.summarise(logits, self.probs[rows])
        return dict(zip(rows, found, strict=True))

    def _logprobs(self, rows: list[int], last_row: int) -> tuple[list[float | None], float | None]:
        """Each drafted token's log-probability at temperature 1, and the last token's; None where
        it is unknown.
        """
        last, output = self.result.last, self.output
        tokens = self.draft_tree.tokens
        if last is not None:
            tokens, rows = [*tokens, last.token], [*rows, last_row]
        found: list[float | None]
        match output:
            case FullLogits():
                found = [*raw_logprobs(output.logits[rows], tokens)]
            case TopLogprobs():
                listed = output.logits[rows, tokens].tolist()
                others = [*output.drafted, *[None] * len(tokens)]
                found = [
                    value if math.isfinite(value) else other
                    for value, other in zip(listed, others, strict=False)
                ]
        return (found, None) if last is None else (found[:-1], found[-1])

    def _distribution(self, time: int, row: int, capture: LogprobCapture) -> Iterator[Distribution]:
        if capture.mode == "full":
            probs = self.probs[row].astype(np.float32).tobytes()
            yield Distribution(time=time, side="target", row=row - 1, probs=probs)
