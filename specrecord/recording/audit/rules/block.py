"""block: every prefix of the chain has a coin, and the longest whose coin passed stays."""

from specrecord.events import Draft, Emit, Verdict, unpack_top
from specrecord.recording.audit.judged_round import JudgedRound, Say
from specrecord.recording.audit.rules.checks import LISTED, Checks, close, coin, recorded

# of a number near 1: closer, and too few of them are left to divide by its distance from 1
_DIGITS = 1e-6


def _excess(judged: JudgedRound, node: int) -> float | None:
    """sum(max(0, weight * target - draft)) after `node`, as its acceptance probability or the next
    overlap tells it.
    """
    if node < 0 or judged.weight(node) >= 1:
        shared = judged.verdicts[node + 1].overlap if node + 1 < len(judged.verdicts) else None
        return None if shared is None else 1 - shared
    accept_prob, lack = judged.verdicts[node].accept_prob or 0.0, 1 - judged.weight(node)
    enough = min(lack, 1 - accept_prob) > _DIGITS
    return accept_prob * lack / (1 - accept_prob) if enough else None


def _prefix(judged: JudgedRound, event: Verdict, say: Say) -> None:
    accept_prob, uniform, _ = recorded(event.accept_prob, event.uniform, event.target_prob)
    weight = judged.weight(event.node)
    certain = event.node == len(judged.drafts) - 1 or weight >= 1
    if certain and not close(accept_prob, weight):
        say(f"acceptance probability {accept_prob:.6g}, but the prefix's weight is {weight:.6g}")
    if uniform < accept_prob:
        coin(event, say)
    before = _excess(judged, event.node - 1)
    least, most = _excess_by_lists(event, judged.drafts[event.node], judged.weight(event.node - 1))
    if before is not None and not least - LISTED <= before <= most + LISTED:
        say(
            f"the prefix before it is owed {before:.6g}; by the likeliest tokens, {least:.6g} "
            f"to {most:.6g}"
        )


def _excess_by_lists(event: Verdict, draft: Draft, weight: float) -> tuple[float, float]:
    """Bounds on sum(max(0, weight * target - draft)) at a place, from the two lists of likeliest
    tokens there.
    """
    if event.top is None or draft.top is None:
        return 0.0, weight
    wanted, given = dict(unpack_top(event.top)), dict(unpack_top(draft.top))
    unlisted = min(min(given.values(), default=1.0), max(0.0, 1 - sum(given.values())))
    least = sum(
        max(0.0, weight * prob - given.get(token, unlisted)) for token, prob in wanted.items()
    )
    met = sum(min(weight * prob, given[token]) for token, prob in wanted.items() if token in given)
    return least, weight - met


def _longest(judged: JudgedRound, say: Say) -> None:
    last = judged.round.verdict(judged.round.path_end)
    if last is not None:
        coin(last, say)


def _prefix_residual(judged: JudgedRound, event: Emit, say: Say) -> None:
    end = judged.round.path_end
    owed = _excess(judged, end)
    prob, target_prob, draft_prob = recorded(event.prob, event.target_prob, event.draft_prob)
    share = max(0.0, judged.weight(end) * target_prob - draft_prob)
    if owed is not None and not close(prob * owed, share):
        say(f"prob {prob:.6g} is not the residual's {share:.6g} / {owed:.6g}")


BLOCK = Checks(_prefix, _prefix_residual, round=_longest)
