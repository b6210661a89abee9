"""An answer along a prediction: the draft writes its guess of the whole answer, one request sends
that, and the server streams its own answer. What it accepted of the guess is two counts at the end.
Without a draft the same request is the baseline.
"""

from collections.abc import Generator, Iterator

from specrecord.decoding.draft_tree import DraftTree
from specrecord.decoding.loop import Loop
from specrecord.decoding.trees import Chain
from specrecord.events import Emit, Event, Fault, FinishReason, Prediction, RoundBegin, Verify
from specrecord.models.base import AnswerChunk, AnswerSummary, PredictionTarget, TargetFaultError

_MOST = 4096  # tokens that a round may draft, as the format has it


class PredictedAnswer(Loop):
    """Round 0 is the draft's guess, and each token of the answer is a round as it arrives."""

    ended: FinishReason | None = None

    def over(self) -> FinishReason | None:
        """The server says how its answer ended; it counts tokens its own way."""
        if self.settings.interrupted() and self.ended is None:
            return "interrupted"
        return self.ended or ("failed" if self.failed else None)

    def round(self) -> Iterator[Event]:
        """The guess and the whole answer; asked for again where it breaks off before it began."""
        assert isinstance(self.target, PredictionTarget)
        guess = yield from self._guess()
        text, predicted = self.target.text_of(guess)
        if self.drafter is not None and not text:
            detail = "the draft wrote no answer, so nothing was predicted"
            yield Fault(self.now(), "no-draft", detail, self.index - 1 if self.index else None)
        failures = 0
        while self.over() is None:
            try:
                yield from self._answer(text, predicted if text else 0)
            except TargetFaultError as fault:
                failures += 1
                lasting = fault.lasting or self.stopping.tokens > 0  # it cannot be gone on with
                same = TargetFaultError(fault.name, str(fault), lasting, fault.retry_after)
                if not (yield from self.after_fault(same, failures)):
                    return

    def _guess(self) -> Generator[Event, None, list[int]]:
        """The draft's tokens, as far as the budget and its context go."""
        left = self.settings.max_tokens
        k = min(_MOST, left, self.drafter_room()) if self.drafter else 0
        if self.drafter is None or k <= 0:
            return []
        yield self.begin(k)
        tree, stopping = DraftTree(0), self.stopping
        drafting = self.drafting(self.drafter, tree)
        drafting.ends = lambda path: stopping.would_end(path) or self.settings.interrupted()
        drafting.grow(Chain(), k)
        capture = self.settings.capture
        yield from drafting.events(capture, drafting.summarise(capture))
        return tree.tokens

    def _answer(self, text: str, predicted: int) -> Iterator[Event]:
        target = self.target
        assert isinstance(target, PredictionTarget)
        opening = self.begin(0)
        yield opening
        start, begun = opening.time, True
        for one in target.answer(text, self.settings.max_tokens, self.now):
            if isinstance(one, AnswerSummary):
                yield self._prediction(one, opening.time, predicted)
                self.ended = one.reason
                return
            for token in one.tokens:
                if not begun:
                    self.index += 1
                    yield RoundBegin(start, self.index - 1, self.stopping.tokens, 0)
                yield from self._came(one, token, start)
                begun, start = False, one.time
            if self.settings.interrupted():
                return

    def _came(self, piece: AnswerChunk, token: int, start: int) -> Iterator[Event]:
        time, first = piece.time, not self.stopping.tokens
        yield Verify(time, time - start, 1, sent=piece.sent if first else None)
        yield Emit(time, "bonus", token, None, None, None, None, None, None, None)
        self.emit([token])

    def _prediction(self, one: AnswerSummary, start: int, predicted: int) -> Prediction:
        consistent = one.accepted + one.rejected <= predicted
        parts = (one.queue, one.prompt, one.completion)
        return Prediction(
            one.time,
            one.time - start,
            predicted if consistent else None,
            one.accepted,
            one.rejected,
            one.tokens,
            one.reasoning,
            *(None if part is None else int(part * 1_000_000) for part in parts),
        )
