"""The four lines side by side: tracks of one run that take turns, so that none has a better hour of
the network.

A turn is one round, that is one request; the track with the fewest tokens has the next one. A
streamed track is a single request and has a single turn. Waiting for a rate limit happens between
turns and belongs to no track.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing

from specrecord.decoding.draft_tree import DraftTree
from specrecord.decoding.drafting import Clock
from specrecord.decoding.loop import Loop
from specrecord.decoding.remote.sampled_match import SampledMatch
from specrecord.events import SPECULATIVE, Emit, Event, Fault, FinishReason, TrackBegin, Verify
from specrecord.models.base import RemoteTarget, TargetFaultError


class Chunked(Loop):
    """The target in requests of K + 1 tokens, without a draft: all that it writes stays."""

    def round(self) -> Iterator[Event]:
        """One request. Its tokens are the target's own, however many there are."""
        target, settings = self.target, self.settings
        assert isinstance(target, RemoteTarget)
        count = min(settings.k + 1, settings.max_tokens - self.stopping.tokens)
        yield self.begin(0)
        answer = yield from self.ask(
            lambda: target.write(self.context, count), lambda written: len(written.tokens)
        )
        if answer is None:
            return
        output, verified = answer
        yield verified
        greedy = settings.sampling.temperature == 0
        samples = SampledMatch(DraftTree(self.stopping.tokens), output, greedy)
        time = self.now()
        for row, token in enumerate(output.tokens):
            yield samples.emit(time, row, "bonus", settings.capture)
            self.emit([token])
            if self.stopping.reason is not None:
                return


class Streaming(Loop):
    """The target in one streamed request. Each token is a round: its `verify` spans the wait for
    it.
    """

    def round(self) -> Iterator[Event]:
        """The whole stream; opened again at the same place where it breaks off."""
        with ExitStack() as opened:  # left before its end, a stream would hold the connection
            yield from self._read(opened)

    def _read(self, opened: ExitStack) -> Iterator[Event]:
        target, failures = self.target, 0
        assert isinstance(target, RemoteTarget)
        stream: Generator[int] | None = None
        while self.stopping.reason is None and not self.settings.interrupted():
            yield self.begin(0)
            start = self.now()
            try:
                if stream is None:
                    left = self.settings.max_tokens - self.stopping.tokens
                    stream = opened.enter_context(closing(target.stream(self.context, left)))
                token = next(stream, None)
                if token is None:
                    raise TargetFaultError("truncated", "the stream ended before the text")
            except TargetFaultError as fault:
                failures, stream = failures + 1, None
                if not (yield from self.after_fault(fault, failures)):
                    return
                continue
            time, failures = self.now(), 0
            # The server tells its times only at the end of the stream, so they are unknown here.
            yield Verify(time=time, duration=time - start, tokens=1)
            yield Emit(time, "bonus", token, None, None, None, None, None, None, None)
            self.emit([token])


def interleave(
    loops: Sequence[Loop],
    now: Clock,
    seconds_until_ready: Callable[[], float],
    sleep: Callable[[float], None],
) -> Iterator[Event]:
    """All tracks, turn by turn, each request when the target is ready for it; `sleep` waits.

    A baseline that cannot go on ends alone. When the run itself cannot, or is interrupted, all
    finish with it.
    """
    going, started = list(loops), set[str]()
    while going:
        loop = min(going, key=lambda one: one.stopping.tokens)
        seconds = seconds_until_ready()
        if seconds > 0:
            detail = f"waiting {seconds:.1f} s for the rate limit"
            yield Fault(time=now(), name="paced", detail=detail)
            sleep(seconds)
        yield TrackBegin(time=now(), name=loop.name)
        if loop.name not in started:
            started.add(loop.name)
            yield from loop.prefill()
        reason = loop.over()
        if reason is None:
            yield from loop.round()
            reason = loop.over()
        if reason is not None:
            yield loop.finish(reason)
            going.remove(loop)
        if reason == "interrupted" or (reason == "failed" and loop.name == SPECULATIVE):
            yield from _abandon(going, now, reason)
            return


def _abandon(loops: Sequence[Loop], now: Clock, reason: FinishReason) -> Iterator[Event]:
    for loop in loops:
        yield TrackBegin(time=now(), name=loop.name)
        yield loop.finish(reason)
