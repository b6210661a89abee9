"""standard, specinfer, rrs: siblings are tested one after another against what is left of the
target.
"""

from collections.abc import Iterator

from specrecord.events import Emit, Verdict
from specrecord.recording.audit.judged_round import EXACT, JudgedRound
from specrecord.recording.audit.rules.checks import NUMBERS, Checks, close, coin, given


def _ratio(judged: JudgedRound, event: Verdict) -> Iterator[str]:
    if event.accept_prob is None or event.uniform is None or event.target_prob is None:
        yield NUMBERS
        return
    elders, draft = judged.round.elders(event.node), judged.drafts[event.node]
    left = event.left_prob if elders else event.target_prob
    if left is None:
        yield NUMBERS
        return
    if event.accept_prob != min(1.0, left / draft.prob):
        yield (
            f"acceptance probability {event.accept_prob:.6g}, but min(1, {left:.6g} / "
            f"{draft.prob:.6g})"
        )
    yield from coin(event, event.fate == "accepted")
    wanted = judged.left(
        elders, draft.token, event.target_prob, judged.as_first(event.node), draft.member
    )
    if wanted is not None and not close(left, wanted, EXACT / judged.owed(elders)):
        yield f"{left:.6g} cannot be left of its probability after its siblings, but {wanted:.6g}"


def _residual(judged: JudgedRound, event: Emit) -> Iterator[str]:
    if event.target_prob is None:
        return
    siblings = [verdict.node for verdict in judged.rejected]
    member = judged.drafts[siblings[0]].member
    wanted = judged.left(siblings, event.token, event.target_prob, event.draft_prob, member)
    if wanted is not None and not close(given(event.prob), wanted, EXACT / judged.owed(siblings)):
        yield f"prob {event.prob:.6g} is not the residual's {wanted:.6g}"


RATIO = Checks(_ratio, _residual)
