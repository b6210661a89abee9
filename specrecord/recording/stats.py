"""Numbers derived from a recording, each by the formula that docs/format.md gives. Counts are
summed before dividing.

The player computes the same numbers in JavaScript; shared fixtures hold both to the last digit.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from specrecord.events import (
    SPECULATIVE,
    Draft,
    Emit,
    Event,
    Fault,
    Finish,
    Prefill,
    RoundBegin,
    Track,
    Verdict,
    Verify,
)
from specrecord.recording.reader import Recording

_MICROSECONDS = 1_000_000


@dataclass
class TrackCounts:
    """Plain counts of one lane, from which every rate follows. Times are microseconds."""

    rounds: int = 0
    drafted: int = 0
    accepted: int = 0
    rejections: int = 0
    emitted: int = 0
    tokens: int = 0
    size: int | None = None
    duration: int = 0
    draft_time: int = 0
    verify_time: int = 0
    queue_time: int = 0
    network_time: int = 0
    untold: int = 0
    first_token: int | None = None
    last_token: int | None = None
    overlap_sum: float = 0.0
    overlap_count: int = 0
    accepted_in_round: list[int] = field(default_factory=list)
    finish: str | None = None

    @property
    def acceptance_rate(self) -> float | None:
        """accepted / drafted."""
        return _ratio(self.accepted, self.drafted)

    @property
    def tokens_per_second(self) -> float | None:
        """tokens / duration."""
        return _ratio(self.tokens * _MICROSECONDS, self.duration)

    def per_position(self, k: int) -> list[float | None]:
        """S_i for i = 1..k: the share of rounds whose first i drafted tokens were accepted."""
        return [
            _ratio(sum(n >= i for n in self.accepted_in_round), self.rounds)
            for i in range(1, k + 1)
        ]


class TrackClock:
    """One lane's own clock: µs since the lane began, other lanes' time taken out."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._current: str | None = None
        self._offset = self._spent = self._latest = 0

    def time_of(self, event: Event) -> int | None:
        """When an event of this lane was, None for any other. To be asked of each event, in
        order.
        """
        if isinstance(event, Track):
            if self._current == self._name:
                self._spent = self._latest
            self._current, self._offset = event.name, event.time
        elif self._current == self._name and isinstance(event, _TIMED):
            self._latest = self._spent + event.time - self._offset
            return self._latest
        return None


_TIMED = (Prefill, RoundBegin, Draft, Verify, Verdict, Emit, Finish)


def track_events(events: Iterable[Event], name: str) -> Iterator[tuple[int, Event]]:
    """Events of one lane with the lane's own clock."""
    clock = TrackClock(name)
    for event in events:
        time = clock.time_of(event)
        if time is not None:
            yield time, event


class TrackCounter:
    """Counts one lane, an event at a time: `counts` holds at every moment what the events so far
    give.
    """

    def __init__(self, name: str = SPECULATIVE) -> None:
        self.counts = TrackCounts()
        self._clock, self._tree = TrackClock(name), _RoundTree()

    def add(self, event: Event) -> None:
        """Count an event. A round without a `verify` was never judged: its drafts cost time and
        count for nothing.
        """
        time, counts = self._clock.time_of(event), self.counts
        if time is None:
            return
        counts.duration = time
        match event:
            case RoundBegin():
                self._tree = _RoundTree()
            case Draft():
                self._tree.parents.append(event.parent)
                counts.draft_time += event.duration
            case Prefill():
                _count_prefill(counts, event)
            case Verify():
                _count_verify(counts, event, len(self._tree.parents))
            case Verdict():
                _count_verdict(counts, event, time, self._tree)
            case Emit():
                counts.emitted += 1
                _count_token(counts, time)
            case Finish():
                counts.finish, counts.size = event.reason, event.size
        counts.tokens = counts.accepted + counts.emitted


def count_track(events: Iterable[Event], name: str = SPECULATIVE) -> TrackCounts:
    """Count one lane of a recording."""
    counter, current = TrackCounter(name), None
    for event in events:
        if isinstance(event, Track):
            current = event.name
        elif current != name:  # another lane's: nothing to count
            continue
        counter.add(event)
    return counter.counts


def _count_prefill(counts: TrackCounts, event: Prefill) -> None:
    if event.side == "draft":
        counts.draft_time += event.duration
    else:
        counts.verify_time += event.duration


def _count_verify(counts: TrackCounts, event: Verify, drafted: int) -> None:
    counts.rounds += 1
    counts.drafted += drafted
    counts.accepted_in_round.append(0)
    counts.verify_time += event.duration - (event.queue or 0) - (event.network or 0)
    counts.queue_time += event.queue or 0
    counts.network_time += event.network or 0
    counts.untold += event.sent is not None and event.network is None


@dataclass
class _RoundTree:
    """A round's parents by node, the nodes that were accepted, and the places whose overlap was
    counted.

    `lost` says that the last tested token was rejected: no sibling took its place, so far.
    """

    lost: bool = False
    parents: list[int] = field(default_factory=list)
    reached: set[int] = field(default_factory=lambda: {-1})
    counted: set[int] = field(default_factory=set)


def _count_verdict(counts: TrackCounts, event: Verdict, time: int, tree: _RoundTree) -> None:
    if event.fate == "untested":
        return
    parent = tree.parents[event.node] if event.node < len(tree.parents) else event.node - 1
    if event.overlap is not None and parent in tree.reached - tree.counted:
        counts.overlap_sum += event.overlap
        counts.overlap_count += 1
    tree.counted.add(parent)
    counts.rejections += (event.fate == "rejected") - tree.lost
    tree.lost = event.fate == "rejected"
    if tree.lost:
        return
    tree.reached.add(event.node)
    counts.accepted += 1
    counts.accepted_in_round[-1] += 1
    _count_token(counts, time)


def _count_token(counts: TrackCounts, time: int) -> None:
    if counts.first_token is None:
        counts.first_token = time
    counts.last_token = time


def recording_info(recording: Recording) -> dict[str, Any]:
    """What `specrecord info --json` prints, keys as design and docs/format.md name them."""
    header, events = recording.header, recording.events
    counts = count_track(events)
    return {
        "format": header.get("format"),
        "version": header.get("version"),
        "complete": recording.complete,
        "events": len(events),
        "rounds": counts.rounds,
        "tokens": counts.tokens,
        "drafted": counts.drafted,
        "accepted": counts.accepted,
        "duration_s": counts.duration / _MICROSECONDS,
        **{key: header.get(key) for key in ("rule", "k", "temperature", "seed")},
        "draft": (header.get("draft") or {}).get("name"),
        "target": (header.get("target") or {}).get("name"),
        "law": header.get("law"),
        "acceptance_rate": counts.acceptance_rate,
        "alpha_hat": _ratio(counts.accepted, counts.accepted + counts.rejections),
        "overlap": _ratio(counts.overlap_sum, counts.overlap_count),
        "mean_acceptance_length": _ratio(counts.accepted + counts.emitted, counts.rounds),
        "per_position": counts.per_position(header.get("k") or 0),
        "tokens_per_second": counts.tokens_per_second,
        "ttft_s": _seconds(counts.first_token),
        "tpot_s": _time_per_token(counts),
        "latency": _latency(counts),
        "speedup": _speedup(events, counts),
        "faults": sum(isinstance(event, Fault) for event in events),
        "simulated": header.get("simulated") or [],
    }


def _latency(counts: TrackCounts) -> dict[str, float | None]:
    """Where the lane's duration went, in seconds; `other_s` is what is left, so that the parts add
    up.

    Queue and network are None where a remote target did not tell its times: they are part of
    `verify_s` then.
    """
    parts = (counts.draft_time, counts.verify_time, counts.queue_time, counts.network_time)
    names = ("draft_s", "verify_s", "queue_s", "network_s", "other_s")
    spent: dict[str, float | None] = {
        name: part / _MICROSECONDS
        for name, part in zip(names, (*parts, counts.duration - sum(parts)), strict=True)
    }
    return {**spent, "queue_s": None, "network_s": None} if counts.untold else spent


def _speedup(events: list[Event], counts: TrackCounts) -> dict[str, float | None]:
    """Tokens per second over that of each baseline in the same recording; None where it was not
    recorded.
    """
    speedups: dict[str, float | None] = {}
    for name in ("per_request", "chunked", "streaming", "autoregressive"):
        baseline = count_track(events, name)
        # (tokens / duration) / (baseline tokens / baseline duration), as one division of integers
        speedups[name] = _ratio(
            counts.tokens * baseline.duration, baseline.tokens * counts.duration
        )
    return speedups


def _time_per_token(counts: TrackCounts) -> float | None:
    if counts.first_token is None or counts.last_token is None or counts.tokens < 2:
        return None
    return (counts.last_token - counts.first_token) / ((counts.tokens - 1) * _MICROSECONDS)


def _seconds(time: int | None) -> float | None:
    return None if time is None else time / _MICROSECONDS


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None
