"""Rounds of an engine's own speculation: of what was drafted and lost only the number is told, of
what was accepted the token, and no probability or coin of either.
"""

from collections.abc import Iterator

from specrecord.events import Draft, Emit, Verdict
from specrecord.recording.audit.emits import emit_findings
from specrecord.recording.audit.judged_round import JudgedRound
from specrecord.recording.audit.rules.checks import Checks
from specrecord.recording.audit.top_lists import TopLists

_TOLD = {"time", "duration", "node", "parent", "token", "fate", "origin"}


def own_draft(judged: JudgedRound, event: Draft, *_: object) -> Iterator[str]:
    """One more of a chain, whose shape the track holds it to."""
    before = len(judged.drafts) - 1
    if judged.round.verified or event.node != before:
        yield f"node {event.node} after {before} drafted tokens"
    yield from _nothing_told(event)


def own_verdict(judged: JudgedRound, event: Verdict, *_: object) -> Iterator[str]:
    """A token is named where it was accepted; the first that was not ended the round."""
    node = len(judged.verdicts) - 1
    if not judged.round.verified or event.node != node or node >= len(judged.drafts):
        yield f"node {event.node} after {node} verdicts on {len(judged.drafts)} drafted tokens"
        return
    yield from _nothing_told(event)
    if (event.fate == "accepted") != (judged.drafts[node].token is not None):
        yield f"{event.fate}, yet its token is {'not ' * (event.fate == 'accepted')}told"
    if event.fate != "untested" and node and judged.verdicts[node - 1].fate != "accepted":
        yield f"{event.fate}, though the token before it was not accepted"


def own_emit(judged: JudgedRound, event: Emit, checks: Checks, lists: TopLists) -> Iterator[str]:
    """The target's own token, of which no number is told."""
    yield from _nothing_told(event)
    yield from emit_findings(judged, event, checks, lists)


def own_round(judged: JudgedRound) -> Iterator[str]:
    """What was rejected has a token in its place."""
    if judged.rejected and not judged.round.emits:
        yield "a token was rejected, yet none stands in its place"


def _nothing_told(event: Draft | Verdict | Emit) -> Iterator[str]:
    for name in event.__struct_fields__:
        if name not in _TOLD and getattr(event, name) is not None:
            yield f"has {name}, which the server does not tell"
