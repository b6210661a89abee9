"""A run as pictures need it: rounds, text and counts, gathered an event at a time, looked up by
time.

The same timeline serves a recording that grows and one that is whole, so live and replay cannot
differ.
"""

import codecs
import math
import sys
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from specrecord.events import SPECULATIVE, Emit, End, Event, Mark, RoundBegin, Verdict
from specrecord.header import Header
from specrecord.recording.measures.channels import Channels, after_prompt
from specrecord.recording.measures.stats import TrackCounts, count_prefills
from specrecord.recording.rounds import Round, TrackBuilder


class Piece(NamedTuple):
    """A token of the text: when it was there, what it adds, where it came from, and in which
    channel it stands (see `Channels.of`).
    """

    time: int
    text: str
    origin: str
    channel: str | None


class Timeline(TrackBuilder):
    """All of a run so far; `run` is its speculative track. Times are the recording's own
    microseconds. With `keep`, as `TrackBuilder` has it, only the latest moments can be looked at,
    and what grows is the text alone.
    """

    def __init__(
        self, header: Header, events: Iterable[Event] = (), *, keep: int | None = None
    ) -> None:
        super().__init__(keep=keep)
        self.header = header
        self.run = self.tracks[SPECULATIVE]
        self.rounds = self.run.rounds
        self.pieces: list[Piece] = []
        self.marks: list[Mark] = []
        self.closing: End | None = None
        self.baseline_tokens = Counter[str]()  # by track
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._channels: Channels | None = None  # begun once the prompt is spelled
        self._taken = 0  # tokens of the latest round that are in `pieces`
        self._before: list[TrackCounts] = []  # the counts before each of `rounds`
        for event in events:
            self.add(event)

    def add(self, event: Event) -> None:
        """Take in the next event."""
        super().add(event)
        if isinstance(event, RoundBegin) and self.track is self.run:
            self._begin()
        elif isinstance(event, Verdict | Emit) and self.rounds and self.track is self.run:
            self._take()
        elif isinstance(event, Emit):
            self.baseline_tokens[self.track.name] += 1
        elif isinstance(event, Mark):
            self.marks.append(event)
        elif isinstance(event, End):
            self.closing = event

    @property
    def start(self) -> int:
        """When the run began."""
        return self.run.pieces[0].start if self.run.pieces else 0

    @property
    def run_end(self) -> int:
        """The time of the last event of the run itself, baselines apart."""
        if self.run.finish is not None:
            return self.run.finish.time
        return self.rounds[-1].latest if self.rounds else self.start

    @property
    def verified_end(self) -> int:
        """The end of the last round that was verified: what a picture of a run in progress
        shows.
        """
        verified = next((one for one in reversed(self.rounds) if one.verified), None)
        if self.run.finish is not None or verified is None:
            return self.run_end
        return verified.latest

    def pieces_at(self, time: int) -> list[Piece]:
        """The text's tokens up to a time."""
        return self.pieces[: bisect_right(self.pieces, time, key=lambda piece: piece.time)]

    def round_at(self, time: int) -> int:
        """The index of the round under a time, -1 before the first."""
        return bisect_right(self.rounds, time, key=lambda one: one.begin.time) - 1

    def counts_at(self, time: int) -> TrackCounts:
        """The run's counts after the last round that was over at `time`."""
        over = bisect_right(self.rounds, time, key=lambda one: one.latest)
        return self._counts_after(over - 1, self.rounds[over - 1]) if over else TrackCounts()

    def second_pass(self, one: Round) -> list[float]:
        """How likely a second pass found the tokens that a round added, in their order."""
        logprobs = self.run.second_pass[one.position :][: len(one.output)]
        return [math.exp(value) for value in logprobs]

    def event_times(self) -> list[int]:
        """The times at which a picture changes, in order."""
        times = {self.start, self.run_end}
        for one in self.rounds:
            times.update([one.begin.time, one.latest, *(draft.time for draft in one.drafts)])
            if one.verify is not None:
                times.add(one.verify.time)
        return sorted(times)

    def rest(self) -> str:
        """A character that was never completed, at the end."""
        return self._decoder.decode(b"", final=True)

    def _begin(self) -> None:
        """Count the round before, so that no look at a time counts all rounds again."""
        before = self._counts_after(-1, self.rounds[-2]) if self._before else None
        self._before.append(before or count_prefills(self.run))
        del self._before[: -len(self.rounds)]
        self._taken = 0

    def _take(self) -> None:
        """The latest round's new tokens. A character of several tokens belongs to the one that
        completes it.
        """
        output = self.rounds[-1].output
        self._channels = self._channels or after_prompt(self.header, self.token_bytes)
        for time, token, origin in output[self._taken :]:
            text = sys.intern(self._decoder.decode(self.token_bytes.get(token, b"")))
            self.pieces.append(Piece(time, text, origin, self._channels.of(token)))
        self._taken = len(output)

    def _counts_after(self, index: int, one: Round) -> TrackCounts:
        counts = replace(self._before[index], accepted_in_round=[])
        counts.add(one)
        return counts
