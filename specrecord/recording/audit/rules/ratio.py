"""standard, specinfer, rrs: siblings are tested one after another against what is left of the
target.
"""

from specrecord.events import Emit, Verdict
from specrecord.recording.audit.judged_round import EXACT, JudgedRound, Say, token_and_prob
from specrecord.recording.audit.rules.checks import Checks, close, coin, recorded


def _ratio(judged: JudgedRound, event: Verdict, say: Say) -> None:
    elders, draft = judged.round.elders(event.node), judged.drafts[event.node]
    token, prob = token_and_prob(draft)
    accept_prob, target_prob = recorded(event.accept_prob, event.target_prob)
    (left,) = recorded(event.left_prob) if elders else (target_prob,)
    if accept_prob != min(1.0, left / prob):
        say(f"acceptance probability {accept_prob:.6g}, but min(1, {left:.6g} / {prob:.6g})")
    coin(event, say)
    if not elders:  # all of it is left
        return
    first = judged.as_first(event.node)
    wanted = judged.left(elders, token, target_prob, first, draft.member)
    if wanted is not None and not close(left, wanted, EXACT / judged.owed(elders)):
        say(f"{left:.6g} cannot be left of its probability after its siblings, but {wanted:.6g}")


def _residual(judged: JudgedRound, event: Emit, say: Say) -> None:
    siblings = [verdict.node for verdict in judged.rejected]
    member = judged.drafts[siblings[0]].member
    prob, target_prob = recorded(event.prob, event.target_prob)
    wanted = judged.left(siblings, event.token, target_prob, event.draft_prob, member)
    if wanted is not None and not close(prob, wanted, EXACT / judged.owed(siblings)):
        say(f"prob {prob:.6g} is not the residual's {wanted:.6g}")


RATIO = Checks(_ratio, _residual)
