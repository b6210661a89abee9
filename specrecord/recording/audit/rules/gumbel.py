"""gumbel: both sides pick the token that comes in first by the noise of seed and position."""

import math
from collections.abc import Iterator, Sequence

from specrecord.events import Draft, Emit, Verdict, unpack_top
from specrecord.recording.audit.judged_round import EXACT, JudgedRound
from specrecord.recording.audit.rules.checks import (
    LISTED,
    NUMBERS,
    Checks,
    close,
    given,
    not_drafted,
)
from specrecord.shared_randomness import shared_uniforms

_WHOLE = 1e-6  # a list that lacks no more than this holds every token


def _noise(judged: JudgedRound, token: int, position: int, uniform: float | None) -> Iterator[str]:
    """The uniform is that of seed, position and token."""
    if judged.seed is None or uniform is None:
        return
    wanted = float(shared_uniforms(judged.seed, position, token + 1)[token])
    if uniform != wanted:
        yield f"uniform {uniform:.6g}, but the noise of this seed and position is {wanted:.6g}"


def _coupled_draft(judged: JudgedRound, event: Draft) -> Iterator[str]:
    if event.uniform is None or event.low is None:
        return
    position = judged.round.position + judged.round.depth(event.node)
    yield from _noise(judged, event.token, position, event.uniform)
    if event.uniform < event.low - EXACT:
        yield f"uniform {event.uniform:.6g} is below {event.low:.6g}, so another token won"
    elders = judged.round.elders(event.node)
    top = judged.drafts[elders[0]].top if elders else event.top
    gone = [judged.drafts[elder].token for elder in elders]
    yield from _no_faster(judged, top, event.token, event.prob, event.low, position, gone)


def _coupled(judged: JudgedRound, event: Verdict) -> Iterator[str]:
    if (
        event.accept_prob is None
        or event.uniform is None
        or event.low is None
        or event.target_prob is None
    ):
        yield NUMBERS
        return
    draft = judged.drafts[event.node]
    position = judged.round.position + judged.round.depth(event.node)
    yield from _noise(judged, draft.token, position, event.uniform)
    if (event.uniform >= event.low) != (event.fate == "accepted"):
        yield (
            f"{event.fate}, but its uniform {event.uniform:.6g} and the least to win "
            f"{event.low:.6g} say otherwise"
        )
    least, most = _agreement_by_lists(judged, event)
    if not least - LISTED <= event.accept_prob <= most + LISTED:
        yield (
            f"acceptance probability {event.accept_prob:.6g}; by the likeliest tokens, "
            f"{least:.6g} to {most:.6g}"
        )
    yield from _no_faster(judged, event.top, draft.token, event.target_prob, event.low, position)


def _agreement_by_lists(judged: JudgedRound, event: Verdict) -> tuple[float, float]:
    """Bounds on 1 / (draft sum_y max(target_y / target, draft_y / draft)), from the lists of
    likeliest tokens.
    """
    node = min([*judged.round.elders(event.node), event.node])
    draft, target_prob = judged.drafts[event.node], event.target_prob or 0.0
    tops = judged.verdicts[node].top, judged.drafts[node].top
    if target_prob == 0:
        return 0.0, 0.0
    if draft.uniform is None or None in tops:
        return 0.0, min(1.0, target_prob / draft.prob)
    wanted, given = (dict(unpack_top(top or b"")) for top in tops)
    if draft.token not in wanted or draft.token not in given:
        return 0.0, min(1.0, target_prob / draft.prob)
    ids = wanted.keys() | given.keys()
    listed = sum(max(wanted.get(y, 0.0) / target_prob, given.get(y, 0.0) / draft.prob) for y in ids)
    unlisted = (1 - sum(wanted.values())) / target_prob + (1 - sum(given.values())) / draft.prob
    return 1 / (draft.prob * (listed + max(0.0, unlisted))), 1 / (draft.prob * listed)


def _coupled_last(judged: JudgedRound, event: Emit) -> Iterator[str]:
    position = judged.round.position + len(judged.round.path)
    yield from _noise(judged, event.token, position, event.uniform)
    if event.target_prob is not None and not close(given(event.prob), event.target_prob):
        yield f"won with {event.prob:.6g}, but the target gives {event.target_prob:.6g}"
    if event.high != 1:
        yield (
            f"its interval ends at {event.high:.6g}, but whatever is above the least uniform "
            "that wins wins"
        )
    top = judged.rejected[0].top if event.origin == "resampled" and judged.rejected else event.top
    yield from _no_faster(judged, top, event.token, given(event.prob), given(event.low), position)
    if event.origin == "resampled":
        yield from not_drafted(judged, event)


def _no_faster(
    judged: JudgedRound,
    top: bytes | None,
    token: int,
    prob: float,
    low: float,
    position: int,
    gone: Sequence[int] = (),
) -> Iterator[str]:
    """`low` is the least uniform that wins: at least what it takes to come in before each listed
    token but `gone`.
    """
    if top is None or judged.seed is None or prob <= 0:
        return
    entries = unpack_top(top)
    if abs(dict(entries).get(token, prob) - prob) > LISTED:  # the list is not of what is sampled
        return
    uniforms = shared_uniforms(
        judged.seed, position, max((other for other, _ in entries), default=0) + 1
    )
    finishes = [
        -math.log(max(uniforms[other], 2.0**-60)) / listed
        for other, listed in entries
        if other not in (token, *gone)
    ]
    needed = math.exp(-prob * min(finishes, default=math.inf))
    if low < needed - LISTED:
        yield f"{low:.6g} would not have won against the listed tokens, which takes {needed:.6g}"
    if (
        low > needed + LISTED
        and sum(listed for _, listed in entries) > 1 - EXACT * len(entries) - _WHOLE
    ):
        yield f"{low:.6g} is more than it takes to win, {needed:.6g}"


GUMBEL = Checks(_coupled, _coupled_last, _coupled_draft, _coupled_last, whole_interval=False)
