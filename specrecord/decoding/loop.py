"""The loop: draft, verify, judge, emit, as a generator of events. The baseline is the same loop
without a draft.

It takes time and chance as parameters and touches nothing else: no file, no terminal, no clock of
its own. Spans are stamped around the model calls alone; the evidence is worked out between them, or
while a target computes.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace

from specrecord.decoding.draft_length import AdaptiveDraftLength
from specrecord.decoding.draft_tree import DraftTree
from specrecord.decoding.drafting import Clock, Drafting
from specrecord.decoding.logprob_capture import LogprobCapture
from specrecord.decoding.rejection.rules import RULES
from specrecord.decoding.remote.retry import RetryingRequest, RetryPolicy
from specrecord.decoding.remote.sampled_match import SampledMatch
from specrecord.decoding.rng import Rng
from specrecord.decoding.sampling import SamplingParams
from specrecord.decoding.stopping import StopCriteria
from specrecord.decoding.trees import Chain, Tree
from specrecord.decoding.verification_events import Verification
from specrecord.events import (
    AUTOREGRESSIVE,
    SPECULATIVE,
    Event,
    Finish,
    FinishReason,
    Prefill,
    RoundBegin,
    Side,
    TrackBegin,
)
from specrecord.models.base import (
    AheadModel,
    Drafter,
    Proposal,
    Proposer,
    RemoteTarget,
    Target,
    VerifyOutput,
    WindowedProposer,
)

# microseconds: a pass that takes longer is watched, and its draft is to be seen before it ends
_WATCHED = 50_000

__all__ = ["Clock", "Settings", "autoregress", "speculate"]


@dataclass(frozen=True)
class Settings:
    """What a run is told. `k` is how many tokens deep a round may draft, `tree` how many side by
    side.

    `adaptive` lets a chain end where one more token is not expected to pay. `stop` strings are
    bytes, `token_bytes` spells a token. `draft_sampling` is what the draft is drawn by, if not by
    the target's own `sampling`. `retry_policy` is had with a remote target that fails.
    `interrupted` is asked before each round; once true, the lane finishes there.
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
    evidence: LogprobCapture = field(default_factory=LogprobCapture)
    interrupted: Callable[[], bool] = lambda: False

    def stopping(self) -> StopCriteria:
        """A fresh judge of where the text ends."""
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
    """Decode from `prompt` until the text ends, yielding every event of the `speculative` lane."""
    return Loop(SPECULATIVE, drafter, target, prompt, settings, now, rng).run()


def autoregress(
    target: Target, prompt: Sequence[int], settings: Settings, *, now: Clock, rng: Rng
) -> Iterator[Event]:
    """The same target without a draft, one token a pass: the `autoregressive` lane, in the same
    events.
    """
    return Loop(AUTOREGRESSIVE, None, target, prompt, settings, now, rng).run()


class Loop:
    """One lane in progress. `context` holds the prompt and all that was emitted."""

    def __init__(
        self,
        name: str,
        drafter: Drafter | Proposer | None,
        target: Target,
        prompt: Sequence[int],
        settings: Settings,
        now: Clock,
        rng: Rng,
    ) -> None:
        self.name, self.index, self.failed = name, 0, False
        self.drafter, self.target, self.settings = drafter, target, settings
        # Asked once: a protocol is slow to check.
        self.windowed = drafter if isinstance(drafter, WindowedProposer) else None
        self.early_drafter = drafter if isinstance(drafter, AheadModel) else None
        self.early_target = target if isinstance(target, AheadModel) else None
        self.now, self.rng = now, rng
        self.last_pass = 0  # microseconds that the target took for its last pass
        self.context = list(prompt)
        self.stopping = settings.stopping()
        self.draft_length = AdaptiveDraftLength() if settings.adaptive else None

    def run(self) -> Iterator[Event]:
        """The whole lane."""
        yield TrackBegin(self.now(), self.name)
        yield from self.prefill()
        while (reason := self.over()) is None:
            yield from self.round()
        yield self.finish(reason)

    def finish(self, reason: FinishReason) -> Finish:
        """The lane's last event."""
        return Finish(self.now(), reason, self.stopping.tokens, self.stopping.size)

    def over(self) -> FinishReason | None:
        """Why no further round begins, if none does."""
        if self.stopping.reason is not None:
            return self.stopping.reason
        if self.failed:
            return "failed"
        if len(self.context) > self.target.description.context:
            return "context"
        return "interrupted" if self.settings.interrupted() else None

    def prefill(self) -> Iterator[Event]:
        """Both models read the prompt; a remote target gets it with each request."""
        sides: list[tuple[Side, Drafter | Proposer | Target]] = []
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
        draft_tree = DraftTree(self.stopping.tokens)
        drafting = self.drafting(draft_tree)
        drafts: Iterator[Event] = iter(())
        if drafting is not None and k > 0:
            drafting.grow(self.settings.tree, k)
            drafts = drafting.events(self.settings.evidence)
        window = (
            self.windowed.window(self.context)
            if self.windowed is not None and k > 0
            else Proposal()
        )
        count = len(draft_tree.tokens)
        tokens = draft_tree.tokens + window.tokens
        parents = draft_tree.parents + [
            parent + count if parent >= 0 else parent for parent in window.parents
        ]
        # Recorded now, so that they are seen while the target is waited for; or worked out beside
        # one that has begun.
        held: list[Event] = []
        plain = isinstance(self.settings.tree, Chain) and not window.tokens
        early = self.early_target if plain and self.last_pass < _WATCHED else None
        if early is None:
            yield from drafts

        def request() -> VerifyOutput:
            if early is not None:
                early.verify_ahead(self.context, tokens)
                held.extend(drafts)
            return self.target.verify(self.context, tokens, parents)

        start = self.now()
        evidence = yield from self.ask(request, lambda _: 1 + len(tokens), len(window.tokens), held)
        verify = self.last_pass = self.now() - start
        if evidence is None:
            return
        if self.windowed is not None and window.tokens:
            self.windowed.learn(self.context, evidence.logits[count + 1 :])
            evidence = replace(evidence, logits=evidence.logits[: count + 1])
        judged = self.verify(draft_tree, evidence)
        yield from judged.events(self.now(), self.settings.evidence)
        self.emit(judged.emitted)
        if (
            self.draft_length is not None
            and drafting is not None
            and isinstance(judged, Verification)
        ):
            rest = self.now() - begun - drafting.duration - verify
            tested = list(zip(drafting.confidences, judged.tested_overlaps, strict=False))
            self.draft_length.after_round(drafting.duration, verify, rest, tested, count)

    def begin(self, k: int) -> RoundBegin:
        """The event that begins the next round."""
        self.index += 1
        return RoundBegin(self.now(), self.index - 1, self.stopping.tokens, k)

    def ask(
        self,
        request: Callable[[], VerifyOutput],
        tokens: Callable[[VerifyOutput], int],
        window: int = 0,
        held: Sequence[Event] = (),
    ) -> Generator[Event, None, VerifyOutput | None]:
        """One request, with its faults; None when it came to nothing, and so does the lane."""
        retrying = RetryingRequest(
            self.now,
            self.settings.retry_policy,
            self.settings.interrupted,
            self.index - 1,
            window,
            held,
        )
        evidence = yield from retrying.ask(request, tokens)
        # An interrupt while waiting for another try ends the lane as interrupted, not as failed.
        self.failed = evidence is None and not self.settings.interrupted()
        return evidence

    def verify(self, draft_tree: DraftTree, evidence: VerifyOutput) -> Verification | SampledMatch:
        """By the run's rule from the target's laws, or by what the target drew itself."""
        if evidence.drawn is not None:
            return SampledMatch(
                draft_tree, evidence, greedy=self.settings.sampling.temperature == 0
            )
        probs = self.settings.sampling(evidence.logits)
        draft_tree.widen(probs.shape[-1])
        result = RULES[self.settings.rule].verify(draft_tree, probs, self.rng)
        return Verification(draft_tree, result, evidence, probs)

    def emit(self, tokens: Sequence[int]) -> None:
        """These tokens are part of the text now."""
        for token in tokens:
            self.context.append(token)
            self.stopping.add(token)

    def room(self) -> int:
        """How deep a round may draft now: never past K, the token budget, or either model's
        context.
        """
        if self.drafter is None:
            return 0
        length = len(self.context)
        budget = (
            self.settings.max_tokens - self.stopping.tokens - 1
        )  # one more token always follows
        limits = (
            self.target.description.context - length,
            self.drafter.description.context - length + 1,
        )
        return max(0, min(self.settings.k, budget, *limits))

    def drafting(self, draft_tree: DraftTree) -> Drafting | None:
        """A round's draft, to be grown into `draft_tree`."""
        if self.drafter is None:
            return None
        settings, stopping = self.settings, self.stopping
        sampling = settings.draft_sampling or settings.sampling
        return Drafting(
            self.drafter,
            sampling,
            RULES[settings.rule],
            self.rng,
            self.now,
            self.context,
            lambda tokens: stopping.length_of(tokens)[1],
            draft_tree,
            self.draft_length,
            self.early_drafter,
        )
