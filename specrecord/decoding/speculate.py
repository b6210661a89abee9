"""The loop: draft, verify, judge, emit, as a generator of events. The baseline is the same loop without a draft.

It takes time and chance as parameters and touches nothing else: no file, no terminal, no clock of its own.
Spans are stamped around the model calls alone; the evidence is worked out between them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from specrecord.decoding.chance import Chance
from specrecord.decoding.endings import Ending
from specrecord.decoding.evidence import NOTHING_KEPT, EvidencePolicy, overlap, raw_logprob
from specrecord.decoding.rules import RULES, Outcome
from specrecord.decoding.warp import Laws, Warp
from specrecord.events import (
    AUTOREGRESSIVE,
    SPECULATIVE,
    Draft,
    Emit,
    Event,
    Fate,
    Finish,
    FinishReason,
    Lane,
    Law,
    Prefill,
    Round,
    Side,
    Verdict,
    Verify,
)
from specrecord.models.base import Drafter, Logits, Target

Clock = Callable[[], int]  # microseconds since the run began


@dataclass(frozen=True)
class Settings:
    """What a run is told. `stop` strings are bytes, `token_bytes` spells a token.

    `interrupted` is asked before each round; once true, the lane finishes there.
    """

    k: int
    max_tokens: int
    end_ids: frozenset[int]
    token_bytes: Callable[[int], bytes]
    rule: str = "standard"
    warp: Warp = field(default_factory=Warp)
    stop: tuple[bytes, ...] = ()
    evidence: EvidencePolicy = field(default_factory=EvidencePolicy)
    interrupted: Callable[[], bool] = lambda: False

    def ending(self) -> Ending:
        """A fresh judge of where the text ends."""
        return Ending(self.end_ids, self.stop, self.token_bytes, self.max_tokens)


@dataclass
class _Drafted:
    """The drafted tokens of one round with the logits and laws they were drawn from."""

    tokens: list[int] = field(default_factory=list)
    logits: list[Logits] = field(default_factory=list)
    laws: list[Laws] = field(default_factory=list)


def speculate(
    drafter: Drafter, target: Target, prompt: Sequence[int], settings: Settings, *, now: Clock, chance: Chance
) -> Iterator[Event]:
    """Decode from `prompt` until the text ends, yielding every event of the `speculative` lane."""
    return _Loop(drafter, target, list(prompt), settings, now, chance).run(SPECULATIVE)


def autoregress(
    target: Target, prompt: Sequence[int], settings: Settings, *, now: Clock, chance: Chance
) -> Iterator[Event]:
    """The same target without a draft, one token a pass: the `autoregressive` lane, in the same events."""
    return _Loop(None, target, list(prompt), settings, now, chance).run(AUTOREGRESSIVE)


class _Loop:
    """One lane in progress. `context` holds the prompt and all that was emitted."""

    def __init__(
        self, drafter: Drafter | None, target: Target, prompt: list[int], settings: Settings, now: Clock, chance: Chance
    ) -> None:
        self.drafter, self.target, self.settings = drafter, target, settings
        self.now, self.chance = now, chance
        self.context = prompt
        self.ending = settings.ending()

    def run(self, lane: str) -> Iterator[Event]:
        yield Lane(self.now(), lane)
        yield from self.prefill()
        index = 0
        while (reason := self.over()) is None:
            yield from self.round(index)
            index += 1
        yield Finish(self.now(), reason, self.ending.tokens, self.ending.size)

    def over(self) -> FinishReason | None:
        """Why no further round begins, if none does."""
        if self.ending.reason is not None:
            return self.ending.reason
        if len(self.context) > self.target.description.context:
            return "context"
        return "interrupted" if self.settings.interrupted() else None

    def prefill(self) -> Iterator[Event]:
        sides: list[tuple[Side, Drafter | Target]] = [("target", self.target)]
        if self.drafter is not None and self.room() > 0:
            sides.insert(0, ("draft", self.drafter))
        for side, model in sides:
            start = self.now()
            reused = model.prefill(self.context)
            time = self.now()
            yield Prefill(time, time - start, side, len(self.context), reused)

    def round(self, index: int) -> Iterator[Event]:
        k = self.room()
        yield Round(self.now(), index, self.ending.tokens, k)
        drafted = _Drafted()
        yield from self.draft(drafted, k)
        start = self.now()
        evidence = self.target.verify(self.context, drafted.tokens)
        time = self.now()
        queue, network = _microseconds(evidence.queue), _microseconds(evidence.network)
        yield Verify(time, time - start, len(drafted.tokens) + 1, queue, network)
        yield from self.judge(drafted, evidence.logits)

    def room(self) -> int:
        """How many tokens may be drafted now: never past K, the token budget, or either model's context."""
        if self.drafter is None:
            return 0
        length = len(self.context)
        budget = self.settings.max_tokens - self.ending.tokens - 1  # one more token always follows
        limits = (self.target.description.context - length, self.drafter.description.context - length + 1)
        return max(0, min(self.settings.k, budget, *limits))

    def draft(self, drafted: _Drafted, k: int) -> Iterator[Event]:
        for node in range(k if self.drafter else 0):
            assert self.drafter is not None
            start = self.now()
            logits = self.drafter.next_logits(self.context + drafted.tokens)
            if logits is None:
                return
            law = self.settings.warp(logits)
            drawn = self.chance.draw(law)
            time = self.now()
            drafted.tokens.append(drawn.token)
            drafted.logits.append(logits)
            drafted.laws.append(law)
            kept = self.settings.evidence.keep(logits, law)
            logprob = raw_logprob(logits, drawn.token)
            yield Draft(
                time, time - start, node, node - 1, drawn.token, drawn.prob, logprob, drawn.uniform, drawn.low,
                kept.entropy, kept.top,
            )  # fmt: skip
            yield from self.whole_law(time, "draft", node - 1, law)
            if drawn.token in self.settings.end_ids:
                return

    def judge(self, drafted: _Drafted, logits: Logits) -> Iterator[Event]:
        laws = self.settings.warp(logits)
        count, ends = self.ending.length_of(drafted.tokens)
        outcome = RULES[self.settings.rule](drafted.tokens[:count], drafted.laws[:count], laws, self.chance, ends)
        time = self.now()
        for node in range(len(drafted.tokens)):
            yield self.verdict(time, node, drafted, logits[node], laws[node], outcome)
            yield from self.whole_law(time, "target", node - 1, laws[node])
        for token in drafted.tokens[: outcome.accepted]:
            self.emit(token)
        if outcome.last is not None:
            yield self.last(time, drafted, logits[outcome.accepted], laws[outcome.accepted], outcome)
            self.emit(outcome.last.token)
        if outcome.accepted == len(drafted.tokens):
            yield from self.whole_law(time, "target", len(drafted.tokens) - 1, laws[-1])

    def verdict(self, time: int, node: int, drafted: _Drafted, logits: Logits, law: Laws, outcome: Outcome) -> Verdict:
        token = drafted.tokens[node]
        fate: Fate = "untested"
        accept_prob = uniform = low = None
        if node < len(outcome.trials):
            trial = outcome.trials[node]
            fate = "accepted" if trial.accepted else "rejected"
            accept_prob, uniform, low = trial.accept_prob, trial.uniform, trial.low
        kept = self.settings.evidence.keep(logits, law)
        return Verdict(
            time, node, fate, float(law[token]), raw_logprob(logits, token), accept_prob, uniform, low,
            overlap(law, drafted.laws[node]), kept.entropy, kept.top,
        )  # fmt: skip

    def last(self, time: int, drafted: _Drafted, logits: Logits, law: Laws, outcome: Outcome) -> Emit:
        drawn = outcome.last
        assert drawn is not None
        bonus = outcome.origin == "bonus"
        draft_prob = None if bonus else float(drafted.laws[outcome.accepted][drawn.token])
        kept = self.settings.evidence.keep(logits, law) if bonus else NOTHING_KEPT
        return Emit(
            time, outcome.origin, drawn.token, drawn.uniform, drawn.low, drawn.high, drawn.prob,
            float(law[drawn.token]), draft_prob, raw_logprob(logits, drawn.token),
            kept.entropy, kept.top,
        )  # fmt: skip

    def emit(self, token: int) -> None:
        self.context.append(token)
        self.ending.add(token)

    def whole_law(self, time: int, side: Side, row: int, law: Laws) -> Iterator[Event]:
        if self.settings.evidence.mode == "full":
            yield Law(time, side, row, law.astype(np.float32).tobytes())


def _microseconds(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1_000_000)
