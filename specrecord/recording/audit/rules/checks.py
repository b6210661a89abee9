"""What a rule's checks are, and what several of them share."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from specrecord.events import Draft, Emit, Verdict
from specrecord.recording.audit.judged_round import EXACT, JudgedRound

LISTED = 1e-4  # what follows from the float32 copies in a top list
NUMBERS = "tested, yet a number is missing"


def _none(*_: object) -> Iterator[str]:
    yield from ()


@dataclass(frozen=True)
class Checks:
    """One rule's: of a draft, of a tested verdict, of a resampled token, of a bonus, of a round
    whose verdicts are all in.
    """

    verdict: Callable[[JudgedRound, Verdict], Iterator[str]]
    resampled: Callable[[JudgedRound, Emit], Iterator[str]]
    draft: Callable[[JudgedRound, Draft], Iterator[str]] = _none
    bonus: Callable[[JudgedRound, Emit], Iterator[str]] = _none
    round: Callable[[JudgedRound], Iterator[str]] = _none
    whole_interval: bool = True  # a token's interval is as long as its probability


def given(value: float | None) -> float:
    """A number of an emitted token, whose absence was found before any rule was asked."""
    if value is None:
        raise ValueError(NUMBERS)
    return value


def close(one: float, other: float, within: float = EXACT) -> bool:
    """Whether two numbers are equal but for rounding."""
    return abs(one - other) <= within


def coin(event: Verdict, accepted: bool) -> Iterator[str]:
    assert event.uniform is not None
    assert event.accept_prob is not None
    if not 0 <= event.uniform < 1:
        yield f"uniform {event.uniform} is outside [0, 1)"
    if (event.uniform < event.accept_prob) != accepted:
        yield (
            f"{event.fate}, but its uniform {event.uniform:.6g} and {event.accept_prob:.6g} say "
            "otherwise"
        )


def not_drafted(judged: JudgedRound, event: Emit) -> Iterator[str]:
    if any(judged.drafts[verdict.node].token == event.token for verdict in judged.rejected):
        yield "the target drew the drafted token, which should have been accepted"
