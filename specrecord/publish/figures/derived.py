"""Numbers that chapters put into sentences: recorded ones by their key, and what the model makes of
them.
"""

from collections.abc import Callable
from typing import Any

import specrecord.theory as theory
from specrecord.errors import FindingError
from specrecord.theory import Times

MOST_K = 64  # the largest K that the figures look at


def times_of(run: dict[str, Any]) -> Times:
    """Seconds: what a round of the run takes, by its recorded means."""
    times = run["times"]
    return Times(
        token=run["target_ms"] / 1000,
        draft=times["draft_ms"] / 1000,
        verify=times["verify_ms"] / 1000,
        other=times["other_ms"] / 1000,
    )


def survival_of(run: dict[str, Any], k: int = MOST_K) -> list[float]:
    """S_1 to S_k if every token were accepted with the run's alpha-hat."""
    return theory.geometric_survival(run["alpha_hat"], k)


# What the model makes of a run: each over recorded acceptance and recorded mean times.
DERIVED: dict[str, Callable[[dict[str, Any]], float]] = {
    "iid_tokens": lambda run: theory.expected_tokens(survival_of(run, run["k"])),
    "tokens_from_positions": lambda run: theory.expected_tokens(run["per_position"]),
    "rejected_share": lambda run: 1 - run["laws"]["overlap"],
    "best_k": lambda run: theory.best_k(survival_of(run), times_of(run)),
    "speedup_model": lambda run: theory.speedup_streaming(
        survival_of(run, run["k"]), times_of(run)
    ),
    "break_even": lambda run: 1000 * theory.break_even_round_trip(survival_of(run), times_of(run)),
}


_OF_CHAINS = {
    "iid_tokens",
    "best_k",
    "speedup_model",
    "break_even",
}  # one α and K describe a round: not so in a tree
_OF_A_TREE = "unknown for a tree"


def derived(run: dict[str, Any], key: str) -> Any:
    """A number of a lesson: recorded, or one of DERIVED; None where the recording lacks what it
    needs, words where the model does not apply.

    Raises FindingError for a key that names nothing.
    """
    if key in _OF_CHAINS and run["tree"] != "chain":
        return _OF_A_TREE
    if key in DERIVED:
        try:
            return DERIVED[key](run)
        except TypeError:  # a part that was not recorded is None
            return None
    if key in run:
        return run[key]
    if key in run["times"]:
        return run["times"][key]
    raise FindingError(f"no number is called {key!r}; there are {', '.join([*run, *DERIVED])}")
