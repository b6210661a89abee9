"""A second pass over the text of an engine that drafts by itself: the probability of each token, as
the engine tells it of a prompt, where it can be asked; kept apart from all that the run told.
"""

import json
import struct
import time
from dataclasses import replace as with_events
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from drafting_engines import DraftingLlamaServer, DraftingSglang, DraftingVllm
from msgspec.structs import replace
from stand_ins import RefusedError
from test_own_speculation import LETTERS, recorded

from specrecord.cli import specrecord
from specrecord.errors import UsageError
from specrecord.events import SPECULATIVE, Emit, Fault, Finish, Verdict
from specrecord.models.remote.connect import RemoteOptions
from specrecord.publish.export.data import recording_json
from specrecord.publish.runs.load import describe_run
from specrecord.recorder.request import Request
from specrecord.recorder.session import prepare
from specrecord.recording.audit import audit_recording
from specrecord.recording.measures.second_pass import OVER, WHENCE, mean_logprob
from specrecord.recording.reader import Recording
from specrecord.terminal.render import picture
from specrecord.terminal.summary import summary
from specrecord.terminal.timeline import Timeline


class Slow(DraftingVllm):
    """It takes so many seconds to read a text."""

    reading = 0.05

    def complete(self, body: dict[str, Any]) -> Any:
        time.sleep(self.reading)
        return super().complete(body)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[DraftingVllm, Recording, Path]:
    path, engine = tmp_path_factory.mktemp("second") / "run.specrec", Slow()
    return engine, recorded("vllm", engine, path), path


def test_it_tells_what_the_model_gives_each_token(run: Any) -> None:
    engine, recording, _ = run
    track, context = recording.tracks[SPECULATIVE], LETTERS.encode("abc")
    for one in (one for each in track.rounds for one in each.output):
        expected = engine.logprobs(context)[one.token]
        assert track.second_pass[len(context) - 3] == pytest.approx(expected, abs=1e-6)
        context.append(one.token)
    assert len(track.second_pass) == len(context) - 3
    assert mean_logprob(recording) == pytest.approx(sum(track.second_pass) / 21)
    assert "finished text" in recording.header.target.details["second_pass"]
    events = [one for one in recording.events if isinstance(one, Emit | Verdict)]
    assert all((one.target_prob, one.raw_logprob) == (None, None) for one in events)
    assert audit_recording(recording) == []


def test_it_takes_none_of_the_runs_time(run: Any) -> None:
    """One request more, after the last token, and the run has ended before it."""
    engine, recording, _ = run
    asked = [body for body in engine.bodies if body.get("echo")]
    assert [len(body["prompt"]) for body in asked] == [24]
    after = recording.events[-1].time - recording.tracks[SPECULATIVE].finish.time
    assert after >= 1_000_000 * engine.reading


def test_every_screen_says_what_it_is(run: Any) -> None:
    _, recording, path = run
    timeline = Timeline(recording.header, recording.events)
    shown = [line.plain for line in picture(timeline, timeline.run_end, (100, 30))]
    one = timeline.rounds[-1]
    likely = timeline.second_pass(one)
    rows = [line for line in shown if line.rstrip().endswith(("accepted", "bonus", "resampled"))]
    assert len(rows) == len(likely) == len(one.output)
    for row, prob in zip(rows, likely, strict=True):
        assert f"{prob:.2f}  second pass" in row or f"{prob:.0e}  second pass" in row
    assert any(OVER in line for line in shown)
    assert WHENCE in summary(recording, "run.specrec")
    told = CliRunner().invoke(specrecord, ["info", str(path)]).output
    assert f"second_pass.mean_logprob  {mean_logprob(recording):.6g}" in " ".join(told.split("   "))
    assert WHENCE in describe_run(path, recording, b"").second_pass
    exported = json.loads("".join(recording_json(recording)))["events"]
    finish = next(one for one in exported if one["kind"] == "finish")
    assert finish["second_pass"] == pytest.approx(recording.tracks[SPECULATIVE].second_pass)


@pytest.mark.parametrize("kind", ["llama-server", "sglang", "vllm"])
def test_where_none_is_told_none_is_claimed(kind: str, tmp_path: Path) -> None:
    """Of engines that have no request for it, and of one that was not to be asked."""
    kinds = {"llama-server": DraftingLlamaServer, "sglang": DraftingSglang, "vllm": DraftingVllm}
    engine = kinds[kind]()
    evidence = "none" if kind == "vllm" else "top"
    recording = recorded(kind, engine, tmp_path / "run.specrec", evidence=evidence)
    assert recording.tracks[SPECULATIVE].second_pass == []
    assert mean_logprob(recording) is None
    assert not any(body.get("echo") for body in engine.bodies)
    assert "second pass" not in summary(recording, "run.specrec")
    assert describe_run(tmp_path / "run.specrec", recording, b"").second_pass == ""


def test_evidence_none_asks_for_none(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def opened(name: str, tokenizer: Any, options: RemoteOptions) -> None:
        asked.append(options.second_pass)
        raise UsageError("enough")

    monkeypatch.setattr("specrecord.models.remote.engine_target.open_engine", opened)
    for evidence in ("top", "none"):
        words = {"target": "vllm:m@http://h", "tokenizer": "tiny", "evidence": evidence}
        with pytest.raises(UsageError, match="enough"):
            prepare(Request(prompt="a", **words))
    assert asked == [True, False]


class Refusing(DraftingVllm):
    def complete(self, body: dict[str, Any]) -> Any:
        raise RefusedError(400, {"error": {"message": "no prompt_logprobs here"}})


class Silent(DraftingVllm):
    def complete(self, body: dict[str, Any]) -> Any:
        answer = super().complete(body)
        answer["choices"][0]["logprobs"]["token_logprobs"][-2] = None
        return answer


@pytest.mark.parametrize("kind", [Refusing, Silent])
def test_one_that_fails_is_a_fault_and_the_run_is_whole(kind: Any, tmp_path: Path) -> None:
    recording = recorded("vllm", kind(), tmp_path / "run.specrec")
    faults = [one.name for one in recording.events if isinstance(one, Fault)]
    assert faults == ["no-second-pass"]
    assert recording.tracks[SPECULATIVE].finish.tokens == 21
    assert recording.tracks[SPECULATIVE].second_pass == []
    assert audit_recording(recording) == []


@pytest.mark.parametrize("told", [[-1.0] * 20, [-1.0] * 20 + [0.5], [-1.0] * 20 + [float("nan")]])
def test_the_audit_finds_one_that_cannot_be(run: Any, told: list[float]) -> None:
    _, recording, _ = run
    packed = struct.pack(f"<{len(told)}f", *told)
    events = [
        replace(one, second_pass=packed) if isinstance(one, Finish) else one
        for one in recording.events
    ]
    found = audit_recording(with_events(recording, events=events))
    assert "second pass" in str(found[0])
