"""The loop: draft, verify, judge, emit, as a generator of events. The baseline is the same loop
without a draft.

It takes time and chance as parameters and touches nothing else: no file, no terminal, no clock of
its own. Spans are stamped around the model calls alone; the evidence is worked out between them, or
while a target computes.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace

from specrecord.decoding.draft_length import Pace
from specrecord.decoding.drafting import Clock, Drafting
from specrecord.decoding.logprob_capture import EvidencePolicy
from specrecord.decoding.rejection.rule import Drafted
from specrecord.decoding.rejection.rules import RULES
from specrecord.decoding.remote.retry import Asking, Patience
from specrecord.decoding.remote.sampled_match import Drawn
from specrecord.decoding.rng import Chance
from specrecord.decoding.sampling import Warp
from specrecord.decoding.stopping import Ending
from specrecord.decoding.trees import Chain, Tree
from specrecord.decoding.verification_events import Judged
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
)
from specrecord.models.base import (
    AheadModel,
    Drafter,
    Evidence,
    Explorer,
    Guesser,
    Guesses,
    RemoteTarget,
    Target,
)

# microseconds: a pass that takes longer is watched, and its draft is to be seen before it ends
_WATCHED = 50_000

__all__ = ["Clock", "Settings", "autoregress", "speculate"]


@dataclass(frozen=True)
class Settings:
    """What a run is told. `k` is how many tokens deep a round may draft, `tree` how many side by
    side.

    `adaptive` lets a chain end where one more token is not expected to pay. `stop` strings are
    bytes, `token_bytes` spells a token. `draft_warp` is what the draft is drawn by, if not by the
    target's own `warp`. `patience` is had with a remote target that fails. `interrupted` is asked
    before each round; once true, the lane finishes there.
    """

    k: int
    max_tokens: int
    end_ids: frozenset[int]
    token_bytes: Callable[[int], bytes]
    rule: str = "standard"
    draft_warp: Warp | None = None
    patience: Patience = field(default_factory=Patience)
    tree: Tree = field(default_factory=Chain)
    warp: Warp = field(default_factory=Warp)
    adaptive: bool = False
    stop: tuple[bytes, ...] = ()
    evidence: EvidencePolicy = field(default_factory=EvidencePolicy)
    interrupted: Callable[[], bool] = lambda: False

    def ending(self) -> Ending:
        """A fresh judge of where the text ends."""
        return Ending(self.end_ids, self.stop, self.token_bytes, self.max_tokens)


def speculate(
    drafter: Drafter | Guesser,
    target: Target,
    prompt: Sequence[int],
    settings: Settings,
    *,
    now: Clock,
    chance: Chance,
) -> Iterator[Event]:
    """Decode from `prompt` until the text ends, yielding every event of the `speculative` lane."""
    return Loop(SPECULATIVE, drafter, target, prompt, settings, now, chance).run()


def autoregress(
    target: Target, prompt: Sequence[int], settings: Settings, *, now: Clock, chance: Chance
) -> Iterator[Event]:
    """The same target without a draft, one token a pass: the `autoregressive` lane, in the same
    events.
    """
    return Loop(AUTOREGRESSIVE, None, target, prompt, settings, now, chance).run()


class Loop:
    """One lane in progress. `context` holds the prompt and all that was emitted."""

    def __init__(
        self,
        name: str,
        drafter: Drafter | Guesser | None,
        target: Target,
        prompt: Sequence[int],
        settings: Settings,
        now: Clock,
        chance: Chance,
    ) -> None:
        self.name, self.index, self.failed = name, 0, False
        self.drafter, self.target, self.settings = drafter, target, settings
        # Asked once: a protocol is slow to check.
        self.explorer = drafter if isinstance(drafter, Explorer) else None
        self.early_drafter = drafter if isinstance(drafter, AheadModel) else None
        self.early_target = target if isinstance(target, AheadModel) else None
        self.now, self.chance = now, chance
        self.last_pass = 0  # microseconds that the target took for its last pass
        self.context = list(prompt)
        self.ending = settings.ending()
        self.pace = Pace() if settings.adaptive else None

    def run(self) -> Iterator[Event]:
        """The whole lane."""
        yield Lane(self.now(), self.name)
        yield from self.prefill()
        while (reason := self.over()) is None:
            yield from self.round()
        yield self.finish(reason)

    def finish(self, reason: FinishReason) -> Finish:
        """The lane's last event."""
        return Finish(self.now(), reason, self.ending.tokens, self.ending.size)

    def over(self) -> FinishReason | None:
        """Why no further round begins, if none does."""
        if self.ending.reason is not None:
            return self.ending.reason
        if self.failed:
            return "failed"
        if len(self.context) > self.target.description.context:
            return "context"
        return "interrupted" if self.settings.interrupted() else None

    def prefill(self) -> Iterator[Event]:
        """Both models read the prompt; a remote target gets it with each request."""
        sides: list[tuple[Side, Drafter | Guesser | Target]] = []
        if not isinstance(self.target, RemoteTarget):
            sides.append(("target", self.target))
        if self.drafter is not None and self.room() > 0:
            sides.insert(0, ("draft", self.drafter))
        for side, model in sides:
            start = self.now()
            reused = model.prefill(self.context)
            time = self.now()
            yield Prefill(time, time - start, side, len(self.context), reused)

    def round(self) -> Iterator[Event]:
        """One round, whole; or broken off where the target cannot be reached, and then the lane is
        over.
        """
        k, begun = self.room(), self.now()
        yield self.begin(k)
        drafted = Drafted(self.ending.tokens)
        drafting = self.drafting(drafted)
        drafts: Iterator[Event] = iter(())
        if drafting is not None and k > 0:
            drafting.grow(self.settings.tree, k)
            drafts = drafting.events(self.settings.evidence)
        window = (
            self.explorer.window(self.context) if self.explorer is not None and k > 0 else Guesses()
        )
        count = len(drafted.tokens)
        tokens = drafted.tokens + window.tokens
        parents = drafted.parents + [
            parent + count if parent >= 0 else parent for parent in window.parents
        ]
        # Recorded now, so that they are seen while the target is waited for; or worked out beside
        # one that has begun.
        held: list[Event] = []
        plain = isinstance(self.settings.tree, Chain) and not window.tokens
        early = self.early_target if plain and self.last_pass < _WATCHED else None
        if early is None:
            yield from drafts

        def request() -> Evidence:
            if early is not None:
                early.verify_ahead(self.context, tokens)
                held.extend(drafts)
            return self.target.verify(self.context, tokens, parents)

        start = self.now()
        evidence = yield from self.ask(request, lambda _: 1 + len(tokens), len(window.tokens), held)
        verify = self.last_pass = self.now() - start
        if evidence is None:
            return
        if self.explorer is not None and window.tokens:
            self.explorer.learn(self.context, evidence.logits[count + 1 :])
            evidence = replace(evidence, logits=evidence.logits[: count + 1])
        judged = self.judge(drafted, evidence)
        yield from judged.events(self.now(), self.settings.evidence)
        self.emit(judged.emitted)
        if self.pace is not None and drafting is not None and isinstance(judged, Judged):
            rest = self.now() - begun - drafting.duration - verify
            tested = list(zip(drafting.confidences, judged.tested_overlaps, strict=False))
            self.pace.after_round(drafting.duration, verify, rest, tested, count)

    def begin(self, k: int) -> Round:
        """The event that begins the next round."""
        self.index += 1
        return Round(self.now(), self.index - 1, self.ending.tokens, k)

    def ask(
        self, request: Callable[[], Evidence], tokens: Callable[[Evidence], int], window: int = 0,
        held: Sequence[Event] = (),
    ) -> Generator[Event, None, Evidence | None]:  # fmt: skip
        """One request, with its faults; None when it came to nothing, and so does the lane."""
        asking = Asking(
            self.now,
            self.settings.patience,
            self.settings.interrupted,
            self.index - 1,
            window,
            held,
        )
        evidence = yield from asking.ask(request, tokens)
        # An interrupt while waiting for another try ends the lane as interrupted, not as failed.
        self.failed = evidence is None and not self.settings.interrupted()
        return evidence

    def judge(self, drafted: Drafted, evidence: Evidence) -> Judged | Drawn:
        """By the run's rule from the target's laws, or by what the target drew itself."""
        if evidence.drawn is not None:
            return Drawn(drafted, evidence, greedy=self.settings.warp.temperature == 0)
        laws = self.settings.warp(evidence.logits)
        drafted.widen(laws.shape[-1])
        outcome = RULES[self.settings.rule].judge(drafted, laws, self.chance)
        return Judged(drafted, outcome, evidence, laws)

    def emit(self, tokens: Sequence[int]) -> None:
        """These tokens are part of the text now."""
        for token in tokens:
            self.context.append(token)
            self.ending.add(token)

    def room(self) -> int:
        """How deep a round may draft now: never past K, the token budget, or either model's
        context.
        """
        if self.drafter is None:
            return 0
        length = len(self.context)
        budget = self.settings.max_tokens - self.ending.tokens - 1  # one more token always follows
        limits = (
            self.target.description.context - length,
            self.drafter.description.context - length + 1,
        )
        return max(0, min(self.settings.k, budget, *limits))

    def drafting(self, drafted: Drafted) -> Drafting | None:
        """A round's draft, to be grown into `drafted`."""
        if self.drafter is None:
            return None
        settings, ending = self.settings, self.ending
        warp = settings.draft_warp or settings.warp
        return Drafting(
            self.drafter, warp, RULES[settings.rule], self.chance, self.now, self.context,
            lambda tokens: ending.length_of(tokens)[1], drafted, self.pace, self.early_drafter,
        )  # fmt: skip
