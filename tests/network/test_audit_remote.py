"""What a recording over a network cannot claim: each change to a real one is found by the audit."""

from collections.abc import Callable
from dataclasses import replace as with_events

import pytest
from msgspec.structs import replace

from specrecord.events import CHUNKED, Emit, Event, TrackBegin, Verdict, Verify
from specrecord.recording.audit import audit_recording
from specrecord.recording.reader import Recording, read_recording
from tools.record.network import path_of


@pytest.fixture
def recording() -> Recording:
    return read_recording(path_of("fan-out", 60))


def first(recording: Recording, wanted: Callable[[Event, str], bool]) -> int:
    """The place of the first event that is wanted, given the track it stands in."""
    track = ""
    for index, event in enumerate(recording.events):
        track = event.name if isinstance(event, TrackBegin) else track
        if wanted(event, track):
            return index
    raise AssertionError("the recording has no such event")


def findings(recording: Recording, index: int, changed: Event) -> str:
    events = [*recording.events[:index], changed, *recording.events[index + 1 :]]
    return "\n".join(map(str, audit_recording(with_events(recording, events=events))))


def test_the_recording_itself_has_no_finding(recording: Recording) -> None:
    assert audit_recording(recording) == []


def test_a_coin_that_nobody_here_threw(recording: Recording) -> None:
    index = first(
        recording, lambda event, _: isinstance(event, Verdict) and event.fate == "accepted"
    )
    assert "yet there is a uniform" in findings(
        recording, index, replace(recording.events[index], uniform=0.5)
    )


def test_an_acceptance_that_was_a_rejection(recording: Recording) -> None:
    index = first(
        recording, lambda event, _: isinstance(event, Verdict) and event.fate == "rejected"
    )
    changed = replace(recording.events[index], fate="accepted")
    assert findings(recording, index, changed)


def test_a_resampled_token_that_had_just_been_rejected(recording: Recording) -> None:
    index = first(
        recording, lambda event, _: isinstance(event, Emit) and event.origin == "resampled"
    )
    rejected = next(
        e
        for e in reversed(recording.events[:index])
        if isinstance(e, Verdict) and e.fate == "rejected"
    )
    drafts = [
        e
        for e in recording.events[:index]
        if getattr(e, "node", None) == rejected.node and hasattr(e, "parent")
    ]
    assert findings(recording, index, replace(recording.events[index], token=drafts[-1].token))


def test_more_tokens_than_a_chunk_had(recording: Recording) -> None:
    index = first(
        recording,
        lambda event, track: isinstance(event, Verify) and track == CHUNKED and event.tokens > 1,
    )
    assert "one more than the 1" in findings(
        recording, index, replace(recording.events[index], tokens=1)
    )


def test_a_probability_that_does_not_follow(recording: Recording) -> None:
    index = first(
        recording, lambda event, _: isinstance(event, Verdict) and event.fate == "accepted"
    )
    assert "is not the target's" in findings(
        recording, index, replace(recording.events[index], accept_prob=0.5)
    )


def test_a_network_that_took_longer_than_the_pass(recording: Recording) -> None:
    index = first(recording, lambda event, _: isinstance(event, Verify))
    event = recording.events[index]
    assert isinstance(event, Verify)
    assert "longer than the pass" in findings(
        recording, index, replace(event, network=event.duration + 1)
    )


def test_score_has_no_token_that_was_drawn_elsewhere() -> None:
    recording = read_recording(path_of("score", 60))
    index = first(
        recording, lambda event, track: isinstance(event, Emit) and track == "speculative"
    )
    changed = replace(recording.events[index], uniform=None, low=None, high=None)
    assert "though it was drawn here" in findings(recording, index, changed)


def test_a_servers_own_distribution_names_what_was_asked(recording: Recording) -> None:
    header = with_events(recording.header, law="the server's own, asked for softmax T=0.7")
    assert audit_recording(with_events(recording, header=header)) == []
    header = with_events(recording.header, law="the server's own, asked for softmax T=0.9")
    assert "law is not the softmax T=0.7" in str(
        audit_recording(with_events(recording, header=header))
    )
