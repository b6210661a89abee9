"""What one recording says of other settings: the inputs of its `run_model`, derived here alone.

They come from the rounds that the target verified, and give back the run's own tokens per second at
its own K, or there is no model.

- S_i, `survival`: the chance that the first i drafted tokens are accepted, as recorded at each
  depth. As for any survival that may be cut short (Kaplan and Meier 1958), S_i = S_(i-1) a_i / r_i:
  of the r_i rounds that had accepted i - 1 tokens and might go on (`reached`), a_i accepted one
  more. A round that the text's end kept from depth i is not among them. One whose draft stopped by
  itself is, and gained nothing: `-k auto`, a lookup that found no match.
- m_i, `drafted`: tokens drafted at depth i, the mean of all rounds that were allowed so deep. 1 in
  a chain of fixed length; the share of rounds that went so deep where a draft stops by itself; the
  nodes of a level in a tree. A round that drafted nothing counts as 0 tokens here, and its time as
  no token's.
- `draft_s` is all drafting over all drafted tokens. Verification, and all else of a round (rules,
  evidence, looking up), are lines in the tokens drafted, through the means of all rounds, so that
  the sums are those recorded. A slope is the median of change of time over change of size, weighted
  by the latter, between rounds that follow each other: a machine that slows down or speeds up
  meanwhile does not pass for a cost of size. It is 0 where sizes do not vary, and never less: more
  tokens cost no less.
- `start_s` is what stands outside the rounds, the reading of the prompt first of all.
- A baseline's `token_s` is (last - first) / (n - 1), its TPOT, and `start_s` the rest of its span.

All depths below the deepest were tried on the way. Not so where the shape of a whole draft decides
about its first tokens (a `dynamic` tree, the `block` rule): there the recorded depth alone was.
Beyond the deepest nothing is derived.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean
from typing import Any

from specrecord.events import AUTOREGRESSIVE, SPECULATIVE, STREAMING
from specrecord.header import Header
from specrecord.recording.measures.run_model import Baseline, RunModel
from specrecord.recording.measures.stats import TrackCounts, count_track
from specrecord.recording.reader import Recording
from specrecord.recording.rounds import Round, Track

_MICROSECONDS = 1_000_000
_TOLERANCE = 0.05  # as a share of the recorded rate: a model farther off is none


def estimate(recording: Recording) -> RunModel | None:
    """A run's model; None where it drafted nothing, or the model is off its record by over 5 %."""
    track = recording.tracks[SPECULATIVE]
    counts = count_track(track)
    rounds = _measured(track)
    deepest = max((depth for one in rounds for depth in one.depths), default=0)
    if not deepest or not counts.tokens or not counts.duration:
        return None
    survival, reached = _survival(rounds, deepest)
    alone = _baseline(recording)
    model = RunModel(
        tokens=counts.tokens,
        tried=_tried(recording.header, deepest),
        limited=deepest == max(one.k for one in rounds),
        reached=reached,
        survival=survival,
        drafted=[_nodes(rounds, depth) for depth in range(1, deepest + 1)],
        **_times(rounds, counts),
        baseline=alone and alone[0],
        recorded=counts.tokens_per_second or 0.0,
        recorded_speedup=alone and counts.speedup(alone[1]),
    )
    apart = abs(model.tokens_per_second(deepest) / model.recorded - 1)
    return model if apart <= _TOLERANCE else None


@dataclass(frozen=True)
class _Measured:
    """A verified round: how deep it might draft, its tokens' depths, how many were accepted.

    `other` are the microseconds from the end of the round before that no part of it accounts for.
    """

    round: Round
    k: int
    depths: list[int]
    accepted: int
    other: int

    @property
    def ended(self) -> bool:
        """Whether the text ended in it, so that no token of the round's own follows."""
        return not self.round.emits


def _measured(track: Track) -> list[_Measured]:
    found: list[_Measured] = []
    end = track.own_time(track.prefills[-1].time) if track.prefills else 0
    for one in track.verified:
        depths = [one.depth(node) + 1 for node in range(len(one.drafts))]
        parts = one.draft_time + one.verify_time + one.queue_time + one.network_time
        deepest = max([one.k, *depths])
        found.append(_Measured(one, deepest, depths, one.count("accepted"), one.end - end - parts))
        end = one.end
    return found


def _tried(header: Header, deepest: int) -> list[int]:
    whole = header.tree == "dynamic" or header.rule == "block"
    return [deepest] if whole else list(range(1, deepest + 1))


def _nodes(rounds: Sequence[_Measured], depth: int) -> float:
    """m_i."""
    return fmean(one.depths.count(depth) for one in rounds if one.k >= depth)


def _survival(rounds: Sequence[_Measured], deepest: int) -> tuple[list[float], list[int]]:
    """S_i, and the rounds behind each."""
    survival: list[float] = []
    reached: list[int] = []
    for depth in range(1, deepest + 1):
        able = [one for one in rounds if one.k >= depth and one.accepted >= depth - (not one.ended)]
        gained = sum(one.accepted >= depth for one in able)
        before = survival[-1] if survival else 1.0
        survival.append(before * gained / len(able) if able else 0.0)
        reached.append(len(able))
    return survival, reached


def _times(measured: Sequence[_Measured], counts: TrackCounts) -> dict[str, Any]:
    """Seconds of the parts of a run, by the names of RunModel."""
    rounds = [one.round for one in measured]
    sizes = [len(one.drafts) for one in rounds]
    verify, verify_slope = _line(sizes, [one.verify_time for one in rounds])
    other, other_slope = _line(sizes, [one.other for one in measured])
    drafting = sum(one.draft_time for one in rounds)
    inside = sum(one.verify_time + one.queue_time + one.network_time for one in rounds)
    spans = {
        "start_s": counts.duration - drafting - inside - sum(one.other for one in measured),
        "draft_s": drafting / sum(sizes),
        "verify_s": verify,
        "verify_slope_s": verify_slope,
        "other_s": other,
        "other_slope_s": other_slope,
        "queue_s": fmean(one.queue_time for one in rounds),
        "network_s": fmean(one.network_time for one in rounds),
    }
    seconds = {name: span / _MICROSECONDS for name, span in spans.items()}
    return {**seconds, "network_s": None} if counts.network_unknown else seconds


def _line(sizes: Sequence[int], spans: Sequence[int]) -> tuple[float, float]:
    """(a, b) of span = a + b size: through the means, with the median slope between neighbours."""
    steps = sorted(
        ((later - earlier) / (after - before), abs(after - before))
        for (before, after), (earlier, later) in zip(pairwise(sizes), pairwise(spans), strict=True)
        if after != before
    )
    half, median = sum(weight for _, weight in steps) / 2, 0.0
    for slope, weight in steps:
        half -= weight
        if half <= 0:
            median = slope
            break
    size, span = fmean(sizes), fmean(spans)
    slope = min(max(median, 0.0), span / size)
    return span - slope * size, slope


def _baseline(recording: Recording) -> tuple[Baseline, TrackCounts] | None:
    """The target alone: without a draft on this machine, else streaming."""
    for name in (AUTOREGRESSIVE, STREAMING):
        counts = count_track(recording.tracks.get(name, Track(name)))
        if (token := counts.tpot_s) is not None:
            rest = counts.duration / _MICROSECONDS - counts.tokens * token
            return Baseline(name, token, rest), counts
    return None
