"""A verdict: on the token whose turn it is, after siblings and parents that allow it, and by the
rule.
"""

from collections.abc import Iterator

from specrecord.events import Verdict
from specrecord.recording.audit.judged_round import EXACT, JudgedRound
from specrecord.recording.audit.rules.checks import Checks
from specrecord.recording.audit.top_lists import TopLists


def verdict_findings(
    judged: JudgedRound, event: Verdict, checks: Checks, lists: TopLists
) -> Iterator[str]:
    """What does not hold of the round's latest verdict."""
    drafts, before = judged.drafts, len(judged.verdicts) - 1
    if not judged.round.verified or event.node != before or event.node >= len(drafts):
        yield f"node {event.node} after {before} verdicts on {len(drafts)} drafted tokens"
        return
    draft, elders = drafts[event.node], judged.round.elders(event.node)
    prob = event.target_prob if event.left_prob is None else event.left_prob
    if event.overlap is not None and prob is not None:
        off = lists.off if event.fate == "untested" else EXACT
        if min(prob, draft.prob) > event.overlap + off:
            yield f"overlap {event.overlap:.6g} is less than this token's own share of it"
    top = judged.verdicts[elders[0] if elders else event.node].top
    low = event.low if checks.whole_interval else None
    yield from lists.agrees(top, draft.token, event.target_prob, low)
    if event.fate == "untested":
        if event.uniform is not None or event.accept_prob is not None:
            yield "untested, yet it has a uniform or an acceptance probability"
        return
    fates = {judged.verdicts[elder].fate for elder in elders} - {"rejected"}
    parent = judged.round.verdict(draft.parent)
    # Under `block` every coin falls; else, and for an accepted token, the path must hold.
    one_by_one = judged.rule != "block" or event.fate == "accepted"
    if parent is not None and parent.fate != "accepted" and one_by_one:
        yield f"{event.fate}, though a token before it was not accepted"
    elif fates:
        yield f"{event.fate}, though a sibling before it was {' and '.join(sorted(fates))}"
    else:
        yield from checks.verdict(judged, event)
