"""A judged round as events: a verdict for every drafted token, and the token that follows."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from specrecord.decoding.draft_tree import ROOT, DraftTree
from specrecord.decoding.logprob_capture import (
    NOTHING_KEPT,
    Kept,
    LogprobCapture,
    overlaps,
    raw_logprobs,
    rounded,
)
from specrecord.decoding.rejection.rule import VerifyResult
from specrecord.decoding.sampling import Probs
from specrecord.events import Distribution, Emit, Event, Fate, Verdict
from specrecord.models.base import Logits, VerifyOutput


@dataclass(frozen=True)
class Verification:
    """One round's outcome with the target's evidence and `probs`: row 0 after the context, row i +
    1 after node i.
    """

    draft_tree: DraftTree
    result: VerifyResult
    evidence: VerifyOutput
    probs: Probs

    @property
    def logits(self) -> Logits:
        """The target's logits, (nodes + 1, vocabulary)."""
        return self.evidence.logits

    @property
    def emitted(self) -> list[int]:
        """The tokens that the round adds to the text."""
        last = self.result.last
        return [self.draft_tree.tokens[node] for node in self.result.path] + (
            [] if last is None else [last.token]
        )

    @property
    def tested_overlaps(self) -> list[float]:
        """Along a chain, the overlap of the two laws at each tested place, down to the first
        rejection.
        """
        tested = min(len(self.result.path) + 1, len(self.draft_tree.tokens))
        return overlaps(self.probs[:tested], self.draft_tree.probs[:tested])

    def events(self, time: int, evidence: LogprobCapture) -> Iterator[Event]:
        """Verdicts in node order, then the round's own token. A row's evidence stands with the
        first that needs it.
        """
        parents = self.draft_tree.parents
        last_row = (self.result.path[-1] if self.result.path else ROOT) + 1
        needed = sorted({parent + 1 for parent in parents} | {last_row})
        kept = dict(
            zip(
                needed,
                evidence.keep(self.logits[needed], self.probs[needed], self.evidence.revealed),
                strict=True,
            )
        )
        told: set[int] = set()
        logprobs, last_logprob = self._logprobs(last_row)
        for verdict in self._verdicts(time, evidence, logprobs):
            row = parents[verdict.node] + 1
            yield verdict if row in told else _with(verdict, kept[row])
            if row not in told:
                yield from self._whole(time, row, evidence)
                told.add(row)
        if self.result.last is not None:
            shown = kept[last_row] if self.result.origin == "bonus" else NOTHING_KEPT
            yield self._emit(time, last_row, shown, last_logprob)
        if self.result.origin == "bonus":
            yield from self._whole(time, last_row, evidence)

    def _verdicts(
        self, time: int, evidence: LogprobCapture, logprobs: Sequence[float | None]
    ) -> Iterator[Verdict]:
        draft_tree, tests, path = self.draft_tree, self.result.tests, set(self.result.path)
        rows = [parent + 1 for parent in draft_tree.parents]
        shared = overlaps(self.probs[rows], draft_tree.probs)
        seen = (
            rounded(np.array(shared)).tolist() if evidence.rounds else shared
        )  # where nothing was ever decided
        probs = self.probs[rows, draft_tree.tokens].tolist()
        for node in range(len(draft_tree.tokens)):
            test = tests.get(node)
            fate: Fate = "untested" if test is None else "accepted" if node in path else "rejected"
            if test is None:
                yield Verdict(
                    time, node, fate, probs[node], logprobs[node], None, None, None, seen[node]
                )
                continue
            yield Verdict(
                time,
                node,
                fate,
                probs[node],
                logprobs[node],
                test.accept_prob,
                test.uniform,
                test.low,
                shared[node] if test.shared is None else test.shared,
                None,
                None,
                test.left,
            )

    def _emit(self, time: int, row: int, kept: Kept, logprob: float | None) -> Emit:
        result = self.result
        drawn = result.last
        assert drawn is not None
        draft_prob = None
        if result.origin == "resampled":
            first = self.draft_tree.children(row - 1)[0]
            draft_prob = float(self.draft_tree.probs[first][drawn.token])
        return Emit(
            time, result.origin, drawn.token, drawn.uniform, drawn.low, drawn.high, drawn.prob,
            float(self.probs[row, drawn.token]), draft_prob, logprob, kept.entropy, kept.top,
        )  # fmt: skip

    def _logprobs(self, last_row: int) -> tuple[list[float | None], float | None]:
        """Each drafted token's log-probability at temperature 1, and the last token's; None where
        it is unknown.

        A remote target may have told of drafted tokens (`given`) that are not among those it
        listed.
        """
        last = self.result.last
        tokens = [*self.draft_tree.tokens, *([] if last is None else [last.token])]
        rows = [*(parent + 1 for parent in self.draft_tree.parents), last_row][: len(tokens)]
        found: list[float | None]
        if self.evidence.revealed:
            told = [float(self.logits[row, token]) for row, token in zip(rows, tokens, strict=True)]
            given = [*self.evidence.given, *[None] * len(tokens)]
            found = [
                value if math.isfinite(value) else other
                for value, other in zip(told, given, strict=False)
            ]
        else:
            found = [*raw_logprobs(self.logits[rows], tokens)]
        return (found, None) if last is None else (found[:-1], found[-1])

    def _whole(self, time: int, row: int, evidence: LogprobCapture) -> Iterator[Distribution]:
        if evidence.mode == "full":
            yield Distribution(
                time, "target", row - 1, self.probs[row].astype(np.float32).tobytes()
            )


def _with(verdict: Verdict, kept: Kept) -> Verdict:
    return Verdict(
        verdict.time,
        verdict.node,
        verdict.fate,
        verdict.target_prob,
        verdict.raw_logprob,
        verdict.accept_prob,
        verdict.uniform,
        verdict.low,
        verdict.overlap,
        kept.entropy,
        kept.top,
        verdict.left_prob,
    )
