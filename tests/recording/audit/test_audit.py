"""The audit passes what was recorded and finds, by event, whatever was changed: by the seal, and by
the numbers.
"""

import math
from collections.abc import Sequence
from dataclasses import replace as with_events
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import fields, replace
from runs import VARIANTS, small_recording

from specrecord.events import (
    Checks,
    Distribution,
    Draft,
    Emit,
    End,
    Event,
    Finish,
    RoundBegin,
    Token,
    Verdict,
    Verify,
)
from specrecord.recording.audit import audit_recording
from specrecord.recording.format import pack_event
from specrecord.recording.reader import Recording, parse_recording, read_recording
from specrecord.recording.writer import RecordingWriter


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("seed", range(5))
def test_what_was_recorded_passes(variant: str, seed: int, tmp_path: Path) -> None:
    recording = read_recording(
        small_recording(tmp_path / "run.specrec", seed=seed, **VARIANTS[variant])
    )
    assert audit_recording(recording) == []


def test_a_cut_recording_is_a_finding(tmp_path: Path) -> None:
    data = small_recording(tmp_path / "run.specrec").read_bytes()
    for cut in range(parse_recording(data).offsets[0], len(data), 97):
        assert audit_recording(parse_recording(data[:cut]))


def changed_value(value: Any) -> Any:
    """Another value of the same type, as little different as an honest mistake or a small lie would
    be.
    """
    if isinstance(value, bool | None):
        return 0.5
    if isinstance(value, int):
        return value + 1
    if isinstance(value, float):
        return value + 0.01 if value < 0.5 else value - 0.01
    if isinstance(value, bytes):
        return bytes([(value[0] + 1) % 256]) + value[1:] if value else b"x"
    return {"accepted": "rejected", "rejected": "accepted", "untested": "accepted",
            "resampled": "bonus", "bonus": "resampled"}.get(value, "accepted")  # fmt: skip


@pytest.mark.parametrize("variant", ["standard", "match", "greedy"])
def test_any_changed_field_is_found_and_named(variant: str, tmp_path: Path) -> None:
    """A copy in which one field of one event was changed, the rest of the file being as it was."""
    data = small_recording(tmp_path / "run.specrec", **VARIANTS[variant]).read_bytes()
    whole = parse_recording(data)
    tried = 0
    for index, event in enumerate(whole.events[:-1]):
        for name in [field.name for field in fields(type(event))]:
            altered = replace(event, **{name: changed_value(getattr(event, name))})
            start, end = whole.offsets[index : index + 2]
            findings = audit_recording(
                parse_recording(data[:start] + pack_event(altered) + data[end:])
            )
            assert index in [finding.event for finding in findings], f"{name} of {event}"
            tried += 1
    assert tried > 500


def resealed(recording: Recording, index: int, event: Event, path: Path) -> Recording:
    """A forgery: event `index` replaced, and a fresh seal over all of it."""
    events = [*recording.events[:index], event, *recording.events[index + 1 : -1]]
    events = [one for one in events if not isinstance(one, Checks)]
    with RecordingWriter(path, recording.header, overwrite=True) as writer:
        writer.extend(events)
        writer.finish(recording.events[-1].time)
    return read_recording(path)


def forged(event: Event, name: str, **values: Any) -> Event:
    """The event with a field changed, in a way that matters."""
    value = getattr(event, name)
    if name == "uniform":  # to the other side of what it decided
        if isinstance(event, Verdict):
            inside = min((event.low or 0.0) + (event.accept_prob or 0.0) / 2, math.nextafter(1, 0))
            outside = ((event.low or 0.0) + (event.accept_prob or 0.0) + 0.001) % 1
            return replace(event, uniform=inside if event.fate == "rejected" else outside)
        assert isinstance(event, Draft | Emit)
        return replace(event, uniform=(event.low + event.prob + 0.001) % 1)
    if name == "low":  # half way to where no interval can begin
        return replace(event, low=(value + 1) / 2)
    return replace(event, **{name: changed_value(value)})


DECIDING: dict[type[Any], tuple[str, ...]] = {
    Draft: ("token", "prob", "uniform", "low", "node"),
    Verdict: ("fate", "target_prob", "accept_prob", "uniform", "node"),
    Emit: ("origin", "token", "uniform", "low", "high", "prob", "target_prob"),
    RoundBegin: ("index", "position"),
    Verify: ("tokens",),
    Finish: ("tokens",),
}


@pytest.mark.parametrize(
    "variant", ["standard", "match", "truncated", "block", "gumbel", "specinfer", "rrs", "dynamic"]
)
def test_a_forged_number_is_found_although_the_seal_is_fresh(variant: str, tmp_path: Path) -> None:
    recording = read_recording(small_recording(tmp_path / "run.specrec", **VARIANTS[variant]))
    missed, tried = [], 0
    for index, event in enumerate(recording.events):
        for name in DECIDING.get(type(event), ()):
            if getattr(event, name) is None or (name == "uniform" and certain(event)):
                continue
            if name == "uniform" and rescued(recording.events, index):
                continue
            altered = forged(event, name)
            forgery = resealed(recording, index, altered, tmp_path / "forged.specrec")
            assert forgery.complete
            tried += 1
            if not audit_recording(forgery):
                missed.append((index, name, event))
    assert missed == []
    assert tried > 100


def certain(event: Event) -> bool:
    """No uniform could have decided otherwise."""
    if isinstance(event, Verdict):
        return event.accept_prob in (None, 0.0, 1.0)
    return isinstance(event, Draft | Emit) and event.prob > 0.999


def rescued(events: Sequence[Event], index: int) -> bool:
    """Under `block`, a later coin kept this token, or a rejected one would have stayed rejected."""
    event = events[index]
    following = next(one for one in events[index + 1 :] if not isinstance(one, Checks))
    follows = isinstance(following, Verdict) and following.fate == "accepted"
    return isinstance(event, Verdict) and event.fate == "accepted" and event.low is None and follows


def test_whole_laws_are_held_against_the_numbers(tmp_path: Path) -> None:
    recording = read_recording(small_recording(tmp_path / "run.specrec", **VARIANTS["full"]))
    probs = [
        (index, event)
        for index, event in enumerate(recording.events)
        if isinstance(event, Distribution)
    ]
    assert len(probs) > 20
    for index, event in probs[::5]:
        shifted = replace(event, probs=event.probs[4:] + event.probs[:4])
        findings = audit_recording(resealed(recording, index, shifted, tmp_path / "forged.specrec"))
        assert findings, f"distribution of row {event.row}"


def test_distributions_of_odd_sizes_are_findings_and_no_tracebacks(tmp_path: Path) -> None:
    recording = read_recording(small_recording(tmp_path / "run.specrec", **VARIANTS["full"]))
    index, event = next(
        (i, event) for i, event in enumerate(recording.events) if isinstance(event, Distribution)
    )
    for probs in (b"", event.probs[:8], event.probs[:-1]):
        events = [*recording.events[:index], replace(event, probs=probs)]
        events += recording.events[index + 1 :]
        assert audit_recording(with_events(recording, events=events))


def test_a_token_spelled_twice_and_a_missing_spelling_are_found(tmp_path: Path) -> None:
    recording = read_recording(small_recording(tmp_path / "run.specrec"))
    index, token = next(
        (i, event) for i, event in enumerate(recording.events) if isinstance(event, Token)
    )
    other = replace(token, id=token.id + 1000)
    assert audit_recording(resealed(recording, index, other, tmp_path / "forged.specrec"))
    last = max(i for i, event in enumerate(recording.events) if not isinstance(event, End))
    assert audit_recording(resealed(recording, last, token, tmp_path / "forged.specrec"))
