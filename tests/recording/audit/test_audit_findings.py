"""What the audit finds, each by a change of a sound recording: named where it stands."""

from collections.abc import Callable
from dataclasses import replace as with_fields
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from runs import VARIANTS, small_recording

from specrecord.events import (
    Checks,
    Distribution,
    Draft,
    Emit,
    End,
    Event,
    Finish,
    Prefill,
    RoundBegin,
    TrackBegin,
    Verdict,
    Verify,
)
from specrecord.header import Prompt
from specrecord.recording.audit import audit_recording
from specrecord.recording.audit.stated import STATED
from specrecord.recording.reader import Recording, read_recording
from tools.audit_strength import is_stated, strength
from tools.docs.schema_tables import PAGE

Change = Callable[[list[Event]], list[Event]]


@pytest.fixture
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Recording:
    variant = getattr(request, "param", "standard")
    return read_recording(small_recording(tmp_path / "run.specrec", **VARIANTS[variant]))


def lines(recording: Recording, **changes: Any) -> str:
    return "\n".join(map(str, audit_recording(with_fields(recording, **changes))))


def first(kind: type[Any], number: int = 0, **values: Any) -> Change:
    """A change of the so-manyth event of a kind."""

    def change(events: list[Event]) -> list[Event]:
        at = [at for at, one in enumerate(events) if isinstance(one, kind)][number]
        changed = {
            name: value(events[at]) if callable(value) else value for name, value in values.items()
        }
        events[at] = replace(events[at], **changed)
        return events

    return change


def without(kind: type[Any], number: int = 0) -> Change:
    """Without the so-manyth event of a kind."""

    def change(events: list[Event]) -> list[Event]:
        at = [at for at, one in enumerate(events) if isinstance(one, kind)][number]
        return events[:at] + events[at + 1 :]

    return change


def without_round(events: list[Event]) -> list[Event]:
    """Without the second round, the others numbered anew."""
    begins = [at for at, one in enumerate(events) if isinstance(one, RoundBegin)]
    left = events[: begins[1]] + events[begins[2] :]
    return [
        replace(one, index=one.index - 1) if isinstance(one, RoundBegin) and one.index else one
        for one in left
    ]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (first(TrackBegin, 1, name="weather"), "there is no track 'weather'"),
        (first(Draft, 2, uniform=lambda one: one.low + one.prob / 3), "but the seed gives"),
        (first(Emit, uniform=lambda one: (one.low + one.high) / 2), "but the seed gives"),
        (first(Draft, entropy=5.0), "draft: entropy 5; by the likeliest tokens"),
        (first(Verdict, entropy=0.0), "verdict: entropy 0; by the likeliest tokens"),
        (first(Draft, raw_logprob=-30.0), "draft: raw_logprob -30; by the likeliest tokens"),
        (first(Verdict, overlap=0.999), "overlap 0.999"),
        (first(Draft, duration=lambda one: one.duration + 5), "its span begins before"),
        (first(Verify, duration=lambda one: one.duration + 5), "its span begins before"),
        (first(Prefill, duration=lambda one: one.time), "its span begins before"),
        (first(Prefill, tokens=4), "reads 4 tokens of a prompt of 3"),
        (first(Finish, size=lambda one: one.size + 1), "bytes of text, but"),
        (first(Finish, reason="eos"), "reason is eos, but its last token did not end the text"),
        (first(Finish, reason="stop"), "reason is stop, but no stop string stands there"),
        (first(Finish, reason="failed"), "reason is failed, but"),
        (first(Finish, reason="interrupted"), "but the text is as long as it may be"),
        (first(End, reason="failed"), "end: reason is failed, but the run did not fail"),
        (first(RoundBegin, k=2), "k is 2, but the round may draft 3 deep"),
        (first(Emit, token=lambda one: (one.token + 1) % 10), "emit: "),
        (without(Finish, 1), "track autoregressive has no finish"),
        (without(Verify), "event"),
        (without_round, "position"),
    ],
)
def test_a_change_is_found_and_said(run: Recording, change: Change, line: str) -> None:
    assert audit_recording(run) == []
    assert line in lines(run, events=change(list(run.events)))


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"rule": None}, "was drafted under a rule that is not told"),
        ({"law": "softmax T=0.5"}, "header: law is not the softmax T=1"),
        ({"temperature": 0.5}, "header: law is not the softmax T=0.5"),
        ({"top_k": 20}, "header: law is not the softmax T=1, top-k 20"),
        ({"top_p": 0.5}, "header: law is not the softmax T=1, top-p 0.5"),
        ({"tree": "pine"}, "header: tree names no shape"),
        ({"k": 2}, "k is 3, but the round may draft 2 deep at most"),
        ({"seed": 8}, "but the seed gives"),
        ({"max_tokens": 40}, "reason is length, but"),
    ],
)
def test_a_header_that_contradicts_its_events_is_found(
    run: Recording, values: dict[str, Any], line: str
) -> None:
    assert line in lines(run, header=with_fields(run.header, **values))


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"text": "315"}, "prompt.sha256 is not that of prompt.text"),
        ({"sha256": "ab" * 32}, "prompt.sha256 is not that of prompt.text"),
        ({"ids": [3, 1]}, "prompt.tokens is 3, but 2 ids are listed"),
        ({"tokens": 4}, "prompt.tokens is 4, but 3 ids are listed"),
        ({"ids": [3, 1, 5]}, "prompt.ids do not spell prompt.text"),
    ],
)
def test_prompt_text_ids_count_and_hash_are_held_to_each_other(
    run: Recording, values: dict[str, Any], line: str
) -> None:
    prompt: Prompt = with_fields(run.header.prompt, **values)
    assert line in lines(run, header=with_fields(run.header, prompt=prompt))


def test_lists_of_nothing_that_is_told_are_found(run: Recording) -> None:
    header = with_fields(run.header, evidence=with_fields(run.header.evidence, of=None))
    assert "evidence.of does not say" in lines(run, header=header)


@pytest.mark.parametrize("run", ["block"], indirect=True)
def test_blocks_acceptance_probability_is_held_to_the_lists(run: Recording) -> None:
    events = list(run.events)
    found = 0
    for at, event in enumerate(events):
        if isinstance(event, Verdict) and event.accept_prob not in (None, 0, 1):
            other = replace(event, accept_prob=event.accept_prob / 2)
            changed = [*events[:at], other, *events[at + 1 :]]
            found += bool(lines(run, events=changed))
    assert found > 3


@pytest.mark.parametrize("run", ["full"], indirect=True)
def test_whole_distributions_make_it_exact(run: Recording) -> None:
    for kind in (Draft, Verdict):
        change = first(kind, raw_logprob=lambda one: one.raw_logprob - 0.01)
        assert "of the whole distribution" in lines(run, events=change(list(run.events)))
        change = first(kind, entropy=lambda one: one.entropy + 0.01)
        assert "of the whole distribution" in lines(run, events=change(list(run.events)))
    assert "has no distribution" in lines(run, events=without(Distribution)(list(run.events)))


@pytest.mark.parametrize("run", ["specinfer"], indirect=True)
def test_a_tree_wider_than_its_shape_is_found(run: Recording) -> None:
    header = with_fields(run.header, tree="2x2")
    assert "is one more than the 2 that may stand side by side" in lines(run, header=header)


def test_no_change_of_a_field_goes_unnoticed_but_of_what_is_stated(tmp_path: Path) -> None:
    data = small_recording(tmp_path / "run.specrec", max_tokens=6)
    tried, noticed = strength(read_recording(data))
    assert tried.total() > 400
    missed = {name for name, count in tried.items() if noticed[name] < count}
    assert [name for name in missed if not is_stated(name)] == []


def test_what_is_stated_stands_in_the_docs() -> None:
    page = PAGE.read_text()
    assert all(f"| {of} | {what} |" in page for of, what in STATED.items())


def test_checks_of_events_are_no_events_of_the_run(run: Recording) -> None:
    events = [one for one in run.events if not isinstance(one, Checks)]
    assert lines(run, events=events) == ""
