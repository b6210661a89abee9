"""Whatever goes wrong between here and the target, at whichever request: the run completes, or ends
whole and says why.

Every kind of fault is put at every request of a run in turn. No byte that is written anywhere holds
the key.
"""

from pathlib import Path

import pytest
from wires import CANARY, Plan, http_target, served, small_service

from specrecord.decoding.logprob_capture import LogprobCapture
from specrecord.decoding.loop import Settings
from specrecord.decoding.remote.retry import RetryPolicy
from specrecord.decoding.sampling import SamplingParams
from specrecord.events import SPECULATIVE, EndReason, Fault, Finish, TrackBegin
from specrecord.models.base import Drafter
from specrecord.recorder.record import record
from specrecord.recorder.request import Request
from specrecord.recorder.session import Session
from specrecord.recording.audit import audit_recording
from specrecord.recording.reader import Recording, read_recording
from specrecord.registry import load_pair

PASSING = [
    "408",
    "429",
    "429 after 0.01",
    "500",
    "502",
    "503",
    "timeout",
    "reset",
    "truncated",
    "nonsense",
    "empty",
    "slow",
]
LASTING = {
    "400": "refused",
    "401": "unauthorized",
    "402": "payment-required",
    "403": "forbidden",
    "404": "no-such-model",
    "429 after 999": "rate-limited",
    "tokenizer": "tokenizer-changed",
}
TOKENS = 4


@pytest.fixture(scope="module")
def pair() -> object:
    return load_pair("tiny", "tiny:target")


def failing_at(request: int, kind: str) -> Plan:
    """One request that fails."""
    return Plan(lambda seen: kind if seen == request else None)


def failing_since(request: int, kind: str) -> Plan:
    """Every request from this one on fails."""
    return Plan(lambda seen: kind if seen >= request else None)


def run(
    pair: object,
    path: Path,
    plan: Plan,
    verifier: str = "score",
    timeout: float = 10.0,
    attempts: int = 3,
) -> tuple[EndReason, Recording]:
    """A short run with all four lines, in which the planned requests fail."""
    found = pair
    tokenizer = found.tokenizer
    drawn = verifier != "score"
    service = small_service(found.target, tokenizer, key=CANARY)
    with served(service, plan) as url:
        target = http_target(url, verifier, tokenizer, 0.8, timeout=timeout, key=CANARY)
        drafter: Drafter = found.drafter
        settings = Settings(
            k=2,
            max_tokens=TOKENS,
            end_ids=tokenizer.end_ids,
            token_bytes=tokenizer.token_bytes,
            sampling=SamplingParams(0.8),
            draft_sampling=SamplingParams(0.0) if drawn else None,
            capture=LogprobCapture(raw=drawn),
            retry_policy=RetryPolicy(attempts),
        )
        request = Request("Once upon a time", k=2, max_tokens=TOKENS, temperature=0.8, seed=1)
        session = Session(
            request, drafter, target, tokenizer, tokenizer.encode(request.prompt), settings
        )
        reason = record(session, path, overwrite=True)
        target.close()
    assert CANARY.encode() not in path.read_bytes()
    assert CANARY[:12].encode() not in path.read_bytes()
    recording = read_recording(path)
    assert recording.complete
    assert audit_recording(recording) == []
    return reason, recording


def finishes(recording: Recording) -> dict[str, str]:
    """How each lane ended."""
    track, found = "", {}
    for event in recording.events:
        if isinstance(event, TrackBegin):
            track = event.name
        elif isinstance(event, Finish):
            found[track] = event.reason
    return found


def count_requests(pair: object, path: Path, verifier: str) -> int:
    plan = Plan()
    assert run(pair, path, plan, verifier)[0] == "complete"
    return plan.seen


@pytest.mark.parametrize("kind", PASSING)
def test_a_fault_that_passes_at_any_request_leaves_the_run_complete(
    pair: object, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "run.specrec"
    for number in range(count_requests(pair, path, "score")):
        plan = failing_at(number, kind)
        # With a time-out this short, a busy machine may add some of its own.
        short = {"timeout": 0.4, "attempts": 50} if kind == "timeout" else {}
        reason, recording = run(pair, path, plan, **short)
        assert reason == "complete"
        faults = [event for event in recording.events if isinstance(event, Fault)]
        assert len(faults) == (0 if kind == "slow" else 1) or kind == "timeout"
        assert faults or kind == "slow"
        finished = [event for event in recording.events if isinstance(event, Finish)]
        assert [event.tokens for event in finished] == [TOKENS] * 4


@pytest.mark.parametrize("kind", LASTING)
def test_a_fault_that_lasts_at_any_request_ends_a_whole_recording(
    pair: object, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "run.specrec"
    for number in range(count_requests(pair, path, "score")):
        plan = failing_since(number, kind)
        reason, recording = run(pair, path, plan)
        faults = [event for event in recording.events if isinstance(event, Fault)]
        assert {fault.name for fault in faults} == {LASTING[kind]}
        assert all("given up" in fault.detail for fault in faults)
        finished = finishes(recording)
        assert len(finished) == 4
        assert "failed" in finished.values()
        # A baseline that cannot go on ends alone; without the run itself, nothing goes on.
        assert reason == ("failed" if finished[SPECULATIVE] == "failed" else "complete")


@pytest.mark.parametrize("verifier", ["fan-out", "match"])
@pytest.mark.parametrize("kind", ["500", "tokenizer", "truncated", "reset"])
def test_the_other_verifiers_fail_as_well_as_score(
    pair: object, tmp_path: Path, verifier: str, kind: str
) -> None:
    path = tmp_path / "run.specrec"
    for number in range(count_requests(pair, path, verifier)):
        plan = failing_at(number, kind)
        _, recording = run(pair, path, plan, verifier)
        assert ("failed" in finishes(recording).values()) == (kind == "tokenizer")
        assert sum(isinstance(event, Fault) for event in recording.events) == 1


def test_a_server_that_never_recovers_is_given_up(pair: object, tmp_path: Path) -> None:
    plan = Plan(lambda seen: "500")
    reason, recording = run(pair, tmp_path / "run.specrec", plan)
    faults = [event.detail for event in recording.events if isinstance(event, Fault)]
    assert reason == "failed"
    assert [detail.rpartition("; ")[2] for detail in faults] == [
        "tried again after 0.5 s", "tried again after 1.0 s", "given up"
    ]  # fmt: skip
    assert plan.seen == 3


def test_a_failed_request_is_sent_again_as_it_was(pair: object, tmp_path: Path) -> None:
    plan = Plan(lambda seen: "500" if seen == 0 else None)
    run(pair, tmp_path / "run.specrec", plan)
    assert plan.bodies[0] == plan.bodies[1]
