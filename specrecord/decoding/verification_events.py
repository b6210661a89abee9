"""A round's verification as events: the target's pass, a verdict for every drafted token, and the
token that follows.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from specrecord.decoding.draft_tree import ROOT, DraftTree
from specrecord.decoding.logprob_capture import (
    NO_SUMMARY,
    LogprobCapture,
    Row,
    Summary,
    overlaps,
    rounded,
)
from specrecord.decoding.rejection_rule import AcceptanceTest, RejectionRule, VerifyResult
from specrecord.decoding.rng import Rng
from specrecord.decoding.sampling import Probs, SamplingParams, point_mass
from specrecord.events import Distribution, Emit, Event, Fate, Verdict, Verify
from specrecord.models.base import FullLogits, Timing, TopLogprobs

_UNTESTED = AcceptanceTest(None, None)


def verify_event(
    time: int, duration: int, tokens: int, window: int, timing: Timing | None
) -> Verify:
    """The event of one answered request; a local target has no timing. What a client does before it
    sends and after it was answered is no part of it.
    """
    parts: dict[str, int | None] = {}
    if timing is not None:
        since = int(timing.since * 1_000_000)
        time, duration = time - since, min(duration - since, int(timing.span * 1_000_000))
        parts = {"sent": timing.sent, "received": timing.received}
        for name in ("queue", "network", "prompt", "completion", "connect"):
            seconds = getattr(timing, name)
            # Rounded down, so that the parts never add up to more than the whole.
            parts[name] = None if seconds is None else int(seconds * 1_000_000)
    return Verify(time=time, duration=duration, tokens=tokens, window=window, **parts)


def _last_row(result: VerifyResult) -> int:
    """That of the round's own token."""
    return (result.path[-1] if result.path else ROOT) + 1


@dataclass(frozen=True)
class Verification:
    """One round's result with what the target answered and its `probs`, the distributions that are
    sampled at a `temperature`: row 0 after the context, row i + 1 after node i.

    A token of tree, result and `probs` is the number of a column; `ids` has its id. `rows` are
    those that an event is about, in order.
    """

    draft_tree: DraftTree
    result: VerifyResult
    output: FullLogits | TopLogprobs
    probs: Probs
    temperature: float
    ids: Sequence[int]
    rows: list[int]

    @classmethod
    def judge(
        cls,
        rule: RejectionRule,
        draft_tree: DraftTree,
        output: FullLogits | TopLogprobs,
        sampling: SamplingParams,
        rng: Rng,
    ) -> "Verification":
        """By a rule. Where the target is certain, of few tokens in all, a wide vocabulary is left
        for the columns of those and of the drafted: all others have no part in what a rule does.
        """
        ids: Sequence[int] = range(output.logits.shape[-1])
        if sampling.temperature == 0 and not rule.shares_noise:
            likeliest = output.logits.argmax(axis=-1)
            ids = sorted({*likeliest.tolist(), *draft_tree.tokens})
            probs = point_mass(np.searchsorted(ids, likeliest), len(ids))
        else:
            probs = sampling(output.logits)
        tree = draft_tree.over(ids)
        result = rule.verify(tree, probs, rng)
        rows = sorted({_last_row(result), *(parent + 1 for parent in tree.parents)})
        return cls(tree, result, output, probs, sampling.temperature, ids, rows)

    @property
    def emitted(self) -> list[int]:
        """The tokens that the round adds to the text."""
        last = self.result.last
        accepted = [self.draft_tree.tokens[node] for node in self.result.path]
        return [self.ids[one] for one in [*accepted, *([] if last is None else [last.token])]]

    @property
    def tested_overlaps(self) -> list[float]:
        """Along a chain, the overlap of the two distributions at each tested place, down to the
        first rejection.
        """
        tested = min(len(self.result.path) + 1, len(self.draft_tree.tokens))
        return overlaps(self.probs[:tested], self.draft_tree.probs[:tested])

    def summarise(
        self, capture: LogprobCapture, logits: Sequence[Row], probs: Sequence[Probs]
    ) -> list[Summary]:
        """A summary of each of the draft's rows that are given, then of each of `rows`; at
        temperature 1, a server's list is all there is.
        """
        rows = self._those(self.rows)
        own = self.output.logits[rows]
        if isinstance(self.output, TopLogprobs) and capture.raw:
            drafted = capture.summarise(logits, probs, self.temperature)
            return drafted + [capture.summarise_listed(row) for row in own]
        both = [] if capture.raw else [*probs, *self._whole(rows)]
        return capture.summarise([*logits, *own], both, self.temperature)

    def events(
        self, time: int, capture: LogprobCapture, of_rows: Sequence[Summary]
    ) -> Iterator[Event]:
        """Verdicts in node order, then the round's own token. A row's summary stands with the first
        that needs it.
        """
        tree, result, last_row = self.draft_tree, self.result, _last_row(self.result)
        summaries = dict(zip(self.rows, of_rows, strict=True))
        rows = [parent + 1 for parent in tree.parents]
        shared = overlaps(self.probs[self._those(rows)], tree.probs)
        rows_shown: set[int] = set()
        for node, row in enumerate(rows):
            test = result.tests.get(node, _UNTESTED)
            fate: Fate = "accepted" if node in result.path else "rejected"
            overlap = shared[node] if test.shared is None else test.shared
            # Where nothing was ever decided, it needs no more digits than a picture shows.
            overlap = rounded(overlap) if test is _UNTESTED and capture.rounds else overlap
            summary = NO_SUMMARY if row in rows_shown else summaries[row]
            yield Verdict(
                time=time,
                node=node,
                fate="untested" if test is _UNTESTED else fate,
                target_prob=self.probs.item(row, tree.tokens[node]),
                raw_logprob=self._logprob(summaries[row], row, tree.tokens[node], node),
                accept_prob=test.accept_prob,
                uniform=test.uniform,
                low=test.low,
                overlap=overlap,
                entropy=summary.entropy,
                top=summary.top,
                left_prob=test.left,
            )
            if row not in rows_shown:
                yield from self._distribution(time, row, capture)
                rows_shown.add(row)
        if result.last is not None:
            yield self._emit(time, last_row, summaries[last_row])
        if result.origin == "bonus":
            yield from self._distribution(time, last_row, capture)

    def _emit(self, time: int, row: int, summary: Summary) -> Emit:
        draw, draft_prob, shown = self.result.last, None, summary
        assert draw is not None
        if self.result.origin == "resampled":
            first = self.draft_tree.children(row - 1)[0]
            draft_prob, shown = self.draft_tree.probs[first].item(draw.token), NO_SUMMARY
        return Emit(
            time=time,
            origin=self.result.origin,
            token=self.ids[draw.token],
            uniform=draw.uniform,
            low=draw.low,
            high=draw.high,
            prob=draw.prob,
            target_prob=self.probs.item(row, draw.token),
            draft_prob=draft_prob,
            raw_logprob=self._logprob(summary, row, draw.token),
            entropy=shown.entropy,
            top=shown.top,
        )

    def _logprob(
        self, summary: Summary, row: int, column: int, node: int | None = None
    ) -> float | None:
        """A token's log-probability at temperature 1, that of a drafted `node` perhaps; None where
        it is unknown.
        """
        logit = self.output.logits.item(row, self.ids[column])
        if isinstance(self.output, FullLogits):
            return summary.logprob(logit)
        if math.isfinite(logit):
            return logit
        return None if node is None else self.output.drafted[node]

    @staticmethod
    def _those(rows: list[int]) -> list[int] | slice:
        """What selects these rows: of a chain a slice, which copies nothing."""
        return slice(len(rows)) if rows == list(range(len(rows))) else rows

    def _whole(self, rows: list[int] | slice) -> Probs:
        """Rows of `probs` over the whole vocabulary."""
        vocabulary, probs = self.output.logits.shape[-1], self.probs[rows]
        if len(self.ids) == vocabulary:
            return probs
        whole = np.zeros((len(probs), vocabulary))
        whole[:, self.ids] = probs
        return whole

    def _distribution(self, time: int, row: int, capture: LogprobCapture) -> Iterator[Distribution]:
        if capture.mode == "full":
            probs = self._whole([row]).astype(np.float32).tobytes()
            yield Distribution(time=time, side="target", row=row - 1, probs=probs)
