"""Recomputes every verdict of a recording from its own numbers. A recording is its own proof.

The seal finds damage. This finds what a seal cannot: a verdict that does not follow from its
uniform, a token that its uniform would not have drawn, a residual that is not the residual, a count
that does not add up.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from specrecord.events import (
    CHUNKED,
    Draft,
    Emit,
    Event,
    Finish,
    RoundBegin,
    Token,
    Verdict,
    Verify,
)
from specrecord.header import Header
from specrecord.recording.audit.distributions import distribution_findings
from specrecord.recording.audit.drafts import draft_findings, verdict_findings
from specrecord.recording.audit.emits import emit_findings
from specrecord.recording.audit.judged_round import EXACT, JudgedRound
from specrecord.recording.audit.rules import RULES, Checks
from specrecord.recording.audit.top_lists import TopLists
from specrecord.recording.format import kind_of
from specrecord.recording.reader import Recording
from specrecord.recording.rounds import Round, TrackBuilder

# What values that contradict each other may end in.
_UNCHECKABLE = (TypeError, ValueError, IndexError, ZeroDivisionError)


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
    findings = list(_Audit(recording.header).run(recording.events))
    findings.sort(key=lambda finding: finding.event or 0)
    if recording.problem is not None:
        findings.insert(0, Finding(recording.problem_event, recording.problem))
    return findings


class _Audit:
    """Holds each event against the round that it has become part of."""

    def __init__(self, header: Header) -> None:
        self.header = header
        self.checks = RULES.get(header.rule or "", Checks())
        self.builder = TrackBuilder()
        self.lists = TopLists(header.evidence, self.builder.token_bytes)
        self.latest = 0
        self.rounds: dict[str, JudgedRound] = {}  # of each track, the one it is in
        self.tokens: Counter[str] = Counter()  # of each track, emitted before that round

    def run(self, events: list[Event]) -> Iterator[Finding]:
        for index, event in enumerate(events):
            kind = kind_of(event)
            try:
                for message in self.event(event):
                    yield Finding(index, f"{kind}: {message}")
            except _UNCHECKABLE as error:
                yield Finding(index, f"{kind}: its values cannot be checked ({error})")
        rounds = ((track, one) for track in self.builder.tracks.values() for one in track.rounds)
        whole = [self.judged(track.name, one) for track, one in rounds if one.distributions]
        places = {id(event): index for index, event in enumerate(events)} if whole else {}
        for judged in whole:
            try:
                for found, message in distribution_findings(judged):
                    yield Finding(places[id(found)], message)
            except _UNCHECKABLE as error:
                message = f"round: its distributions cannot be checked ({error})"
                yield Finding(places[id(judged.round.begin)], message)

    def judged(self, track: str, one: Round) -> JudgedRound:
        return JudgedRound(one, track, self.header.rule, self.header.seed)

    def event(self, event: Event) -> Iterator[str]:
        if event.time < self.latest:
            yield f"time {event.time} comes before {self.latest}"
        self.latest = max(self.latest, event.time)
        if isinstance(event, Token) and event.id in self.builder.token_bytes:
            yield f"token {event.id} is spelled twice"
        if (getattr(event, "raw_logprob", None) or 0.0) > EXACT:
            yield "its raw_logprob is not the logarithm of a probability"
        self.builder.add(event)
        name = self.builder.track.name
        judged = self.rounds.get(name)
        if check := _IN_ROUND.get(type(event)):
            found = check(judged, event, self.checks, self.lists) if judged else None
            yield from found or ["comes without a round"]
        match event:
            case RoundBegin() | Finish():
                if judged is not None and judged.round.verified:
                    yield from self.round_is_whole(judged, isinstance(event, Finish))
                if isinstance(event, RoundBegin):
                    yield from self.round(event)
                elif event.tokens != self.tokens[name]:
                    yield f"counts {event.tokens} tokens, but {self.tokens[name]} were emitted"

    def round(self, event: RoundBegin) -> Iterator[str]:
        track = self.builder.track
        following = track.rounds[-2].index + 1 if len(track.rounds) > 1 else 0
        if event.index != following:
            yield f"round {event.index} stands in the place of round {following}"
        tokens = self.tokens[track.name]
        if event.position != tokens:
            yield f"position {event.position}, but {tokens} tokens were emitted"
        if event.k > (self.header.k or 0):
            yield f"k is {event.k}, above the run's {self.header.k or 0}"
        self.rounds[track.name] = self.judged(track.name, track.rounds[-1])

    def round_is_whole(self, judged: JudgedRound, last: bool) -> Iterator[str]:
        """Close the books of the track's round. One without a `verify` was dropped, and emitted
        nothing.
        """
        if len(judged.verdicts) != len(judged.drafts):
            yield (
                f"{len(judged.verdicts)} verdicts on the {len(judged.drafts)} drafted tokens of "
                "the round before"
            )
        if not judged.round.emits and not last:
            yield "the round before emitted no last token, yet another follows"
        self.tokens[judged.track] += len(judged.round.output)
        yield from self.checks.round(judged)


def _verify_findings(judged: JudgedRound, event: Verify, *_: object) -> Iterator[str]:
    if judged.round.verify is not event:
        yield "comes twice in one round"
    drafted = len(judged.drafts)
    if event.tokens != drafted + 1 + event.window and judged.track != CHUNKED:
        read_along = f" and {event.window} of a window" if event.window else ""
        yield f"passes over {event.tokens} tokens after {drafted} drafted ones{read_along}"
    if event.duration < (event.queue or 0) + (event.network or 0):
        yield "queue and network together take longer than the pass"


# What does not hold of the round's latest event of a kind.
_IN_ROUND: dict[type[Any], Callable[..., Iterator[str]]] = {
    Draft: draft_findings,
    Verify: _verify_findings,
    Verdict: verdict_findings,
    Emit: emit_findings,
}
