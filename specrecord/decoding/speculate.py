"""The loop: draft, verify, judge, emit, as a generator of events. The baseline is the same loop without a draft.

It takes time and chance as parameters and touches nothing else: no file, no terminal, no clock of its own.
Spans are stamped around the model calls alone; the evidence is worked out between them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from specrecord.decoding.chance import Chance
from specrecord.decoding.drafting import Clock, Drafting
from specrecord.decoding.endings import Ending
from specrecord.decoding.evidence import EvidencePolicy
from specrecord.decoding.judged import Judged
from specrecord.decoding.outcome import Drafted
from specrecord.decoding.rules import RULES
from specrecord.decoding.trees import Chain, Tree
from specrecord.decoding.warp import Warp
from specrecord.events import (
    AUTOREGRESSIVE,
    SPECULATIVE,
    Event,
    Finish,
    FinishReason,
    Lane,
    Prefill,
    Round,
    Side,
    Verify,
)
from specrecord.models.base import Drafter, Explorer, Guesser, Guesses, Target

__all__ = ["Clock", "Settings", "autoregress", "speculate"]


@dataclass(frozen=True)
class Settings:
    """What a run is told. `k` is how many tokens deep a round may draft, `tree` how many side by side.

    `stop` strings are bytes, `token_bytes` spells a token.

    `interrupted` is asked before each round; once true, the lane finishes there.
    """

    k: int
    max_tokens: int
    end_ids: frozenset[int]
    token_bytes: Callable[[int], bytes]
    rule: str = "standard"
    tree: Tree = field(default_factory=Chain)
    warp: Warp = field(default_factory=Warp)
    stop: tuple[bytes, ...] = ()
    evidence: EvidencePolicy = field(default_factory=EvidencePolicy)
    interrupted: Callable[[], bool] = lambda: False

    def ending(self) -> Ending:
        """A fresh judge of where the text ends."""
        return Ending(self.end_ids, self.stop, self.token_bytes, self.max_tokens)


def speculate(
    drafter: Drafter | Guesser, target: Target, prompt: Sequence[int], settings: Settings, *, now: Clock, chance: Chance
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
        self,
        drafter: Drafter | Guesser | None,
        target: Target,
        prompt: list[int],
        settings: Settings,
        now: Clock,
        chance: Chance,
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
        sides: list[tuple[Side, Drafter | Guesser | Target]] = [("target", self.target)]
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
        drafted = Drafted(self.ending.tokens)
        if self.drafter is not None and k > 0:
            yield from self.draft(self.drafter, drafted, k)
        window = self.drafter.window(self.context) if isinstance(self.drafter, Explorer) and k > 0 else Guesses()
        count = len(drafted.tokens)
        start = self.now()
        evidence = self.target.verify(
            self.context,
            drafted.tokens + window.tokens,
            drafted.parents + [parent + count if parent >= 0 else parent for parent in window.parents],
        )
        time = self.now()
        queue, network = _microseconds(evidence.queue), _microseconds(evidence.network)
        yield Verify(time, time - start, 1 + count + len(window.tokens), queue, network, len(window.tokens))
        logits = evidence.logits[: count + 1]
        if isinstance(self.drafter, Explorer) and window.tokens:
            self.drafter.learn(self.context, evidence.logits[count + 1 :])
        laws = self.settings.warp(logits)
        drafted.widen(laws.shape[-1])
        outcome = RULES[self.settings.rule].judge(drafted, laws, self.chance)
        judged = Judged(drafted, outcome, logits, laws)
        yield from judged.events(self.now(), self.settings.evidence)
        for token in judged.emitted:
            self.context.append(token)
            self.ending.add(token)

    def room(self) -> int:
        """How deep a round may draft now: never past K, the token budget, or either model's context."""
        if self.drafter is None:
            return 0
        length = len(self.context)
        budget = self.settings.max_tokens - self.ending.tokens - 1  # one more token always follows
        limits = (self.target.description.context - length, self.drafter.description.context - length + 1)
        return max(0, min(self.settings.k, budget, *limits))

    def draft(self, drafter: Drafter | Guesser, drafted: Drafted, k: int) -> Iterator[Event]:
        settings = self.settings
        drafting = Drafting(
            drafter, settings.warp, RULES[settings.rule], self.chance, self.now, self.context,
            lambda tokens: self.ending.length_of(tokens)[1], drafted,
        )  # fmt: skip
        drafting.grow(settings.tree, k)
        yield from drafting.events(settings.evidence)


def _microseconds(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1_000_000)
