"""What a rule's checks are, and what several of them share."""

from collections.abc import Callable
from dataclasses import dataclass

from specrecord.events import Draft, Emit, Verdict
from specrecord.recording.audit.judged_round import EXACT, JudgedRound, Say

LISTED = 1e-4  # what follows from the float32 copies in a top list


def _none(*_: object) -> None:
    """Nothing to hold it to."""


@dataclass(frozen=True)
class Checks:
    """One rule's: of a tested verdict, of a resampled token, of a drawn draft, of a bonus, of a
    round whose verdicts are all in.
    """

    verdict: Callable[[JudgedRound, Verdict, Say], None] = _none
    resampled: Callable[[JudgedRound, Emit, Say], None] = _none
    draft: Callable[[JudgedRound, Draft, Say], None] = _none
    bonus: Callable[[JudgedRound, Emit, Say], None] = _none
    round: Callable[[JudgedRound, Say], None] = _none
    whole_interval: bool = True  # a token's interval is as long as its probability


def recorded(*values: float | None) -> tuple[float, ...]:
    """Numbers of a drawn or tested token. Raises ValueError where one is missing, which is a
    finding.
    """
    if None in values:
        raise ValueError("a number is missing")
    return values  # type: ignore[return-value]


def close(one: float, other: float, within: float = EXACT) -> bool:
    """Whether two numbers are equal but for rounding."""
    return abs(one - other) <= within


def in_interval(uniform: float, low: float, high: float, say: Say) -> None:
    """The uniform that drew a token lies in the token's interval."""
    if not low - EXACT <= uniform < high + EXACT:
        say(f"uniform {uniform:.6g} is not in [{low:.6g}, {high:.6g}), so it drew another token")


def coin(event: Verdict, say: Say) -> None:
    """A token is accepted if its uniform is below its acceptance probability."""
    uniform, accept_prob = recorded(event.uniform, event.accept_prob)
    if (uniform < accept_prob) != (event.fate == "accepted"):
        say(f"{event.fate}, but its uniform {uniform:.6g} and {accept_prob:.6g} say otherwise")


def not_drafted(judged: JudgedRound, event: Emit, say: Say) -> None:
    if any(judged.drafts[verdict.node].token == event.token for verdict in judged.rejected):
        say("the target drew the drafted token, which should have been accepted")
