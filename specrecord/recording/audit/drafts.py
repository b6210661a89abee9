"""A drafted token: in its place in the round, and drawn by its uniform, or chosen."""

from collections.abc import Iterator

from specrecord.events import Draft
from specrecord.recording.audit.judged_round import JudgedRound
from specrecord.recording.audit.numbers import in_interval, logprob, probability
from specrecord.recording.audit.rules import Checks
from specrecord.recording.audit.top_lists import TopLists


def draft_findings(
    judged: JudgedRound, event: Draft, checks: Checks | None, lists: TopLists
) -> Iterator[str]:
    """What does not hold of the round's latest draft."""
    before = len(judged.drafts) - 1
    if judged.round.verified:
        yield "comes outside a round's draft phase"
    if event.node != before or not -1 <= event.parent < event.node:
        yield f"node {event.node} with parent {event.parent} after {before} drafted tokens"
        return
    yield from probability("prob", event.prob)
    yield from logprob(event.raw_logprob)
    if event.uniform is None or event.low is None:
        if (event.uniform, event.low, event.prob) != (None, None, 1):
            yield f"prob {event.prob:.6g}, but a token that was chosen and not drawn is certain"
        yield from lists.agrees(event.top, event.token, None)
        yield from lists.holds_choice(judged, event)
        return
    yield from _drawn(judged, event, lists, checks is None or checks.whole_interval)
    if checks is not None:
        yield from checks.draft(judged, event)


def _drawn(
    judged: JudgedRound, event: Draft, lists: TopLists, whole_interval: bool
) -> Iterator[str]:
    assert event.uniform is not None
    assert event.low is not None
    drafts, elders = judged.drafts, judged.round.elders(event.node)
    twice = any(drafts[elder].token == event.token for elder in elders)
    if twice and judged.rule not in ("specinfer", None):
        yield f"token {event.token} was drafted twice at one place"
    low = event.low if whole_interval else None
    if whole_interval:
        yield from in_interval(event.uniform, event.low, event.low + event.prob)
    kin = [elder for elder in elders if drafts[elder].member == event.member]
    if kin:  # the list stands with the first of them
        first = drafts[kin[0]].top
        yield from lists.agrees(first, event.token, judged.as_first(event.node))
        yield from lists.sibling_begins(judged, first, event, low)
    else:
        yield from lists.agrees(event.top, event.token, event.prob, low)
