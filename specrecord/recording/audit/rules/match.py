"""match and drawn: the target draws a token of its own, here or elsewhere, and a drafted one stays
while it is the same.
"""

from collections.abc import Iterator

from specrecord.events import Emit, Verdict
from specrecord.recording.audit.judged_round import EXACT, JudgedRound
from specrecord.recording.audit.rules.checks import NUMBERS, Checks, close, given, not_drafted


def _drew(judged: JudgedRound, event: Verdict) -> Iterator[str]:
    if (
        event.accept_prob is None
        or event.uniform is None
        or event.target_prob is None
        or event.low is None
    ):
        yield NUMBERS
        return
    if event.accept_prob != event.target_prob:
        yield (
            f"acceptance probability {event.accept_prob:.6g} is not the target's "
            f"{event.target_prob:.6g}"
        )
    if not 0 <= event.uniform < 1:
        yield f"uniform {event.uniform} is outside [0, 1)"
    if any(
        judged.verdicts[elder].uniform != event.uniform for elder in judged.round.elders(event.node)
    ):
        yield "its siblings were held against another draw of the target"
    inside = event.low - EXACT <= event.uniform < event.low + event.target_prob + EXACT
    strictly = event.low + EXACT <= event.uniform < event.low + event.target_prob - EXACT
    if (event.fate == "accepted" and not inside) or (event.fate == "rejected" and strictly):
        yield (
            f"{event.fate}, but its uniform {event.uniform:.6g} and its interval from "
            f"{event.low:.6g} say otherwise"
        )


def _targets_own(judged: JudgedRound, event: Emit) -> Iterator[str]:
    rejected = judged.rejected
    if event.target_prob is not None and not close(given(event.prob), event.target_prob):
        yield "not the token that the target drew when it rejected"
    if any(verdict.uniform != event.uniform for verdict in rejected):
        yield "not drawn by the uniform that rejected the drafted token"
    yield from not_drafted(judged, event)


def _drawn(judged: JudgedRound, event: Verdict) -> Iterator[str]:
    """The target drew by itself, elsewhere; which coin decided is not known."""
    if event.uniform is not None or event.low is not None:
        yield "the target drew by itself, yet there is a uniform"
    if event.accept_prob != event.target_prob:
        yield f"acceptance probability {event.accept_prob} is not the target's {event.target_prob}"
    if event.target_prob == (0.0 if event.fate == "accepted" else 1.0):
        yield f"{event.fate}, though the target's probability of it is {event.target_prob:g}"


MATCH = Checks(_drew, _targets_own)
DRAWN = Checks(_drawn, not_drafted)
