"""With `--evidence full`: every recorded number is held against the whole distributions it came
from.

These are kept in float32, so sums over a vocabulary agree to about 1e-5.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from specrecord.events import Distribution, Draft, Emit, Event, Verdict
from specrecord.recording.audit.judged_round import WITHOUT_REPLACEMENT, JudgedRound
from specrecord.shared_randomness import shared_uniforms

_SINGLE = 1e-4
_LEAST_MASS = 0.05  # of a residual: with less than that, float32 has too few digits to judge by
_Row = NDArray[np.float32]


def distribution_findings(judged: JudgedRound) -> Iterator[tuple[Event, str]]:
    """Pairs (event, what does not hold) of a round that carries whole distributions."""
    whole = _WholeRound(judged)
    for event in judged.round.distributions:
        yield from _sums_to_one(event)
    for draft in judged.drafts:
        yield from whole.draft(draft)
    for verdict in judged.verdicts:
        yield from whole.verdict(verdict)
    for emit in judged.round.emits:
        yield from whole.emit(emit)


class _WholeRound:
    """A round, and the whole distributions in it by side, row and member."""

    def __init__(self, judged: JudgedRound) -> None:
        self.judged, self.round, self.rule = judged, judged.round, judged.rule
        self.drafts, self.verdicts = judged.drafts, judged.verdicts
        self.probs: dict[tuple[str, int, int | None], _Row] = {
            (event.side, event.row, event.member): np.frombuffer(event.probs, "<f4")
            for event in judged.round.distributions
        }

    def drafted_from(self, node: int) -> _Row | None:
        """What a drafted token was drawn from, or the point mass of a chosen one."""
        draft = self.drafts[node]
        probs = self.probs.get(("draft", draft.parent, draft.member))
        if draft.uniform is None:
            target = self.probs.get(("target", draft.parent, None))
            return (
                None if target is None else np.eye(1, len(target), draft.token, dtype=np.float32)[0]
            )
        if probs is None or self.rule not in WITHOUT_REPLACEMENT:
            return probs
        probs = probs.copy()
        probs[self.elder_tokens(node)] = 0
        mass = float(probs.sum(dtype=np.float64))
        return probs / mass if mass > _LEAST_MASS else None

    def elder_tokens(self, node: int) -> list[int]:
        return [self.drafts[elder].token for elder in self.round.elders(node)]

    def left(self, parent: int, rejected: list[int]) -> _Row | None:
        """What is left of the target's probs after `parent`, these children there being
        rejected.
        """
        probs = self.probs.get(("target", parent, None))
        for node in rejected:
            drawn = self.drafted_from(node)
            if probs is None or drawn is None:
                return None
            probs = _residual(probs, drawn)
        return probs

    def draft(self, event: Draft) -> Iterator[tuple[Event, str]]:
        if event.uniform is None or event.low is None or event.node >= len(self.drafts):
            return
        probs, gone = self.drafted_from(event.node), self.elder_tokens(event.node)
        depth = self.round.depth(event.node)
        for message in self.owns(probs, event.token, event.prob, event.low, depth, gone):
            yield event, message

    def owns(
        self,
        probs: _Row | None,
        token: int,
        prob: float,
        low: float,
        depth: int,
        gone: list[int],
    ) -> Iterator[str]:
        """The token owns `prob` of the probs, from `low` on; under `gumbel` it is the first to come
        in of all but those that are `gone`.
        """
        if probs is None:
            return
        if abs(float(probs[token]) - prob) > _SINGLE:
            yield f"token {token} owns {probs[token]:.6g} of the distribution, not {prob:.6g}"
        if self.rule == "gumbel":
            yield from self.won(probs, token, depth, gone)
            return
        start = float(probs[:token].sum(dtype=np.float64))
        if abs(start - low) > _SINGLE:
            yield f"token {token} owns its share from {start:.6g} on, not from {low:.6g}"

    def won(self, probs: _Row, token: int, depth: int, gone: list[int]) -> Iterator[str]:
        if self.judged.seed is None:
            return
        position = self.round.position + depth
        uniforms = shared_uniforms(self.judged.seed, position, len(probs))
        arrivals = -np.log(np.maximum(uniforms, 2.0**-60))
        finish = np.divide(arrivals, probs, out=np.full(len(probs), np.inf), where=probs > 0)
        finish[gone] = np.inf
        best = int(finish.argmin())
        if best != token and finish[best] < finish[token] * (1 - _SINGLE):
            yield f"by the noise of seed and position, token {best} comes in before token {token}"

    def verdict(self, event: Verdict) -> Iterator[tuple[Event, str]]:
        if event.node >= len(self.drafts):
            return
        draft = self.drafts[event.node]
        target = self.probs.get(("target", draft.parent, None))
        if target is None:
            return
        prob = float(target[draft.token])
        if event.target_prob is not None and abs(prob - event.target_prob) > _SINGLE:
            yield (
                event,
                (
                    f"verdict: target_prob {event.target_prob:.6g}, its whole distribution has "
                    f"{prob:.6g}"
                ),
            )
        elders = [] if event.left_prob is None else self.round.elders(event.node)
        left, drawn = self.left(draft.parent, elders), self.drafted_from(event.node)
        if left is None or drawn is None or event.overlap is None:
            return
        shared = float(np.minimum(left, drawn).sum(dtype=np.float64))
        if abs(shared - event.overlap) > _SINGLE:
            yield (
                event,
                (
                    f"verdict: overlap {event.overlap:.6g}, the whole distributions share "
                    f"{shared:.6g}"
                ),
            )

    def emit(self, event: Emit) -> Iterator[tuple[Event, str]]:
        if event.prob is None or event.low is None or event.uniform is None:
            return
        path, end = self.round.path, self.round.path_end
        probs = self.probs.get(("target", end, None))
        if event.origin == "resampled" and self.rule == "block":
            probs = self.prefix_residual(path, end)
        elif event.origin == "resampled" and self.rule not in ("match", "gumbel"):
            probs = self.left(end, self.round.children(end))
        for message in self.owns(probs, event.token, event.prob, event.low, len(path), []):
            yield event, message

    def prefix_residual(self, path: list[int], end: int) -> _Row | None:
        """norm(max(0, weight * target - draft)), as block verification draws it."""
        weight = 1.0
        for node in path:
            target_prob = self.verdicts[node].target_prob or 0.0
            weight = min(1.0, weight * target_prob / self.drafts[node].prob)
        target, draft = self.probs.get(("target", end, None)), self.probs.get(("draft", end, None))
        if target is None or draft is None:
            return None
        return _residual(np.float32(weight) * target, draft)


def _residual(target: _Row, draft: _Row) -> _Row | None:
    excess: _Row = np.maximum(target - draft, 0)
    mass = float(excess.sum(dtype=np.float64))
    return excess / np.float32(mass) if mass > _LEAST_MASS else None


def _sums_to_one(event: Distribution) -> Iterator[tuple[Event, str]]:
    probs = np.frombuffer(event.probs, "<f4")
    if abs(float(probs.sum(dtype=np.float64)) - 1) > _SINGLE or probs.min() < 0:
        yield event, "law: the distribution does not add up to 1"
