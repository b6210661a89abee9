"""A token that the target added: in its round's place for it, and drawn by its uniform."""

from specrecord.events import CHUNKED, STREAMING, Emit
from specrecord.recording.audit.judged_round import JudgedRound, Say
from specrecord.recording.audit.rules.checks import Checks, close, in_interval
from specrecord.recording.audit.top_lists import TopLists


def check_emit(judged: JudgedRound, event: Emit, checks: Checks, lists: TopLists, say: Say) -> None:
    """What does not hold of the token that the round emitted last."""
    if not judged.round.verified or len(judged.verdicts) != len(judged.drafts):
        say("comes before its round was judged")
    if len(judged.round.emits) > judged.most_emits:
        say(f"is one more than the {judged.most_emits} that its round may emit")
    bonus = event.origin == "bonus"
    low = event.low if bonus and checks.whole_interval else None
    lists.own(event.top, event.entropy)
    lists.share(event.top, event.token, event.target_prob, low, event.raw_logprob)
    if bonus and event.top is None and lists.kept and event.uniform is not None:
        say("has no list of likeliest tokens")
    if bonus and judged.round.children(judged.round.path_end):
        say("a bonus, though a drafted token stood at its place")
    if event.uniform is None or event.low is None or event.high is None or event.prob is None:
        _drawn_elsewhere(judged, event, say)
    else:
        in_interval(event.uniform, event.low, event.high, say)
        if checks.whole_interval and not close(event.high - event.low, event.prob):
            say(f"prob {event.prob:.6g} is not its interval's {event.high - event.low:.6g}")
        if bonus:
            if event.target_prob is not None and not close(event.target_prob, event.prob):
                say(f"drawn with {event.prob:.6g}, but the target gives {event.target_prob:.6g}")
            checks.bonus(judged, event, say)
    if not bonus:
        _resampled(judged, event, checks, lists, say)


def _drawn_elsewhere(judged: JudgedRound, event: Emit, say: Say) -> None:
    """A token that a remote target drew by itself: under rules `drawn`, `own` and
    `prediction`, and in tracks it writes alone.
    """
    if judged.rule not in ("drawn", "own", "prediction") and judged.track not in (
        CHUNKED,
        STREAMING,
    ):
        say("has no uniform or no interval, though it was drawn here")
    if (event.uniform, event.low, event.high) != (None, None, None):
        say("was drawn by the target itself, yet it has a uniform or an interval")


def _resampled(judged: JudgedRound, event: Emit, checks: Checks, lists: TopLists, say: Say) -> None:
    rejected = judged.rejected
    if not rejected:
        say("resampled, though nothing was rejected")
        return
    here = judged.round.children(judged.round.path_end)
    if any(judged.verdicts[node].fate == "untested" for node in here):
        say("resampled, though a drafted token at its place was not tested")
    whole = None not in (event.prob, event.target_prob, event.draft_prob, event.uniform)
    if whole:
        draft = judged.drafts[rejected[0].node]
        if draft.uniform is not None:
            lists.share(draft.top, event.token, event.draft_prob)
        lists.share(rejected[0].top, event.token, event.target_prob, None, event.raw_logprob)
    if whole or judged.rule == "drawn":
        checks.resampled(judged, event, say)
