"""What an engine drafts by itself, recorded: its rounds, counts and tokens are those that it told,
and nothing else is claimed.
"""

import json
import subprocess
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace as with_events
from pathlib import Path
from typing import Any

import pytest
from drafting_engines import (
    PLAN,
    Drafting,
    DraftingLlamaServer,
    DraftingSglang,
    DraftingVllm,
)
from msgspec.structs import replace
from node import node
from stand_ins import VOCABULARY, running
from wires import Letters

from specrecord.errors import UsageError
from specrecord.events import SPECULATIVE, STREAMING, Draft, Emit, Fault, Verdict, Verify
from specrecord.models.remote import ENGINES as NAMES
from specrecord.models.remote.connect import RemoteOptions
from specrecord.models.remote.engine_target import open_engine
from specrecord.models.remote.engines import ENGINES
from specrecord.models.remote.engines.steps import steps_of
from specrecord.recorder.record import record
from specrecord.recorder.request import Request
from specrecord.recorder.session import prepare
from specrecord.recording.audit import audit_recording
from specrecord.recording.measures.estimate import estimate
from specrecord.recording.measures.stats import recording_info
from specrecord.recording.reader import Recording, read_recording
from specrecord.registry import Pair
from specrecord.terminal.summary import summary

LETTERS = Letters(VOCABULARY)
ROOT = Path(__file__).parents[3]
KINDS: dict[str, type[Drafting]] = {
    "llama-server": DraftingLlamaServer,
    "vllm": DraftingVllm,
    "sglang": DraftingSglang,
}


def recorded(kind: str, engine: Drafting, path: Path, **options: Any) -> Recording:
    """A run at a stand-in that runs; the engine's counts are of the run alone."""
    with running(engine) as url:
        name = f"{kind}:small@{url}"
        second_pass = options.get("evidence") != "none"
        asking = RemoteOptions(temperature=0.0, second_pass=second_pass)
        target = open_engine(name, LETTERS, asking)
        engine.drafts = [0, 0, 0]
        asked = {"temperature": 0.0, "max_tokens": 21, "baselines": False, **options}
        request = Request(prompt="abc", target=name, chat=False, redact_prompt=True, **asked)
        record(prepare(request, loaded=Pair(None, target, LETTERS)), path)
        target.close()
    return read_recording(path)


@pytest.fixture(scope="module", params=KINDS)
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("own") / f"{request.param}.specrec"
    engine = KINDS[request.param]()
    return request.param, engine, recorded(request.param, engine, path), path


def test_every_engine_is_known_by_its_name() -> None:
    assert set(NAMES) == set(ENGINES) == set(KINDS)


def test_rounds_counts_and_tokens_are_those_that_it_told(run: Any) -> None:
    kind, engine, recording, _ = run
    rounds = recording.tracks[SPECULATIVE].rounds
    written = engine.written({"max_tokens": 21, "temperature": 0}, LETTERS.encode("abc"))
    assert [one.token for each in rounds for one in each.output] == written
    counts = recording_info(recording)
    drafting = [one for one in rounds if one.drafts]
    assert [len(drafting), counts["drafted"]] == engine.drafts[:2]
    plan = [one for one in PLAN if one[0] or kind != "sglang"]
    told = [(len(one.drafts), one.count("accepted")) for one in rounds[1:-1]]
    assert told == [plan[place % len(plan)] for place in range(len(told))]
    assert not rounds[0].drafts
    assert recording.header.k == (None if kind == "llama-server" else 3)


def test_what_it_does_not_tell_is_unknown(run: Any) -> None:
    _, _, recording, _ = run
    assert recording.header.rule == "own"
    assert recording.header.law == "the server's own, asked for softmax T=0"
    for event in recording.events:
        if isinstance(event, Draft):
            assert (event.prob, event.raw_logprob, event.uniform) == (None, None, None)
        if isinstance(event, Verdict | Emit):
            assert (event.uniform, event.target_prob, event.top) == (None, None, None)
    rounds = recording.tracks[SPECULATIVE].rounds
    nodes = [node for one in rounds for node in one.nodes]
    assert all((node.draft.token is None) == (node.verdict.fate != "accepted") for node in nodes)
    assert "which tokens it rejected" in summary(recording, "run.specrec")


def test_it_audits_and_both_readers_agree(run: Any) -> None:
    _, _, recording, path = run
    assert audit_recording(recording) == []
    script = """
    import { readFileSync } from "node:fs";
    import { openRecording } from "./player/core/recording/recording.js";
    import { recordingInfo } from "./player/core/measures/info.js";
    import { estimate } from "./player/core/measures/estimate.js";
    const recording = await openRecording(readFileSync(process.argv[1]));
    const told = recording.main.finish.second_pass?.slice().buffer ?? new ArrayBuffer(0);
    const second = Array.from(new Float32Array(told));
    console.log(JSON.stringify([recordingInfo(recording), estimate(recording) === null, second]));
    """
    command = [node(), "--input-type=module", "-e", script, str(path)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    info, unknown, second_pass = json.loads(ran.stdout)
    assert info == json.loads(json.dumps(recording_info(recording)))
    assert unknown == (estimate(recording) is None)
    assert second_pass == recording.tracks[SPECULATIVE].second_pass


Mutant = Callable[[Any], Any]
MUTANTS: dict[str, tuple[type[Any], Callable[[Any], bool], Mutant]] = {
    "a probability": (Draft, lambda one: True, lambda one: replace(one, prob=0.5)),
    "a rejected token": (Draft, lambda one: one.token is None, lambda one: replace(one, token=0)),
    "an accepted one": (
        Draft,
        lambda one: one.token is not None,
        lambda one: replace(one, token=None),
    ),
    "a branch": (Draft, lambda one: one.node == 2, lambda one: replace(one, parent=0)),
    "a count": (Verify, lambda one: one.tokens > 1, lambda one: replace(one, tokens=2)),
    "a coin": (Verdict, lambda one: True, lambda one: replace(one, uniform=0.5)),
    "a fate": (
        Verdict,
        lambda one: one.fate == "rejected",
        lambda one: replace(one, fate="untested"),
    ),
    "a target's probability": (Emit, lambda one: True, lambda one: replace(one, target_prob=1.0)),
    "an origin": (
        Emit,
        lambda one: one.origin == "resampled",
        lambda one: replace(one, origin="bonus"),
    ),
}


@pytest.mark.parametrize("changed", MUTANTS)
def test_the_audit_finds_what_cannot_be(run: Any, changed: str) -> None:
    _, _, recording, _ = run
    kind, wanted, change = MUTANTS[changed]
    events = list(recording.events)
    at = next(at for at, one in enumerate(events) if isinstance(one, kind) and wanted(one))
    events[at] = change(events[at])
    assert audit_recording(with_events(recording, events=events))


def test_a_token_that_was_lost_has_no_name(run: Any) -> None:
    _, _, recording, _ = run
    events = list(recording.events)
    named = next(one.token for one in events if isinstance(one, Emit))
    lost = (at for at, one in enumerate(events) if isinstance(one, Draft) and one.token is None)
    at = next(lost)
    events[at] = replace(events[at], token=named)
    found = audit_recording(with_events(recording, events=events))
    assert "yet its token is told" in str(found[0])


@pytest.mark.parametrize("kind", ["llama-server", "vllm"])
def test_an_engine_that_drafts_nothing_says_so(kind: str, tmp_path: Path) -> None:
    recording = recorded(kind, KINDS[kind]([(0, 0)]), tmp_path / "run.specrec")
    assert recording_info(recording)["drafted"] == 0
    assert [one.name for one in recording.events if isinstance(one, Fault)] == ["no-draft"]
    assert audit_recording(recording) == []


def test_its_baseline_is_recorded_where_a_request_can_do_without(tmp_path: Path) -> None:
    engine = DraftingLlamaServer()
    recording = recorded("llama-server", engine, tmp_path / "run.specrec", baselines=True)
    assert len(recording.tracks[STREAMING].rounds) == 21
    assert recording_info(recording)["speedup"]["streaming"] is not None
    assert audit_recording(recording) == []
    other = recorded("vllm", DraftingVllm(), tmp_path / "other.specrec", baselines=True)
    assert set(other.tracks) == {SPECULATIVE}


def test_steps_that_arrive_together_are_taken_apart(tmp_path: Path) -> None:
    engine = DraftingVllm(together=[2, 5])
    recording = recorded("vllm", engine, tmp_path / "run.specrec")
    told = [
        (len(one.drafts), one.count("accepted")) for one in recording.tracks[SPECULATIVE].rounds
    ]
    assert told[:4] == [(0, 0), *PLAN[:3]]
    assert audit_recording(recording) == []


def test_where_a_lost_draft_stood_is_said_to_be_unknown(tmp_path: Path) -> None:
    engine = DraftingVllm([(0, 0), (3, 0), (0, 0), (3, 3)])
    recording = recorded("vllm", engine, tmp_path / "run.specrec")
    faults = [one for one in recording.events if isinstance(one, Fault)]
    assert [one.name for one in faults] == ["unplaced"]
    assert audit_recording(recording) == []
    assert recording_info(recording)["drafted"] == engine.drafts[1]


def test_steps_fit_in_one_way_only_or_it_is_said() -> None:
    assert steps_of([1, 4, 1, 2], [(3, 3), (3, 0), (3, 1)])[1]
    found, only = steps_of([1, 1, 1, 4], [(3, 0), (3, 3)])
    assert found == [((0, 0),), ((3, 0),), ((0, 0),), ((3, 3),)]
    assert not only
    assert steps_of([1, 2], [(4, 3)]) == ([((0, 0),), ((4, 3),)], True)
    with pytest.raises(ValueError, match="no way"):
        steps_of([1, 2], [(4, 3), (4, 3)])


def without(*names: str) -> Callable[[Any], Any]:
    """Chunks that lack a key, wherever it stands."""

    def spoil(chunk: Any) -> Any:
        if isinstance(chunk, dict):
            return {key: spoil(one) for key, one in chunk.items() if key not in names}
        return chunk

    return spoil


def other(name: str, value: Any) -> Callable[[Any], Any]:
    """Chunks in which a key has another value, wherever it stands."""

    def spoil(chunk: Any) -> Any:
        if isinstance(chunk, dict):
            return {key: value if key == name else spoil(one) for key, one in chunk.items()}
        return chunk

    return spoil


def foreign(chunk: Any) -> Any:
    """A token of another vocabulary."""
    return chunk if chunk.get("stop") else {**chunk, "tokens": [VOCABULARY]}


@pytest.mark.parametrize(
    ("kind", "spoil", "words"),
    [
        ("llama-server", without("timings"), "is it llama-server?"),
        ("llama-server", other("draft_n_accepted", 999), "cannot be"),
        ("llama-server", other("predicted_n", 7), "did not name a token"),
        ("llama-server", other("tokens", "no list"), "not what the API documents"),
        ("llama-server", foreign, "the tokenizer does not have"),
        ("vllm", without("metrics"), "--per-request-spec-decode-metrics detailed"),
        ("vllm", without("per_step_accepted", "per_step_drafted"), "metrics detailed"),
        ("vllm", other("per_step_accepted", [2]), "not those of its totals"),
        ("vllm", other("num_draft_tokens", "many"), "not what the API documents"),
        ("sglang", without("sglext"), "--speculative-algorithm"),
        ("sglang", other("spec_num_proposed_drafts", 1), "tells their sum alone"),
        ("sglang", other("spec_correct_drafts_histogram", [1, 2]), "not those that it counts"),
        ("sglang", other("spec_verify_ct", None), "not what the API documents"),
    ],
)
def test_what_is_malformed_or_missing_is_refused(
    kind: str, spoil: Callable[[Any], Any], words: str, tmp_path: Path
) -> None:
    engine = KINDS[kind](spoil=spoil)
    seen_late = "not those", "metrics detailed", "the tokenizer does not"
    in_the_run = words.startswith(seen_late)
    with nullcontext() if in_the_run else pytest.raises(UsageError, match=words):
        recording = recorded(kind, engine, tmp_path / "run.specrec")
        faults = [one.detail for one in recording.events if isinstance(one, Fault)]
        assert words in faults[-1]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"draft": "ngram", "target": "vllm:m@http://h"}, "drafts by itself"),
        ({"target": "vllm:m@http://h", "k": 3}, "engine's own affair"),
        ({"target": "sglang:m@http://h", "rule": "match"}, "engine's own affair"),
        ({"draft": "none"}, "vllm:MODEL@URL"),
        ({"draft": "none", "target": "api:m@http://h"}, "vllm:MODEL@URL"),
    ],
)
def test_requests_that_cannot_be(options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        Request(prompt="a", **options)


def test_the_header_keeps_no_address() -> None:
    request = Request(prompt="a", target="llama-server:/home/me/m.gguf@http://host:1")
    assert request.entry()["target"] == "llama-server:m.gguf@URL"
    assert request.entry()["draft"] == "none"
    with pytest.raises(UsageError, match="--tokenizer"):
        prepare(request)
