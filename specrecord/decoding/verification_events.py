"""A judged round as events: a verdict for every drafted token, and the token that follows."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from specrecord.decoding.logprob_capture import (
    NOTHING_KEPT,
    EvidencePolicy,
    Kept,
    overlaps,
    raw_logprobs,
    rounded,
)
from specrecord.decoding.rejection.rule import ROOT, Drafted, Outcome
from specrecord.decoding.sampling import Laws
from specrecord.events import Emit, Event, Fate, Law, Verdict
from specrecord.models.base import Evidence, Logits


@dataclass(frozen=True)
class Judged:
    """One round's outcome with the target's evidence and `laws`: row 0 after the context, row i + 1
    after node i.
    """

    drafted: Drafted
    outcome: Outcome
    evidence: Evidence
    laws: Laws

    @property
    def logits(self) -> Logits:
        """The target's logits, (nodes + 1, vocabulary)."""
        return self.evidence.logits

    @property
    def emitted(self) -> list[int]:
        """The tokens that the round adds to the text."""
        last = self.outcome.last
        return [self.drafted.tokens[node] for node in self.outcome.path] + (
            [] if last is None else [last.token]
        )

    @property
    def tested_overlaps(self) -> list[float]:
        """Along a chain, the overlap of the two laws at each tested place, down to the first
        rejection.
        """
        tested = min(len(self.outcome.path) + 1, len(self.drafted.tokens))
        return overlaps(self.laws[:tested], self.drafted.laws[:tested])

    def events(self, time: int, evidence: EvidencePolicy) -> Iterator[Event]:
        """Verdicts in node order, then the round's own token. A row's evidence stands with the
        first that needs it.
        """
        parents = self.drafted.parents
        last_row = (self.outcome.path[-1] if self.outcome.path else ROOT) + 1
        needed = sorted({parent + 1 for parent in parents} | {last_row})
        kept = dict(
            zip(
                needed,
                evidence.keep(self.logits[needed], self.laws[needed], self.evidence.revealed),
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
        if self.outcome.last is not None:
            shown = kept[last_row] if self.outcome.origin == "bonus" else NOTHING_KEPT
            yield self._emit(time, last_row, shown, last_logprob)
        if self.outcome.origin == "bonus":
            yield from self._whole(time, last_row, evidence)

    def _verdicts(
        self, time: int, evidence: EvidencePolicy, logprobs: Sequence[float | None]
    ) -> Iterator[Verdict]:
        drafted, trials, path = self.drafted, self.outcome.trials, set(self.outcome.path)
        rows = [parent + 1 for parent in drafted.parents]
        shared = overlaps(self.laws[rows], drafted.laws)
        seen = (
            rounded(np.array(shared)).tolist() if evidence.rounds else shared
        )  # where nothing was ever decided
        probs = self.laws[rows, drafted.tokens].tolist()
        for node in range(len(drafted.tokens)):
            trial = trials.get(node)
            fate: Fate = "untested" if trial is None else "accepted" if node in path else "rejected"
            if trial is None:
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
                trial.accept_prob,
                trial.uniform,
                trial.low,
                shared[node] if trial.shared is None else trial.shared,
                None,
                None,
                trial.left,
            )

    def _emit(self, time: int, row: int, kept: Kept, logprob: float | None) -> Emit:
        outcome = self.outcome
        drawn = outcome.last
        assert drawn is not None
        draft_prob = None
        if outcome.origin == "resampled":
            first = self.drafted.children(row - 1)[0]
            draft_prob = float(self.drafted.laws[first][drawn.token])
        return Emit(
            time, outcome.origin, drawn.token, drawn.uniform, drawn.low, drawn.high, drawn.prob,
            float(self.laws[row, drawn.token]), draft_prob, logprob, kept.entropy, kept.top,
        )  # fmt: skip

    def _logprobs(self, last_row: int) -> tuple[list[float | None], float | None]:
        """Each drafted token's log-probability at temperature 1, and the last token's; None where
        it is unknown.

        A remote target may have told of drafted tokens (`given`) that are not among those it
        listed.
        """
        last = self.outcome.last
        tokens = [*self.drafted.tokens, *([] if last is None else [last.token])]
        rows = [*(parent + 1 for parent in self.drafted.parents), last_row][: len(tokens)]
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

    def _whole(self, time: int, row: int, evidence: EvidencePolicy) -> Iterator[Law]:
        if evidence.mode == "full":
            yield Law(time, "target", row - 1, self.laws[row].astype(np.float32).tobytes())


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
