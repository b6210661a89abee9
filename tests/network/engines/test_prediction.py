"""Predicted outputs, recorded: the draft's whole answer in one chat request, beside the same
request without. Two counts are told, and nothing more is claimed.
"""

import json
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace as with_events
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace
from node import node
from wires import Letters, served, small_service

from specrecord.decoding.rng import SeededRng
from specrecord.errors import UsageError
from specrecord.events import (
    SPECULATIVE,
    STREAMING,
    Draft,
    Emit,
    Event,
    Fault,
    Prediction,
    TrackBegin,
    Verdict,
)
from specrecord.models.base import FullLogits
from specrecord.models.remote.connect import RemoteOptions
from specrecord.models.remote.prediction import open_prediction
from specrecord.recorder.record import record
from specrecord.recorder.request import Request
from specrecord.recorder.session import prepare
from specrecord.recording.audit import audit_recording
from specrecord.recording.measures.estimate import estimate
from specrecord.recording.measures.stats import recording_info
from specrecord.recording.reader import Recording, parse_recording, read_recording
from specrecord.recording.rewrite import redacted
from specrecord.registry import load_pair
from specrecord.serve.completions import chat
from specrecord.serve.completions.engine import Engine
from specrecord.serve.completions.service import Service
from specrecord.terminal.render import picture
from specrecord.terminal.summary import summary
from specrecord.terminal.timeline import Timeline

ROOT = Path(__file__).parents[3]
PROMPT, COUNT = "Once upon a time", 40


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The embedded target behind a strict chat."""
    pair = load_pair(None, "tiny:target")
    engine = Engine(pair.target, pair.tokenizer, SeededRng(np.random.default_rng(0)))
    with served(Service(engine, "tiny:target", strict=True)) as address:
        yield address


def request(url: str, **options: Any) -> Request:
    asked = {"temperature": 0.0, "max_tokens": COUNT, "seed": 2, "verifier": "prediction"}
    target = f"api:tiny:target@{url}"
    return Request(prompt=PROMPT, draft="tiny:draft", target=target, **{**asked, **options})


def recorded(url: str, path: Path, **options: Any) -> Recording:
    session = prepare(request(url, **options))
    record(session, path)
    session.target.close()  # type: ignore[attr-defined]
    return read_recording(path)


@pytest.fixture(scope="module")
def run(url: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("prediction") / "run.specrec"
    return recorded(url, path), path


def told(recording: Recording, track: str = SPECULATIVE) -> Prediction:
    found = recording.tracks[track].prediction
    assert found is not None
    return found


def written(recording: Recording, track: str) -> list[int]:
    return [one.token for each in recording.tracks[track].verified for one in each.output]


def test_the_text_is_the_targets_own_and_the_counts_are_the_servers(run: Any) -> None:
    recording, _ = run
    pair, context = load_pair(None, "tiny:target"), list(recording.header.prompt.ids)
    for _ in range(COUNT):
        output = pair.target.verify(context, [])
        assert isinstance(output, FullLogits)
        context.append(int(output.logits[0].argmax()))
    own = context[-COUNT:]
    assert written(recording, SPECULATIVE) == written(recording, STREAMING) == own
    rounds = recording.tracks[SPECULATIVE].rounds
    guess = [draft.token for draft in rounds[0].drafts]
    assert (rounds[0].k, rounds[0].verified) == (COUNT, False)
    one, alone = told(recording), told(recording, STREAMING)
    assert one.predicted == len(guess) == one.accepted + one.rejected
    assert 0 < one.accepted < len(guess)
    assert one.accepted <= sum((Counter(guess) & Counter(own)).values())
    assert one.tokens == COUNT + one.rejected
    assert (alone.predicted, alone.accepted, alone.tokens) == (0, 0, COUNT)
    assert one.completion is not None


def test_nothing_is_claimed_of_single_tokens(run: Any) -> None:
    recording, _ = run
    header, info = recording.header, recording_info(recording)
    assert (header.rule, header.k, header.tree) == ("prediction", None, "chain")
    assert header.law == "the server's own, asked for softmax T=0"
    kinds = {type(event) for event in recording.events}
    assert Verdict not in kinds
    assert all(one.target_prob is None for one in recording.events if isinstance(one, Emit))
    assert (info["rounds"], info["alpha_hat"], info["per_position"]) == (0, None, [])
    assert (info["drafted"], info["accepted"]) == (COUNT, told(recording).accepted)
    assert info["latency"]["draft_s"] > 0
    assert info["speedup"]["streaming"] > 0
    assert estimate(recording) is None


def test_the_terminal_says_what_was_accepted_and_that_it_is_not_told_which(run: Any) -> None:
    recording, path = run
    words = f"the server accepted {told(recording).accepted} of {COUNT} predicted tokens; it does"
    said = summary(recording, path.name)
    assert words in said
    assert "times the same server without a prediction, recorded in turns" in said
    assert "a round" not in said
    timeline = Timeline(recording.header, recording.events)
    end = [line.plain for line in picture(timeline, timeline.run_end, (90, 30))]
    assert any(words in line for line in end)
    before = [line.plain for line in picture(timeline, timeline.run_end - 1, (90, 30))]
    assert any("what the server accepts it tells at the end" in line for line in before)
    assert not any("acceptance" in line or " K " in line for line in before + end)


def test_it_audits_and_both_readers_agree(run: Any) -> None:
    recording, path = run
    assert audit_recording(recording) == []
    for parts in (["prompt"], ["text"]):
        blank = parse_recording(redacted(path.read_bytes(), recording, parts))
        assert audit_recording(blank) == []
    script = """
    import { readFileSync } from "node:fs";
    import { openRecording } from "./player/core/recording/recording.js";
    import { recordingInfo } from "./player/core/measures/info.js";
    import { estimate } from "./player/core/measures/estimate.js";
    const recording = await openRecording(readFileSync(process.argv[1]));
    const { prediction } = recording.main;
    console.log(JSON.stringify([recordingInfo(recording), estimate(recording), prediction]));
    """
    command = [node(), "--input-type=module", "-e", script, str(path)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    info, model, prediction = json.loads(ran.stdout)
    assert info == json.loads(json.dumps(recording_info(recording)))
    assert model is None
    assert prediction["rejected"] == told(recording).rejected


def test_which_comes_first_changes_from_seed_to_seed(url: str, tmp_path: Path) -> None:
    orders = []
    for seed in (2, 3):
        recording = recorded(url, tmp_path / f"{seed}.specrec", seed=seed, max_tokens=6)
        tracks = [one.name for one in recording.events if isinstance(one, TrackBegin)]
        orders.append(tracks)
        assert audit_recording(recording) == []
    assert orders == [[SPECULATIVE, STREAMING], [STREAMING, SPECULATIVE]]
    bare = recorded(url, tmp_path / "bare.specrec", baselines=False, temperature=1.0)
    assert set(bare.tracks) == {SPECULATIVE}
    assert audit_recording(bare) == []


def test_that_rejected_tokens_are_billed_is_said_before_the_start(url: str) -> None:
    session = prepare(request(url, max_tokens=1000))
    session.target.close()  # type: ignore[attr-defined]
    said = session.forecast()
    assert said[0].startswith("2 requests for an answer of at most 1,000 tokens")
    assert "rejected ones of a prediction are" in said[1]


Change = Callable[[list[Event], int], object]
LIES: dict[str, tuple[type[Any], Callable[[Any], list[Any]]]] = {
    "more judged than sent": (Prediction, lambda one: [replace(one, rejected=one.rejected + 1)]),
    "fewer sent than drafted": (Prediction, lambda one: [replace(one, predicted=30, rejected=0)]),
    "more accepted than written": (Prediction, lambda one: [replace(one, tokens=one.accepted - 1)]),
    "a server that was faster than it": (Prediction, lambda one: [replace(one, duration=1)]),
    "a request before the run": (Prediction, lambda one: [replace(one, duration=one.time + 1)]),
    "nothing told": (Prediction, lambda one: []),
    "told twice": (Prediction, lambda one: [one, one]),
    "a verdict": (
        Draft,
        lambda one: [one, Verdict(one.time, 0, "accepted", None, None, None, None)],
    ),
    "a probability": (Emit, lambda one: [replace(one, target_prob=1.0)]),
    "a coin": (Emit, lambda one: [replace(one, uniform=0.5)]),
    "an origin": (Emit, lambda one: [replace(one, origin="resampled")]),
}


@pytest.mark.parametrize("lie", LIES)
def test_the_audit_finds_what_cannot_be(run: Any, lie: str) -> None:
    recording, _ = run
    kind, change = LIES[lie]
    events = list(recording.events)
    at = next(at for at, one in enumerate(events) if isinstance(one, kind))
    events[at : at + 1] = change(events[at])
    assert audit_recording(with_events(recording, events=events))


def test_another_rule_has_no_such_counts(run: Any) -> None:
    recording, _ = run
    header = with_events(recording.header, rule="drawn")
    found = audit_recording(with_events(recording, header=header))
    assert any("whose rule is drawn" in str(one) for one in found)
    assert recording_info(with_events(recording, header=header))["rounds"] == 0


class Said(Letters):
    """Letters, of which two have names."""

    NAMES = ("<|channel|>", "<|message|>", "<|end|>", "</think>")

    def __init__(self) -> None:
        super().__init__(64)
        self.special_names = dict(enumerate(self.NAMES))

    def token_bytes(self, token: int) -> bytes:
        return b"" if token < len(self.NAMES) else chr(token + 60).encode()


@pytest.mark.parametrize(
    ("guess", "answer"),
    [
        ("abc", "abc"),
        ("so</think>yes", "yes"),
        ("<|channel|>analysis<|message|>so<|end|><|channel|>final<|message|>yes", "yes"),
        ("<|channel|>analysis<|message|>so", ""),
        ("<|channel|>final<|message|>yes<|end|>", "yes"),
    ],
)
def test_reasoning_is_no_part_of_what_is_predicted(guess: str, answer: str) -> None:
    tokenizer, ids, rest = Said(), [], guess
    while rest:
        name = next((one for one in Said.NAMES if rest.startswith(one)), rest[0])
        ids.append(Said.NAMES.index(name) if name in Said.NAMES else ord(name) - 60)
        rest = rest[len(name) :]
    with served(small_service(tokenizer=tokenizer, strict=True)) as url:
        target = open_prediction(f"api:small@{url}", tokenizer, RemoteOptions(), "a")
        assert target.text_of(ids) == (answer, len(answer))
        target.close()


def spoiled(monkeypatch: pytest.MonkeyPatch, change: Callable[[Any], Any], after: int) -> None:
    """From the request of that number on, what the server tells at the end is another."""
    whole, seen = chat._Work.totals, [0]

    def totals(work: Any) -> Any:
        seen[0] += 1
        return change(whole(work)) if seen[0] > after else whole(work)

    monkeypatch.setattr(chat._Work, "totals", totals)


def without_details(told: Any) -> Any:
    usage = {name: one for name, one in told["usage"].items() if "details" not in name}
    return {**told, "usage": usage}


def counting(**counts: Any) -> Callable[[Any], Any]:
    return lambda told: {
        **told,
        "usage": {**told["usage"], "completion_tokens_details": counts},
    }


def test_one_that_passes_predictions_over_is_refused(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoiled(monkeypatch, without_details, 0)
    with pytest.raises(UsageError, match="passes predictions over"):
        prepare(request(url))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (without_details, "passes predictions over"),
        (lambda told: {}, "before what it told of itself"),
        (counting(accepted_prediction_tokens=-1, rejected_prediction_tokens=0), "cannot be"),
        (counting(accepted_prediction_tokens=1.5, rejected_prediction_tokens=0), "documents"),
    ],
)
def test_what_is_malformed_ends_the_run_and_is_said(
    url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Any], Any],
    words: str,
) -> None:
    spoiled(monkeypatch, change, 1)
    recording = recorded(url, tmp_path / "run.specrec", max_tokens=5)
    faults = [one.detail for one in recording.events if isinstance(one, Fault)]
    assert words in faults[0]
    finish = recording.tracks[SPECULATIVE].finish
    assert finish is not None
    assert finish.reason == "failed"
    assert audit_recording(recording) == []


def test_a_server_that_counts_more_tokens_than_were_sent(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = counting(accepted_prediction_tokens=3, rejected_prediction_tokens=90)
    spoiled(monkeypatch, counts, 1)
    recording = recorded(url, tmp_path / "run.specrec", max_tokens=5, baselines=False)
    assert told(recording).predicted is None
    info = recording_info(recording)
    assert (info["accepted"], info["drafted"]) == (3, 93)
    assert audit_recording(recording) == []


@pytest.mark.parametrize(
    "options", [{"k": 3}, {"rule": "match"}, {"tree": "2x1"}, {"top_k": 5}, {"chat": False}]
)
def test_what_does_not_go_with_a_prediction(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="does not go with a prediction"):
        request("http://h", **options)


def test_auto_takes_it_where_nothing_else_works(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def chosen(**options: Any) -> str | None:
        session = prepare(request(url, verifier="auto", **options))
        session.target.close()  # type: ignore[attr-defined]
        return session.target.info.details["verifier"]

    assert chosen() == "fan-out"
    refusal = UsageError("no verifier works")
    monkeypatch.setattr(
        "specrecord.models.remote.connect.open_remote",
        lambda *given: (_ for _ in ()).throw(refusal),
    )
    assert chosen() == "prediction"
    with pytest.raises(UsageError, match="no verifier works"):
        chosen(k=3)
