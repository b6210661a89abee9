"""The loop: draft, verify, emit, as a generator of events. The baseline is the same loop without a
draft.

It takes time and random numbers as parameters and touches nothing else: no file, no terminal, no
clock of its own. Spans are stamped around the model calls alone; what is recorded beside them is
worked out in between.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import InitVar, dataclass, field, replace
from typing import TypeVar

from specrecord.decoding.draft_length import AdaptiveDraftLength
from specrecord.decoding.draft_tree import DraftTree
from specrecord.decoding.drafting import Clock, Drafting
from specrecord.decoding.logprob_capture import LogprobCapture
from specrecord.decoding.rejection.rules import RULES
from specrecord.decoding.remote.retry import RetryPolicy
from specrecord.decoding.remote.sampled_match import SampledMatch
from specrecord.decoding.rng import Rng
from specrecord.decoding.sampling import SamplingParams
from specrecord.decoding.stopping import StopCriteria
from specrecord.decoding.trees import Chain, Tree
from specrecord.decoding.verification_events import Verification, verify_event
from specrecord.events import (
    AUTOREGRESSIVE,
    SPECULATIVE,
    Event,
    Fault,
    Finish,
    FinishReason,
    Prefill,
    RoundBegin,
    Side,
    TrackBegin,
    Verify,
)
from specrecord.models.base import (
    Drafter,
    FullLogits,
    Model,
    OwnSamples,
    Proposal,
    Proposer,
    RemoteTarget,
    Target,
    TargetFaultError,
    TopLogprobs,
    VerifyOutput,
)

__all__ = ["Clock", "Settings", "autoregress", "speculate"]

Output = TypeVar("Output", FullLogits | TopLogprobs | OwnSamples, OwnSamples)


@dataclass(frozen=True)
class Settings:
    """What decides a run. `k` is how many tokens deep a round may draft, `tree` how many side by
    side.

    `adaptive` lets a chain end where one more token is not expected to pay. `stop` strings are
    bytes, `token_bytes` spells a token. `draft_sampling` is what the draft is drawn by, if not by
    the target's own `sampling`. `retry_policy` is for a remote target that fails. `interrupted` is
    asked before each round; once true, the track finishes there.
    """

    k: int
    max_tokens: int
    end_ids: frozenset[int]
    token_bytes: Callable[[int], bytes]
    rule: str = "standard"
    draft_sampling: SamplingParams | None = None
    retry_policy: RetryPolicy = field(default_factory=RetryPolicy)
    tree: Tree = field(default_factory=Chain)
    sampling: SamplingParams = field(default_factory=SamplingParams)
    adaptive: bool = False
    stop: tuple[bytes, ...] = ()
    capture: LogprobCapture = field(default_factory=LogprobCapture)
    interrupted: Callable[[], bool] = lambda: False

    def stopping(self) -> StopCriteria:
        """Fresh criteria of where the text ends."""
        return StopCriteria(self.end_ids, self.stop, self.token_bytes, self.max_tokens)


def speculate(
    drafter: Drafter | Proposer,
    target: Target,
    prompt: Sequence[int],
    settings: Settings,
    *,
    now: Clock,
    rng: Rng,
) -> Iterator[Event]:
    """Decode from `prompt` until the text ends, yielding every event of the `speculative` track."""
    return Loop(SPECULATIVE, drafter, target, prompt, settings, now, rng).run()


def autoregress(
    target: Target, prompt: Sequence[int], settings: Settings, *, now: Clock, rng: Rng
) -> Iterator[Event]:
    """The same target without a draft, one token a pass: the `autoregressive` track, in the same
    events.
    """
    return Loop(AUTOREGRESSIVE, None, target, prompt, settings, now, rng).run()


@dataclass(eq=False)
class Loop:
    """One track in progress. `context` holds the prompt and all that was emitted."""

    name: str
    drafter: Drafter | Proposer | None
    target: Target
    prompt: InitVar[Sequence[int]]
    settings: Settings
    now: Clock
    rng: Rng
    index: int = 0
    failed: bool = False
    full: bool = False

    def __post_init__(self, prompt: Sequence[int]) -> None:
        self.context = list(prompt)
        self.stopping = self.settings.stopping()
        self.draft_length = AdaptiveDraftLength() if self.settings.adaptive else None

    def run(self) -> Iterator[Event]:
        """The whole track."""
        yield TrackBegin(time=self.now(), name=self.name)
        yield from self.prefill()
        while (reason := self.over()) is None:
            yield from self.round()
        yield self.finish(reason)

    def finish(self, reason: FinishReason) -> Finish:
        """The track's last event."""
        stopping = self.stopping
        return Finish(time=self.now(), reason=reason, tokens=stopping.tokens, size=stopping.size)

    def over(self) -> FinishReason | None:
        """Why no further round begins, if none does."""
        if self.stopping.reason is not None:
            return self.stopping.reason
        if self.failed:
            return "failed"
        if len(self.context) > self.target.info.context:
            return "context"
        return "interrupted" if self.settings.interrupted() else None

    def prefill(self) -> Iterator[Event]:
        """Both models read the prompt; a remote target gets it with each request."""
        sides: list[tuple[Side, Model]] = []
        if self.drafter is not None and self.room() > 0:
            sides.append(("draft", self.drafter))
        if not isinstance(self.target, RemoteTarget):
            sides.append(("target", self.target))
        for side, model in sides:
            start = self.now()
            reused = model.prefill(self.context)
            time = self.now()
            yield Prefill(
                time=time,
                duration=time - start,
                side=side,
                tokens=len(self.context),
                reused=reused,
            )

    def round(self) -> Iterator[Event]:
        """One round, whole; or broken off where the target cannot be reached, and then the track is
        over.
        """
        k, begin, capture = self.room(), self.now(), self.settings.capture
        yield self.begin(k)
        yield from self.full_draft()
        draft_tree, window = DraftTree(self.stopping.tokens), Proposal()
        drafting = None
        if self.drafter is not None and k > 0:
            drafting = self.drafting(self.drafter, draft_tree)
            drafting.grow(self.settings.tree, k)
            if isinstance(self.target, RemoteTarget):  # they are shown while it is asked
                yield from drafting.events(capture, drafting.summarise(capture))
            if isinstance(self.drafter, Proposer):
                window = self.drafter.window(self.context)
        count = len(draft_tree.tokens)
        tokens = draft_tree.tokens + window.tokens
        parents = draft_tree.parents + [
            parent + count if parent >= 0 else parent for parent in window.parents
        ]
        start = self.now()
        answer = yield from self.ask(
            lambda: self.target.verify(self.context, tokens, parents),
            lambda _: 1 + len(tokens),
            len(window.tokens),
        )
        verify = self.now() - start
        if answer is None:
            return
        output, verified = answer
        if window.tokens:
            output = self.learn(output, count)
        verification = self.verify(draft_tree, output)
        shown = None if isinstance(self.target, RemoteTarget) else drafting
        yield from self.verified(shown, verified, verification)
        self.emit(verification.emitted)
        if self.draft_length and drafting and isinstance(verification, Verification):
            rest = self.now() - begin - drafting.duration - verify
            tested = list(zip(drafting.confidences, verification.tested_overlaps, strict=False))
            self.draft_length.after_round(drafting.duration, verify, rest, tested, count)

    def verified(
        self, drafting: Drafting | None, verified: Verify, verification: Verification | SampledMatch
    ) -> Iterator[Event]:
        """The events of a verified round, with those of the drafting unless they are out already;
        all its distributions are described at once.
        """
        time, capture = self.now(), self.settings.capture
        if isinstance(verification, SampledMatch):
            yield from drafting.events(capture, drafting.summarise(capture)) if drafting else ()
            yield verified
            yield from verification.events(time, capture)
            return
        logits, probs = (drafting.logits, drafting.probs) if drafting else ([], [])
        summaries = verification.summarise(capture, logits, probs)
        yield from drafting.events(capture, summaries) if drafting else ()
        yield verified
        yield from verification.events(time, capture, summaries[len(logits) :])

    def begin(self, k: int) -> RoundBegin:
        """The event that begins the next round."""
        self.index += 1
        return RoundBegin(time=self.now(), index=self.index - 1, position=self.stopping.tokens, k=k)

    def ask(
        self, request: Callable[[], Output], tokens: Callable[[Output], int], window: int = 0
    ) -> Generator[Event, None, tuple[Output, Verify] | None]:
        """One request of the target, sent again where it fails: the answer and its event, None when
        it came to nothing, and so does the track. Yields a `fault` for each failure.

        `tokens` counts the new tokens that an answer is about, `window` those of them that are no
        candidates.
        """
        failures = 0
        while True:
            start = self.now()
            try:
                output = request()
            except TargetFaultError as fault:
                failures += 1
                if not (yield from self.after_fault(fault, failures)):
                    return None
                continue
            time = self.now()
            event = verify_event(time, time - start, tokens(output), window, output.timing)
            return output, event

    def after_fault(self, fault: TargetFaultError, failures: int) -> Generator[Event, None, bool]:
        """Yields the fault and waits; returns whether to try again. An interrupt while waiting ends
        the track as interrupted, not as failed.
        """
        delay = self.settings.retry_policy.delay(failures, fault)
        again = delay is not None and not self.settings.interrupted()
        next_step = f"tried again after {delay:.1f} s" if again else "given up"
        yield Fault(
            time=self.now(), name=fault.name, detail=f"{fault}; {next_step}", round=self.index - 1
        )
        if delay is not None and again:
            self.settings.retry_policy.sleep(delay)
        interrupted = self.settings.interrupted()
        self.failed = not again and not interrupted
        return again and not interrupted

    def learn(self, output: VerifyOutput, count: int) -> FullLogits:
        """Let the proposer learn from the rows after its window; the answer without them."""
        assert isinstance(self.drafter, Proposer)
        assert isinstance(output, FullLogits)
        self.drafter.learn(self.context, output.logits[count + 1 :])
        return replace(output, logits=output.logits[: count + 1])

    def verify(self, draft_tree: DraftTree, output: VerifyOutput) -> Verification | SampledMatch:
        """By the run's rule from the target's distributions, or by what the target sampled."""
        sampling = self.settings.sampling
        match output:
            case OwnSamples():
                return SampledMatch(draft_tree, output, greedy=sampling.temperature == 0)
            case FullLogits() | TopLogprobs():
                rule = RULES[self.settings.rule]
                return Verification.judge(rule, draft_tree, output, sampling, self.rng)

    def emit(self, tokens: Sequence[int]) -> None:
        """These tokens are part of the text now."""
        for token in tokens:
            self.context.append(token)
            self.stopping.add(token)

    def room(self) -> int:
        """How deep a round may draft now: never past K, the token budget, or either model's
        context.
        """
        return max(0, min(self.settings.k, self.left(), self.drafter_room()))

    def left(self) -> int:
        """Tokens that the budget and the target's context leave to a draft."""
        budget = self.settings.max_tokens - self.stopping.tokens - 1  # one more always follows
        return min(budget, self.target.info.context - len(self.context))

    def drafter_room(self) -> int:
        """Tokens that the draft's context has room for."""
        return 0 if self.drafter is None else self.drafter.info.context - len(self.context) + 1

    def full_draft(self) -> Iterator[Event]:
        """Said once: from here on the draft, whose context is the shorter one, drafts nothing."""
        if self.drafter is None or self.full or self.drafter_room() > 0 or self.left() <= 0:
            return
        self.full, holds = True, self.drafter.info.context
        detail = f"the draft holds {holds} tokens; from here on nothing is drafted"
        yield Fault(time=self.now(), name="draft-full", detail=detail, round=self.index - 1)

    def drafting(self, drafter: Drafter | Proposer, draft_tree: DraftTree) -> Drafting:
        """A round's draft, to be grown into `draft_tree`."""
        settings, stopping = self.settings, self.stopping
        return Drafting(
            drafter=drafter,
            sampling=settings.draft_sampling or settings.sampling,
            rule=RULES[settings.rule],
            rng=self.rng,
            now=self.now,
            context=self.context,
            ends=stopping.would_end,
            draft_tree=draft_tree,
            draft_length=self.draft_length,
        )
