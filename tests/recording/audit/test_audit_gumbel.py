"""Coupled runs of very certain models: siblings that hold next to nothing still follow, and what
they needed to come in next is what enumeration gives.
"""

from dataclasses import replace as with_events
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from runs import HEADER_SEED, small_recording

from specrecord import record
from specrecord.decoding.logprob_capture import LogprobCapture
from specrecord.decoding.sampling import SamplingParams
from specrecord.decoding.trees import Levels
from specrecord.events import Draft
from specrecord.recording.audit import audit_recording
from specrecord.recording.reader import Recording, read_recording
from specrecord.shared_randomness import shared_uniforms


def certain_run(path: Path, temperature: float, capture: LogprobCapture) -> Recording:
    sampling = SamplingParams(temperature)
    tree = Levels((2, 2, 1))
    run = small_recording(path, rule="gumbel", tree=tree, sampling=sampling, capture=capture)
    return read_recording(run)


@pytest.mark.parametrize("temperature", [0.02, 0.05, 0.1, 0.2])
def test_siblings_too_unlikely_to_be_listed_follow(temperature: float, tmp_path: Path) -> None:
    run = certain_run(tmp_path / "run.specrec", temperature, LogprobCapture(fine=True))
    least = min(event.prob for event in run.events if isinstance(event, Draft))
    assert least < 1e-6  # of which no list tells
    assert audit_recording(run) == []


def test_a_greedy_run_follows_whose_lists_are_the_models_own() -> None:
    run = record("Once upon a time", rule="gumbel", temperature=0, seed=3, max_tokens=40, k=4)
    assert run.audit() == []


def test_what_it_takes_to_come_in_next_is_what_enumeration_gives(tmp_path: Path) -> None:
    run = certain_run(tmp_path / "run.specrec", 0.3, LogprobCapture("full"))
    tried = 0
    for one in run.tracks["speculative"].rounds:
        rows = {
            event.row: np.frombuffer(event.probs, "<f4").astype(float)
            for event in one.distributions
            if event.side == "draft"
        }
        for draft in one.drafts:
            probs = rows[draft.parent]
            uniforms = shared_uniforms(HEADER_SEED, one.position + one.depth(draft.node), 10)
            gone = {draft.token, *(one.drafts[elder].token for elder in one.elders(draft.node))}
            others = [
                uniforms[token] ** (draft.prob / probs[token])  # the uniform that ties with it
                for token in range(10)
                if token not in gone and probs[token]
            ]
            assert draft.low == pytest.approx(max(others), abs=1e-5)
            tried += 1
    assert tried > 10


def test_more_than_it_takes_is_found_in_lists_that_hold_everything(tmp_path: Path) -> None:
    run = certain_run(tmp_path / "run.specrec", 1.0, LogprobCapture(fine=True))
    at, draft = next(
        (at, event)
        for at, event in enumerate(run.events)
        if isinstance(event, Draft) and event.low and event.prob > 0.1 and event.low < 0.5
    )
    events = [*run.events]
    events[at] = replace(draft, low=draft.low + 0.01)
    assert any(
        "more than it takes" in str(found)
        for found in audit_recording(with_events(run, events=events))
    )
