"""Figures of two distributions at one place of a run, of its text and of its counts."""

from itertools import pairwise

from specrecord.publish.figures import distributions as outcomes
from specrecord.publish.figures.still import Axis, FigureData, Lines, Series, Still, nice_axis

_LOOKUP_SIZE = 2
_CHILDREN, _CHILDREN_FIRST = range(1, 5), 2
_RULE_NAMES = {
    "match": "match",
    "coupled": "gumbel",
    "standard": "standard",
    "specinfer": "specinfer",
    "rrs": "rrs",
}


def coin(run: FigureData) -> Still | None:
    """Both distributions at one rejection, and what the rule makes of them."""
    if not run["distributions"]:
        return None
    p, q = _both(run)
    shared = outcomes.overlap(p, q)
    numbers = {"shared": shared, "rejected": 1 - shared, "match": outcomes.match_rate(p, q)}
    return Still({**numbers, "thrown": 0, "yes": "no coin yet"})


def experiment(run: FigureData) -> Still | None:
    """The distributions again, before anything was drawn."""
    return Still({"drawn": "0", "distance": "no draw yet"}) if run["distributions"] else None


def rules(run: FigureData) -> Still | None:
    """The chance that a drafted token, or one of several, is kept under each rule."""
    if not run["distributions"]:
        return None
    rates = {children: rule_rates(*_both(run), children) for children in _CHILDREN}
    series: list[Series] = [
        (rule, [(children, rates[children][rule]) for children in _CHILDREN])
        for rule in _RULE_NAMES
    ]
    axis = Axis("children", _CHILDREN[0], _CHILDREN[-1], _CHILDREN)
    chart = Lines(axis, nice_axis("chance that one is kept", 1), series, _RULE_NAMES)
    return Still(rates[_CHILDREN_FIRST], chart)


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


def lookup(run: FigureData) -> Still | None:
    """Prompt lookup replayed over the recorded text."""
    if not run["ids"]:
        return None
    guesses = outcomes.lookup_guesses(run["ids"], run["prompt_tokens"], _LOOKUP_SIZE)
    proposed, right = len(guesses) - guesses.count(None), guesses.count(True)
    numbers = {"out": len(guesses), "proposed": proposed, "right": right}
    return Still({**numbers, "hit": right / proposed if proposed else None}, guesses)


def names(run: FigureData) -> Still:
    """One run by the names that engines and papers give its numbers."""
    conditional = (now / before for before, now in pairwise(run["per_position"]) if before)
    return Still(
        {
            "acceptance_rate": run["acceptance_rate"],
            "alpha_hat": run["alpha_hat"],
            "length": run["mean_acceptance_length"],
            "without_own": run["accepted"] / run["rounds"] if run["rounds"] else None,
            "positions": run["tokens_from_positions"],
            "second": next(conditional, None),
        }
    )
