"""Figures of what a model makes of a run, beside what was recorded."""

from dataclasses import replace
from typing import Any

from specrecord.publish.figures.still import (
    Axis,
    FigureData,
    Lines,
    Series,
    Still,
    log_axis,
    nice_axis,
)
from specrecord.publish.runs.figure_data import TRACKS
from specrecord.recording.measures.run_model import RunModel
from specrecord.theory import expected_tokens, geometric_survival

_LAST_K = 16
_NARROW = 8  # an axis of K holds as many at least
_LONGEST, _TRIP = 20.0, 5.0  # milliseconds
_WAYS = {
    "streaming": "streaming",
    "chunked": "chunks",
    "model": "speculation",
    "per_request": "one request a token",
}


def reach(run: FigureData) -> Still | None:
    """Tokens per round over K, by the model and as recorded; for a chain, where one α and K
    describe a round.
    """
    if run["tree"] != "chain" or not run["k"]:
        return None
    alpha, k, recorded = run["alpha_hat"] or 0.0, run["k"], run["mean_acceptance_length"]
    expected = [expected_tokens(geometric_survival(alpha, n)) for n in range(max(_LAST_K, k) + 1)]
    curve = [(float(n), expected[n]) for n in range(1, _LAST_K + 1)]
    top = max(recorded, *(y + 1 for _, y in curve))
    series: list[Series] = [("model", curve), ("recorded", [(k, recorded)])]
    numbers = {
        "alpha": alpha,
        "tokens": expected[k],
        "share": (expected[k] - 1) / k,
        "recorded": recorded,
        "recorded_share": run["acceptance_rate"],
    }
    names = {"model": "model: one α"}
    return Still(
        numbers, Lines(_k_axis(_LAST_K), nice_axis("tokens per round", top), series, names)
    )


def pays(run: FigureData) -> Still | None:
    """The speedup over K: the model at the depths that were tried, and as recorded."""
    recorded = run["speedup"]
    if not has_baseline(run) or recorded is None:
        return None
    model = RunModel.from_json(run["estimate"])
    curve = [(float(k), model.speedup(k) or 0.0) for k in model.tried]
    deepest = model.tried[-1]
    axis = _k_axis(max(_NARROW, deepest))
    top = max(1.2, recorded, *(y for _, y in curve)) * 1.1
    even = [(1, 1), (axis.high, 1)]
    series: list[Series] = [("even", even), ("model", curve), ("recorded", [(deepest, recorded)])]
    numbers = {
        "model": model.speedup(deepest),
        "recorded": recorded,
        "best": model.best_k_text,
        "at_best": max(1.0, model.speedup(model.fastest_k) or 0.0),
        "cost": run["draft_ms"] / run["target_ms"],
    }
    names = {"even": "as fast as the target alone", "model": "model: this run"}
    return Still(numbers, Lines(axis, nice_axis("speedup", top), series, names))


def network(run: FigureData) -> Still | None:
    """Four ways to decode across a network, over its round trip."""
    if not has_baseline(run) or run["estimate"]["network_s"] is None:
        return None
    model = RunModel.from_json(run["estimate"])
    k, tracks = model.tried[-1], run["tracks"] if run["remote"] else {}
    trip = 1000 * (model.network_s or 0) if run["remote"] else _TRIP
    longest = max(_LONGEST, trip * 1.25)
    rates = [(at, across(model, k, at)) for at in (longest * step / 40 for step in range(41))]
    series: list[Series] = [(way, [(at, rate[way]) for at, rate in rates]) for way in _WAYS]
    series += [(f"recorded {name}", [(trip, rate)]) for name, rate in tracks.items()]
    highest = max([rates[0][1]["streaming"], *tracks.values()])
    x = replace(nice_axis("round trip, ms", longest), high=longest)
    lowest = min([rates[-1][1]["per_request"], *tracks.values()])
    chart = Lines(x, log_axis("tokens per second", lowest, highest * 1.1), series, _WAYS)
    recorded = {f"recorded_{name}": tracks.get(name) for name in TRACKS}
    return Still({**network_numbers(model, k, trip), **recorded}, chart)


def across(model: RunModel, k: int, trip: float) -> dict[str, float]:
    """Tokens per second of four ways at a round trip of so many milliseconds, by the model.

    N tokens over the seconds of the whole text: the target alone with one round trip, with one for
    every K + 1 tokens, and with one for each; and speculation with one a round.
    """
    near, seconds = model.at_round_trip(0), trip / 1000
    alone = near.baseline.seconds(model.tokens) if near.baseline else 0.0
    spans = {
        "streaming": alone + seconds,
        "chunked": alone + seconds * model.tokens / (k + 1),
        "per_request": alone + seconds * model.tokens,
        "model": near.seconds(k) + seconds * near.rounds(k),
    }
    return {way: model.tokens / span for way, span in spans.items()}


def network_numbers(model: RunModel, k: int, trip: float) -> dict[str, Any]:
    """What the model says at K and a round trip in milliseconds."""
    rates = across(model, k, trip)
    even = model.break_even_s
    return {
        "spec": rates["model"],
        "request": rates["model"] / rates["per_request"],
        "chunk": rates["model"] / rates["chunked"],
        "stream": rates["model"] / rates["streaming"],
        "even": "unknown" if even is None else 1000 * even,
        "popular": k / (1 + trip / (k * 1000 * model.draft_s)),
    }


def has_baseline(run: FigureData) -> bool:
    """Whether a run's model knows the target alone."""
    return bool(run["estimate"] and run["estimate"]["baseline"])


def _k_axis(high: int) -> Axis:
    step = high // 4
    return Axis("K, most drafted tokens a round", 1, high, [1, *range(step, high + 1, step)])
