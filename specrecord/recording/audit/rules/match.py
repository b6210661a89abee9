"""match and drawn: the target draws a token of its own, here or elsewhere, and a drafted one stays
while it is the same.
"""

from specrecord.events import Emit, Verdict
from specrecord.recording.audit.judged_round import EXACT, JudgedRound, Say
from specrecord.recording.audit.rules.checks import Checks, close, not_drafted, recorded


def _drew(judged: JudgedRound, event: Verdict, say: Say) -> None:
    uniform, low, target_prob = recorded(event.uniform, event.low, event.target_prob)
    _certain_as_the_target(event, say)
    elders = judged.round.elders(event.node)
    if any(judged.verdicts[elder].uniform != uniform for elder in elders):
        say("its siblings were held against another draw of the target")
    # How far inside its interval the uniform is: on an edge, rounding decides.
    inside = min(uniform - low, low + target_prob - uniform)
    if inside < -EXACT if event.fate == "accepted" else inside > EXACT:
        say(f"{event.fate}, but its uniform {uniform:.6g} and its interval from {low:.6g} differ")


def _targets_own(judged: JudgedRound, event: Emit, say: Say) -> None:
    if not close(*recorded(event.prob, event.target_prob)):
        say("not the token that the target drew when it rejected")
    if any(verdict.uniform != event.uniform for verdict in judged.rejected):
        say("not drawn by the uniform that rejected the drafted token")
    not_drafted(judged, event, say)


def _drawn(judged: JudgedRound, event: Verdict, say: Say) -> None:
    """The target drew by itself, elsewhere; which coin decided is not known."""
    if event.uniform is not None or event.low is not None:
        say("the target drew by itself, yet there is a uniform")
    _certain_as_the_target(event, say)
    if event.target_prob == (0.0 if event.fate == "accepted" else 1.0):
        say(f"{event.fate}, though the target's probability of it is {event.target_prob:g}")


def _certain_as_the_target(event: Verdict, say: Say) -> None:
    if event.accept_prob != event.target_prob:
        say(f"acceptance probability {event.accept_prob} is not the target's {event.target_prob}")


MATCH = Checks(_drew, _targets_own)
DRAWN = Checks(_drawn, not_drafted)
