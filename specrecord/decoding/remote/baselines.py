"""The four lines side by side: lanes of one run that take turns, so that none has a better hour of
the network.

A turn is one round, that is one request; the lane with the fewest tokens has the next one. A
streamed lane is a single request and has a single turn. Waiting for a rate limit happens between
turns and belongs to no lane.
"""

from collections.abc import Callable, Iterator, Sequence

from specrecord.decoding.draft_tree import DraftTree
from specrecord.decoding.loop import Loop
from specrecord.decoding.remote.retry import Clock, RetryingRequest
from specrecord.decoding.remote.sampled_match import SampledMatch
from specrecord.events import Emit, Event, Fault, FinishReason, TrackBegin, Verify
from specrecord.models.base import RemoteTarget, TargetFaultError


class Chunked(Loop):
    """The target in requests of K + 1 tokens, without a draft: all that it writes is kept."""

    def round(self) -> Iterator[Event]:
        """One request. Its tokens are the target's own, however many there are."""
        target = self.target
        assert isinstance(target, RemoteTarget)
        count = min(self.settings.k + 1, self.settings.max_tokens - self.stopping.tokens)
        yield self.begin(0)
        evidence = yield from self.ask(
            lambda: target.write(self.context, count), lambda told: len(told.drawn or ())
        )
        if evidence is None or evidence.drawn is None:
            return
        drawn = SampledMatch(
            DraftTree(self.stopping.tokens),
            evidence,
            greedy=self.settings.sampling.temperature == 0,
        )
        time = self.now()
        for row, token in enumerate(evidence.drawn):
            yield drawn.emit(time, row, token, "bonus", self.settings.evidence)
            self.emit([token])
            if self.stopping.reason is not None:
                return


class Streaming(Loop):
    """The target in one streamed request. Each token is a round: its `verify` spans the wait for
    it.
    """

    def round(self) -> Iterator[Event]:
        """The whole stream; opened again at the same place where it breaks off."""
        target, failures = self.target, 0
        assert isinstance(target, RemoteTarget)
        stream: Iterator[int] = iter(())
        fresh = True
        while self.stopping.reason is None and not self.settings.interrupted():
            yield self.begin(0)
            start = self.now()
            try:
                if fresh:
                    stream = target.stream(
                        self.context, self.settings.max_tokens - self.stopping.tokens
                    )
                token = next(stream, None)
                if token is None:
                    raise TargetFaultError("truncated", "the stream ended before the text")
            except TargetFaultError as fault:
                failures, fresh = failures + 1, True
                retrying = RetryingRequest(
                    self.now, self.settings.retry_policy, self.settings.interrupted, self.index - 1
                )
                if not (yield from retrying.failed(fault, failures)):
                    self.failed = not self.settings.interrupted()
                    return
                continue
            time = self.now()
            failures, fresh = 0, False
            # The server tells its times only at the end of the stream, so they are unknown here.
            yield Verify(time, time - start, 1)
            yield Emit(time, "bonus", token, None, None, None, None, None, None, None)
            self.emit([token])


def interleave(
    loops: Sequence[Loop], now: Clock, wait: Callable[[], float], pause: Callable[[float], None]
) -> Iterator[Event]:
    """All lanes, turn by turn. `wait` tells the seconds to wait before a request, `pause` waits.

    A baseline that cannot go on ends alone. When the run itself cannot, or is interrupted, all
    finish with it.
    """
    going, begun = list(loops), set[str]()
    while going:
        loop = min(going, key=lambda one: one.stopping.tokens)
        yield from wait_turn(now, wait, pause)
        yield TrackBegin(now(), loop.name)
        if loop.name not in begun:
            begun.add(loop.name)
            yield from loop.prefill()
        reason = loop.over()
        if reason is None:
            yield from loop.round()
            reason = loop.over()
        if reason is not None:
            yield loop.finish(reason)
            going.remove(loop)
        if reason == "interrupted" or (reason == "failed" and loop is loops[0]):
            yield from _abandon(going, now, reason)
            return


def _abandon(loops: Sequence[Loop], now: Clock, reason: FinishReason) -> Iterator[Event]:
    for loop in loops:
        yield TrackBegin(now(), loop.name)
        yield loop.finish(reason)


def wait_turn(
    now: Clock, wait: Callable[[], float], pause: Callable[[float], None]
) -> Iterator[Event]:
    """Wait for the rate limit, if it must be waited for, and say so."""
    seconds = wait()
    if seconds > 0:
        yield Fault(now(), "paced", f"waiting {seconds:.1f} s for the rate limit")
        pause(seconds)
