"""A token that the target added: in its round's place for it, and drawn by its uniform."""

from collections.abc import Iterator

from specrecord.events import CHUNKED, STREAMING, Emit
from specrecord.recording.audit.judged_round import JudgedRound
from specrecord.recording.audit.numbers import in_interval, logprob, probability
from specrecord.recording.audit.rules import Checks
from specrecord.recording.audit.rules.checks import close, given
from specrecord.recording.audit.top_lists import TopLists


def emit_findings(
    judged: JudgedRound, event: Emit, checks: Checks | None, lists: TopLists
) -> Iterator[str]:
    """What does not hold of the token that the round emitted last."""
    if not judged.round.verified or len(judged.verdicts) != len(judged.drafts):
        yield "comes before its round was judged"
    if len(judged.round.emits) > judged.most_emits:
        yield f"is one more than the {judged.most_emits} that its round may emit"
    if event.prob is not None:
        yield from probability("prob", event.prob)
    if event.uniform is None or event.low is None or event.high is None or event.prob is None:
        yield from _drawn_elsewhere(judged, event, checks, lists)
        return
    yield from in_interval(event.uniform, event.low, event.high)
    whole_interval = checks is None or checks.whole_interval
    if whole_interval and not close(event.high - event.low, event.prob):
        yield f"prob {event.prob:.6g} is not its interval's {event.high - event.low:.6g}"
    yield from logprob(event.raw_logprob)
    if event.origin == "resampled":
        yield from _resampled(judged, event, checks, lists)
        return
    yield from _after_all(judged)
    if event.target_prob is not None and not close(event.target_prob, event.prob):
        yield f"drawn with {event.prob:.6g}, but the target gives {event.target_prob:.6g}"
    low = event.low if whole_interval else None
    yield from lists.agrees(event.top, event.token, event.target_prob, low)
    if checks is not None:
        yield from checks.bonus(judged, event)


def _after_all(judged: JudgedRound) -> Iterator[str]:
    if judged.round.children(judged.round.path_end):
        yield "a bonus, though a drafted token stood at its place"


def _drawn_elsewhere(
    judged: JudgedRound, event: Emit, checks: Checks | None, lists: TopLists
) -> Iterator[str]:
    """A token that a remote target drew by itself: under rule `drawn`, and in tracks it writes
    alone.
    """
    if judged.rule != "drawn" and judged.track not in (CHUNKED, STREAMING):
        yield "has no uniform or no interval, though it was drawn here"
    if (event.uniform, event.low, event.high) != (None, None, None):
        yield "was drawn by the target itself, yet it has a uniform or an interval"
    yield from lists.agrees(event.top, event.token, event.target_prob)
    if event.origin == "resampled":
        yield from _resampled(judged, event, checks, lists)
    else:
        yield from _after_all(judged)


def _resampled(
    judged: JudgedRound, event: Emit, checks: Checks | None, lists: TopLists
) -> Iterator[str]:
    rejected = judged.rejected
    if not rejected:
        yield "resampled, though nothing was rejected"
        return
    here = judged.round.children(judged.round.path_end)
    if any(judged.verdicts[node].fate == "untested" for node in here):
        yield "resampled, though a drafted token at its place was not tested"
    numbers = (event.prob, event.target_prob, event.draft_prob, event.uniform)
    if None not in numbers:
        first = rejected[0]
        if judged.drafts[first.node].uniform is not None:
            draft_prob = given(event.draft_prob)
            yield from lists.agrees(judged.drafts[first.node].top, event.token, draft_prob)
        yield from lists.agrees(first.top, event.token, event.target_prob)
    if checks is not None and (None not in numbers or judged.rule == "drawn"):
        yield from checks.resampled(judged, event)
