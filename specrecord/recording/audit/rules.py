"""What each rule lets a tested verdict, a resampled token and a whole round be, given the round's
other numbers.

A rule is a `Checks` in `RULES`; each of its functions yields what does not follow. The formulas,
with their sources, are those of `specrecord.decoding`, worked out again from the recorded numbers
alone.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from specrecord.events import Draft, Emit, Verdict, unpack_top
from specrecord.recording.audit.round_state import EXACT, RoundState
from specrecord.shared_randomness import shared_uniforms

_LISTED = 1e-4  # what follows from the float32 copies in a top list
_WHOLE = 1e-6  # a list that lacks no more than this holds every token
# of a number near 1: closer, and too few of them are left to divide by its distance from 1
_DIGITS = 1e-6
_NUMBERS = "tested, yet a number is missing"


def _none(*_: object) -> Iterator[str]:
    yield from ()


@dataclass(frozen=True)
class Checks:
    """One rule's: of a draft, of a tested verdict, of a resampled token, of a round whose verdicts
    are all in.
    """

    verdict: Callable[[RoundState, Verdict], Iterator[str]]
    resampled: Callable[[RoundState, Emit], Iterator[str]]
    draft: Callable[[RoundState, Draft], Iterator[str]] = _none
    bonus: Callable[[RoundState, Emit], Iterator[str]] = _none
    round: Callable[[RoundState], Iterator[str]] = _none
    whole_interval: bool = True  # a token's interval is as long as its probability


def given(value: float | None) -> float:
    """A number of an emitted token, whose absence was told of before any rule was asked."""
    if value is None:
        raise ValueError(_NUMBERS)
    return value


def close(one: float, other: float, within: float = EXACT) -> bool:
    """Whether two numbers are equal but for rounding."""
    return abs(one - other) <= within


def _coin(event: Verdict, accepted: bool) -> Iterator[str]:
    assert event.uniform is not None
    assert event.accept_prob is not None
    if not 0 <= event.uniform < 1:
        yield f"uniform {event.uniform} is outside [0, 1)"
    if (event.uniform < event.accept_prob) != accepted:
        yield (
            f"{event.fate}, but its uniform {event.uniform:.6g} and {event.accept_prob:.6g} say "
            "otherwise"
        )


# standard, and several children one after another (specinfer, rrs)


def _ratio(state: RoundState, event: Verdict) -> Iterator[str]:
    if event.accept_prob is None or event.uniform is None or event.target_prob is None:
        yield _NUMBERS
        return
    elders, draft = state.elders(event.node), state.drafts[event.node]
    left = event.left_prob if elders else event.target_prob
    if left is None:
        yield _NUMBERS
        return
    if event.accept_prob != min(1.0, left / draft.prob):
        yield (
            f"acceptance probability {event.accept_prob:.6g}, but min(1, {left:.6g} / "
            f"{draft.prob:.6g})"
        )
    yield from _coin(event, event.fate == "accepted")
    wanted = state.left(
        elders, draft.token, event.target_prob, state.as_first(event.node), draft.member
    )
    if wanted is not None and not close(left, wanted, EXACT / state.owed(elders)):
        yield f"{left:.6g} cannot be left of its probability after its siblings, but {wanted:.6g}"


def _residual(state: RoundState, event: Emit) -> Iterator[str]:
    if event.target_prob is None:
        return
    siblings = [verdict.node for verdict in state.rejected]
    member = state.drafts[siblings[0]].member
    wanted = state.left(siblings, event.token, event.target_prob, event.draft_prob, member)
    if wanted is not None and not close(given(event.prob), wanted, EXACT / state.owed(siblings)):
        yield f"prob {event.prob:.6g} is not the residual's {wanted:.6g}"


# match


def _drew(state: RoundState, event: Verdict) -> Iterator[str]:
    if (
        event.accept_prob is None
        or event.uniform is None
        or event.target_prob is None
        or event.low is None
    ):
        yield _NUMBERS
        return
    if event.accept_prob != event.target_prob:
        yield (
            f"acceptance probability {event.accept_prob:.6g} is not the target's "
            f"{event.target_prob:.6g}"
        )
    if not 0 <= event.uniform < 1:
        yield f"uniform {event.uniform} is outside [0, 1)"
    if any(state.verdicts[elder].uniform != event.uniform for elder in state.elders(event.node)):
        yield "its siblings were held against another draw of the target"
    inside = event.low - EXACT <= event.uniform < event.low + event.target_prob + EXACT
    strictly = event.low + EXACT <= event.uniform < event.low + event.target_prob - EXACT
    if (event.fate == "accepted" and not inside) or (event.fate == "rejected" and strictly):
        yield (
            f"{event.fate}, but its uniform {event.uniform:.6g} and its interval from "
            f"{event.low:.6g} say otherwise"
        )


def _targets_own(state: RoundState, event: Emit) -> Iterator[str]:
    rejected = state.rejected
    if event.target_prob is not None and not close(given(event.prob), event.target_prob):
        yield "not the token that the target drew when it rejected"
    if any(verdict.uniform != event.uniform for verdict in rejected):
        yield "not drawn by the uniform that rejected the drafted token"
    yield from _not_drafted(state, event)


def _not_drafted(state: RoundState, event: Emit) -> Iterator[str]:
    if any(state.drafts[verdict.node].token == event.token for verdict in state.rejected):
        yield "the target drew the drafted token, which should have been accepted"


# block


def _weight(state: RoundState, node: int) -> float:
    weight = 1.0
    for verdict, draft in list(zip(state.verdicts, state.drafts, strict=False))[: node + 1]:
        weight = min(1.0, weight * (verdict.target_prob or 0.0) / draft.prob)
    return weight


def _excess(state: RoundState, node: int) -> float | None:
    """sum(max(0, weight * target - draft)) after `node`, as its acceptance probability or the next
    overlap tells it.
    """
    if node < 0 or _weight(state, node) >= 1:
        shared = state.verdicts[node + 1].overlap if node + 1 < len(state.verdicts) else None
        return None if shared is None else 1 - shared
    accept_prob, lack = state.verdicts[node].accept_prob or 0.0, 1 - _weight(state, node)
    known = min(lack, 1 - accept_prob) > _DIGITS
    return accept_prob * lack / (1 - accept_prob) if known else None


def _prefix(state: RoundState, event: Verdict) -> Iterator[str]:
    if event.accept_prob is None or event.uniform is None or event.target_prob is None:
        yield _NUMBERS
        return
    weight = _weight(state, event.node)
    told = event.node == len(state.drafts) - 1 or weight >= 1
    if told and not close(event.accept_prob, weight):
        yield (
            f"acceptance probability {event.accept_prob:.6g}, but the prefix's weight is "
            f"{weight:.6g}"
        )
    if event.uniform < event.accept_prob:
        yield from _coin(event, event.fate == "accepted")
    before = _excess(state, event.node - 1)
    least, most = _excess_by_lists(event, state.drafts[event.node], _weight(state, event.node - 1))
    if before is not None and not least - _LISTED <= before <= most + _LISTED:
        yield (
            f"the prefix before it is owed {before:.6g}; by the likeliest tokens, {least:.6g} "
            f"to {most:.6g}"
        )


def _excess_by_lists(event: Verdict, draft: Draft, weight: float) -> tuple[float, float]:
    """Bounds on sum(max(0, weight * target - draft)) at a place, from the two lists of likeliest
    tokens there.
    """
    if event.top is None or draft.top is None or event.target_prob is None:
        return 0.0, weight
    wanted, given = dict(unpack_top(event.top)), dict(unpack_top(draft.top))
    unlisted = min(min(given.values(), default=1.0), max(0.0, 1 - sum(given.values())))
    least = sum(
        max(0.0, weight * prob - given.get(token, unlisted)) for token, prob in wanted.items()
    )
    met = sum(min(weight * prob, given[token]) for token, prob in wanted.items() if token in given)
    return least, weight - met


def _longest(state: RoundState) -> Iterator[str]:
    if state.verdicts and state.end >= 0:
        last = state.verdicts[state.end]
        if (
            last.uniform is not None
            and last.accept_prob is not None
            and last.uniform >= last.accept_prob
        ):
            yield f"node {state.end} is the last that was accepted, but its coin did not pass"


def _prefix_residual(state: RoundState, event: Emit) -> Iterator[str]:
    owed = _excess(state, state.end)
    if owed is None or event.target_prob is None or event.draft_prob is None:
        return
    share = max(0.0, _weight(state, state.end) * event.target_prob - event.draft_prob)
    if not close(given(event.prob) * owed, share):
        yield f"prob {event.prob:.6g} is not the residual's {share:.6g} / {owed:.6g}"


# gumbel


def _noise(state: RoundState, token: int, position: int, uniform: float | None) -> Iterator[str]:
    """The uniform is that of seed, position and token."""
    if state.seed is None or uniform is None:
        return
    wanted = float(shared_uniforms(state.seed, position, token + 1)[token])
    if uniform != wanted:
        yield f"uniform {uniform:.6g}, but the noise of this seed and position is {wanted:.6g}"


def _coupled_draft(state: RoundState, event: Draft) -> Iterator[str]:
    if event.uniform is None or event.low is None:
        return
    position = state.position + state.depth(event.node)
    yield from _noise(state, event.token, position, event.uniform)
    if event.uniform < event.low - EXACT:
        yield f"uniform {event.uniform:.6g} is below {event.low:.6g}, so another token won"
    elders = state.elders(event.node)
    top = state.drafts[elders[0]].top if elders else event.top
    gone = [state.drafts[elder].token for elder in elders]
    yield from _no_faster(state, top, event.token, event.prob, event.low, position, gone)


def _coupled(state: RoundState, event: Verdict) -> Iterator[str]:
    if (
        event.accept_prob is None
        or event.uniform is None
        or event.low is None
        or event.target_prob is None
    ):
        yield _NUMBERS
        return
    draft = state.drafts[event.node]
    position = state.position + state.depth(event.node)
    yield from _noise(state, draft.token, position, event.uniform)
    if (event.uniform >= event.low) != (event.fate == "accepted"):
        yield (
            f"{event.fate}, but its uniform {event.uniform:.6g} and the least to win "
            f"{event.low:.6g} say otherwise"
        )
    least, most = _agreement_by_lists(state, event)
    if not least - _LISTED <= event.accept_prob <= most + _LISTED:
        yield (
            f"acceptance probability {event.accept_prob:.6g}; by the likeliest tokens, "
            f"{least:.6g} to {most:.6g}"
        )
    yield from _no_faster(state, event.top, draft.token, event.target_prob, event.low, position)


def _agreement_by_lists(state: RoundState, event: Verdict) -> tuple[float, float]:
    """Bounds on 1 / (draft sum_y max(target_y / target, draft_y / draft)), from the lists of
    likeliest tokens.
    """
    node = min([*state.elders(event.node), event.node])
    draft, target_prob = state.drafts[event.node], event.target_prob or 0.0
    tops = state.verdicts[node].top, state.drafts[node].top
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


def _coupled_last(state: RoundState, event: Emit) -> Iterator[str]:
    position = state.position + len(state.accepted)
    yield from _noise(state, event.token, position, event.uniform)
    if event.target_prob is not None and not close(given(event.prob), event.target_prob):
        yield f"won with {event.prob:.6g}, but the target gives {event.target_prob:.6g}"
    if event.high != 1:
        yield (
            f"its interval ends at {event.high:.6g}, but whatever is above the least uniform "
            "that wins wins"
        )
    top = state.rejected[0].top if event.origin == "resampled" and state.rejected else event.top
    yield from _no_faster(state, top, event.token, given(event.prob), given(event.low), position)
    if event.origin == "resampled":
        yield from _not_drafted(state, event)


def _no_faster(
    state: RoundState,
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
    if top is None or state.seed is None or prob <= 0:
        return
    entries = unpack_top(top)
    if (
        abs(dict(entries).get(token, prob) - prob) > _LISTED
    ):  # the list describes another law than the sampled one
        return
    uniforms = shared_uniforms(
        state.seed, position, max((other for other, _ in entries), default=0) + 1
    )
    finishes = [
        -math.log(max(uniforms[other], 2.0**-60)) / listed
        for other, listed in entries
        if other not in (token, *gone)
    ]
    needed = math.exp(-prob * min(finishes, default=math.inf))
    if low < needed - _LISTED:
        yield f"{low:.6g} would not have won against the listed tokens, which takes {needed:.6g}"
    if (
        low > needed + _LISTED
        and sum(listed for _, listed in entries) > 1 - EXACT * len(entries) - _WHOLE
    ):
        yield f"{low:.6g} is more than it takes to win, {needed:.6g}"


# drawn: the target drew by itself, elsewhere; which coin decided it is not known


def _drawn(state: RoundState, event: Verdict) -> Iterator[str]:
    if event.uniform is not None or event.low is not None:
        yield "the target drew by itself, yet there is a uniform"
    if event.accept_prob != event.target_prob:
        yield f"acceptance probability {event.accept_prob} is not the target's {event.target_prob}"
    if event.target_prob == (0.0 if event.fate == "accepted" else 1.0):
        yield f"{event.fate}, though the target's probability of it is {event.target_prob:g}"


RULES = {
    "standard": Checks(_ratio, _residual),
    "match": Checks(_drew, _targets_own),
    "block": Checks(_prefix, _prefix_residual, round=_longest),
    "specinfer": Checks(_ratio, _residual),
    "rrs": Checks(_ratio, _residual),
    "gumbel": Checks(_coupled, _coupled_last, _coupled_draft, _coupled_last, whole_interval=False),
    "drawn": Checks(_drawn, _not_drafted),
}
