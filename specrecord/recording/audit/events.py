"""Recomputes every verdict of a recording from its own numbers. A recording is its own proof.

The seal finds damage. This finds what a seal cannot: a verdict that does not follow from its
uniform, a token that its uniform would not have drawn, a residual that is not the residual, a count
that does not add up.
"""

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
from specrecord.recording.audit.drafts import draft_findings
from specrecord.recording.audit.emits import emit_findings
from specrecord.recording.audit.judged_round import JudgedRound
from specrecord.recording.audit.rules import RULES
from specrecord.recording.audit.top_lists import TopLists
from specrecord.recording.audit.verdicts import verdict_findings
from specrecord.recording.format import kind_of
from specrecord.recording.reader import Recording
from specrecord.recording.rounds import TrackBuilder

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
        self.rule, self.seed = header.rule, header.seed
        self.checks = RULES.get(self.rule or "")
        self.k = header.k or 0
        self.builder = TrackBuilder()
        self.lists = TopLists(header.evidence, self.builder.token_bytes)
        self.latest = 0
        self.rounds: dict[str, JudgedRound] = {}  # of each track, the one it is in
        self.tokens: dict[str, int] = {}  # of each track, emitted before that round
        self.by_kind: dict[type[Any], Callable[[Any], Iterator[str]]] = {
            RoundBegin: self.round,
            Draft: self.draft,
            Verify: self.verify,
            Verdict: self.verdict,
            Emit: self.emit,
            Finish: self.finish,
        }

    def run(self, events: list[Event]) -> Iterator[Finding]:
        for index, event in enumerate(events):
            for message in self.event(event):
                yield Finding(index, f"{kind_of(event)}: {message}")
        whole = [
            JudgedRound(one, track.name, self.rule, self.seed)
            for track in self.builder.tracks.values()
            for one in track.rounds
            if one.distributions
        ]
        places = {id(event): index for index, event in enumerate(events)} if whole else {}
        for judged in whole:
            try:
                for found, message in distribution_findings(judged):
                    yield Finding(places[id(found)], message)
            except _UNCHECKABLE as error:
                message = f"its distributions cannot be checked ({error})"
                yield Finding(places[id(judged.round.begin)], f"round: {message}")

    def event(self, event: Event) -> list[str]:
        messages = []
        if event.time < self.latest:
            messages.append(f"time {event.time} comes before {self.latest}")
        else:
            self.latest = event.time
        if isinstance(event, Token) and event.id in self.builder.token_bytes:
            messages.append(f"token {event.id} is spelled twice")
        self.builder.add(event)
        check = self.by_kind.get(type(event))
        if check is not None:
            try:
                messages.extend(check(event))
            except _UNCHECKABLE as error:
                messages.append(f"its values cannot be checked ({error})")
        return messages

    @property
    def track(self) -> str:
        return self.builder.track.name

    def round(self, event: RoundBegin) -> Iterator[str]:
        rounds = self.builder.track.rounds
        before = rounds[-2].index if len(rounds) > 1 else None
        yield from self.round_is_whole()
        self.rounds[self.track] = JudgedRound(rounds[-1], self.track, self.rule, self.seed)
        if event.index != (0 if before is None else before + 1):
            yield f"round {event.index} follows round {'none' if before is None else before}"
        tokens = self.tokens.get(self.track, 0)
        if event.position != tokens:
            yield f"position {event.position}, but {tokens} tokens were emitted"
        if event.k > self.k:
            yield f"k is {event.k}, above the run's {self.k}"

    def draft(self, event: Draft) -> Iterator[str]:
        judged = self.rounds.get(self.track)
        if judged is None:
            yield "comes outside a round's draft phase"
        else:
            yield from draft_findings(judged, event, self.checks, self.lists)

    def verify(self, event: Verify) -> Iterator[str]:
        judged = self.rounds.get(self.track)
        if judged is None or judged.round.verify is not event:
            yield "comes without a round, or twice in one"
            return
        drafted = len(judged.drafts)
        if event.tokens != drafted + 1 + event.window and self.track != CHUNKED:
            read_along = f" and {event.window} of a window" if event.window else ""
            yield f"passes over {event.tokens} tokens after {drafted} drafted ones{read_along}"
        if event.duration < (event.queue or 0) + (event.network or 0):
            yield "queue and network together take longer than the pass"

    def verdict(self, event: Verdict) -> Iterator[str]:
        judged = self.rounds.get(self.track)
        if judged is None:
            yield f"node {event.node} without a round"
        else:
            yield from verdict_findings(judged, event, self.checks, self.lists)

    def emit(self, event: Emit) -> Iterator[str]:
        judged = self.rounds.get(self.track)
        if judged is None:
            yield "comes before its round was judged"
        else:
            yield from emit_findings(judged, event, self.checks, self.lists)

    def finish(self, event: Finish) -> Iterator[str]:
        yield from self.round_is_whole(last=True)
        tokens = self.tokens.get(self.track, 0)
        if event.tokens != tokens:
            yield f"counts {event.tokens} tokens, but {tokens} were emitted"

    def round_is_whole(self, last: bool = False) -> Iterator[str]:
        """Close the books of the track's round. A round without a `verify` was dropped, and emitted
        nothing.
        """
        judged = self.rounds.get(self.track)
        if judged is None or not judged.round.verified:
            return
        if len(judged.verdicts) != len(judged.drafts):
            yield (
                f"{len(judged.verdicts)} verdicts on the {len(judged.drafts)} drafted tokens of "
                "the round before"
            )
        if not judged.round.emits and not last:
            yield "the round before emitted no last token, yet another follows"
        if self.checks is not None:
            yield from self.checks.round(judged)
        emitted = len(judged.round.path) + len(judged.round.emits)
        self.tokens[self.track] = self.tokens.get(self.track, 0) + emitted
