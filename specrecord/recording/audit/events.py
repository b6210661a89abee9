"""Recomputes every verdict of a recording from its own numbers. A recording is its own proof.

The seal finds damage. This finds what a seal cannot: a verdict that does not follow from its
uniform, a uniform that the seed does not give, a token that its uniform would not have drawn, a
residual that is not the residual, a count that does not add up. What no number in a file can prove
is listed in `stated`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from specrecord.events import (
    CHUNKED,
    SPECULATIVE,
    Checks,
    Distribution,
    Draft,
    Emit,
    End,
    Event,
    Fault,
    Finish,
    Mark,
    Prediction,
    Prefill,
    RoundBegin,
    Token,
    TrackBegin,
    Verdict,
    Verify,
)
from specrecord.header import Header
from specrecord.recording.audit.distributions import distribution_findings
from specrecord.recording.audit.drafts import check_draft, check_verdict
from specrecord.recording.audit.emits import check_emit
from specrecord.recording.audit.header import Shape, header_findings, prompt_findings
from specrecord.recording.audit.judged_round import EXACT, JudgedRound, Say
from specrecord.recording.audit.own import own_draft, own_emit, own_round, own_verdict
from specrecord.recording.audit.prediction import RULE as PREDICTION
from specrecord.recording.audit.prediction import prediction_round, prediction_verdict
from specrecord.recording.audit.rules import RULES
from specrecord.recording.audit.rules import Checks as RuleChecks
from specrecord.recording.audit.top_lists import TopLists
from specrecord.recording.audit.track import NUMBERS, TIMED, AuditedTrack, Uniforms
from specrecord.recording.format import kind_of
from specrecord.recording.reader import Recording
from specrecord.recording.rounds import TrackBuilder

_OF_NO_TRACK = frozenset({Token, Checks, Mark})
_LOOKED = 64  # events from one look at the lists to the next
# What values that contradict each other may end in.
_UNCHECKABLE = (TypeError, ValueError, IndexError, ZeroDivisionError, OverflowError)


@dataclass(frozen=True)
class Finding:
    """Something that does not hold. `event` counts from 0 after the header; None means the
    recording as a whole.
    """

    event: int | None
    message: str

    def __str__(self) -> str:
        return self.message if self.event is None else f"event {self.event}: {self.message}"


@dataclass(frozen=True)
class Report:
    """What does not follow, and what is only worth a word: it fails no audit."""

    findings: list[Finding]
    notes: list[Finding]


def audit_recording(recording: Recording) -> list[Finding]:
    """All findings, in file order; empty when every number follows. An incomplete recording is a
    finding too.
    """
    return audit_report(recording).findings


def audit_report(recording: Recording) -> Report:
    """The findings, and what stands out in a recording of before there were `check` events."""
    audit = _Audit(recording.header)
    findings = [Finding(None, f"header: {line}") for line in header_findings(recording.header)]
    findings += audit.run(recording.events)
    if recording.problem is None:
        findings += audit.end()
    findings.sort(key=lambda finding: -1 if finding.event is None else finding.event)
    if recording.problem is not None:
        findings.insert(0, Finding(recording.problem_event, recording.problem))
    return Report(findings, audit.notes)


class _Audit:
    """Holds each event against the round that it has become part of."""

    def __init__(self, header: Header) -> None:
        self.header = header
        others = {
            "own": RuleChecks(round=own_round),
            PREDICTION: RuleChecks(round=prediction_round),
        }
        self.checks = {**RULES, **others}.get(header.rule or "", RuleChecks())
        self.in_round = {"own": _OWN, PREDICTION: _PREDICTED}.get(header.rule or "", _IN_ROUND)
        self.builder = TrackBuilder(keep=2)
        self.spelled: dict[int, int] = {}
        self.lists = TopLists(header, self.spelled)
        self.shape = Shape.named(header.tree)
        self.latest = 0
        self.tracks: dict[str, AuditedTrack] = {}
        self.places: dict[int, int] = {}  # of the events of a round, by their id
        self.last: End | None = None
        self.now: Any = None  # the event that is looked at
        self.findings: list[Finding] = []
        self.notes: list[Finding] = []
        self.listed = self.whole = self.checked = False
        self.placed = header.evidence.mode == "full"

    def run(self, events: Sequence[Event]) -> list[Finding]:
        index = -1
        for index, event in enumerate(events):
            self.lists.at, self.now = index, event
            try:
                self.event(event)
            except _UNCHECKABLE as error:
                self.say(f"its values cannot be checked ({error})")
            if self.placed:
                self.places[id(event)] = index
            if not index % _LOOKED and self.lists.full:
                self.findings += self.of_lists(events)
        for track in self.tracks.values():
            self.findings += self.of_distributions(track, index)
        return [*self.findings, *self.of_lists(events)]

    def say(self, message: str) -> None:
        """It does not hold of the event that is looked at."""
        self.findings.append(Finding(self.lists.at, f"{kind_of(self.now)}: {message}"))

    def of_lists(self, events: Sequence[Event]) -> Iterator[Finding]:
        for place, message in self.lists.findings():
            yield Finding(place, f"{kind_of(events[place])}: {message}")

    def of_distributions(self, track: AuditedTrack, index: int) -> Iterator[Finding]:
        """Of the round that is over, if it carries whole distributions."""
        judged = track.judged
        if judged is None or not judged.round.distributions:
            return
        try:
            for found, message in distribution_findings(judged, self.header):
                yield Finding(self.places.get(id(found), index), message)
        except _UNCHECKABLE as error:
            yield Finding(index, f"round: its distributions cannot be checked ({error})")

    def event(self, event: Event) -> None:
        cls = type(event)
        if event.time < self.latest:
            self.say(f"time {event.time} comes before {self.latest}")
        else:
            self.latest = event.time
        if isinstance(event, Token):
            if event.id in self.spelled:
                self.say(f"token {event.id} is spelled twice")
            self.spelled.setdefault(event.id, self.lists.at)
        self.builder.add(event)
        if cls in _OF_NO_TRACK:
            self.checked |= cls is Checks
            return
        name = self.builder.track.name
        track = self.tracks.get(name)
        if track is None:
            uniforms = Uniforms(self.header, name)
            track = self.tracks[name] = AuditedTrack(name, self.header, uniforms, self.shape)
        if cls in TIMED:
            track.span(event, self.say)
        check = self.in_round.get(cls)
        if check is None:
            self.outside(event, track)
        elif track.judged is None:
            self.say("comes without a round")
        else:
            check(track.judged, event, self.checks, self.lists, self.say)
            if cls is not Verify:
                self.inside(event, track, track.judged)

    def inside(self, event: Any, track: AuditedTrack, judged: JudgedRound) -> None:
        """What holds of any event of a round but its pass."""
        cls = type(event)
        if self.header.temperature == 0:
            _certain(event, self.say)
        if (event.raw_logprob or 0.0) > EXACT:
            self.say("its raw_logprob is not the logarithm of a probability")
        if not self.listed and event.top is not None:
            self.first_list()
        token = None if cls is Verdict else event.token
        if token is not None and token not in self.spelled:
            self.say(f"token {token} was never spelled")
        if cls is Draft:
            if self.header.rule is None:
                self.say("was drafted under a rule that is not told, so no verdict can be checked")
            track.grown(judged, event, self.say)
            track.drafted += bool(self.builder.token_bytes.get(event.token or 0))
        if event.uniform is not None:
            track.uniforms.check(judged, event, self.say)

    def first_list(self) -> None:
        """Lists are of something, where there are any."""
        self.listed = True
        if self.header.evidence.of is None:
            self.say("evidence.of does not say of what its likeliest tokens are")
        if self.header.evidence.mode == "none":
            self.say("evidence.mode is none, yet there are lists")

    def outside(self, event: Event, track: AuditedTrack) -> None:
        """What holds of an event that is no part of a round, or begins one."""
        match event:
            case RoundBegin():
                self.over(track)
                self.round(event, track)
            case Finish():
                self.over(track, finished=True)
                track.finish(event, self.say)
                track.judged = None
            case TrackBegin():
                self.entered(event, track)
            case Prefill():
                track.prefill(event, self.say)
            case Fault():
                track.faults += 1
            case Prediction():
                track.answered(event, self.say)
            case Distribution():
                self.distribution(event, track)
            case End():
                self.last = event

    def entered(self, event: TrackBegin, track: AuditedTrack) -> None:
        track.latest = max(track.latest, event.time)
        if event.name in NUMBERS:
            return
        line = f"there is no track {event.name!r}"
        if self.checked:
            self.say(line)
        else:  # as the first recordings could have
            self.notes.append(Finding(self.lists.at, f"lane: {line}"))

    def distribution(self, event: Distribution, track: AuditedTrack) -> None:
        if self.header.evidence.mode != "full" and not self.whole:
            self.say("stands in a recording whose evidence.mode is not full")
        self.whole = True
        if track.judged is None or event.row >= len(track.judged.drafts):
            self.say(f"is of row {event.row}, which was not drafted")

    def round(self, event: RoundBegin, track: AuditedTrack) -> None:
        rounds = self.builder.track.rounds
        following = rounds[-2].index + 1 if len(rounds) > 1 else 0
        if event.index != following:
            self.say(f"round {event.index} stands in the place of round {following}")
        if event.position != track.tokens:
            self.say(f"position {event.position}, but {track.tokens} tokens were emitted")
        track.room(event, self.say)
        if self.builder.track.finish is not None:
            self.say("begins after its track was finished")
        if track.has_prediction:
            self.say("begins after the server had told of its whole answer")
        track.judged = JudgedRound(rounds[-1], track.name, self.header.rule, self.header.seed)
        track.faults = 0
        self.places = {id(event): self.lists.at}

    def over(self, track: AuditedTrack, *, finished: bool = False) -> None:
        """Close the books of the track's round. One without a `verify` was dropped, and emitted
        nothing.
        """
        judged = track.judged
        if judged is None:
            return
        for finding in self.of_distributions(track, self.lists.at):
            self.say(finding.message)
        if not judged.round.verified:
            guess = self.header.rule == PREDICTION and judged.round.k
            if not track.faults and not finished and not guess:
                self.say("the round before has no verify, yet nothing went wrong")
            return
        if len(judged.verdicts) != len(judged.drafts):
            self.say(
                f"{len(judged.verdicts)} verdicts on the {len(judged.drafts)} drafted tokens of "
                "the round before"
            )
        if not judged.round.emits and not finished:
            self.say("the round before emitted no last token, yet another follows")
        track.emitted(judged, self.builder.token_bytes)
        self.checks.round(judged, self.say)

    def end(self) -> Iterator[Finding]:
        """What a whole recording has, when all of it was seen."""
        finishes = {
            name: track.finish.reason for name, track in self.builder.tracks.items() if track.finish
        }
        for name, track in self.tracks.items():
            complete = self.last is not None and self.last.reason == "complete"
            if complete and name not in finishes and track.judged is not None:
                yield Finding(None, f"track {name} has no finish, yet the run is complete")
        for name, reason in finishes.items():
            track = self.tracks[name]
            yield from (Finding(None, line) for line in track.lacks_prediction(reason))
            if reason == "eos" and (last := track.last) is not None and not track.served:
                for other, beside in self.tracks.items():
                    if last in beside.seen:
                        yield Finding(None, f"the last token of {name} did not end {other}")
        if self.last is not None:
            yield from self.reason(self.last.reason, finishes)
        lines = prompt_findings(self.header, self.builder.token_bytes)
        yield from (Finding(None, f"header: {line}") for line in lines)
        if self.header.evidence.mode == "full" and not self.whole and self.listed:
            yield Finding(None, "header: evidence.mode is full, yet there are no distributions")

    def reason(self, reason: str, finishes: Mapping[str, str]) -> Iterator[Finding]:
        failed = finishes.get(SPECULATIVE) == "failed"
        if (reason == "failed") != failed:
            yield Finding(
                None,
                f"end: reason is {reason}, but the run {'failed' if failed else 'did not fail'}",
            )
        if reason == "complete" and "interrupted" in finishes.values():
            yield Finding(None, "end: reason is complete, but a track was interrupted")


def _certain(event: Draft | Verdict | Emit, say: Say) -> None:
    """At temperature 0 nothing is left to chance."""
    for name in ("prob", "target_prob", "draft_prob", "left_prob", "overlap"):
        if (value := getattr(event, name, None)) not in (None, 0, 1):
            say(f"{name} {value:.6g}, but at temperature 0 all is certain")


def _check_verify(
    judged: JudgedRound, event: Verify, checks: RuleChecks, lists: TopLists, say: Say
) -> None:
    if judged.round.verify is not event:
        say("comes twice in one round")
    drafted = len(judged.drafts)
    if event.tokens != drafted + 1 + event.window and judged.track != CHUNKED:
        read_along = f" and {event.window} of a window" if event.window else ""
        say(f"passes over {event.tokens} tokens after {drafted} drafted ones{read_along}")
    parts = (event.queue, event.prompt, event.completion, event.network)
    # Across a stream the two ends read two clocks, each round a difference of theirs.
    if judged.rule != "own" and event.duration < sum(part or 0 for part in parts):
        say("queue, network and what the server did together take longer than the pass")
    if event.network is not None and (event.connect or 0) > event.network:
        say("connect is part of network, yet more")


# What does not hold of the round's latest event of a kind.
_IN_ROUND: dict[type[Any], Callable[..., None]] = {
    Draft: check_draft,
    Verify: _check_verify,
    Verdict: check_verdict,
    Emit: check_emit,
}
_OWN: dict[type[Any], Callable[..., None]] = {
    **_IN_ROUND,
    Draft: own_draft,
    Verdict: own_verdict,
    Emit: own_emit,
}
_PREDICTED: dict[type[Any], Callable[..., None]] = {
    **_IN_ROUND,
    Verdict: prediction_verdict,
    Emit: own_emit,
}
