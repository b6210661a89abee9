"""One model of many runs that differ in K, prompt and seed alone."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from statistics import fmean, median

from specrecord.recording.measures.run_model import Baseline, RunModel
from specrecord.theory import fit_line

_MEDIANS = ("start_s", "draft_s", "queue_s", "recorded", "recorded_speedup")


def pool(models: Iterable[RunModel | None]) -> RunModel | None:
    """The model of all runs that have one; None where none has.

    Survival is of all their rounds that drafted so deep. Times are medians, since a run in which
    the machine was busy with something else says nothing about the others; what a drafted token
    adds to a round is fitted from one K to another where there are several. None also for several K
    of a draft whose first tokens depend on its whole shape (`dynamic` trees, the `block` rule):
    those are not one draft cut at several depths.
    """
    runs = [one for one in models if one and one.baseline]
    depths = {len(one.survival) for one in runs}
    if not runs or (len(depths) > 1 and any(one.tried[0] > 1 for one in runs)):
        return None
    deepest = max(runs, key=lambda one: len(one.survival))
    reaching = [[one for one in runs if len(one.survival) > depth] for depth in range(max(depths))]
    verify, verify_slope = _line(runs, lambda one: (one.verify_s, one.verify_slope_s))
    other, other_slope = _line(runs, lambda one: (one.other_s, one.other_slope_s))
    alone = [one.baseline for one in runs if one.baseline]
    return replace(
        deepest,
        tokens=round(fmean(one.tokens for one in runs)),
        reached=[sum(one.reached[depth] for one in able) for depth, able in enumerate(reaching)],
        survival=_survival(reaching),
        drafted=[fmean(one.drafted[depth] for one in able) for depth, able in enumerate(reaching)],
        **{name: median(getattr(one, name) for one in runs) for name in _MEDIANS},
        verify_s=verify,
        verify_slope_s=verify_slope,
        other_s=other,
        other_slope_s=other_slope,
        baseline=Baseline(
            alone[0].name,
            median(one.token_s for one in alone),
            median(one.start_s for one in alone),
        ),
    )


def _survival(reaching: Sequence[Sequence[RunModel]]) -> list[float]:
    """S_i over the rounds of all runs, from each run's own."""
    survival: list[float] = []
    for depth, runs in enumerate(reaching):
        gained = reached = 0.0
        for one in runs:
            before = one.survival[depth - 1] if depth else 1.0
            gained += one.reached[depth] * one.survival[depth] / before if before else 0.0
            reached += one.reached[depth]
        survival.append((survival[-1] if survival else 1.0) * (gained / reached if reached else 0))
    return survival


def _line(
    runs: Sequence[RunModel], own: Callable[[RunModel], tuple[float, float]]
) -> tuple[float, float]:
    """(a, b) of seconds a round = a + b size: through the medians of the runs at each K."""
    by_k: dict[int, list[RunModel]] = defaultdict(list)
    for one in runs:
        by_k[len(one.survival)].append(one)
    if len(by_k) == 1:
        return median(own(one)[0] for one in runs), median(own(one)[1] for one in runs)
    points = []
    for group in by_k.values():
        spans = [own(one)[0] + own(one)[1] * _size(one) for one in group]
        points.append((median(map(_size, group)), median(spans)))
    size, seconds = fmean(x for x, _ in points), fmean(y for _, y in points)
    slope = min(max(fit_line(points)[1], 0.0), seconds / size)
    return seconds - slope * size, slope


def _size(model: RunModel) -> float:
    """Tokens drafted a round."""
    deepest = len(model.survival)
    return model.drafts(deepest) / model.rounds(deepest)
