"""Figures of two distributions at one place of a run."""

from markupsafe import Markup

from specrecord.publish.figures import distributions as outcomes
from specrecord.publish.figures.draw import columns
from specrecord.publish.figures.still import NOTHING, FigureData, Still, rows
from specrecord.publish.runs.numbers import figures


def coin(run: FigureData) -> Still:
    """Both distributions at one rejection, and what the rule makes of them."""
    if not run["distributions"]:
        return NOTHING
    p, q = _both(run)
    shared = outcomes.overlap(p, q)
    words = (
        f"Distributions over {len(p)} outcomes. They share {figures(shared)} of their probability."
    )
    numbers = {"shared": shared, "rejected": 1 - shared, "match": outcomes.match_rate(p, q)}
    return Still(_columns(run, words), rows(_COIN, numbers))


_COIN = [
    ("shared", "", "accepted: α = Σ min(p, q)"),
    ("rejected", "", "rejected: 1 − α"),
    ("match", "", "two independent samples agree: Σ p q"),
]


def experiment(run: FigureData) -> Still:
    """The distributions again, before anything was drawn."""
    if not run["distributions"]:
        return NOTHING
    words = (
        "The target's distribution beside the draft's. The experiment needs scripts; the proof "
        "above does not."
    )
    rows = [
        ("drawn", "count", "tokens drawn", "0"),
        ("distance", "", "distance from p: ½ Σ |share − p|", "no draw yet"),
    ]
    return Still(_columns(run, words), rows)


def rules(run: FigureData) -> Still:
    """The chance that a drafted token, or one of several, is kept under each rule."""
    if not run["distributions"]:
        return NOTHING
    words = "The same two distributions; the numbers below say what each rule keeps of them."
    return Still(_columns(run, words), rows(_RULES, rule_rates(*_both(run), 2)))


def rule_rates(p: list[float], q: list[float], drafts: int) -> dict[str, float]:
    """Acceptance by rule: one drafted token by three rules, then `drafts` children by two."""
    return {
        "match": outcomes.match_rate(p, q),
        "coupled": outcomes.coupled_rate(p, q),
        "standard": outcomes.overlap(p, q),
        "specinfer": outcomes.several_rate(p, q, drafts, replace=True),
        "rrs": outcomes.several_rate(p, q, drafts, replace=False),
    }


_RULES = [
    ("match", "", "match: Σ p q"),
    ("coupled", "", "gumbel: shared noise"),
    ("standard", "", "standard: Σ min(p, q)"),
    ("specinfer", "", "specinfer: several children, drawn independently"),
    ("rrs", "", "rrs: several children, without replacement"),
]


def _both(run: FigureData) -> tuple[list[float], list[float]]:
    return run["distributions"]["p"], run["distributions"]["q"]


def _columns(run: FigureData, words: str) -> Markup:
    return columns([*run["distributions"]["tokens"], "all others"], *_both(run), words)
