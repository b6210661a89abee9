"""A verdict: on the token whose turn it is, after siblings and parents that allow it, and by the
rule.
"""

from collections.abc import Iterator

from specrecord.events import Verdict
from specrecord.recording.audit.judged_round import EXACT, JudgedRound
from specrecord.recording.audit.numbers import logprob, probability
from specrecord.recording.audit.rules import Checks
from specrecord.recording.audit.top_lists import TopLists


def verdict_findings(
    judged: JudgedRound, event: Verdict, checks: Checks | None, lists: TopLists
) -> Iterator[str]:
    """What does not hold of the round's latest verdict."""
    drafts, before = judged.drafts, len(judged.verdicts) - 1
    if not judged.round.verified or event.node != before or event.node >= len(drafts):
        yield f"node {event.node} after {before} verdicts on {len(drafts)} drafted tokens"
        return
    yield from _evidence(judged, event, checks is None or checks.whole_interval, lists)
    if event.fate == "untested":
        if event.uniform is not None or event.accept_prob is not None:
            yield "untested, yet it has a uniform or an acceptance probability"
        return
    elders = [judged.verdicts[elder].fate for elder in judged.round.elders(event.node)]
    parent = judged.round.verdict(drafts[event.node].parent)
    if parent is not None and parent.fate != "accepted" and _one_by_one(judged, event):
        yield f"{event.fate}, though a token before it was not accepted"
    elif any(fate != "rejected" for fate in elders):
        yield f"{event.fate}, though a sibling before it was {' and '.join(sorted(set(elders)))}"
    elif checks is not None:
        yield from checks.verdict(judged, event)


def _one_by_one(judged: JudgedRound, event: Verdict) -> bool:
    """Under `block` every coin falls; under all other rules, and for an accepted token, the path
    must hold.
    """
    return judged.rule != "block" or event.fate == "accepted"


def _evidence(
    judged: JudgedRound, event: Verdict, whole_interval: bool, lists: TopLists
) -> Iterator[str]:
    draft = judged.drafts[event.node]
    if event.target_prob is not None:
        yield from probability("target_prob", event.target_prob)
    if event.overlap is not None:
        yield from probability("overlap", event.overlap)
        prob = event.target_prob if event.left_prob is None else event.left_prob
        off = lists.off if event.fate == "untested" else EXACT
        if prob is not None and min(prob, draft.prob) > event.overlap + off:
            yield f"overlap {event.overlap:.6g} is less than this token's own share of it"
    yield from logprob(event.raw_logprob)
    eldest = next(iter(judged.round.elders(event.node)), event.node)
    low = event.low if whole_interval else None
    yield from lists.agrees(judged.verdicts[eldest].top, draft.token, event.target_prob, low)
