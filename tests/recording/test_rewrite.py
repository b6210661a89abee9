"""Marked and redacted recordings: valid, sealed anew, and without what was to go."""

import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from specrecord.errors import FindingError, RecordingError, UsageError
from specrecord.events import (
    Checks,
    Distribution,
    Draft,
    Emit,
    Event,
    Finish,
    Mark,
    Token,
    TrackBegin,
    Verdict,
    unpack_top,
)
from specrecord.header import Machine, Prompt
from specrecord.recorder.record import record
from specrecord.recorder.request import Request
from specrecord.recorder.session import prepare
from specrecord.recording.audit import audit_recording
from specrecord.recording.measures.stats import recording_info
from specrecord.recording.reader import Recording, parse_recording, read_recording
from specrecord.recording.rewrite import marks_of, read_whole, redacted, with_mark, write_whole
from specrecord.recording.writer import RecordingWriter

ROOT = Path(__file__).parents[2]
RUNS = sorted((ROOT / "recordings").glob("*.specrec"))
PROMPT = "Once upon a time there was a Zebra"


def sound(data: bytes) -> Recording:
    recording = parse_recording(data)
    assert audit_recording(recording) == []
    return recording


@pytest.fixture(scope="module", params=["standard", "match", "gumbel", "block"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rewrite") / "run.specrec"
    evidence = "full" if request.param == "standard" else "top"
    asked = Request(
        PROMPT,
        rule=request.param,
        max_tokens=40,
        seed=11,
        evidence=evidence,
        stop=("Zebra!",),
        title="t",
    )
    record(prepare(asked), path)
    return path


@pytest.mark.parametrize("path", RUNS, ids=lambda path: path.stem)
def test_a_mark_changes_nothing_else(path: Path) -> None:
    data, recording = read_whole(path)
    lasts = recording_info(recording)["duration_s"]
    marked = data
    for share in (1.0, 0.0, 0.5):
        marked = with_mark(marked, parse_recording(marked), share * lasts, f"at {share}", "a note")
    found = sound(marked)
    times = [time for time, _ in marks_of(found)]
    assert times == pytest.approx([share * lasts for share in (0.0, 0.5, 1.0)], abs=1e-6)
    titles = [(mark.title, mark.note) for _, mark in marks_of(found)]
    assert titles == [(f"at {share}", "a note") for share in (0.0, 0.5, 1.0)]
    others, before = (
        [event for event in one.events[:-1] if not isinstance(event, Mark | Checks)]
        for one in (found, recording)
    )
    assert others == before
    assert {**recording_info(found), "events": 0} == {**recording_info(recording), "events": 0}


def test_a_mark_stands_after_all_that_happened_at_its_time() -> None:
    data, recording = read_whole(RUNS[0])
    start = next(event.time for event in recording.events if isinstance(event, TrackBegin))
    for event in recording.events[::50]:
        if not start <= event.time <= recording.events[-1].time:
            continue
        found = parse_recording(
            with_mark(data, recording, (event.time - start) / 1e6, "here")
        ).events[:-1]
        place = next(index for index, one in enumerate(found) if isinstance(one, Mark))
        assert all(one.time <= event.time for one in found[:place])
        assert all(one.time > event.time for one in found[place + 1 :])


def test_a_mark_must_have_a_title_and_a_time_of_the_run() -> None:
    data, recording = read_whole(RUNS[0])
    for seconds in (-0.001, 1e9, float("nan"), float("inf")):
        with pytest.raises(UsageError, match="outside the recording"):
            with_mark(data, recording, seconds, "t")
    with pytest.raises(UsageError, match="title"):
        with_mark(data, recording, 0, "  ")


def test_a_cut_or_changed_recording_is_not_sealed_anew(tmp_path: Path) -> None:
    data = RUNS[0].read_bytes()
    path = tmp_path / "bad.specrec"
    for bad in (data[:-40], data[:2000] + bytes([data[2000] ^ 1]) + data[2001:]):
        path.write_bytes(bad)
        with pytest.raises(FindingError, match="only a whole recording"):
            read_whole(path)


def test_redacting_everything_leaves_numbers_and_no_words(run: Path) -> None:
    data, before = read_whole(run)
    after = sound(redacted(data, before, ("prompt", "text", "machine")))
    texts = {event.id: event.bytes for event in before.events if isinstance(event, Token)}
    words = [piece for piece in texts.values() if len(piece.strip()) > 3]
    written = redacted(data, before, ("prompt", "text", "machine"))
    assert words
    # Three letters may stand among numbers by chance; four do not, in a file of this size.
    events = written[after.offsets[0] :]
    assert [word for word in words if word in events] == []
    assert b"Zebra" not in written
    assert after.header.prompt == Prompt(tokens=before.header.prompt.tokens)
    assert not after.header_map.keys() & {"seed", "machine", "command", "stop"}
    assert after.header.redacted == ["machine", "prompt", "text"]
    assert not any(isinstance(event, Distribution) for event in after.events)
    one, other = recording_info(before), recording_info(after)
    ignored = ("events", "seed")
    assert {k: v for k, v in one.items() if k not in ignored} == {
        k: v for k, v in other.items() if k not in ignored
    }

    def numbers(recording: Recording) -> list[object]:
        found: list[object] = []
        for event in recording.events:
            match event:
                case Draft() | Emit():
                    found.append((event.time, event.prob, event.uniform, event.low))
                case Verdict():
                    found.append(
                        (event.time, event.fate, event.target_prob, event.uniform, event.entropy)
                    )
        return found

    assert numbers(before) == numbers(after)
    texts = {event.bytes for event in after.events if isinstance(event, Token)}
    assert texts == {"▒".encode()}
    finishes = [event for event in after.events if isinstance(event, Finish)]
    assert all(event.size == 3 * event.tokens for event in finishes)


def test_redacting_the_prompt_keeps_the_text_and_the_hash(run: Path) -> None:
    data, before = read_whole(run)
    written = redacted(data, before, ["prompt"])
    after = sound(written)
    assert PROMPT.encode() not in written
    assert b"Zebra" not in written.split(b"stop", 1)[0]
    assert after.header_map["prompt"].keys() == {"sha256", "tokens"}
    assert after.header.command is None
    assert after.header.machine == before.header.machine
    tokens = [event.token for event in before.events if isinstance(event, Draft | Emit)]
    assert tokens == [event.token for event in after.events if isinstance(event, Draft | Emit)]
    texts = {event.id for event in after.events if isinstance(event, Token)}
    assert set(tokens) <= texts
    only_in_prompt = set(before.header.prompt.ids or []) - {
        token
        for event in before.events
        if isinstance(event, Draft | Emit | Verdict)
        for token in [getattr(event, "token", -1), *_listed(event.top)]
    }
    assert not only_in_prompt & texts


def test_the_options_that_were_asked_for_go_by_their_names(run: Path, tmp_path: Path) -> None:
    data, before = read_whole(run)
    asked = {"draft": "tiny", "k": 4, "seed": 11, "stop": ["Zebra!"], "temperature": 0.7}
    with RecordingWriter(
        tmp_path / "asked.specrec", replace(before.header, request=asked)
    ) as writer:
        writer.extend([one for one in before.events[:-1] if not isinstance(one, Checks)])
        writer.finish(before.events[-1].time)
    data, before = read_whole(tmp_path / "asked.specrec")
    without_prompt = sound(redacted(data, before, ["prompt"])).header
    assert (without_prompt.request, without_prompt.command) == (asked, None)
    without_text = redacted(data, before, ["text"])
    assert sound(without_text).header.request == {"draft": "tiny", "k": 4, "temperature": 0.7}
    assert b"Zebra" not in without_text


def told(recording: Recording) -> list[Event]:
    """All that happened: without the events that hold checksums of others."""
    return [one for one in recording.events[:-1] if not isinstance(one, Checks)]


def _listed(top: bytes | None) -> list[int]:
    return [token for token, _ in unpack_top(top)]


def test_redacting_the_machine_touches_no_event(run: Path) -> None:
    data, before = read_whole(run)
    after = sound(redacted(data, before, ["machine"]))
    assert told(after) == told(before)
    assert after.header == replace(before.header, machine=Machine(), redacted=["machine"])


def test_files_are_written_in_one_step_and_compressed_by_name(tmp_path: Path) -> None:
    data = RUNS[0].read_bytes()
    write_whole(tmp_path / "run.specrec.gz", data, overwrite=False)
    assert gzip.decompress((tmp_path / "run.specrec.gz").read_bytes()) == data
    assert read_whole(tmp_path / "run.specrec.gz")[0] == data
    with pytest.raises(RecordingError, match="exists already"):
        write_whole(tmp_path / "run.specrec.gz", data, overwrite=False)
    with pytest.raises(RecordingError, match="cannot be written"):
        write_whole(tmp_path / "nowhere" / "run.specrec", data, overwrite=False)
    assert [path.name for path in tmp_path.iterdir()] == ["run.specrec.gz"]
    assert read_recording(tmp_path / "run.specrec.gz").complete
