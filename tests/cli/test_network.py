"""The command line over a network: what it tells before a run, what it says when one cannot go on,
and keeps secret.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from commands import Command
from wires import CANARY, Plan, served

from specrecord.decoding.rng import SeededRng
from specrecord.events import Fault
from specrecord.models.remote.forecast import forecast
from specrecord.options import command_line
from specrecord.recording.audit import audit_recording
from specrecord.recording.reader import read_recording
from specrecord.registry import load_pair
from specrecord.serve.completions.app import CompletionsHandler
from specrecord.serve.completions.engine import Engine
from specrecord.serve.completions.service import Service

SHORT = ["--max-tokens", "6", "-k", "2", "--seed", "1", "-o", "run.specrec"]


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in (
        "CEREBRAS_API_KEY",
        "CEREBRAS_BASE_URL",
        "CEREBRAS_TARGET_MODEL",
        "SPECRECORD_TARGET_KEY",
    ):
        monkeypatch.delenv(name, raising=False)


def service(**options: object) -> Service:
    pair = load_pair(None, "tiny:target")
    engine = Engine(pair.target, pair.tokenizer, SeededRng(np.random.default_rng(0)))
    return Service(engine, "tiny:target", **options)


@pytest.fixture
def strict() -> Iterator[str]:
    with served(service(key=CANARY, strict=True)) as url:
        yield url


def test_the_cerebras_path_works_end_to_end_against_the_strict_server(
    command: Command, strict: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CEREBRAS_API_KEY", CANARY)
    monkeypatch.setenv("CEREBRAS_BASE_URL", strict)
    said = command("live", "Recipe: ", "--target", "cerebras:tiny:target", *SHORT)
    assert said.code == 0, said.err
    assert "requests" in said.err.splitlines()[0]
    recording = read_recording("run.specrec")
    header = recording.header
    assert audit_recording(recording) == []
    assert header.rule == "drawn"
    assert header.law == "softmax T=0.7, drawn by the target"
    assert header.target.verifier == "fan-out"
    assert header.target.context == 512
    assert header.round_trip_us > 0
    found = json.loads(command("info", "run.specrec", "--json").out)
    assert {name for name, ratio in found["speedup"].items() if ratio} == {
        "per_request",
        "chunked",
        "streaming",
    }
    assert all(
        CANARY.encode() not in path.read_bytes() for path in Path().rglob("*") if path.is_file()
    )
    assert strict.encode() not in Path("run.specrec").read_bytes()
    assert CANARY not in said.out + said.err


def test_a_wrong_key_is_one_line_and_not_repeated(
    command: Command, strict: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPECRECORD_TARGET_KEY", CANARY + "-wrong")
    said = command("live", "Recipe: ", "--target", f"api:tiny:target@{strict}", *SHORT)
    assert said.code == 2
    assert said.err.count("\n") == 1
    assert "401" in said.err
    assert CANARY not in said.err


def test_nobody_at_the_address_is_one_line(command: Command) -> None:
    said = command("live", "Recipe: ", "--target", "api:x@http://127.0.0.1:9", *SHORT)
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert "is it running?" in said.err


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["--target", "api:tiny"], "write api:MODEL@URL"),
        (["--target", "cerebras:"], "needs a model"),
        (["--target", "cerebras:x"], "CEREBRAS_API_KEY"),
        (["--target", "cerebras:x", "--tree", "2x2", "--rule", "match"], "verifies chains"),
        (["--target", "tiny", "--link", "60"], "cannot stand before this one"),
    ],
    ids=str,
)
def test_what_cannot_be_asked_is_one_line(command: Command, words: list[str], wanted: str) -> None:
    said = command("live", "Recipe: ", *words, *SHORT)
    assert (said.code, said.err.count("\n")) == (2, 1), said.err
    assert wanted in said.err


def test_a_run_that_cannot_go_on_is_recorded_and_exits_with_1(command: Command) -> None:
    plan = Plan(lambda seen: "402" if seen > 13 else None)  # behind every request of the probe
    with served(service(key=None), plan) as url:
        said = command(
            "live", "Recipe: ", "--target", f"api:tiny:target@{url}", *SHORT, "--verifier", "score"
        )
    assert said.code == 1
    assert said.err.splitlines()[-1].startswith("specrecord: the run could not go on: HTTP 402")
    recording = read_recording("run.specrec")
    assert recording.complete
    assert (
        next(event.name for event in recording.events if isinstance(event, Fault))
        == "payment-required"
    )
    assert audit_recording(recording) == []


def test_an_emulated_link_is_named_in_the_recording(command: Command) -> None:
    with served(service()) as url:
        said = command(
            "live", "Recipe: ", "--target", f"api:tiny:target@{url}", *SHORT, "--link", "10"
        )
    assert said.code == 0, said.err
    header = read_recording("run.specrec").header
    assert header.simulated == [
        "link to the target: a forwarding proxy held every byte for 5 ms each way"
    ]
    assert "api:tiny:target@URL" in str(command_line(header))


def test_times_that_a_server_does_not_tell_are_unknown(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = CompletionsHandler._answer

    def silent(*given: object, **more: object) -> dict[str, object]:
        return {**plain(*given, **more), "time_info": None}

    monkeypatch.setattr(CompletionsHandler, "_answer", silent)
    with served(service()) as url:
        assert command("live", "Recipe: ", "--target", f"api:tiny:target@{url}", *SHORT).code == 0
    latency = json.loads(command("info", "run.specrec", "--json").out)["latency"]
    assert latency["network_s"] is None
    assert latency["queue_s"] is None
    assert latency["verify_s"] > 0
    assert command("build", ".", "-o", "site").code == 0


def test_doctor_asks_ten_probes_and_later_recordings_hold_the_answers(command: Command) -> None:
    with served(service()) as url:
        name = f"api:tiny:target@{url}"
        said = command("doctor", name)
        assert said.code == 0
        assert [line.split()[0] for line in said.out.splitlines()[:10]] == [
            f"P{number}" for number in range(1, 11)
        ]
        assert "score    works" in said.out
        assert command("live", "Recipe: ", "--target", name, *SHORT).code == 0
    details = read_recording("run.specrec").header.target.details
    assert details["doctor"]["P4"] == "raw"
    assert len(details["doctor"]) == 10


def test_doctor_of_this_machine_tells_no_key(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CEREBRAS_API_KEY", CANARY)
    said = command("doctor")
    assert said.code == 0
    assert "numpy" in said.out
    assert CANARY not in said.out
    assert command("doctor", "tiny").code == 2


def test_models_are_asked_of_the_server(
    command: Command, strict: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CEREBRAS_BASE_URL", strict)
    assert command("models", "cerebras").code == 2
    monkeypatch.setenv("CEREBRAS_API_KEY", CANARY)
    assert command("models", "cerebras").out == "cerebras:tiny:target\n"
    monkeypatch.setenv("SPECRECORD_TARGET_KEY", CANARY)
    assert command("models", "api", strict).out == f"api:tiny:target@{strict}\n"


def test_a_target_for_others_needs_a_key(command: Command) -> None:
    said = command("target", "--host", "0.0.0.0")
    assert said.code == 2
    assert "--key" in said.err


@pytest.mark.parametrize("model", ["tiny:target", "mlx:tiny:target"])
def test_the_target_command_serves_and_says_where(command: Command, model: str) -> None:
    if model.startswith("mlx"):
        pytest.importorskip("mlx_lm", reason="mlx-lm is not installed")
    words = [
        sys.executable,
        "-m",
        "specrecord",
        "target",
        "--port",
        "0",
        "--seed",
        "1",
        "--model",
        model,
    ]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        said = command("live", "Recipe: ", "--target", f"api:{model}@{url}", *SHORT)
        process.terminate()
    assert said.code == 0, said.err


def test_a_forecast_bounds_what_is_sent() -> None:
    plain = forecast(
        prompt=10, max_tokens=6, k=2, copies=1, written=1, baselines=False, per_minute=None
    )
    read = f"{10 + 13} to {6 * 10 + 15 + 2 * 6} tokens"
    assert plain == [f"2 to 6 requests; the server reads {read} and writes 2 to 6"]
    sent, waits = forecast(
        prompt=10, max_tokens=64, k=6, copies=7, written=7, baselines=True, per_minute=5
    )
    assert sent.startswith(f"{10 + 64 + 10 + 1} to {64 + 64 + 10 + 1} requests; ")
    assert "at 5 requests a minute this takes 16 to 27 minutes" in waits
