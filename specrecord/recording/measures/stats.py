"""Numbers derived from a recording, each by the formula that docs/format.md gives. Counts are
summed before dividing.

The player computes the same numbers in JavaScript; shared fixtures hold both to the last digit.
"""

from dataclasses import dataclass, field, fields
from typing import Any

from specrecord.events import (
    AUTOREGRESSIVE,
    CHUNKED,
    PER_REQUEST,
    SPECULATIVE,
    STREAMING,
    Prediction,
)
from specrecord.recording.measures.series import RoundSeries
from specrecord.recording.reader import Recording
from specrecord.recording.rounds import Round, Track, TrackBuilder

_MICROSECONDS = 1_000_000
_BASELINES = (PER_REQUEST, CHUNKED, STREAMING, AUTOREGRESSIVE)


@dataclass
class TrackCounts:
    """Plain counts of a track, from which every rate follows. Times are microseconds.

    `emitted` counts the target's own tokens, `rejections` the rounds that a rejection ended,
    `network_unknown` the requests whose answer did not say how long the server worked.
    """

    rounds: int = 0
    drafted: int = 0
    accepted: int = 0
    rejections: int = 0
    emitted: int = 0
    duration: int = 0
    draft_time: int = 0
    verify_time: int = 0
    queue_time: int = 0
    network_time: int = 0
    network_unknown: int = 0
    first_token: int | None = None
    last_token: int | None = None
    overlap_sum: float = 0.0
    overlap_count: int = 0
    accepted_in_round: list[int] = field(default_factory=list)

    def add(self, one: Round) -> None:
        """Count one more round. One without a `verify` cost its drafting, and counts for nothing
        else.
        """
        self.duration = one.end
        if one.drafts:
            self.draft_time += one.draft_time
        if one.verify is None:
            return
        self.rounds += 1
        self.drafted += len(one.drafts)
        self.accepted_in_round.append(0)
        self.emitted += len(one.emits)
        self.verify_time += one.verify_time
        self.queue_time += one.queue_time
        self.network_time += one.network_time
        self.network_unknown += one.network_unknown
        if one.verdicts:
            self.accepted_in_round[-1] = accepted = one.count("accepted")
            self.accepted += accepted
            self.rejections += one.ends_rejected
            for overlap in one.overlaps:
                self.overlap_sum += overlap
                self.overlap_count += 1

    def spans(self, one: Round) -> None:
        """Take in when its tokens came, by the recording's clock."""
        if one.verify is not None and (output := one.output):
            self.last_token = output[-1].time
            if self.first_token is None:
                self.first_token = output[0].time

    def closed(self, track: Track) -> "TrackCounts":
        """These counts of all rounds with what else there is of a track, on its own clock."""
        before = count_prefills(track)
        self.draft_time += before.draft_time
        self.verify_time += before.verify_time
        self.duration = track.duration
        if self.first_token is not None and self.last_token is not None:
            self.first_token = track.own_time(self.first_token)
            self.last_token = track.own_time(self.last_token)
        return self

    def __add__(self, other: "TrackCounts") -> "TrackCounts":
        """The counts of two tracks together, but for when their tokens came."""
        sums = [one.name for one in fields(self) if not one.name.endswith("_token")]
        return TrackCounts(**{name: getattr(self, name) + getattr(other, name) for name in sums})

    @property
    def tokens(self) -> int:
        """Tokens of the text."""
        return self.accepted + self.emitted

    @property
    def acceptance_rate(self) -> float | None:
        """accepted / drafted."""
        return _ratio(self.accepted, self.drafted)

    @property
    def alpha_hat(self) -> float | None:
        """accepted / (accepted + rounds that a rejection ended): the maximum likelihood of a
        censored geometric distribution.
        """
        return _ratio(self.accepted, self.accepted + self.rejections)

    @property
    def overlap(self) -> float | None:
        """Mean of sum(min(target_probs, draft_probs)) over tested positions."""
        return _ratio(self.overlap_sum, self.overlap_count)

    @property
    def mean_acceptance_length(self) -> float | None:
        """tokens / rounds."""
        return _ratio(self.tokens, self.rounds)

    @property
    def other_time(self) -> int:
        """Microseconds outside models, queue and network: the loop's and the recorder's own."""
        parts = (self.draft_time, self.verify_time, self.queue_time, self.network_time)
        return self.duration - sum(parts)

    @property
    def instrument_share(self) -> float | None:
        """other_time / duration."""
        return _ratio(self.other_time, self.duration)

    @property
    def tpot_s(self) -> float | None:
        """(last token's time - first token's) / (tokens - 1), in seconds."""
        if self.first_token is None or self.last_token is None or self.tokens < 2:
            return None
        return (self.last_token - self.first_token) / ((self.tokens - 1) * _MICROSECONDS)

    @property
    def tokens_per_second(self) -> float | None:
        """tokens / duration."""
        return _ratio(self.tokens * _MICROSECONDS, self.duration)

    def speedup(self, baseline: "TrackCounts") -> float | None:
        """Tokens per second over those of a baseline, as one division of whole numbers."""
        return _ratio(self.tokens * baseline.duration, baseline.tokens * self.duration)

    def reached(self, k: int) -> list[int]:
        """For i = 1..k, the rounds whose first i drafted tokens were accepted."""
        return [sum(n >= i for n in self.accepted_in_round) for i in range(1, k + 1)]

    def per_position(self, k: int) -> list[float | None]:
        """S_i for i = 1..k: the share of such rounds."""
        return [_ratio(count, self.rounds) for count in self.reached(k)]


def count_prefills(track: Track) -> TrackCounts:
    """What a track's counts are before its first round."""
    counts = TrackCounts()
    for prefill in track.prefills:
        if prefill.side == "draft":
            counts.draft_time += prefill.duration
        else:
            counts.verify_time += prefill.duration
    return counts


def count_track(track: Track) -> TrackCounts:
    """Count a track that is held whole."""
    counts = TrackCounts()
    for one in track.rounds:
        counts.add(one)
        counts.spans(one)
    return counts.closed(track)


@dataclass
class Totals:
    """What one pass over a recording counts: its tracks by name, how many things went wrong, the
    rounds of the run itself as its model needs them, and what a server told of a prediction.
    """

    tracks: dict[str, TrackCounts]
    faults: int
    series: RoundSeries
    prediction: Prediction | None = None


def count_recording(recording: Recording) -> Totals:
    """Count a recording; no more than two rounds of a track are held at a time."""
    builder, series = TrackBuilder(keep=2), RoundSeries()
    tracks: dict[str, TrackCounts] = {}
    for track, one in builder.finished(recording.events):
        counts = tracks.get(track.name)
        if counts is None:
            counts = tracks[track.name] = TrackCounts()
        counts.add(one)
        counts.spans(one)
        if track.name == SPECULATIVE:
            series.add(one)
    series.close(builder.tracks[SPECULATIVE])
    closed = {
        name: tracks.get(name, TrackCounts()).closed(track)
        for name, track in builder.tracks.items()
    }
    return Totals(closed, builder.faults, series, builder.tracks[SPECULATIVE].prediction)


def recording_info(recording: Recording, totals: Totals | None = None) -> dict[str, Any]:
    """What `specrecord info --json` prints, keys as docs/format.md names them. `totals` are what
    `count_recording` counts, where one has them.
    """
    header, events = recording.header, recording.events
    totals = totals or count_recording(recording)
    tracks, counts, told = totals.tracks, totals.tracks[SPECULATIVE], totals.prediction
    return {
        "format": header.format,
        "version": header.version,
        "complete": recording.complete,
        "events": len(events),
        "rounds": counts.rounds,
        "tokens": counts.tokens,
        "drafted": counts.drafted,
        "accepted": counts.accepted,
        "duration_s": counts.duration / _MICROSECONDS,
        **{key: getattr(header, key) for key in ("rule", "k", "temperature", "seed")},
        "draft": header.draft.name,
        "target": header.target.name,
        "law": header.law,
        **{
            key: getattr(counts, key)
            for key in ("acceptance_rate", "alpha_hat", "overlap", "mean_acceptance_length")
        },
        "per_position": counts.per_position(header.k or max(counts.accepted_in_round, default=0)),
        "tokens_per_second": counts.tokens_per_second,
        "ttft_s": _seconds(counts.first_token),
        "tpot_s": counts.tpot_s,
        "latency": _latency(counts) | ({"draft_s": None} if header.rule == "own" else {}),
        "speedup": {name: counts.speedup(tracks.get(name, TrackCounts())) for name in _BASELINES},
        "faults": totals.faults,
        "simulated": header.simulated,
        **(_predicted(told) if told or header.rule == "prediction" else {}),
    }


def _predicted(prediction: Prediction | None) -> dict[str, Any]:
    """A run by a prediction has no rounds: the server's two counts are all that is known of what
    was drafted.
    """
    accepted, rejected, predicted = 0, 0, None
    if prediction is not None:
        accepted, rejected, predicted = (
            prediction.accepted,
            prediction.rejected,
            prediction.predicted,
        )
    drafted = accepted + rejected if predicted is None else predicted
    return {
        "rounds": 0,
        "drafted": drafted,
        "accepted": accepted,
        "acceptance_rate": _ratio(accepted, drafted),
        "alpha_hat": None,
        "mean_acceptance_length": None,
        "per_position": [],
    }


def _latency(counts: TrackCounts) -> dict[str, float | None]:
    """Where the track's duration went, in seconds; `other_s` is what is left, so that the parts add
    up.

    An engine does not tell its own draft's time from its target's: `verify_s` holds both.
    Queue and network are None where a remote target did not tell its times: they are part of
    `verify_s` then.
    """
    parts = (counts.draft_time, counts.verify_time, counts.queue_time, counts.network_time)
    names = ("draft_s", "verify_s", "queue_s", "network_s", "other_s")
    spent: dict[str, float | None] = {
        name: part / _MICROSECONDS
        for name, part in zip(names, (*parts, counts.other_time), strict=True)
    }
    return {**spent, "queue_s": None, "network_s": None} if counts.network_unknown else spent


def _seconds(time: int | None) -> float | None:
    return None if time is None else time / _MICROSECONDS


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None
