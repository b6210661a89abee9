"""With `--evidence full`: every recorded number is held against the whole laws it came from.

Laws are kept in float32, so sums over a vocabulary agree to about 1e-5.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from specrecord.events import Draft, Emit, Event, Law, Round, Verdict

_SINGLE = 1e-4
_Laws = dict[tuple[str, int], NDArray[np.float32]]


def law_findings(events: list[Event]) -> Iterator[tuple[int, str]]:
    """Pairs (event, what does not hold) over all rounds that carry whole laws."""
    for first, last in _rounds(events):
        numbered = list(enumerate(events[first:last], start=first))
        laws: _Laws = {(e.side, e.row): np.frombuffer(e.probs, "<f4") for _, e in numbered if isinstance(e, Law)}
        if laws:
            yield from _check_round(numbered, laws)


def _rounds(events: list[Event]) -> Iterator[tuple[int, int]]:
    starts = [index for index, event in enumerate(events) if isinstance(event, Round)]
    yield from pairwise([*starts, len(events)])


def _check_round(numbered: list[tuple[int, Event]], laws: _Laws) -> Iterator[tuple[int, str]]:
    drafts = [event for _, event in numbered if isinstance(event, Draft)]
    verdicts = [event for _, event in numbered if isinstance(event, Verdict)]
    for index, event in numbered:
        match event:
            case Law():
                yield from _sums_to_one(index, event)
            case Draft():
                law = laws.get(("draft", event.node - 1))
                yield from _owns(index, law, event.token, event.prob, event.low)
            case Verdict():
                yield from _check_verdict(index, event, drafts, laws)
            case Emit():
                yield from _owns(index, _emit_law(event, verdicts, laws), event.token, event.prob, event.low)


def _sums_to_one(index: int, event: Law) -> Iterator[tuple[int, str]]:
    law = np.frombuffer(event.probs, "<f4")
    if abs(float(law.sum(dtype=np.float64)) - 1) > _SINGLE or law.min() < 0:
        yield index, "law: it does not add up to 1"


def _owns(
    index: int, law: NDArray[np.float32] | None, token: int, prob: float, low: float
) -> Iterator[tuple[int, str]]:
    """The token owns `prob` of the law, from `low` on."""
    if law is None:
        return
    start = float(law[:token].sum(dtype=np.float64))
    if abs(float(law[token]) - prob) > _SINGLE or abs(start - low) > _SINGLE:
        yield index, f"token {token} owns {law[token]:.6g} from {start:.6g} on, not {prob:.6g} from {low:.6g}"


def _check_verdict(index: int, event: Verdict, drafts: list[Draft], laws: _Laws) -> Iterator[tuple[int, str]]:
    target, draft = laws.get(("target", event.node - 1)), laws.get(("draft", event.node - 1))
    if target is None or event.node >= len(drafts):
        return
    token = drafts[event.node].token
    if event.target_prob is not None and abs(float(target[token]) - event.target_prob) > _SINGLE:
        yield index, f"verdict: target_prob {event.target_prob:.6g}, its whole law says {target[token]:.6g}"
    if draft is None or event.overlap is None:
        return
    shared = float(np.minimum(target, draft).sum(dtype=np.float64))
    if abs(shared - event.overlap) > _SINGLE:
        yield index, f"verdict: overlap {event.overlap:.6g}, the whole laws share {shared:.6g}"


def _emit_law(event: Emit, verdicts: list[Verdict], laws: _Laws) -> NDArray[np.float32] | None:
    """The law a last token was drawn from: the residual after a rejection (standard rule), else the target's."""
    accepted = sum(verdict.fate == "accepted" for verdict in verdicts)
    target, draft = laws.get(("target", accepted - 1)), laws.get(("draft", accepted - 1))
    rejected = next((verdict for verdict in verdicts if verdict.fate == "rejected"), None)
    by_match = rejected is not None and rejected.low is not None
    if event.origin == "bonus" or by_match or target is None or draft is None:
        return target
    excess: NDArray[np.float32] = np.maximum(target - draft, 0)
    mass = float(excess.sum())
    return excess / mass if mass > 0.05 else None  # less than that, and float32 has too few digits to judge by
