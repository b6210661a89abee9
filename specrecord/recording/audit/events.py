"""Recomputes every verdict of a recording from its own numbers. A recording is its own proof.

The seal finds damage. This finds what a seal cannot: a verdict that does not follow from its
uniform, a token that its uniform would not have drawn, a residual that is not the residual, a count
that does not add up.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from specrecord.events import (
    CHUNKED,
    STREAMING,
    Draft,
    Emit,
    Event,
    Finish,
    RoundBegin,
    Token,
    Track,
    Verdict,
    Verify,
    unpack_top,
)
from specrecord.recording.audit.distributions import distribution_findings
from specrecord.recording.audit.round_state import EXACT, WITHOUT_REPLACEMENT, RoundState
from specrecord.recording.audit.rules import RULES, close, given
from specrecord.recording.format import kind_of
from specrecord.recording.reader import Recording

_SINGLE = 2e-6  # a float64 against its float32 copy in a top list
_LISTED = 1e-4  # sums of such copies, and of probabilities too small to be listed


@dataclass(frozen=True)
class Finding:
    """Something that does not hold. `event` counts from 0 after the header; None means the
    recording as a whole.
    """

    event: int | None
    message: str

    def __str__(self) -> str:
        return self.message if self.event is None else f"event {self.event}: {self.message}"


def audit_recording(recording: Recording) -> list[Finding]:
    """All findings, in file order; empty when every number follows. An incomplete recording is a
    finding too.
    """
    findings = (
        [] if recording.problem is None else [Finding(recording.problem_event, recording.problem)]
    )
    return findings + list(_Audit(recording.header).run(recording.events))


class _Audit:
    def __init__(self, header: dict[str, Any]) -> None:
        self.rule, self.seed = header.get("rule"), header.get("seed")
        self.checked = RULES.get(self.rule or "")
        evidence = header.get("evidence") or {}
        self.top_is_law, self.top_count = evidence.get("of") == "law", evidence.get("n")
        self.off = (
            _SINGLE + (evidence.get("step") or 0.0) / 2
        )  # how far a listed probability may be from the true one
        self.listed = _LISTED + (self.top_count or 0) * (self.off - _SINGLE)  # and a sum of them
        self.least = evidence.get("least") or _SINGLE
        self.k = header.get("k") or 0
        self.latest = 0
        self.spelled: set[int] = set()
        self.tracks: dict[str, tuple[RoundState, int]] = {}
        self.track: str | None = None
        self.state, self.tokens = self.fresh(), 0
        self.checks: dict[type[Any], Callable[[Any], Iterator[str]]] = {
            Track: self.track_begins,
            Token: self.token,
            RoundBegin: self.round,
            Draft: self.draft,
            Verify: self.verify,
            Verdict: self.verdict,
            Emit: self.emit,
            Finish: self.finish,
        }

    def fresh(self, begun: RoundBegin | None = None) -> RoundState:
        return RoundState(self.rule, self.seed if isinstance(self.seed, int) else None, begun)

    def run(self, events: list[Event]) -> Iterator[Finding]:
        for index, event in enumerate(events):
            for message in self.event(event):
                yield Finding(index, f"{kind_of(event)}: {message}")
        for index, message in distribution_findings(events, self.rule, self.fresh().seed):
            yield Finding(index, message)

    def event(self, event: Event) -> Iterator[str]:
        if not isinstance(event.time, int) or event.time < self.latest:
            yield f"time {event.time} comes before {self.latest}"
        else:
            self.latest = event.time
        check = self.checks.get(type(event))
        if check is None:
            return
        try:
            yield from check(event)
        except (TypeError, ValueError, IndexError, ZeroDivisionError) as error:
            yield f"its values cannot be checked ({error})"

    def track_begins(self, event: Track) -> Iterator[str]:
        if self.track is not None:
            self.tracks[self.track] = (self.state, self.tokens)
        self.track = event.name
        self.state, self.tokens = self.tracks.pop(event.name, (self.fresh(), 0))
        yield from ()

    def token(self, event: Token) -> Iterator[str]:
        if event.id in self.spelled:
            yield f"token {event.id} is spelled twice"
        self.spelled.add(event.id)

    def round(self, event: RoundBegin) -> Iterator[str]:
        previous = self.state.begun
        yield from self.round_is_whole()
        if event.index != (previous.index + 1 if previous else 0):
            yield f"round {event.index} follows round {previous.index if previous else 'none'}"
        if event.position != self.tokens:
            yield f"position {event.position}, but {self.tokens} tokens were emitted"
        if event.k > self.k:
            yield f"k is {event.k}, above the run's {self.k}"
        self.state = self.fresh(event)

    def draft(self, event: Draft) -> Iterator[str]:
        drafts = self.state.drafts
        if self.state.begun is None or self.state.verified:
            yield "comes outside a round's draft phase"
        if event.node != len(drafts) or not -1 <= event.parent < event.node:
            yield f"node {event.node} with parent {event.parent} after {len(drafts)} drafted tokens"
        drafts.append(event)
        yield from _probability("prob", event.prob)
        yield from _logprob(event.raw_logprob)
        if event.uniform is None or event.low is None:
            if (event.uniform, event.low, event.prob) != (None, None, 1):
                yield f"prob {event.prob:.6g}, but a token that was chosen and not drawn is certain"
            yield from self.top(event.top, event.token, None)
            yield from self.likely_choice(event)
            return
        siblings = self.state.elders(event.node)
        if any(drafts[elder].token == event.token for elder in siblings) and self.rule not in (
            "specinfer",
            None,
        ):
            yield f"token {event.token} was drafted twice at one place"
        low = None
        if self.checked is None or self.checked.whole_interval:
            low = event.low
            yield from _in_interval(event.uniform, event.low, event.low + event.prob)
        kin = [elder for elder in siblings if drafts[elder].member == event.member]
        if kin:
            first = drafts[kin[0]].top
            yield from self.top(first, event.token, self.state.as_first(event.node))
            yield from self.place(first, event, low)
        else:
            yield from self.top(event.top, event.token, event.prob, low)
        if self.checked is not None:
            yield from self.checked.draft(self.state, event)

    def place(self, packed: bytes | None, event: Draft, low: float | None) -> Iterator[str]:
        """A later sibling's interval begins where the tokens below it end that its elders left."""
        if packed is None or low is None or not self.top_is_law:
            return
        elders = self.state.elders(event.node) if self.rule in WITHOUT_REPLACEMENT else []
        gone = {self.state.drafts[elder].token for elder in elders}
        scale = (self.state.as_first(event.node) or 0.0) / event.prob
        entries = (
            [(token, prob / scale) for token, prob in unpack_top(packed) if token not in gone]
            if scale
            else []
        )
        below = sum(prob for token, prob in entries if token < event.token)
        unlisted = max(0.0, 1 - sum(prob for _, prob in entries))
        if not below - self.listed / scale <= low <= below + unlisted + self.listed / scale:
            yield (
                f"its interval cannot begin at {low:.6g}, the tokens listed below it hold "
                f"{below:.6g}"
            )

    def likely_choice(self, event: Draft) -> Iterator[str]:
        """A token that was chosen stands in the list of the draft's likeliest, if there is one."""
        siblings = [*self.state.elders(event.node), event.node]
        packed = self.state.drafts[siblings[0]].top
        listed = [] if packed is None else [token for token, _ in unpack_top(packed)]
        if (
            len(listed) == self.top_count
            and len(siblings) <= len(listed)
            and event.token not in listed
        ):
            yield f"token {event.token} was chosen, but is not among the likeliest of the draft"

    def verify(self, event: Verify) -> Iterator[str]:
        if self.state.begun is None or self.state.verified:
            yield "comes without a round, or twice in one"
        if event.tokens != len(self.state.drafts) + 1 + event.window and self.track != CHUNKED:
            read_along = f" and {event.window} of a window" if event.window else ""
            yield (
                f"passes over {event.tokens} tokens after {len(self.state.drafts)} drafted "
                f"ones{read_along}"
            )
        self.state.most = event.tokens if self.track == CHUNKED else 1
        if event.duration < (event.queue or 0) + (event.network or 0):
            yield "queue and network together take longer than the pass"
        self.state.verified = True

    def verdict(self, event: Verdict) -> Iterator[str]:
        state = self.state
        if (
            not state.verified
            or event.node != len(state.verdicts)
            or event.node >= len(state.drafts)
        ):
            yield (
                f"node {event.node} after {len(state.verdicts)} verdicts on {len(state.drafts)} "
                "drafted tokens"
            )
            return
        draft = state.drafts[event.node]
        state.verdicts.append(event)
        yield from self.evidence(event, draft)
        if event.fate == "untested":
            if event.uniform is not None or event.accept_prob is not None:
                yield "untested, yet it has a uniform or an acceptance probability"
            return
        before = [state.verdicts[elder].fate for elder in state.elders(event.node)]
        if (
            draft.parent >= 0
            and state.verdicts[draft.parent].fate != "accepted"
            and self.one_by_one(event)
        ):
            yield f"{event.fate}, though a token before it was not accepted"
        elif any(fate != "rejected" for fate in before):
            yield (
                f"{event.fate}, though a sibling before it was {' and '.join(sorted(set(before)))}"
            )
        elif self.checked is not None:
            yield from self.checked.verdict(state, event)

    def one_by_one(self, event: Verdict) -> bool:
        """Under `block` every coin falls; under all other rules, and for an accepted token, the
        path must hold.
        """
        return self.rule != "block" or event.fate == "accepted"

    def evidence(self, event: Verdict, draft: Draft) -> Iterator[str]:
        if event.target_prob is not None:
            yield from _probability("target_prob", event.target_prob)
        if event.overlap is not None:
            yield from _probability("overlap", event.overlap)
            prob = event.target_prob if event.left_prob is None else event.left_prob
            off = self.off if event.fate == "untested" else EXACT
            if prob is not None and min(prob, draft.prob) > event.overlap + off:
                yield f"overlap {event.overlap:.6g} is less than this token's own share of it"
        yield from _logprob(event.raw_logprob)
        low = event.low if self.checked is None or self.checked.whole_interval else None
        elders = self.state.elders(event.node)
        top = self.state.verdicts[elders[0]].top if elders else event.top
        yield from self.top(top, draft.token, event.target_prob, low)

    def emit(self, event: Emit) -> Iterator[str]:
        state = self.state
        if not state.verified or len(state.verdicts) != len(state.drafts):
            yield "comes before its round was judged"
        if state.emitted >= state.most:
            yield f"is one more than the {state.most} that its round may emit"
        state.emitted += 1
        if event.prob is not None:
            yield from _probability("prob", event.prob)
        if event.uniform is None or event.low is None or event.high is None or event.prob is None:
            yield from self.drawn_elsewhere(event)
            return
        yield from _in_interval(event.uniform, event.low, event.high)
        whole = self.checked is None or self.checked.whole_interval
        if whole and not close(event.high - event.low, event.prob):
            yield f"prob {event.prob:.6g} is not its interval's {event.high - event.low:.6g}"
        yield from _logprob(event.raw_logprob)
        if event.origin == "bonus":
            yield from self.bonus(event)
        else:
            yield from self.resampled(event)

    def drawn_elsewhere(self, event: Emit) -> Iterator[str]:
        """A token that a remote target drew by itself: under rule `drawn`, and in lanes it writes
        alone.
        """
        if self.rule != "drawn" and self.track not in (CHUNKED, STREAMING):
            yield "has no uniform or no interval, though it was drawn here"
        if (event.uniform, event.low, event.high) != (None, None, None):
            yield "was drawn by the target itself, yet it has a uniform or an interval"
        yield from self.top(event.top, event.token, event.target_prob)
        if event.origin == "resampled":
            yield from self.resampled(event)
        elif any(draft.parent == self.state.end for draft in self.state.drafts):
            yield "a bonus, though a drafted token stood at its place"

    def bonus(self, event: Emit) -> Iterator[str]:
        if any(draft.parent == self.state.end for draft in self.state.drafts):
            yield "a bonus, though a drafted token stood at its place"
        if event.target_prob is not None and not close(event.target_prob, given(event.prob)):
            yield f"drawn with {event.prob:.6g}, but the target gives {event.target_prob:.6g}"
        low = event.low if self.checked is None or self.checked.whole_interval else None
        yield from self.top(event.top, event.token, event.target_prob, low)
        if self.checked is not None:
            yield from self.checked.bonus(self.state, event)

    def resampled(self, event: Emit) -> Iterator[str]:
        state = self.state
        if not state.rejected:
            yield "resampled, though nothing was rejected"
            return
        if any(
            draft.parent == state.end and state.verdicts[draft.node].fate == "untested"
            for draft in state.drafts
        ):
            yield "resampled, though a drafted token at its place was not tested"
        if self.rule == "drawn" and self.checked is not None:
            yield from self.checked.resampled(state, event)
        if (
            event.prob is None
            or event.target_prob is None
            or event.draft_prob is None
            or event.uniform is None
        ):
            return
        first = state.rejected[0]
        if state.drafts[first.node].uniform is not None:
            yield from self.top(state.drafts[first.node].top, event.token, event.draft_prob)
        yield from self.top(first.top, event.token, event.target_prob)
        if self.checked is not None:
            yield from self.checked.resampled(state, event)

    def finish(self, event: Finish) -> Iterator[str]:
        yield from self.round_is_whole(last=True)
        if event.tokens != self.tokens:
            yield f"counts {event.tokens} tokens, but {self.tokens} were emitted"

    def round_is_whole(self, last: bool = False) -> Iterator[str]:
        """Close the round's books. A round without a `verify` was dropped, and emitted nothing."""
        state = self.state
        if not state.verified:
            return
        if len(state.verdicts) != len(state.drafts):
            yield (
                f"{len(state.verdicts)} verdicts on the {len(state.drafts)} drafted tokens of "
                "the round before"
            )
        if not state.emitted and not last:
            yield "the round before emitted no last token, yet another follows"
        if self.checked is not None:
            yield from self.checked.round(state)
        self.tokens += len(state.accepted) + state.emitted

    def top(
        self, packed: bytes | None, token: int, prob: float | None, low: float | None = None
    ) -> Iterator[str]:
        """A top list is sorted, spelled, adds up to at most 1, and agrees with the token's
        probability and place.
        """
        if packed is None:
            return
        entries = unpack_top(packed)
        probs = [entry[1] for entry in entries]
        if (
            probs != sorted(probs, reverse=True)
            or sum(probs) > 1 + self.off * len(probs)
            or min(probs, default=0) < 0
        ):
            yield "its likeliest tokens are not in order, or hold more than everything"
        if any(other not in self.spelled for other, _ in entries):
            yield "its likeliest tokens include one that was never spelled"
        if not self.top_is_law or prob is None:
            return
        listed = dict(entries).get(token)
        if listed is not None and abs(listed - prob) > self.off:
            yield f"probability {prob:.6g}, but its list of likeliest tokens says {listed:.6g}"
        # A list shorter than n holds every token that is not negligible.
        least = probs[-1] if len(probs) == self.top_count else self.least
        if listed is None and prob > least + self.off:
            yield (
                f"token {token} with probability {prob:.6g} is missing from its list of "
                "likeliest tokens"
            )
        if low is None:
            return
        below = sum(listed for other, listed in entries if other < token)
        if not below - self.listed <= low <= below + max(0.0, 1 - sum(probs)) + self.listed:
            yield (
                f"its interval cannot begin at {low:.6g}, the tokens listed below it hold "
                f"{below:.6g}"
            )


def _probability(name: str, value: float) -> Iterator[str]:
    if not -EXACT <= value <= 1 + EXACT:
        yield f"{name} {value} is not a probability"


def _in_interval(uniform: float, low: float, high: float) -> Iterator[str]:
    if not (low - EXACT <= uniform < high + EXACT and 0 <= uniform < 1):
        yield f"uniform {uniform:.6g} is not in [{low:.6g}, {high:.6g}), so it drew another token"


def _logprob(value: float | None) -> Iterator[str]:
    if value is not None and (math.isnan(value) or value > EXACT):
        yield f"raw_logprob {value} is not the logarithm of a probability"
