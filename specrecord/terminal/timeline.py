"""A run as pictures need it: rounds, text and counts, gathered an event at a time, looked up by
time.

The same story serves a recording that grows and one that is whole, so live and replay cannot
differ.
"""

import codecs
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from typing import Any

from specrecord.events import (
    SPECULATIVE,
    Draft,
    Emit,
    End,
    Event,
    Finish,
    Mark,
    RoundBegin,
    Token,
    Track,
    Verdict,
    Verify,
)
from specrecord.recording.stats import TrackCounter, TrackCounts

_JUDGED = (Verify, Verdict, Emit)


@dataclass
class RoundEntry:
    """A round of the run's own lane. `end` is the time of its last event so far, `counts` the
    lane's counts then.
    """

    begun: RoundBegin
    end: int
    counts: TrackCounts
    drafts: list[Draft] = field(default_factory=list)
    verify: Verify | None = None
    verdicts: list[Verdict] = field(default_factory=list)
    emit: Emit | None = None

    @property
    def accepted(self) -> int:
        """DraftTree tokens that were accepted."""
        return sum(verdict.fate == "accepted" for verdict in self.verdicts)


@dataclass(frozen=True)
class Piece:
    """A token of the text: when it was there, what it adds, and where it came from."""

    time: int
    text: str
    origin: str


class Timeline:
    """All that is known so far. Times are the recording's own microseconds."""

    def __init__(self, header: dict[str, Any]) -> None:
        self.header = header
        self.rounds: list[RoundEntry] = []
        self.pieces: list[Piece] = []
        self.marks: list[Mark] = []
        self.spelled: dict[int, bytes] = {}
        self.tracks: list[Track] = []
        self.start = self.latest = 0
        self.finish: Finish | None = None
        self.end: End | None = None
        self.baseline_tokens = 0
        self._counter = TrackCounter()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._times: list[int] = []  # when each piece was there
        self._begun: list[int] = []  # when each round began

    def add(self, event: Event) -> None:
        """Take in the next event."""
        self.latest = event.time
        self._counter.add(event)
        match event:
            case Token():
                self.spelled[event.id] = event.bytes
            case Mark():
                self.marks.append(event)
            case End():
                self.end = event
            case Track():
                self._track(event)
            case _ if self.track == SPECULATIVE:
                self._own(event)
            case Emit():
                self.baseline_tokens += 1

    @property
    def track(self) -> str:
        """The lane that is being recorded."""
        return self.tracks[-1].name if self.tracks else SPECULATIVE

    @property
    def own_end(self) -> int:
        """The time of the last event of the run's own lane."""
        if self.finish is not None:
            return self.finish.time
        return self.rounds[-1].end if self.rounds else self.start

    @property
    def judged_end(self) -> int:
        """The end of the last round that was judged: what a picture of a run in progress shows."""
        judged = next((entry for entry in reversed(self.rounds) if entry.verify is not None), None)
        return self.own_end if self.finish is not None or judged is None else judged.end

    def pieces_at(self, time: int) -> list[Piece]:
        """The text's tokens up to a time."""
        return self.pieces[: bisect_right(self._times, time)]

    def round_at(self, time: int) -> int:
        """The index of the round under a time, -1 before the first."""
        return bisect_right(self._begun, time) - 1

    def counts_at(self, time: int) -> TrackCounts:
        """The lane's counts after the last event that is not later than `time`, to the grain of a
        round.
        """
        index = self.round_at(time)
        if index >= 0 and self.rounds[index].end > time:
            index -= 1
        return self.rounds[index].counts if index >= 0 else TrackCounts()

    def marks_at(self, time: int) -> list[Mark]:
        """Marks up to a time."""
        return [mark for mark in self.marks if mark.time <= time]

    def event_times(self) -> list[int]:
        """The times at which a picture changes, in order."""
        times = {self.start, self.own_end}
        for entry in self.rounds:
            times.update([entry.begun.time, entry.end, *(draft.time for draft in entry.drafts)])
            if entry.verify is not None:
                times.add(entry.verify.time)
        return sorted(times)

    def _track(self, event: Track) -> None:
        if event.name == SPECULATIVE and not any(
            track.name == SPECULATIVE for track in self.tracks
        ):
            self.start = event.time
        self.tracks.append(event)
        self.baseline_tokens = 0

    def _own(self, event: Event) -> None:
        if isinstance(event, RoundBegin):
            self.rounds.append(RoundEntry(event, event.time, self._counts()))
            self._begun.append(event.time)
            return
        if isinstance(event, Finish):
            self.finish = event
        if not self.rounds:
            return
        entry = self.rounds[-1]
        match event:
            case Draft():
                entry.drafts.append(event)
            case Verify():
                entry.verify = event
            case Verdict():
                entry.verdicts.append(event)
                if event.fate == "accepted" and event.node < len(entry.drafts):
                    self._write(event.time, entry.drafts[event.node].token, "accepted")
            case Emit():
                entry.emit = event
                self._write(event.time, event.token, event.origin)
        entry.end = event.time
        if isinstance(event, _JUDGED):
            entry.counts = self._counts()

    def _counts(self) -> TrackCounts:
        return replace(self._counter.counts, accepted_in_round=[])

    def _write(self, time: int, token: int, origin: str) -> None:
        self.pieces.append(Piece(time, self._decoder.decode(self.spelled.get(token, b"")), origin))
        self._times.append(time)
