"""Each kind of figure: a run's lesson in, picture and numbers out."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

import specrecord.theory as theory
from specrecord.publish.figures import distributions as law
from specrecord.publish.figures.derived import derived, survival_of, times_of
from specrecord.publish.figures.draw import Axis, Lines, Series, laws, lines, nice_axis, strip
from specrecord.publish.runs.figure_data import TRACKS
from specrecord.publish.runs.numbers import UNKNOWN, figures

FigureData = dict[str, Any]
_MISSING = Markup('<p class="note">This recording does not hold what the figure needs.</p>')
_UNITS = {"ms": " ms", "times": "×", "percent": " %"}


@dataclass(frozen=True)
class Still:
    """A figure that stands still: its picture, and rows of (key, unit, label, shown)."""

    picture: Markup
    rows: list[tuple[str, str, str, str]]


def coin(run: FigureData) -> Still:
    """Both laws at one rejection, and what the rule makes of them."""
    if not run["laws"]:
        return Still(_MISSING, [])
    p, q, tokens = _laws(run)
    shared = law.overlap(p, q)
    words = f"Laws over {len(p)} outcomes. They share {figures(shared)} of their probability."
    numbers = {"shared": shared, "rejected": 1 - shared, "match": law.match_rate(p, q)}
    return Still(laws(tokens, p, q, words), _rows(_COIN, numbers))


_COIN = [
    ("shared", "", "accepted: α = Σ min(p, q)"),
    ("rejected", "", "rejected: 1 − α"),
    ("match", "", "two independent samples agree: Σ p q"),
]


def experiment(run: FigureData) -> Still:
    """The laws again, before anything was drawn."""
    if not run["laws"]:
        return Still(_MISSING, [])
    p, q, tokens = _laws(run)
    words = (
        "The target's law beside the draft's. The experiment needs scripts; the proof above "
        "does not."
    )
    rows = [
        ("drawn", "count", "tokens drawn", "0"),
        ("distance", "", "distance from p: ½ Σ |share − p|", "no draw yet"),
    ]
    return Still(laws(tokens, p, q, words), rows)


def reach(run: FigureData) -> Still:
    """Tokens per round over K, by the model and as recorded."""
    if not _is_chain(run):
        return Still(_MISSING, [])
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
    chart = Lines(_k_axis(), nice_axis("tokens per round", top),
                  [Series("model", curve), recorded], words)  # fmt: skip
    expected = theory.expected_tokens(theory.geometric_survival(alpha, k))
    numbers = {
        "alpha": alpha,
        "tokens": expected,
        "share": (expected - 1) / k,
        "recorded": run["mean_acceptance_length"],
        "recorded_share": run["acceptance_rate"],
    }
    return Still(lines(chart), _rows(_REACH, numbers))


_REACH = [
    ("alpha", "", "α, here α̂ of the run"),
    ("tokens", "", "model: tokens per round, (1 − α^(K+1)) / (1 − α)"),
    ("recorded", "", "recorded: tokens per round"),
    ("share", "", "model: accepted / drafted"),
    ("recorded_share", "", "recorded: accepted / drafted"),
]
_LAST_K = 16


def pays(run: FigureData) -> Still:
    """The speedup over K, by the model and as recorded."""
    if (
        not _is_chain(run)
        or run["target_ms"] is None
        or run["alpha_hat"] is None
        or run["speedup"] is None
    ):
        return Still(_MISSING, [])
    survival, times, k = survival_of(run), times_of(run), run["k"]
    speedup = [
        1.0,
        *(theory.speedup_streaming(survival[:n], times) for n in range(1, len(survival) + 1)),
    ]
    curve = [(float(n), speedup[n]) for n in range(1, _LAST_K + 1)]
    recorded = Series(run["title"], [(k, run["speedup"])], "recorded")
    even = Series("as fast as the target alone", [(1, 1), (_LAST_K, 1)], "even")
    words = f"Speedup over K by the model, and the recorded {figures(run['speedup'])} at K {k}."
    chart = Lines(
        _k_axis(),
        nice_axis("speedup", max(1.2, run["speedup"], *(y for _, y in curve)) * 1.1),
        [even, Series("model", curve), recorded],
        words,
    )
    best = theory.best_k(survival, times)
    numbers = {
        "model": theory.speedup_streaming(survival_of(run, k), times),
        "recorded": run["speedup"],
        "best": best,
        "at_best": speedup[best],
        "cost": times.draft / times.token,
    }
    return Still(lines(chart), _rows(_PAYS, numbers))


_PAYS = [
    ("model", "times", "model: speedup at this K"),
    ("recorded", "times", "recorded: speedup over the target alone"),
    ("best", "count", "model: the best K (0: do not draft)"),
    ("at_best", "times", "model: speedup at the best K"),
    ("cost", "", "cost ratio c: a drafted token / a token of the target"),
]


def network(run: FigureData) -> Still:
    """Four ways to decode across a network, over its round trip."""
    if not _is_chain(run) or run["target_ms"] is None or run["alpha_hat"] is None:
        return Still(_MISSING, [])
    k, times, target = run["k"], times_of(run), run["target_ms"]
    survival = survival_of(run, k)
    trip = run["trip_ms"] if run["trip_ms"] is not None else _TRIP
    longest = max(_LONGEST, trip * 1.25)
    trips = [longest * step / 40 for step in range(41)]
    ways = {
        "streaming": [1000 / target for _ in trips],
        "chunked": [_chunked(k, at, target) for at in trips],
        "model": [
            theory.tokens_per_second(survival, replace(times, round_trip=at / 1000)) for at in trips
        ],
        "per_request": [1000 / (at + target) for at in trips],
    }
    series = [
        Series(name, list(zip(trips, values, strict=True)), name) for name, values in ways.items()
    ]
    tracks = run["lanes"] if run["trip_ms"] is not None else {}
    series += [Series(name, [(trip, rate)], f"recorded {name}") for name, rate in tracks.items()]
    words = (
        "Tokens per second over the round trip: streaming, chunks, speculation, one request a "
        "token."
    )
    chart = Lines(
        replace(nice_axis("round trip, ms", longest), high=longest),
        nice_axis("tokens per second", max([1000 / target, *tracks.values()]) * 1.1),
        series,
        words,
    )
    far = replace(times, round_trip=trip / 1000)
    rate = theory.tokens_per_second(survival, far)
    numbers = {
        "spec": rate,
        "request": theory.speedup_per_request(survival, far),
        "stream": theory.speedup_streaming(survival, far),
        "chunk": rate / _chunked(k, trip, target),
        "even": 1000 * theory.break_even_round_trip(survival_of(run), times),
        **{f"recorded_{name}": tracks.get(name) for name in TRACKS},
        "popular": k / (1 + trip / (k * run["times"]["draft_ms"])),
    }
    return Still(lines(chart), _rows(_NETWORK, numbers))


def _chunked(k: int, trip: float, target: float) -> float:
    """Tokens per second of the target in chunks of K + 1, without a draft; times in ms."""
    return 1000 * (k + 1) / (trip + (k + 1) * target)


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
    ("even", "ms", "model: round trip up to which some K beats streaming"),
    ("popular", "times", "what the formula without α or target would say"),
]


def rules(run: FigureData) -> Still:
    """The chance that a drafted token, or one of several, is kept under each rule."""
    if not run["laws"]:
        return Still(_MISSING, [])
    p, q, tokens = _laws(run)
    numbers = rule_rates(p, q, 2)
    words = "The same two laws; the numbers below say what each rule keeps of them."
    return Still(laws(tokens, p, q, words), _rows(_RULES, numbers))


def rule_rates(p: list[float], q: list[float], drafts: int) -> dict[str, float]:
    """Acceptance by rule: one drafted token by three rules, then `drafts` children by two."""
    return {
        "match": law.match_rate(p, q),
        "coupled": law.coupled_rate(p, q),
        "standard": law.overlap(p, q),
        "specinfer": law.several_rate(p, q, drafts, replace=True),
        "rrs": law.several_rate(p, q, drafts, replace=False),
    }


_RULES = [
    ("match", "", "match: Σ p q"),
    ("coupled", "", "gumbel: shared noise"),
    ("standard", "", "standard: Σ min(p, q)"),
    ("specinfer", "", "specinfer: several children, drawn independently"),
    ("rrs", "", "rrs: several children, without replacement"),
]


def lookup(run: FigureData) -> Still:
    """Prompt lookup replayed over the recorded text."""
    if not run["ids"]:
        return Still(_MISSING, [])
    proposal = law.lookup_guesses(run["ids"], run["prompt_tokens"], _LOOKUP_SIZE)
    proposed, right = law.lookup_hits(run["ids"], run["prompt_tokens"], _LOOKUP_SIZE)
    numbers = {
        "out": len(proposal),
        "proposed": proposed,
        "right": right,
        "hit": right / proposed if proposed else None,
    }
    words = f"{proposed} guesses over {len(proposal)} tokens, {right} of them right."
    return Still(strip(proposal, words), _rows(_LOOKUP, numbers))


_LOOKUP_SIZE = 2
_LOOKUP = [
    ("out", "count", "tokens of the recorded text"),
    ("proposed", "count", "at which the last n tokens had occurred before"),
    ("right", "count", "where what followed then is what came"),
    ("hit", "", "of the guesses, right"),
]


def names(run: FigureData) -> Still:
    """One run by the names that engines and papers give its numbers."""
    conditional = [
        now / before
        for now, before in zip(run["per_position"][1:], run["per_position"], strict=False)
        if before
    ]
    numbers = {
        "acceptance_rate": run["acceptance_rate"],
        "alpha_hat": run["alpha_hat"],
        "length": run["mean_acceptance_length"],
        "without_own": run["accepted"] / run["rounds"] if run["rounds"] else None,
        "positions": derived(run, "tokens_from_positions"),
        "second": conditional[0] if conditional else None,
    }
    return Still(Markup(""), _rows(_NAMES, numbers))


_NAMES = [
    (
        "acceptance_rate",
        "",
        "accepted / drafted: vLLM’s draft acceptance rate, SGLang’s spec_accept_rate",
    ),
    (
        "alpha_hat",
        "",
        "accepted / (accepted + rounds with a rejection): α̂, an estimate of the papers’ α",
    ),
    (
        "length",
        "",
        "(accepted + own tokens) / rounds: mean acceptance length of vLLM, SGLang, Spec-Bench",
    ),
    (
        "without_own",
        "",
        "accepted / rounds: gpt-fast’s Mean Accepted, the round’s own token left out",
    ),
    (
        "positions",
        "",
        "1 + Σ Sᵢ over vLLM’s per-position rates: the same, if each round added its own token",
    ),
    ("second", "", "S₂ / S₁: the conditional rate at the second position"),
]


def _is_chain(run: FigureData) -> bool:
    """Whether one α and K describe a round: not so where drafts branch."""
    return bool(run["tree"] == "chain" and run["k"])


def _laws(run: FigureData) -> tuple[list[float], list[float], list[str]]:
    return run["laws"]["p"], run["laws"]["q"], [*run["laws"]["tokens"], "all others"]


def _k_axis() -> Axis:
    return Axis("K, most drafted tokens a round", 1, _LAST_K, [1, 4, 8, 12, 16])


def _rows(
    said: Iterable[tuple[str, str, str]], numbers: dict[str, Any]
) -> list[tuple[str, str, str, str]]:
    return [(key, unit, label, shown(numbers.get(key), unit)) for key, unit, label in said]


def shown(value: float | None, unit: str) -> str:
    """A number as figures show it."""
    if value is None:
        return UNKNOWN
    if unit == "count":
        return f"{value:,.0f}"
    return f"{figures(value)}{_UNITS.get(unit, '')}"
