"""match and drawn: the target draws a token of its own, here or elsewhere, and a drafted one stays
while it is the same.
"""

from collections.abc import Iterator

from specrecord.events import Emit, Verdict
from specrecord.recording.audit.judged_round import EXACT, JudgedRound
from specrecord.recording.audit.rules.checks import Checks, close, not_drafted, recorded


def _drew(judged: JudgedRound, event: Verdict) -> Iterator[str]:
    uniform, low, target_prob = recorded(event.uniform, event.low, event.target_prob)
    yield from _certain_as_the_target(event)
    elders = judged.round.elders(event.node)
    if any(judged.verdicts[elder].uniform != uniform for elder in elders):
        yield "its siblings were held against another draw of the target"
    # How far inside its interval the uniform is: on an edge, rounding decides.
    inside = min(uniform - low, low + target_prob - uniform)
    if inside < -EXACT if event.fate == "accepted" else inside > EXACT:
        yield f"{event.fate}, but its uniform {uniform:.6g} and its interval from {low:.6g} differ"


def _targets_own(judged: JudgedRound, event: Emit) -> Iterator[str]:
    if not close(*recorded(event.prob, event.target_prob)):
        yield "not the token that the target drew when it rejected"
    if any(verdict.uniform != event.uniform for verdict in judged.rejected):
        yield "not drawn by the uniform that rejected the drafted token"
    yield from not_drafted(judged, event)


def _drawn(judged: JudgedRound, event: Verdict) -> Iterator[str]:
    """The target drew by itself, elsewhere; which coin decided is not known."""
    if event.uniform is not None or event.low is not None:
        yield "the target drew by itself, yet there is a uniform"
    yield from _certain_as_the_target(event)
    if event.target_prob == (0.0 if event.fate == "accepted" else 1.0):
        yield f"{event.fate}, though the target's probability of it is {event.target_prob:g}"


def _certain_as_the_target(event: Verdict) -> Iterator[str]:
    if event.accept_prob != event.target_prob:
        yield f"acceptance probability {event.accept_prob} is not the target's {event.target_prob}"


MATCH = Checks(_drew, _targets_own)
DRAWN = Checks(_drawn, not_drafted)
