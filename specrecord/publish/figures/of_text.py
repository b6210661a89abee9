"""Figures of a run's text and of its counts."""

from markupsafe import Markup

from specrecord.publish.figures import distributions as outcomes
from specrecord.publish.figures.draw import strip
from specrecord.publish.figures.still import NOTHING, FigureData, Still, rows


def lookup(run: FigureData) -> Still:
    """Prompt lookup replayed over the recorded text."""
    if not run["ids"]:
        return NOTHING
    proposal = outcomes.lookup_guesses(run["ids"], run["prompt_tokens"], _LOOKUP_SIZE)
    proposed, right = len(proposal) - proposal.count(None), proposal.count(True)
    numbers = {
        "out": len(proposal),
        "proposed": proposed,
        "right": right,
        "hit": right / proposed if proposed else None,
    }
    words = f"{proposed} guesses over {len(proposal)} tokens, {right} of them right."
    return Still(strip(proposal, words), rows(_LOOKUP, numbers))


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
        "positions": run["tokens_from_positions"],
        "second": conditional[0] if conditional else None,
    }
    return Still(Markup(""), rows(_NAMES, numbers))


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
