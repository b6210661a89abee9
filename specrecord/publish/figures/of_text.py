"""Figures of a run's text and of its counts."""

from itertools import pairwise

from specrecord.publish.figures import distributions as outcomes
from specrecord.publish.figures.still import FigureData, Still

_LOOKUP_SIZE = 2


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
