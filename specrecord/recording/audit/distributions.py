"""With `--evidence full`: every recorded number is held against the whole distributions it came
from.

These are kept in float32, so sums over a vocabulary agree to about 1e-5.
"""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from specrecord.events import Distribution, Draft, Emit, Event, Verdict, unpack_top
from specrecord.header import Header
from specrecord.recording.audit.judged_round import WITHOUT_REPLACEMENT, JudgedRound, token_and_prob
from specrecord.shared_randomness import shared_uniforms

_SINGLE = 1e-4
_LOGARITHM = 2e-3  # a logarithm or an entropy, rounded to 1/2048 and worked out of float32
_LEAST_MASS = 0.05  # of a residual: with less than that, float32 has too few digits to judge by
_Row = NDArray[np.float32]


def distribution_findings(judged: JudgedRound, header: Header) -> Iterator[tuple[Event, str]]:
    """Pairs (event, what does not hold) of a round that carries whole distributions."""
    whole = _WholeRound(judged)
    temperature = _uncut_temperature(header)
    for event in judged.round.distributions:
        yield from _sums_to_one(event)
    yield from _of_their_places(judged)
    for draft in judged.drafts:
        yield from whole.draft(draft)
        own = whole.probs.get(("draft", draft.parent, draft.member))
        yield from _described(draft, token_and_prob(draft)[0], own, temperature)
    for verdict in judged.verdicts:
        yield from whole.verdict(verdict)
        draft = judged.drafts[verdict.node]
        yield from _described(
            verdict, token_and_prob(draft)[0], whole.target(draft.parent), temperature
        )
    for emit in judged.round.emits:
        yield from whole.emit(emit)
        own = whole.target(judged.round.path_end)
        yield from _described(emit, emit.token, own, temperature)


class _WholeRound:
    """A round, and the whole distributions in it by side, row and member."""

    def __init__(self, judged: JudgedRound) -> None:
        self.judged, self.round, self.drafts = judged, judged.round, judged.drafts
        self.probs: dict[tuple[str, int, int | None], _Row] = {
            (event.side, event.row, event.member): np.frombuffer(event.probs, "<f4")
            for event in judged.round.distributions
        }

    def target(self, row: int) -> _Row | None:
        """The target's probs after a node."""
        return self.probs.get(("target", row, None))

    def drafted_from(self, node: int) -> _Row | None:
        """What a drafted token was drawn from, or the point mass of a chosen one."""
        draft = self.drafts[node]
        if draft.uniform is None:
            target = self.target(draft.parent)
            token, _ = token_and_prob(draft)
            return None if target is None else np.eye(1, len(target), token, "<f4")[0]
        probs = self.probs.get(("draft", draft.parent, draft.member))
        if probs is None or self.judged.rule not in WITHOUT_REPLACEMENT:
            return probs
        probs = probs.copy()
        probs[self.elder_tokens(node)] = 0
        return _normalised(probs)

    def elder_tokens(self, node: int) -> list[int]:
        return [token_and_prob(self.drafts[elder])[0] for elder in self.round.elders(node)]

    def left(self, parent: int, rejected: list[int]) -> _Row | None:
        """What is left of the target's probs after `parent`, these children there being
        rejected.
        """
        probs = self.target(parent)
        for node in rejected:
            drawn = self.drafted_from(node)
            if probs is None or drawn is None:
                return None
            probs = _normalised(np.maximum(probs - drawn, 0))
        return probs

    def draft(self, event: Draft) -> Iterator[tuple[Event, str]]:
        depth, gone = self.round.depth(event.node), self.elder_tokens(event.node)
        yield from self.owns(event, self.drafted_from(event.node), depth, gone)

    def owns(
        self, event: Draft | Emit, probs: _Row | None, depth: int, gone: list[int]
    ) -> Iterator[tuple[Event, str]]:
        """The token owns its `prob` of the probs, from `low` on; under `gumbel` it is the first to
        come in of all but those that are `gone`.
        """
        if probs is None or event.uniform is None or event.low is None or event.prob is None:
            return
        token = event.token
        if token is None:
            return
        if abs(float(probs[token]) - event.prob) > _SINGLE:
            yield (
                event,
                f"token {token} owns {probs[token]:.6g} of the distribution, not {event.prob:.6g}",
            )
        if self.judged.rule == "gumbel":
            for message in self.won(probs, token, depth, gone):
                yield event, message
            return
        start = float(probs[:token].sum(dtype=np.float64))
        if abs(start - event.low) > _SINGLE:
            yield (
                event,
                f"token {token} owns its share from {start:.6g} on, not from {event.low:.6g}",
            )

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
        draft = self.drafts[event.node]
        target = self.target(draft.parent)
        if target is None:
            return
        elders = [] if event.left_prob is None else self.round.elders(event.node)
        left, drawn = self.left(draft.parent, elders), self.drafted_from(event.node)
        whole = {"target_prob": float(target[draft.token])}
        if left is not None and drawn is not None:
            whole["overlap"] = float(np.minimum(left, drawn).sum(dtype=np.float64))
        for name, value in whole.items():
            own = getattr(event, name)
            if own is not None and abs(value - own) > _SINGLE:
                message = f"verdict: {name} {own:.6g}, of the whole distributions {value:.6g}"
                yield event, message

    def emit(self, event: Emit) -> Iterator[tuple[Event, str]]:
        path, end, rule = self.round.path, self.round.path_end, self.judged.rule
        probs = self.target(end)
        if event.origin == "resampled" and rule == "block":
            probs = self.prefix_residual(end)
        elif event.origin == "resampled" and rule not in ("match", "gumbel"):
            probs = self.left(end, self.round.children(end))
        yield from self.owns(event, probs, len(path), [])

    def prefix_residual(self, end: int) -> _Row | None:
        """norm(max(0, weight * target - draft)), as block verification draws it."""
        weight = self.judged.weight(end)
        target, draft = self.target(end), self.probs.get(("draft", end, None))
        if target is None or draft is None:
            return None
        return _normalised(np.maximum(np.float32(weight) * target - draft, 0))


def _of_their_places(judged: JudgedRound) -> Iterator[tuple[Event, str]]:
    """Each place has its distributions, once: the draft's where a model drafted, the target's where
    tokens were tested, or a bonus was drawn or would have been, had the text not ended.
    """
    wanted: set[tuple[str, int, int | None]] = set()
    for draft in judged.drafts:
        if draft.raw_logprob is not None:
            wanted.add(("draft", draft.parent, draft.member))
        wanted.add(("target", draft.parent, None))
    emits = judged.round.emits
    if not emits or any(emit.origin == "bonus" for emit in emits):
        wanted.add(("target", judged.round.path_end, None))
    for event in judged.round.distributions:
        key = (event.side, event.row, event.member)
        if key not in wanted:
            yield (
                event,
                f"law: row {event.row} of the {event.side} has another already, or needs none",
            )
        wanted.discard(key)
    for side, row, _ in sorted(wanted, key=str):
        yield judged.round.begin, f"round: row {row} of the {side} has no distribution"


def _uncut_temperature(header: Header) -> float | None:
    """The temperature, where nothing was cut off and it is not 0: then a raw log-probability
    follows from the whole distribution.
    """
    cut = header.top_k or (header.top_p or 1) < 1 or ", top-" in (header.law or "")
    return None if cut else header.temperature or None


def _described(
    event: Draft | Verdict | Emit, token: int, probs: _Row | None, temperature: float | None
) -> Iterator[tuple[Event, str]]:
    """Its list, entropy and raw log-probability are those of the whole distribution."""
    if probs is None or temperature is None:
        return
    whole = probs.astype(np.float64)
    logs = np.log(np.maximum(whole, 1e-300))
    if event.entropy is not None:
        entropy = -float((whole * logs).sum())
        if abs(entropy - event.entropy) > _LOGARITHM:
            yield event, f"entropy {event.entropy:.6g}, of the whole distribution {entropy:.6g}"
    for other, share in unpack_top(event.top):
        if other >= len(probs) or abs(share - whole[other]) > _SINGLE / 10:
            yield event, f"lists token {other} with {share:.6g}, which the distribution does not"
    if event.raw_logprob is not None and whole[token] > 1e-30:
        raw = temperature * logs[token] - math.log(float((whole**temperature).sum()))
        if abs(raw - event.raw_logprob) > _LOGARITHM:
            yield event, f"raw_logprob {event.raw_logprob:.6g}, of the whole distribution {raw:.6g}"


def _normalised(probs: _Row) -> _Row | None:
    mass = float(probs.sum(dtype=np.float64))
    return probs / np.float32(mass) if mass > _LEAST_MASS else None


def _sums_to_one(event: Distribution) -> Iterator[tuple[Event, str]]:
    probs = np.frombuffer(event.probs, "<f4")
    if abs(float(probs.sum(dtype=np.float64)) - 1) > _SINGLE or probs.min() < 0:
        yield event, "law: the distribution does not add up to 1"
