"""Rounds of an engine's own speculation: of what was drafted and lost only the number is told, of
what was accepted the token, and no probability or coin of either.
"""

from specrecord.events import Draft, Emit, Verdict
from specrecord.recording.audit.emits import check_emit
from specrecord.recording.audit.judged_round import JudgedRound, Say
from specrecord.recording.audit.rules.checks import Checks
from specrecord.recording.audit.top_lists import TopLists

_TOLD = {"time", "duration", "node", "parent", "token", "fate", "origin"}


def own_draft(judged: JudgedRound, event: Draft, checks: Checks, lists: TopLists, say: Say) -> None:
    """One more of a chain, whose shape the track holds it to."""
    before = len(judged.drafts) - 1
    if judged.round.verified or event.node != before:
        say(f"node {event.node} after {before} drafted tokens")
    _no_numbers(event, say)


def own_verdict(
    judged: JudgedRound, event: Verdict, checks: Checks, lists: TopLists, say: Say
) -> None:
    """A token is named where it was accepted; the first that was not ended the round."""
    node = len(judged.verdicts) - 1
    if not judged.round.verified or event.node != node or node >= len(judged.drafts):
        say(f"node {event.node} after {node} verdicts on {len(judged.drafts)} drafted tokens")
        return
    _no_numbers(event, say)
    if (event.fate == "accepted") != (judged.drafts[node].token is not None):
        say(f"{event.fate}, yet its token is {'not ' * (event.fate == 'accepted')}told")
    if event.fate != "untested" and node and judged.verdicts[node - 1].fate != "accepted":
        say(f"{event.fate}, though the token before it was not accepted")


def own_emit(judged: JudgedRound, event: Emit, checks: Checks, lists: TopLists, say: Say) -> None:
    """The target's own token, of which no number is told."""
    _no_numbers(event, say)
    check_emit(judged, event, checks, lists, say)


def own_round(judged: JudgedRound, say: Say) -> None:
    """What was rejected has a token in its place."""
    if judged.rejected and not judged.round.emits:
        say("a token was rejected, yet none stands in its place")


def _no_numbers(event: Draft | Verdict | Emit, say: Say) -> None:
    for name in event.__struct_fields__:
        if name not in _TOLD and getattr(event, name) is not None:
            say(f"has {name}, which the server does not tell")
