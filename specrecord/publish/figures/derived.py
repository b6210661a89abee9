"""Numbers that chapters put into sentences: recorded ones by their key, and what the model makes of them."""

from collections.abc import Callable
from typing import Any

from specrecord.errors import FindingError
from specrecord.publish.figures import model

# What the model makes of a run: each over recorded acceptance and recorded mean times.
DERIVED: dict[str, Callable[[dict[str, Any]], float]] = {
    "iid_tokens": lambda run: model.expected_tokens(model.survival(run["alpha_hat"], run["k"])),
    "tokens_from_positions": lambda run: model.expected_tokens(run["per_position"]),
    "rejected_share": lambda run: 1 - run["laws"]["overlap"],
    "best_k": lambda run: model.best_k(run["alpha_hat"], *fixed_times(run)),
    "model_speedup": lambda run: model.speedup(run["alpha_hat"], run["k"], *fixed_times(run)),
    "break_even": lambda run: model.break_even(run["alpha_hat"], *fixed_times(run)),
}


def fixed_times(run: dict[str, Any]) -> tuple[float, float, float]:
    """Milliseconds: one drafted token, everything a round needs once, one token of the target alone."""
    times = run["times"]
    return times["draft_ms"], times["verify_ms"] + times["other_ms"], run["target_ms"]


def derived(run: dict[str, Any], key: str) -> Any:
    """A number of a lesson: recorded, or one of DERIVED; None where the recording lacks what it needs.

    Raises FindingError for a key that names nothing.
    """
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
