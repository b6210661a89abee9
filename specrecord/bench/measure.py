"""One recording in the numbers that a bench compares: rates, shares, and where a round's time
goes.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from specrecord.events import AUTOREGRESSIVE, SPECULATIVE, Event, Prefill
from specrecord.recording.reader import Recording
from specrecord.recording.stats import TrackCounts, count_track, track_events

_MICROSECONDS = 1_000_000


@dataclass(frozen=True)
class Way:
    """What a run did, its prompt and seed apart."""

    draft: str
    rule: str
    tree: str
    k: int
    temperature: float

    @property
    def depth(self) -> str:
        """K, and the shape if it is no chain."""
        return str(self.k) if self.tree == "chain" else self.tree


@dataclass(frozen=True)
class Run:
    """A measured recording. `baseline` is its autoregressive lane; reading the prompt is taken out
    of both rates.
    """

    way: Way
    register: str
    counts: TrackCounts
    baseline: TrackCounts
    prefill: int
    draft_prefill: int
    baseline_prefill: int

    @property
    def rate(self) -> float:
        """Tokens per second after the prompt was read."""
        return self.counts.tokens * _MICROSECONDS / (self.counts.duration - self.prefill)

    @property
    def baseline_rate(self) -> float:
        """The same of the target alone."""
        return (
            self.baseline.tokens * _MICROSECONDS / (self.baseline.duration - self.baseline_prefill)
        )

    @property
    def speedup(self) -> float:
        """Over the target alone, as recorded, the prompt included."""
        return (self.counts.tokens * self.baseline.duration) / (
            self.baseline.tokens * self.counts.duration
        )

    @property
    def draft_seconds(self) -> float:
        """Of drafting."""
        return (self.counts.draft_time - self.draft_prefill) / _MICROSECONDS

    @property
    def verify_seconds(self) -> float:
        """Of the target's passes."""
        return (self.counts.verify_time - (self.prefill - self.draft_prefill)) / _MICROSECONDS

    @property
    def other_seconds(self) -> float:
        """Of everything else: rules, evidence, recording."""
        spent = (
            self.counts.draft_time
            + self.counts.verify_time
            + self.counts.queue_time
            + self.counts.network_time
        )
        return (self.counts.duration - spent) / _MICROSECONDS


def measure(recording: Recording, register: str) -> Run | None:
    """The numbers of one recording; None without a baseline, or with nothing emitted."""
    header, events = recording.header, recording.events
    counts, baseline = count_track(events), count_track(events, AUTOREGRESSIVE)
    if not counts.tokens or not baseline.tokens or not counts.rounds:
        return None
    way = Way(
        (header.get("draft") or {}).get("name", "?"),
        header["rule"],
        header["tree"],
        header["k"],
        header["temperature"],
    )
    draft, target = _prefills(events, SPECULATIVE)
    return Run(
        way,
        register,
        counts,
        baseline,
        draft + target,
        draft,
        sum(_prefills(events, AUTOREGRESSIVE)),
    )


def _prefills(events: Iterable[Event], track: str) -> tuple[int, int]:
    """Microseconds that the draft and the target took to read the prompt."""
    found = {"draft": 0, "target": 0}
    for _, event in track_events(events, track):
        if isinstance(event, Prefill):
            found[event.side] += event.duration
    return found["draft"], found["target"]
