"""Figures of two distributions at one place of a run."""

from specrecord.publish.figures import distributions as outcomes
from specrecord.publish.figures.still import FigureData, Still


def coin(run: FigureData) -> Still | None:
    """Both distributions at one rejection, and what the rule makes of them."""
    if not run["distributions"]:
        return None
    p, q = _both(run)
    shared = outcomes.overlap(p, q)
    return Still({"shared": shared, "rejected": 1 - shared, "match": outcomes.match_rate(p, q)})


def experiment(run: FigureData) -> Still | None:
    """The distributions again, before anything was drawn."""
    return Still({"drawn": "0", "distance": "no draw yet"}) if run["distributions"] else None


def rules(run: FigureData) -> Still | None:
    """The chance that a drafted token, or one of several, is kept under each rule."""
    return Still(rule_rates(*_both(run), 2)) if run["distributions"] else None


def rule_rates(p: list[float], q: list[float], drafts: int) -> dict[str, float]:
    """Acceptance by rule: one drafted token by three rules, then `drafts` children by two."""
    return {
        "match": outcomes.match_rate(p, q),
        "coupled": outcomes.coupled_rate(p, q),
        "standard": outcomes.overlap(p, q),
        "specinfer": outcomes.several_rate(p, q, drafts, replace=True),
        "rrs": outcomes.several_rate(p, q, drafts, replace=False),
    }


def _both(run: FigureData) -> tuple[list[float], list[float]]:
    return run["distributions"]["p"], run["distributions"]["q"]
