"""A drafted token: in its place in the round, and drawn by its uniform, or chosen; then judged when
its turn comes, after siblings and parents that allow it, and by the rule.
"""

from specrecord.events import Draft, Verdict
from specrecord.recording.audit.judged_round import EXACT, JudgedRound, Say, token_and_prob
from specrecord.recording.audit.rules.checks import Checks, in_interval
from specrecord.recording.audit.top_lists import TopLists


def check_draft(
    judged: JudgedRound, event: Draft, checks: Checks, lists: TopLists, say: Say
) -> None:
    """What does not hold of the round's latest draft."""
    drafts, before = judged.drafts, len(judged.drafts) - 1
    if judged.round.verified:
        say("comes outside a round's draft phase")
    if event.node != before:
        say(f"node {event.node} after {before} drafted tokens")
        return
    token, prob = token_and_prob(event)
    elders = judged.round.elders(event.node)
    if event.uniform is None or event.low is None:
        if (event.uniform, event.low, prob) != (None, None, 1):
            say(f"prob {prob:.6g}, but a token that was chosen and not drawn is certain")
        lists.own(event.top, event.entropy)
        first = drafts[elders[0]].top if elders else event.top
        lists.share(first, token, None, None, event.raw_logprob)
        lists.holds_choice(judged, event, say)
        return
    if judged.rule != "specinfer" and any(drafts[elder].token == token for elder in elders):
        say(f"token {token} was drafted twice at one place")
    low = event.low if checks.whole_interval else None
    if low is not None:
        in_interval(event.uniform, low, low + prob, say)
    kin = [elder for elder in elders if drafts[elder].member == event.member]
    if kin:  # the list stands with the first of them
        first = drafts[kin[0]].top
        if event.top is not None or event.entropy is not None:
            say("has a list or an entropy, which stand with the first of its siblings")
        lists.share(first, token, judged.as_first(event.node), None, event.raw_logprob)
        lists.sibling_begins(judged, first, event, low, say)
    else:
        lists.own(event.top, event.entropy)
        lists.share(event.top, token, prob, low, event.raw_logprob)
        if event.top is None and lists.kept and event.raw_logprob is not None:
            say("has no list of likeliest tokens, though it is the first at its place")
    checks.draft(judged, event, say)


def check_verdict(
    judged: JudgedRound, event: Verdict, checks: Checks, lists: TopLists, say: Say
) -> None:
    """What does not hold of the round's latest verdict."""
    drafts, before = judged.drafts, len(judged.verdicts) - 1
    if not judged.round.verified or event.node != before or event.node >= len(drafts):
        say(f"node {event.node} after {before} verdicts on {len(drafts)} drafted tokens")
        return
    draft, elders = drafts[event.node], judged.round.elders(event.node)
    token, drafted = token_and_prob(draft)
    if event.overlap is not None:
        _overlap(event, event.overlap, drafted, lists, say)
    top = judged.verdicts[elders[0] if elders else event.node].top
    low = event.low if checks.whole_interval else None
    lists.own(event.top, event.entropy)
    lists.share(top, token, event.target_prob, low, event.raw_logprob)
    if event.top is None and not elders and lists.kept and judged.rule != "drawn":
        say("has no list of likeliest tokens, though it is the first at its place")
    if not elders and draft.uniform is not None:
        lists.overlap(event.top, draft.top, event.overlap)
    elif event.top is not None and elders:
        say("has a list, which stands with the first of its siblings")
    if event.fate == "untested":
        if event.uniform is not None or event.accept_prob is not None:
            say("untested, yet it has a uniform or an acceptance probability")
        return
    fates = {judged.verdicts[elder].fate for elder in elders} - {"rejected"}
    parent = judged.round.verdict(draft.parent)
    # Under `block` every coin falls; else, and for an accepted token, the path must hold.
    one_by_one = judged.rule != "block" or event.fate == "accepted"
    if parent is not None and parent.fate != "accepted" and one_by_one:
        say(f"{event.fate}, though a token before it was not accepted")
    elif fates:
        say(f"{event.fate}, though a sibling before it was {' and '.join(sorted(fates))}")
    else:
        checks.verdict(judged, event, say)


def _overlap(event: Verdict, overlap: float, drafted: float, lists: TopLists, say: Say) -> None:
    """Each token bounds what two distributions share: by its own part in both, and by the rest."""
    prob = event.target_prob if event.left_prob is None else event.left_prob
    if prob is not None:
        off = lists.off if event.fate == "untested" else EXACT
        if min(prob, drafted) > overlap + off:
            say(f"overlap {overlap:.6g} is less than this token's own share of it")
        if overlap > 1 - abs(prob - drafted) + off:
            say(f"overlap {overlap:.6g} is more than this token leaves of it")
