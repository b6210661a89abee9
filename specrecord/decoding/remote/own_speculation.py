"""An engine's own speculation, in one streamed request: its rounds, counts, tokens and times. Which
tokens were rejected, by which probabilities, and the coins are unknown. Where the engine can be
asked, a second pass over the finished text tells how likely each of its tokens was.
"""

from collections.abc import Iterator

import numpy as np
from msgspec.structs import replace

from specrecord.decoding.loop import Loop
from specrecord.events import (
    Draft,
    Emit,
    Event,
    Fate,
    Fault,
    Finish,
    FinishReason,
    Origin,
    RoundBegin,
    Verdict,
    Verify,
)
from specrecord.models.base import EngineRound, EngineTarget, TargetFaultError

_UNPLACED = (
    "that a step drafted and lost all of it is told, but not which of those beside it: it stands "
    "at the first that fits"
)


class OwnSpeculation(Loop):
    """The rounds that the engine tells. The first of a request reads the text, and drafts
    nothing. `ended` is when the text did, `logprobs` what a second pass told.
    """

    ended: int | None = None
    logprobs: bytes | None = None

    def round(self) -> Iterator[Event]:
        """The whole stream; opened again at the same place where it breaks off."""
        target, failures = self.target, 0
        assert isinstance(target, EngineTarget)
        while self.stopping.reason is None and not self.settings.interrupted():
            opening = self.begin(0)
            yield opening
            start = opening.time
            begun, drafted, doubted = True, 0, False
            left = self.settings.max_tokens - self.stopping.tokens
            try:
                for one in target.rounds(self.context, left, self.now):
                    if not begun:
                        yield self._begin(start, one.drafted if target.k is None else target.k)
                    yield from self._events(one, start)
                    begun, drafted, start = False, drafted + one.drafted, one.tokens[-1][0]
                    if one.drafted and not one.certain and not doubted:
                        doubted = True
                        yield self._note(start, "unplaced", _UNPLACED)
                    if self.stopping.reason is not None or self.settings.interrupted():
                        break
                else:
                    raise TargetFaultError("truncated", "the stream ended before the text")
            except TargetFaultError as fault:
                failures += 1
                if not (yield from self.after_fault(fault, failures)):
                    return
                continue
            if not drafted:
                yield self._note(
                    self.now(), "no-draft", "it drafted nothing; was it started with a draft?"
                )
        yield from self.second_pass()

    def second_pass(self) -> Iterator[Event]:
        """One request after the text has ended, which takes none of the run's time."""
        target, count = self.target, self.stopping.tokens
        assert isinstance(target, EngineTarget)
        self.ended = self.now()
        if not target.scores or self.stopping.reason is None:
            return
        try:
            found = target.score(self.context[:-count], self.context[-count:])
        except TargetFaultError as fault:
            yield self._note(self.ended, "no-second-pass", str(fault))
        else:
            self.logprobs = np.asarray(found, "<f4").tobytes()

    def finish(self, reason: FinishReason) -> Finish:
        """When the text ended, and what a second pass told of it."""
        last = super().finish(reason)
        return replace(last, time=self.ended or last.time, second_pass=self.logprobs)

    def _begin(self, time: int, k: int) -> RoundBegin:
        self.index += 1
        return RoundBegin(time, self.index - 1, self.stopping.tokens, k)

    def _note(self, time: int, name: str, detail: str) -> Fault:
        return Fault(time=time, name=name, detail=detail, round=self.index - 1)

    def _events(self, one: EngineRound, start: int) -> Iterator[Event]:
        """A round's events, as far as the text goes on in it."""
        kept: list[tuple[int, int]] = []
        for time, token in one.tokens:
            kept.append((time, token))
            self.emit([token])
            if self.stopping.reason is not None:
                break
        accepted, first = min(one.accepted, len(kept)), kept[0][0]
        for node in range(one.drafted):
            drafted = kept[node][1] if node < accepted else None
            yield Draft(start, 0, node, node - 1, drafted, None, None, None, None)
        took = None if one.seconds is None else int(one.seconds * 1_000_000)
        yield Verify(first, first - start, one.drafted + 1, completion=took, sent=one.sent)
        follows = len(kept) > accepted
        for node in range(one.drafted):
            fate: Fate = "accepted" if node < accepted else "untested"
            if node == accepted and follows:
                fate = "rejected"
            yield Verdict(kept[min(node, len(kept) - 1)][0], node, fate, None, None, None, None)
        if follows:
            time, token = kept[-1]
            origin: Origin = "resampled" if one.drafted > accepted else "bonus"
            yield Emit(time, origin, token, None, None, None, None, None, None, None)
