"""One recording in the numbers that a bench compares: counts, its baseline's, and its model."""

from dataclasses import dataclass

from specrecord.events import AUTOREGRESSIVE, SPECULATIVE
from specrecord.recording.measures.estimate import estimate
from specrecord.recording.measures.run_model import RunModel
from specrecord.recording.measures.stats import TrackCounts, count_recording
from specrecord.recording.reader import Recording


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
    """A measured recording. `baseline` is its autoregressive track, `model` None where unknown."""

    way: Way
    register: str
    counts: TrackCounts
    baseline: TrackCounts
    model: RunModel | None

    @property
    def speedup(self) -> float:
        """Over the target alone, as `specrecord info` has it."""
        return self.counts.speedup(self.baseline) or 0.0


def measure(recording: Recording, register: str) -> Run | None:
    """The numbers of one recording; None without a baseline, or with nothing emitted."""
    header, totals = recording.header, count_recording(recording)
    counts = totals.tracks[SPECULATIVE]
    baseline = totals.tracks.get(AUTOREGRESSIVE, TrackCounts())
    if not counts.tokens or not baseline.tokens or not counts.rounds:
        return None
    way = Way(
        header.draft.name or "?",
        header.rule or "?",
        header.tree or "chain",
        header.k or 0,
        header.temperature or 0.0,
    )
    return Run(way, register, counts, baseline, estimate(recording, totals))
