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

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean
from typing import Any

from specrecord.events import AUTOREGRESSIVE, SPECULATIVE, STREAMING
from specrecord.header import Header
from specrecord.recording.measures.run_model import Baseline, RunModel
from specrecord.recording.measures.series import RoundSeries, Way
from specrecord.recording.measures.stats import Totals, TrackCounts, count_recording
from specrecord.recording.reader import Recording

_MICROSECONDS = 1_000_000
_TOLERANCE = 0.05  # as a share of the recorded rate: a model farther off is none


def estimate(recording: Recording, totals: Totals | None = None) -> RunModel | None:
    """A run's model; None where it drafted nothing, or the model is off its record by over 5 %.
    `totals` are what `count_recording` counts, where one has them.
    """
    totals = totals or count_recording(recording)
    counts, series = totals.tracks[SPECULATIVE], totals.series
    if recording.header.rule in ("own", "prediction"):
        return None  # what a round's drafting takes is not told
    deepest = max((len(way.nodes) for way in series.ways), default=0)
    if not deepest or not counts.tokens or not counts.duration:
        return None
    survival, reached = _survival(series.ways, deepest)
    alone = _baseline(totals)
    model = RunModel(
        tokens=counts.tokens,
        tried=_tried(recording.header, deepest),
        limited=deepest == max(way.k for way in series.ways),
        reached=reached,
        survival=survival,
        drafted=[_drafted(series.ways, depth) for depth in range(1, deepest + 1)],
        **_times(series, counts),
        baseline=alone and alone[0],
        recorded=counts.tokens_per_second or 0.0,
        recorded_speedup=alone and counts.speedup(alone[1]),
    )
    apart = abs(model.tokens_per_second(deepest) / model.recorded - 1)
    return model if apart <= _TOLERANCE else None


def _tried(header: Header, deepest: int) -> list[int]:
    whole = header.tree == "dynamic" or header.rule == "block"
    return [deepest] if whole else list(range(1, deepest + 1))


def _drafted(ways: Counter[Way], depth: int) -> float:
    """m_i."""
    able = [(way, count) for way, count in ways.items() if way.k >= depth]
    nodes = sum(way.nodes[depth - 1] * count for way, count in able if len(way.nodes) >= depth)
    return nodes / sum(count for _, count in able)


def _survival(ways: Counter[Way], deepest: int) -> tuple[list[float], list[int]]:
    """S_i, and the rounds behind each."""
    survival: list[float] = []
    reached: list[int] = []
    for depth in range(1, deepest + 1):
        able = [
            (way, count)
            for way, count in ways.items()
            if way.k >= depth and way.accepted >= depth - (not way.ended)
        ]
        rounds = sum(count for _, count in able)
        gained = sum(count for way, count in able if way.accepted >= depth)
        before = survival[-1] if survival else 1.0
        survival.append(before * gained / rounds if rounds else 0.0)
        reached.append(rounds)
    return survival, reached


def _times(series: RoundSeries, counts: TrackCounts) -> dict[str, Any]:
    """Seconds of the parts of a run, by the names of RunModel."""
    rounds = len(series.sizes)
    verify, verify_slope = _line(series.sizes, series.verify)
    other, other_slope = _line(series.sizes, series.other)
    inside = series.drafting + sum(series.verify) + series.queue + series.network
    spans = {
        "start_s": counts.duration - inside - sum(series.other),
        "draft_s": series.drafting / sum(series.sizes),
        "verify_s": verify,
        "verify_slope_s": verify_slope,
        "other_s": other,
        "other_slope_s": other_slope,
        "queue_s": series.queue / rounds,
        "network_s": series.network / rounds,
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


def _baseline(totals: Totals) -> tuple[Baseline, TrackCounts] | None:
    """The target alone: without a draft on this machine, else streaming."""
    for name in (AUTOREGRESSIVE, STREAMING):
        counts = totals.tracks.get(name, TrackCounts())
        if (token := counts.tpot_s) is not None:
            rest = counts.duration / _MICROSECONDS - counts.tokens * token
            return Baseline(name, token, rest), counts
    return None
