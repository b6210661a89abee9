"""A track of a recording as an audit follows it: the uniforms that its seed gives, drawn again; its
text, as long as it says; its rounds as deep as they may be; its spans one after another.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from specrecord.events import (
    AUTOREGRESSIVE,
    CHUNKED,
    PER_REQUEST,
    SPECULATIVE,
    STREAMING,
    Draft,
    Emit,
    Finish,
    FinishReason,
    Prediction,
    Prefill,
    RoundBegin,
    Verdict,
    Verify,
)
from specrecord.header import Header
from specrecord.recording.audit.header import Shape
from specrecord.recording.audit.judged_round import JudgedRound, Say
from specrecord.recording.audit.prediction import RULE as PREDICTION
from specrecord.recording.audit.prediction import check_prediction
from specrecord.shared_randomness import track_uniforms

# The number of its stream of uniforms, by a track's name.
NUMBERS = {SPECULATIVE: 0, AUTOREGRESSIVE: 1, PER_REQUEST: 1, CHUNKED: 2, STREAMING: 3}
_BLOCK = 1024  # uniforms that are drawn at once
TIMED = (Draft, Verify, Prefill, RoundBegin)  # kinds that have a span, or begin one
_ENOUGH = 3  # uniforms that do not follow, until the rest goes unsaid


class Uniforms:
    """The uniforms of a track in the order in which its decisions took them."""

    def __init__(self, header: Header, name: str) -> None:
        """Nothing is checked without a seed, or where another program drew."""
        ours = re.match(r"specrecord \d", header.tool or "")
        self.rule, self.wrong = header.rule, 0
        self._next: Iterator[float] | None = None
        if header.seed is not None and ours and self.rule != "gumbel" and name in NUMBERS:
            self._next = _drawn(header.seed, NUMBERS[name])

    def check(self, judged: JudgedRound, event: Draft | Verdict | Emit, say: Say) -> None:
        """Whether an event's uniform is the next, if it took one."""
        if self._next is None or event.uniform is None or self.wrong >= _ENOUGH:
            return
        if self.rule == "match":
            if isinstance(event, Emit) and event.origin == "resampled":
                return
            if isinstance(event, Verdict) and judged.round.elders(event.node):
                return
        wanted = next(self._next)
        if event.uniform != wanted:
            self.wrong += 1
            say(f"uniform {event.uniform:.6g}, but the seed gives {wanted:.6g} to this decision")


def _drawn(seed: int, track: int) -> Iterator[float]:
    generator = track_uniforms(seed, track)
    while True:
        yield from generator.random(_BLOCK).tolist()


@dataclass
class AuditedTrack:
    """What is known of a track so far. `text` holds the bytes that it emitted, `tokens` how many
    tokens, both before the round it is in; `latest` is when its last span ended.
    """

    name: str
    header: Header
    uniforms: Uniforms
    shape: Shape | None
    judged: JudgedRound | None = None
    tokens: int = 0
    text: bytearray = field(default_factory=bytearray)
    last: int | None = None
    seen: set[int] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    latest: int = 0
    faults: int = 0
    drafted: int = 0  # tokens of text
    has_prediction: bool = False  # what the server told of a prediction is there

    @property
    def served(self) -> bool:
        """Whether it is a chat's answer, whose server counts and ends tokens in its own way."""
        return self.header.rule == PREDICTION

    def answered(self, event: Prediction, say: Say) -> None:
        """What a server told of it stands there once."""
        if self.has_prediction:
            say("comes twice in one track")
        self.has_prediction = True
        check_prediction(event, self.header, self.drafted, say)

    def lacks_prediction(self, reason: str) -> Iterator[str]:
        """A whole answer comes with what its server told of it."""
        if self.served and not self.has_prediction and reason not in ("interrupted", "failed"):
            yield f"track {self.name} lacks what the server told of its answer"

    def emitted(self, judged: JudgedRound, token_bytes: Mapping[int, bytes]) -> None:
        """Take in what its round added to the text."""
        for output in judged.round.output:
            self.tokens += 1
            self.text += token_bytes.get(output.token, b"")
            if self.last is not None:
                self.seen.add(self.last)
            self.last = output.token

    def span(self, event: Any, say: Say) -> None:
        """A span, or a round, begins when what came before it has ended, and within its track."""
        if event.time - getattr(event, "duration", 0) < self.latest:
            say("its span begins before what came before it was over")
        if event.time > self.latest:
            self.latest = event.time

    def prefill(self, event: Prefill, say: Say) -> None:
        """The prompt is read whole, by whom there is."""
        wanted = self.header.prompt.tokens
        if wanted is not None and event.tokens != wanted:
            say(f"reads {event.tokens} tokens of a prompt of {wanted}")
        if event.side == "draft" and self.name != SPECULATIVE:
            say("reads the prompt for a draft in a track without one")
        if event.side in self.read:
            say(f"reads the prompt a second time for the {event.side}")
        self.read.add(event.side)

    def room(self, event: RoundBegin, say: Say) -> None:
        """A round may draft as deep as K, the token budget and either model's context let it."""
        header, wanted = self.header, 0
        if header.rule == "own":  # an engine drafts as it likes, within its own K
            most = header.k if self.name == SPECULATIVE else 0
            if most is not None and event.k > most:
                say(f"k is {event.k}, but the round may draft {most} deep at most")
            return
        if self.served:  # the whole guess stands in the first round
            if event.k and (self.name != SPECULATIVE or event.index):
                say(f"k is {event.k}, but nothing is drafted while an answer comes")
            return
        if self.name == SPECULATIVE:
            rooms = [header.k or 0]
            if header.max_tokens is not None:
                rooms.append(header.max_tokens - event.position - 1)
            if header.prompt.tokens is not None:
                length = header.prompt.tokens + event.position
                rooms += [] if not header.target.context else [header.target.context - length]
                rooms += [] if not header.draft.context else [header.draft.context - length + 1]
            wanted = max(0, min(rooms))
        if event.k > wanted:
            say(f"k is {event.k}, but the round may draft {wanted} deep at most")
        elif event.k < wanted and header.max_tokens is not None:
            say(f"k is {event.k}, but the round may draft {wanted} deep")

    def grown(self, judged: JudgedRound, event: Draft, say: Say) -> None:
        """The round's latest draft stands within the tree that was asked for."""
        depth, shape = judged.round.depth(event.node), self.shape
        if depth >= judged.round.k:
            say(f"is {depth + 1} deep in a round of at most {judged.round.k}")
        if shape is None:
            return
        widths, most = shape.widths, shape.widest
        if widths and depth < len(widths) and event.uniform is not None:
            most = widths[depth]
        if most is not None and len(judged.round.elders(event.node)) >= most:
            say(f"is one more than the {most} that may stand side by side")
        if shape.budget is not None and event.node >= shape.budget:
            say(f"is one more than the {shape.budget} that the tree holds")

    def finish(self, event: Finish, say: Say) -> None:
        """The text ends where it says, for the reason it says."""
        header, text, reason = self.header, bytes(self.text), event.reason
        if event.tokens != self.tokens:
            say(f"counts {event.tokens} tokens, but {self.tokens} were emitted")
        ends = [at for stop in header.stop if (at := text.find(stop.encode())) >= 0]
        size = min(ends, default=len(text))
        blank = "text" in (header.redacted or ())
        if event.size != size and not blank:
            say(f"keeps {event.size} bytes of text, but {size} are there")
        if blank and event.size != len(text):
            say(f"keeps {event.size} bytes of text, but {len(text)} are there")
        if (reason == "stop") != bool(ends) and not blank:
            say(f"reason is {reason}, {'though' if ends else 'but no'} stop string stands there")
        self.reason(reason, say)
        if event.second_pass is not None:
            self.second_pass(event.second_pass, say)

    def second_pass(self, packed: bytes, say: Say) -> None:
        """It is of each token of an engine's own text, and of log-probabilities."""
        if self.header.rule != "own" or self.name != SPECULATIVE:
            say("has a second pass, which only an engine's own speculation has")
        values = np.frombuffer(packed, "<f4")
        if len(values) != self.tokens:
            say(f"its second pass is of {len(values)} tokens, but {self.tokens} were emitted")
        if not (np.isfinite(values) & (values <= 0)).all():
            say("its second pass has what is not the logarithm of a probability")

    def reason(self, reason: FinishReason, say: Say) -> None:
        """The text could end for this reason."""
        header = self.header
        full = header.max_tokens is not None and self.tokens >= header.max_tokens
        if reason == "length" and header.max_tokens is not None and not full and not self.served:
            say(f"reason is length, but {self.tokens} of {header.max_tokens} tokens are there")
        if full and reason in ("context", "interrupted", "failed") and not self.served:
            say(f"reason is {reason}, but the text is as long as it may be")
        held, context = header.prompt.tokens, header.target.context
        if reason == "context" and held is not None and held + self.tokens <= (context or 0):
            say("reason is context, but the target's holds more")
        if reason == "failed" and not self.faults and self.name == SPECULATIVE:
            say("reason is failed, but nothing went wrong")
        if reason == "eos" and not self.served and (self.last is None or self.last in self.seen):
            say("reason is eos, but its last token did not end the text before")
