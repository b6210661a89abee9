"""gumbel: both sides pick the token that comes in first by the noise of seed and position."""

import math
from collections.abc import Sequence

import numpy as np

from specrecord.events import Draft, Emit, Verdict, unpack_top
from specrecord.recording.audit.judged_round import EXACT, JudgedRound, Say, token_and_prob
from specrecord.recording.audit.rules.checks import (
    LISTED,
    Checks,
    close,
    not_drafted,
    recorded,
)
from specrecord.shared_randomness import shared_uniforms

_UNLISTED = 1e-6  # as long as a list lacks no more than this, the fastest unlisted token is sought
_MOST_IDS = 2**19  # more than any vocabulary has


def _coupled_draft(judged: JudgedRound, event: Draft, say: Say) -> None:
    uniform, low = recorded(event.uniform, event.low)
    if uniform < low - EXACT:
        say(f"uniform {uniform:.6g} is below {low:.6g}, so another token won")
    siblings = [*judged.round.elders(event.node), event.node]
    tokens = [token_and_prob(judged.drafts[node])[0] for node in siblings]
    top = judged.drafts[siblings[0]].top
    depth = judged.round.depth(event.node)
    _first_in(judged, event, depth, top, token_and_prob(event)[1], tokens, say)


def _coupled(judged: JudgedRound, event: Verdict, say: Say) -> None:
    accept_prob, uniform, low, target_prob = recorded(
        event.accept_prob, event.uniform, event.low, event.target_prob
    )
    if (uniform >= low) != (event.fate == "accepted"):
        say(
            f"{event.fate}, but its uniform {uniform:.6g} and the least to win {low:.6g} say "
            "otherwise"
        )
    least, most = _agreement_by_lists(judged, event, target_prob)
    if not least - LISTED <= accept_prob <= most + LISTED:
        say(
            f"acceptance probability {accept_prob:.6g}; by the likeliest tokens, "
            f"{least:.6g} to {most:.6g}"
        )
    (token, _), depth = token_and_prob(judged.drafts[event.node]), judged.round.depth(event.node)
    _first_in(judged, event, depth, event.top, target_prob, [token], say)


def _agreement_by_lists(
    judged: JudgedRound, event: Verdict, target_prob: float
) -> tuple[float, float]:
    """Bounds on 1 / (draft sum_y max(target_y / target, draft_y / draft)), from the lists of
    likeliest tokens.
    """
    node = min([*judged.round.elders(event.node), event.node])
    draft = judged.drafts[event.node]
    token, prob = token_and_prob(draft)
    tops = judged.verdicts[node].top, judged.drafts[node].top
    if target_prob == 0:
        return 0.0, 0.0
    wanted, given = (dict(unpack_top(top)) for top in tops)
    off = max(abs(wanted.get(token, -1) - target_prob), abs(given.get(token, -1) - prob))
    if draft.uniform is None or off > LISTED:  # a list of the model's own says nothing of the race
        return 0.0, min(1.0, target_prob / prob)
    ids = wanted.keys() | given.keys()
    listed = sum(max(wanted.get(y, 0.0) / target_prob, given.get(y, 0.0) / prob) for y in ids)
    unlisted = (1 - sum(wanted.values())) / target_prob + (1 - sum(given.values())) / prob
    return 1 / (prob * (listed + max(0.0, unlisted))), 1 / (prob * listed)


def _coupled_last(judged: JudgedRound, event: Emit, say: Say) -> None:
    prob, target_prob, high = recorded(event.prob, event.target_prob, event.high)
    if not close(prob, target_prob):
        say(f"won with {prob:.6g}, but the target gives {target_prob:.6g}")
    if high != 1:
        say(
            f"its interval ends at {high:.6g}, but whatever is above the least uniform that "
            "wins wins"
        )
    resampled = event.origin == "resampled"
    top = judged.rejected[0].top if resampled else event.top
    _first_in(judged, event, len(judged.round.path), top, prob, [event.token], say)
    if resampled:
        not_drafted(judged, event, say)


def _first_in(
    judged: JudgedRound,
    event: Draft | Verdict | Emit,
    depth: int,
    top: bytes | None,
    prob: float,
    tokens: Sequence[int],
    say: Say,
) -> None:
    """The last of `tokens` has the uniform of seed and position, and its `low` is the least one
    that wins: what it takes to come in before each listed token but the others.
    """
    if judged.seed is None:
        return
    uniform, low = recorded(event.uniform, event.low)
    entries, token = unpack_top(top), tokens[-1]
    size = 1 + max(token, *(other for other, _ in entries), 0)
    if size > _MOST_IDS:
        say(f"token {size - 1} is in no vocabulary")
        return
    uniforms = shared_uniforms(judged.seed, judged.round.position + depth, size)
    wanted = uniforms[token]
    if uniform != wanted:
        say(f"uniform {uniform:.6g}, but the noise of this seed and position is {wanted:.6g}")
    sampled = abs(dict(entries).get(token, prob) - prob) <= LISTED  # or it lists the model's own
    if top is None or prob <= 0 or not sampled:
        return
    finishes = [
        -math.log(max(uniforms[other], 2.0**-60)) / listed
        for other, listed in entries
        if other not in tokens
    ]
    needed = math.exp(-prob * min(finishes, default=math.inf))
    if low < needed - LISTED:
        say(f"{low:.6g} would not have won against the listed tokens, which takes {needed:.6g}")
    shares = np.array([share for _, share in entries], np.float32)
    off = float(np.spacing(shares).sum()) / 2  # by which float32 copies may be off together
    lacking = max(0.0, 1 - float(shares.sum(dtype=np.float64))) + off
    if low <= needed + LISTED or lacking > _UNLISTED:
        return
    # What is not listed shares `lacking`: all of it may be that of the token with the best uniform.
    best = shared_uniforms(judged.seed, judged.round.position + depth, _MOST_IDS)
    best[[*tokens, *dict(entries)]] = 0.0
    needed = max(needed, float(best.max()) ** (prob / lacking))
    if low > needed + LISTED:
        say(f"{low:.6g} is more than it takes to win, {needed:.6g}")


GUMBEL = Checks(_coupled, _coupled_last, _coupled_draft, _coupled_last, whole_interval=False)
