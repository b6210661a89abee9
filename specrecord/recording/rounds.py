"""The one fold of a recording's events into tracks and their rounds: whoever asks what was drafted,
judged and emitted asks here.

    recording.tracks["speculative"].rounds[3].path

A `TrackBuilder` takes events one at a time, so that a file that grows and one that is whole give
the same. Any sequence of events is taken: one that belongs to no round (a draft before the first
`round`, a second `verify`) is left out, and the audit names it.
"""

import struct
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from specrecord.events import (
    SPECULATIVE,
    Distribution,
    Draft,
    Emit,
    Event,
    Fate,
    Fault,
    Finish,
    Origin,
    Prediction,
    Prefill,
    RoundBegin,
    Token,
    TrackBegin,
    Verdict,
    Verify,
)

_IN_ROUND = frozenset({Verdict, Draft, Emit, Verify})
ROOT = -1  # the parent of a round's first drafted tokens: the end of the text so far


class Node(NamedTuple):
    """A drafted token and what became of it; `verdict` is None as long as it is not known."""

    draft: Draft
    verdict: Verdict | None


class Output(NamedTuple):
    """A token that joined the text: when (µs of the recording), and where it came from."""

    time: int
    token: int
    origin: Fate | Origin


@dataclass(slots=True)
class Round:
    """One draft phase and one verification. Drafted tokens are numbered as they came: their nodes.

    `drafts` and `verdicts` stand in node order, so that they grow with the events. `emits` are the
    tokens that the target added: one, none where the text ended before, several in a chunked
    baseline. `start` and `end` are when the round began and its last event so far, on the track's
    own clock; `latest` is that event's time in the recording. All times are microseconds.
    """

    begin: RoundBegin
    start: int = 0
    end: int = 0
    latest: int = 0
    drafts: list[Draft] = field(default_factory=list)
    verify: Verify | None = None
    verdicts: list[Verdict] = field(default_factory=list)
    emits: list[Emit] = field(default_factory=list)
    distributions: list[Distribution] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def add(self, event: Verdict | Draft | Emit | Verify) -> None:
        """Take in its next event. Only the first `verify` counts."""
        if isinstance(event, Verdict):
            self.verdicts.append(event)
        elif isinstance(event, Draft):
            self.drafts.append(event)
        elif isinstance(event, Emit):
            self.emits.append(event)
        elif self.verify is None:
            self.verify = event

    @property
    def index(self) -> int:
        """The round's number in its track, from 0."""
        return self.begin.index

    @property
    def position(self) -> int:
        """Tokens that were emitted before it."""
        return self.begin.position

    @property
    def k(self) -> int:
        """How many tokens deep it might draft."""
        return self.begin.k

    @property
    def verified(self) -> bool:
        """Whether the target answered: only then does the round count."""
        return self.verify is not None

    @property
    def nodes(self) -> list[Node]:
        """Every drafted token with its verdict."""
        return [Node(draft, self.verdict(node)) for node, draft in enumerate(self.drafts)]

    def verdict(self, node: int) -> Verdict | None:
        """What became of a drafted token; None as long as it is not known."""
        return self.verdicts[node] if 0 <= node < len(self.verdicts) else None

    def parent(self, node: int) -> int:
        """The node before it, `ROOT` before the first."""
        parent = self.drafts[node].parent
        return parent if ROOT < parent < node else ROOT

    def children(self, node: int) -> list[int]:
        """The nodes that were drafted after it, as siblings of each other; `node` may be `ROOT`."""
        return [n for n in range(node + 1, len(self.drafts)) if self.drafts[n].parent == node]

    def elders(self, node: int) -> list[int]:
        """The siblings that were drafted before it."""
        parent = self.drafts[node].parent
        if parent == node - 1:  # a chain's, as a rule
            return []
        return [n for n in range(max(0, parent + 1), node) if self.drafts[n].parent == parent]

    def depth(self, node: int) -> int:
        """How many drafted tokens stand before it; -1 for the root."""
        steps = ROOT
        while node > ROOT:
            steps, node = steps + 1, self.parent(node)
        return steps

    @property
    def path(self) -> list[int]:
        """The accepted nodes in order: a path down the tree."""
        return [verdict.node for verdict in self._accepted()]

    @property
    def path_end(self) -> int:
        """The last accepted node, `ROOT` when there is none."""
        accepted = self._accepted()
        return accepted[-1].node if accepted else ROOT

    @property
    def output(self) -> list[Output]:
        """All that the round adds to the text: its accepted tokens, then those of the target."""
        kept = [(v, self.drafts[v.node].token) for v in self._accepted()]
        accepted = [Output(v.time, token, v.fate) for v, token in kept if token is not None]
        return accepted + [Output(emit.time, emit.token, emit.origin) for emit in self.emits]

    def _accepted(self) -> list[Verdict]:
        drafted = range(len(self.drafts))
        return [v for v in self.verdicts if v.fate == "accepted" and v.node in drafted]

    def count(self, fate: Fate) -> int:
        """How many drafted tokens met this fate."""
        return [verdict.fate for verdict in self.verdicts].count(fate)

    @property
    def ends_rejected(self) -> bool:
        """Whether a rejection ended it: that of the last token that was tested."""
        tested = (v.fate for v in reversed(self.verdicts) if v.fate != "untested")
        return next(tested, None) == "rejected"

    @property
    def overlaps(self) -> list[float]:
        """sum(min(target, draft)) at each tested place on the accepted path, where it is known:
        that of the first token tested there.
        """
        reached, seen, overlaps = {ROOT}, set[int](), []
        for verdict in self.verdicts:
            if verdict.fate == "untested":
                continue
            node = verdict.node
            parent = self.parent(node) if 0 <= node < len(self.drafts) else node - 1
            if parent in reached and parent not in seen and verdict.overlap is not None:
                overlaps.append(verdict.overlap)
            seen.add(parent)
            if verdict.fate == "accepted":
                reached.add(node)
        return overlaps

    @property
    def draft_time(self) -> int:
        """Microseconds of drafting."""
        return sum([draft.duration for draft in self.drafts])

    @property
    def queue_time(self) -> int:
        """Microseconds in the server's queue; 0 where that is not known."""
        return (self.verify.queue or 0) if self.verify else 0

    @property
    def network_time(self) -> int:
        """Microseconds that the server does not account for; 0 where that is not known."""
        return (self.verify.network or 0) if self.verify else 0

    @property
    def verify_time(self) -> int:
        """Microseconds of the target's pass, less queue and network."""
        whole = self.verify.duration if self.verify else 0
        return whole - self.queue_time - self.network_time

    @property
    def network_unknown(self) -> bool:
        """Whether a request was answered by a server that gave no times."""
        verify = self.verify
        return verify is not None and verify.sent is not None and verify.network is None


@dataclass(slots=True)
class Piece:
    """A stretch of a recording that belongs to one track: from its `lane` event to the last event
    of the track in it. `before` is how long the track had run before. Microseconds.
    """

    start: int
    end: int
    before: int


@dataclass(slots=True)
class Track:
    """The run itself (`speculative`) or a baseline. A track may be interrupted and resumed; its own
    clock leaves out the time of the others. `prediction` is what a server told of its one request,
    under the rule of that name.
    """

    name: str
    pieces: list[Piece] = field(default_factory=list)
    prefills: list[Prefill] = field(default_factory=list)
    rounds: list[Round] = field(default_factory=list)
    finish: Finish | None = None
    prediction: Prediction | None = None

    @property
    def duration(self) -> int:
        """Microseconds from its beginning to its last event, on its own clock."""
        if not self.pieces:
            return 0
        last = self.pieces[-1]
        return last.before + last.end - last.start

    @property
    def second_pass(self) -> list[float]:
        """The log-probability of each token of the text, by a second pass; empty without one."""
        packed = (self.finish.second_pass if self.finish else None) or b""
        return list(struct.unpack(f"<{len(packed) // 4}f", packed))

    @property
    def verified(self) -> list[Round]:
        """The rounds that the target answered. All counts are over these."""
        return [one for one in self.rounds if one.verify is not None]

    def own_time(self, time: int) -> int:
        """A time of the recording on the track's own clock, microseconds both."""
        place = bisect_right(self.pieces, time, key=lambda piece: piece.start)
        if not place:
            return 0
        piece = self.pieces[place - 1]
        return piece.before + min(time, piece.end) - piece.start


class TrackBuilder:
    """Builds tracks from events, one at a time. `track` is the one that is being recorded, `round`
    the one that the latest event may belong to.

    Events before any `lane` event belong to the run itself, which is there from the beginning.
    `token_bytes` holds the bytes of each token id, `faults` is how many there were. With `keep`, a
    track has only so many of its latest rounds, at least two, so that a long file is gone through
    in little memory.
    """

    def __init__(self, events: Iterable[Event] = (), *, keep: int | None = None) -> None:
        self._keep = keep
        self.track = Track(SPECULATIVE)
        self.tracks = {SPECULATIVE: self.track}
        self.token_bytes: dict[int, bytes] = {}
        self.faults = 0
        self._piece: Piece | None = None
        self.round: Round | None = None
        self._time = 0
        for event in events:
            self.add(event)

    def add(self, event: Event) -> None:
        """Take in the next event of the recording."""
        current, time = self.round, event.time
        if type(event) in _IN_ROUND:
            if current is not None:
                current.add(event)  # type: ignore[arg-type]
        elif isinstance(event, RoundBegin):
            current = self.round = Round(event)
            if self._keep is not None:
                del self.track.rounds[: 1 - self._keep]
            self.track.rounds.append(current)
        elif isinstance(event, Prefill):
            self.track.prefills.append(event)
            current = None
        elif isinstance(event, Finish):
            self.track.finish = event
            current = None
        else:
            self._add_timeless(event)
            self._time = time
            return
        piece = self._piece or self._enter(SPECULATIVE, self._time)
        piece.end = self._time = time
        if current is not None:
            current.latest, current.end = time, piece.before + time - piece.start
            if current.begin is event:
                current.start = current.end

    def finished(self, events: Iterable[Event]) -> Iterator[tuple[Track, Round]]:
        """Take in events; yields each round with its track, once nothing can be added to it."""
        for event in events:
            if isinstance(event, RoundBegin) and self.track.rounds:
                yield self.track, self.track.rounds[-1]
            self.add(event)
        for track in self.tracks.values():
            if track.rounds:
                yield track, track.rounds[-1]

    def _add_timeless(self, event: Event) -> None:
        """What does not move its track's clock."""
        if isinstance(event, Token):
            self.token_bytes[event.id] = event.bytes
        elif isinstance(event, TrackBegin):
            self._enter(event.name, event.time)
        elif isinstance(event, Prediction) and self._piece:
            self.track.prediction = event
        elif isinstance(event, Distribution) and self.round:
            self.round.distributions.append(event)
        elif isinstance(event, Fault):
            self.faults += 1
            if self.round and event.round == self.round.index:
                self.round.faults.append(event)

    def _enter(self, name: str, time: int) -> Piece:
        self.track = self.tracks.setdefault(name, Track(name))
        self.round = self.track.rounds[-1] if self.track.rounds else None
        self._piece = Piece(time, time, self.track.duration)
        self.track.pieces.append(self._piece)
        return self._piece
