"""Figures of what a model makes of a run, beside what was recorded."""

from dataclasses import replace
from typing import Any

import specrecord.theory as theory
from specrecord.publish.figures.draw import Axis, Lines, Series, lines, nice_axis
from specrecord.publish.figures.still import NOTHING, FigureData, Still, rows
from specrecord.publish.runs.figure_data import TRACKS
from specrecord.publish.runs.numbers import figures
from specrecord.recording.run_model import RunModel


def reach(run: FigureData) -> Still:
    """Tokens per round over K, by the model and as recorded."""
    if not _is_chain(run):
        return NOTHING
    alpha, k = run["alpha_hat"] or 0.0, run["k"]
    curve = [
        (float(n), theory.expected_tokens(theory.geometric_survival(alpha, n)))
        for n in range(1, _LAST_K + 1)
    ]
    recorded = Series(run["title"], [(k, run["mean_acceptance_length"])], "recorded")
    words = (
        f"Tokens per round over K at acceptance {figures(alpha)}, and the recorded point at K {k}."
    )
    top = max(run["mean_acceptance_length"], *(y + 1 for _, y in curve))
    chart = Lines(_k_axis(_LAST_K), nice_axis("tokens per round", top),
                  [Series("model", curve), recorded], words)  # fmt: skip
    expected = theory.expected_tokens(theory.geometric_survival(alpha, k))
    numbers = {
        "alpha": alpha,
        "tokens": expected,
        "share": (expected - 1) / k,
        "recorded": run["mean_acceptance_length"],
        "recorded_share": run["acceptance_rate"],
    }
    return Still(lines(chart), rows(_REACH, numbers))


_REACH = [
    ("alpha", "", "α, here α̂ of the run"),
    ("tokens", "", "model: tokens per round, (1 − α^(K+1)) / (1 − α)"),
    ("recorded", "", "recorded: tokens per round"),
    ("share", "", "model: accepted / drafted"),
    ("recorded_share", "", "recorded: accepted / drafted"),
]
_LAST_K = 16


def pays(run: FigureData) -> Still:
    """The speedup over K: the model at the depths that were tried, and as recorded."""
    if not has_baseline(run) or run["speedup"] is None:
        return NOTHING
    model = RunModel.from_json(run["estimate"])
    curve = [(float(k), model.speedup(k) or 0.0) for k in model.tried]
    deepest = model.tried[-1]
    axis = _k_axis(max(_NARROW, deepest))
    recorded = Series(run["title"], [(deepest, run["speedup"])], "recorded")
    even = Series("as fast as the target alone", [(1, 1), (axis.high, 1)], "even")
    words = (
        f"Speedup over K by the model, up to {deepest}, the deepest tried, and the recorded "
        f"{figures(run['speedup'])} there."
    )
    chart = Lines(
        axis,
        nice_axis("speedup", max(1.2, run["speedup"], *(y for _, y in curve)) * 1.1),
        [even, Series("model", curve), recorded],
        words,
    )
    numbers = {
        "model": model.speedup(deepest),
        "recorded": run["speedup"],
        "best": model.best_k_text,
        "at_best": max(1.0, model.speedup(model.fastest_k) or 0.0),
        "cost": run["draft_ms"] / run["target_ms"],
    }
    return Still(lines(chart), rows(_PAYS, numbers))


_NARROW = 8  # an axis of K holds as many at least
_PAYS = [
    ("model", "times", "model: speedup at this K, N tokens over the seconds that they take"),
    ("recorded", "times", "recorded: speedup over the target alone"),
    ("best", "count", "model: the best K (0: do not draft)"),
    ("at_best", "times", "model: speedup at the best K tried"),
    ("cost", "", "cost ratio c: a drafted token / a token of the target"),
]


def network(run: FigureData) -> Still:
    """Four ways to decode across a network, over its round trip."""
    if not has_baseline(run) or run["estimate"]["network_s"] is None:
        return NOTHING
    model = RunModel.from_json(run["estimate"])
    k = model.tried[-1]
    trip = 1000 * (model.network_s or 0) if run["remote"] else _TRIP
    longest = max(_LONGEST, trip * 1.25)
    trips = [longest * step / 40 for step in range(41)]
    series = [
        Series(way, [(at, across(model, k, at)[way]) for at in trips], way)
        for way in ("streaming", "chunked", "model", "per_request")
    ]
    tracks = run["tracks"] if run["remote"] else {}
    series += [Series(name, [(trip, rate)], f"recorded {name}") for name, rate in tracks.items()]
    words = (
        "Tokens per second over the round trip: streaming, chunks, speculation, one request a "
        "token."
    )
    highest = max([across(model, k, 0)["streaming"], *tracks.values()])
    chart = Lines(
        replace(nice_axis("round trip, ms", longest), high=longest),
        nice_axis("tokens per second", highest * 1.1),
        series,
        words,
    )
    return Still(lines(chart), rows(_NETWORK, network_numbers(run, model, k, trip)))


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


def network_numbers(run: FigureData, model: RunModel, k: int, trip: float) -> dict[str, Any]:
    """At K and a round trip in milliseconds."""
    rates = across(model, k, trip)
    even = model.break_even_s
    tracks = run["tracks"] if run["remote"] else {}
    return {
        "spec": rates["model"],
        "request": rates["model"] / rates["per_request"],
        "chunk": rates["model"] / rates["chunked"],
        "stream": rates["model"] / rates["streaming"],
        "even": "unknown" if even is None else 1000 * even,
        **{f"recorded_{name}": tracks.get(name) for name in TRACKS},
        "popular": k / (1 + trip / (k * 1000 * model.draft_s)),
    }


_LONGEST, _TRIP = 20.0, 5.0
_NETWORK = [
    ("spec", "", "model: speculation, tokens per second"),
    ("recorded_speculative", "", "recorded: speculation, tokens per second"),
    ("recorded_per_request", "", "recorded: one request a token"),
    ("recorded_chunked", "", "recorded: chunks of K + 1 without a draft"),
    ("recorded_streaming", "", "recorded: the target streaming"),
    ("request", "times", "model: over one request a token"),
    ("chunk", "times", "model: over chunks of K + 1 without a draft"),
    ("stream", "times", "model: over the streaming target"),
    ("even", "ms", "model: round trip up to which some K tried beats streaming"),
    ("popular", "times", "what the formula without α or target would say"),
]


def has_baseline(run: FigureData) -> bool:
    """Whether a run's model knows the target alone."""
    return bool(run["estimate"] and run["estimate"]["baseline"])


def _is_chain(run: FigureData) -> bool:
    """Whether one α and K describe a round: not so where drafts branch."""
    return bool(run["tree"] == "chain" and run["k"])


def _k_axis(high: int) -> Axis:
    step = high // 4
    return Axis("K, most drafted tokens a round", 1, high, [1, *range(step, high + 1, step)])
