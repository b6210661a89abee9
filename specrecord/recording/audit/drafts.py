"""A drafted token: in its place in the round, and drawn by its uniform, or chosen."""

from collections.abc import Iterator

from specrecord.events import Draft
from specrecord.recording.audit.judged_round import JudgedRound
from specrecord.recording.audit.rules.checks import Checks, in_interval
from specrecord.recording.audit.top_lists import TopLists


def draft_findings(
    judged: JudgedRound, event: Draft, checks: Checks, lists: TopLists
) -> Iterator[str]:
    """What does not hold of the round's latest draft."""
    drafts, before = judged.drafts, len(judged.drafts) - 1
    if judged.round.verified:
        yield "comes outside a round's draft phase"
    if event.node != before:
        yield f"node {event.node} after {before} drafted tokens"
        return
    elders = judged.round.elders(event.node)
    if event.uniform is None or event.low is None:
        if (event.uniform, event.low, event.prob) != (None, None, 1):
            yield f"prob {event.prob:.6g}, but a token that was chosen and not drawn is certain"
        yield from lists.agrees(event.top, event.token, None)
        yield from lists.holds_choice(judged, event)
        return
    if judged.rule != "specinfer" and any(drafts[elder].token == event.token for elder in elders):
        yield f"token {event.token} was drafted twice at one place"
    low = event.low if checks.whole_interval else None
    if low is not None:
        yield from in_interval(event.uniform, low, low + event.prob)
    kin = [elder for elder in elders if drafts[elder].member == event.member]
    if kin:  # the list stands with the first of them
        first = drafts[kin[0]].top
        yield from lists.agrees(first, event.token, judged.as_first(event.node))
        yield from lists.sibling_begins(judged, first, event, low)
    else:
        yield from lists.agrees(event.top, event.token, event.prob, low)
    yield from checks.draft(judged, event)
