"""With `--evidence full`: every recorded number is held against the whole laws it came from.

Probs are kept in float32, so sums over a vocabulary agree to about 1e-5.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from specrecord.events import Distribution, Draft, Emit, Event, RoundBegin, Verdict
from specrecord.recording.audit.round_state import WITHOUT_REPLACEMENT
from specrecord.shared_randomness import shared_uniforms

_SINGLE = 1e-4
_LEAST_MASS = 0.05  # of a residual: with less than that, float32 has too few digits to judge by
_Row = NDArray[np.float32]
_Laws = dict[tuple[str, int, int | None], _Row]


def distribution_findings(
    events: list[Event], rule: str | None, seed: int | None
) -> Iterator[tuple[int, str]]:
    """Pairs (event, what does not hold) over all rounds that carry whole laws."""
    for first, last in _rounds(events):
        numbered = list(enumerate(events[first:last], start=first))
        probs: _Laws = {
            (e.side, e.row, e.member): np.frombuffer(e.probs, "<f4")
            for _, e in numbered
            if isinstance(e, Distribution)
        }
        if probs:
            yield from _Round(numbered, probs, rule, seed).findings()


def _rounds(events: list[Event]) -> Iterator[tuple[int, int]]:
    starts = [index for index, event in enumerate(events) if isinstance(event, RoundBegin)]
    yield from pairwise([*starts, len(events)])


class _Round:
    """One round's events with their numbers in the file, and the whole laws among them by side and
    row.
    """

    def __init__(
        self, numbered: list[tuple[int, Event]], probs: _Laws, rule: str | None, seed: int | None
    ) -> None:
        self.numbered, self.probs, self.rule, self.seed = numbered, probs, rule, seed
        self.drafts = [event for _, event in numbered if isinstance(event, Draft)]
        self.verdicts = [event for _, event in numbered if isinstance(event, Verdict)]
        begun = next(event for _, event in numbered if isinstance(event, RoundBegin))
        self.position = begun.position

    def findings(self) -> Iterator[tuple[int, str]]:
        for index, event in self.numbered:
            match event:
                case Distribution():
                    yield from _sums_to_one(index, event)
                case Draft(uniform=float() as uniform, low=float() as low):
                    probs = self.drafted_from(event)
                    depth = self.depth(event.parent)
                    yield from self.owns(
                        index, probs, event.token, event.prob, low, uniform, depth, event.node
                    )
                case Verdict():
                    yield from self.verdict(index, event)
                case Emit():
                    yield from self.emitted(index, event)

    def siblings(self, parent: int, before: int | None = None) -> list[Draft]:
        return [draft for draft in self.drafts[:before] if draft.parent == parent]

    def depth(self, node: int) -> int:
        steps = 0
        while node >= 0:
            steps, node = steps + 1, self.drafts[node].parent
        return steps

    def drafted_from(self, draft: Draft) -> _Row | None:
        """The law a drafted token was drawn from, or the point mass of a chosen one."""
        probs = self.probs.get(("draft", draft.parent, draft.member))
        if draft.uniform is None:
            target = self.probs.get(("target", draft.parent, None))
            return (
                None if target is None else np.eye(1, len(target), draft.token, dtype=np.float32)[0]
            )
        if probs is None or self.rule not in WITHOUT_REPLACEMENT:
            return probs
        probs = probs.copy()
        for elder in self.siblings(draft.parent, draft.node):
            probs[elder.token] = 0
        mass = float(probs.sum(dtype=np.float64))
        return probs / mass if mass > _LEAST_MASS else None

    def left(self, parent: int, before: int | None = None) -> _Row | None:
        """What is left of the target's law after `parent`, all children there before node `before`
        being rejected.
        """
        probs = self.probs.get(("target", parent, None))
        for draft in self.siblings(parent, before):
            drawn = self.drafted_from(draft)
            if probs is None or drawn is None:
                return None
            probs = _residual(probs, drawn)
        return probs

    def owns(
        self,
        index: int,
        probs: _Row | None,
        token: int,
        prob: float,
        low: float,
        uniform: float,
        depth: int,
        before: int | None = None,
    ) -> Iterator[tuple[int, str]]:
        """The token owns `prob` of the law, from `low` on; under `gumbel` it is the first to come
        in.
        """
        if probs is None:
            return
        if abs(float(probs[token]) - prob) > _SINGLE:
            yield index, f"token {token} owns {probs[token]:.6g} of the law, not {prob:.6g}"
        if self.rule == "gumbel":
            yield from self.won(index, probs, token, depth, before)
            return
        start = float(probs[:token].sum(dtype=np.float64))
        if abs(start - low) > _SINGLE:
            yield index, f"token {token} owns its share from {start:.6g} on, not from {low:.6g}"

    def won(
        self, index: int, probs: _Row, token: int, depth: int, before: int | None
    ) -> Iterator[tuple[int, str]]:
        if self.seed is None:
            return
        uniforms = np.maximum(
            shared_uniforms(self.seed, self.position + depth, len(probs)), 2.0**-60
        )
        finish = np.divide(
            -np.log(uniforms), probs, out=np.full(len(probs), np.inf), where=probs > 0
        )
        if before is not None:
            finish[[elder.token for elder in self.siblings(self.drafts[before].parent, before)]] = (
                np.inf
            )
        best = int(finish.argmin())
        if best != token and finish[best] < finish[token] * (1 - _SINGLE):
            yield (
                index,
                f"by the noise of seed and position, token {best} comes in before token {token}",
            )

    def verdict(self, index: int, event: Verdict) -> Iterator[tuple[int, str]]:
        if event.node >= len(self.drafts):
            return
        draft = self.drafts[event.node]
        target = self.probs.get(("target", draft.parent, None))
        if target is None:
            return
        if (
            event.target_prob is not None
            and abs(float(target[draft.token]) - event.target_prob) > _SINGLE
        ):
            yield (
                index,
                f"verdict: target_prob {event.target_prob:.6g}, its whole law says "
                f"{target[draft.token]:.6g}",
            )
        left = target if event.left_prob is None else self.left(draft.parent, event.node)
        drawn = self.drafted_from(draft)
        if left is None or drawn is None or event.overlap is None:
            return
        shared = float(np.minimum(left, drawn).sum(dtype=np.float64))
        if abs(shared - event.overlap) > _SINGLE:
            yield index, f"verdict: overlap {event.overlap:.6g}, the whole laws share {shared:.6g}"

    def emitted(self, index: int, event: Emit) -> Iterator[tuple[int, str]]:
        accepted = [verdict.node for verdict in self.verdicts if verdict.fate == "accepted"]
        end = accepted[-1] if accepted else -1
        probs = self.probs.get(("target", end, None))
        if event.origin == "resampled" and self.rule not in ("match", "gumbel"):
            probs = self.prefix_residual(accepted, end) if self.rule == "block" else self.left(end)
        if event.prob is None or event.low is None or event.uniform is None:
            return
        yield from self.owns(
            index, probs, event.token, event.prob, event.low, event.uniform, len(accepted)
        )

    def prefix_residual(self, accepted: list[int], end: int) -> _Row | None:
        """norm(max(0, weight * target - draft)), as block verification draws it."""
        weight = 1.0
        for node in accepted:
            weight = min(
                1.0, weight * (self.verdicts[node].target_prob or 0.0) / self.drafts[node].prob
            )
        target, draft = self.probs.get(("target", end, None)), self.probs.get(("draft", end, None))
        return (
            None
            if target is None or draft is None
            else _residual(np.float32(weight) * target, draft)
        )


def _residual(target: _Row, draft: _Row) -> _Row | None:
    excess: _Row = np.maximum(target - draft, 0)
    mass = float(excess.sum(dtype=np.float64))
    return excess / np.float32(mass) if mass > _LEAST_MASS else None


def _sums_to_one(index: int, event: Distribution) -> Iterator[tuple[int, str]]:
    probs = np.frombuffer(event.probs, "<f4")
    if abs(float(probs.sum(dtype=np.float64)) - 1) > _SINGLE or probs.min() < 0:
        yield index, "law: it does not add up to 1"
