"""The model of a run gives back its own record, and speaks of nothing that was not tried."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from make_estimates import PATH, RECORDINGS, cases

from specrecord.events import Draft, Emit, Event, Finish, RoundBegin, TrackBegin, Verdict, Verify
from specrecord.header import Header
from specrecord.recording.measures.estimate import estimate
from specrecord.recording.measures.run_model import Baseline, RunModel
from specrecord.recording.measures.stats import recording_info
from specrecord.recording.reader import Recording, read_recording

MODEL = RunModel(
    tokens=64, tried=[1, 2, 3, 4], limited=True, reached=[90, 80, 60, 40],
    survival=[0.8, 0.6, 0.5, 0.2], drafted=[1.0, 1.0, 0.9, 0.7], start_s=0.05, draft_s=0.002,
    verify_s=0.02, verify_slope_s=0.001, other_s=0.001, other_slope_s=0.0005, queue_s=0.0,
    network_s=0.0, baseline=Baseline("autoregressive", 0.02, 0.04), recorded=80.0,
    recorded_speedup=1.5,
)  # fmt: skip
# An engine does not time its own draft apart: there is no model of it.
MODELLED = [path for path in RECORDINGS if not path.stem.startswith("engine-")]


@pytest.mark.parametrize("path", MODELLED, ids=lambda path: path.stem)
def test_every_shipped_run_has_a_model_of_its_own_record(path: Path) -> None:
    recording = read_recording(path)
    model, info = estimate(recording), recording_info(recording)
    assert model is not None
    deepest = model.tried[-1]
    assert model.recorded == info["tokens_per_second"]
    assert model.tokens_per_second(deepest) == pytest.approx(model.recorded, rel=0.05)
    assert model.baseline is not None
    assert model.recorded_speedup == info["speedup"][model.baseline.name]
    assert model.speedup(deepest) == pytest.approx(model.recorded_speedup, rel=0.05)
    assert model.best_k in (0, *model.tried)
    assert not model.rising or deepest == len(model.tried)


@pytest.mark.parametrize("path", MODELLED, ids=lambda path: path.stem)
def test_no_break_even_is_on_the_wrong_side_of_the_record(path: Path) -> None:
    model = estimate(read_recording(path))
    assert model is not None
    assert model.network_s is not None
    assert model.break_even_s is not None
    assert (model.break_even_s > model.network_s) == (model.recorded_speedup > 1)


def test_the_file_for_javascript_is_what_python_derives() -> None:
    assert json.loads(PATH.read_text()) == json.loads(json.dumps(cases()))


def test_a_run_of_a_given_length_takes_the_rounds_and_drafts_that_are_foretold() -> None:
    rng = np.random.default_rng(1)
    rounds = drafts = 0
    runs = 4000
    for _ in range(runs):
        left = MODEL.tokens
        while left > 0:
            depth = min(4, left - 1)
            accepted = int((rng.random() < np.array(MODEL.survival[:depth])).sum())
            drafts += int((rng.random() < np.array(MODEL.drafted[:depth])).sum())
            left -= accepted + 1
            rounds += 1
    assert rounds / runs == pytest.approx(MODEL.rounds(4), rel=0.005)
    assert drafts / runs == pytest.approx(MODEL.drafts(4), rel=0.005)


def test_at_the_break_even_round_trip_the_best_k_is_as_fast_as_the_stream() -> None:
    streaming = replace(MODEL, baseline=Baseline("streaming", 0.02, 0.04), network_s=0.001)
    for model in (MODEL, streaming):
        even = model.break_even_s
        assert even is not None
        assert even > 0
        there = replace(model, baseline=replace(model.baseline, name="streaming")).at_round_trip(
            even
        )
        assert max(there.speedup(k) or 0 for k in model.tried) == pytest.approx(1)


def test_what_the_record_denies_is_unknown() -> None:
    assert replace(MODEL, recorded_speedup=0.9).break_even_s is None
    assert replace(MODEL, network_s=None).break_even_s is None
    alone = replace(MODEL, baseline=None, recorded_speedup=None)
    assert (alone.break_even_s, alone.speedup(2), alone.best_k) == (None, None, MODEL.best_k)


def test_drafting_that_does_not_pay_is_best_left_and_a_rise_is_told() -> None:
    assert MODEL.best_k == 3
    assert not MODEL.rising
    assert replace(MODEL, baseline=Baseline("autoregressive", 0.001, 0.04)).best_k == 0
    cheap = replace(MODEL, draft_s=0.0)
    assert (cheap.best_k, cheap.rising) == (4, True)
    assert not replace(cheap, limited=False).rising
    assert not replace(cheap, tried=[4]).rising


def run(rounds: Iterable[tuple[int, int, int, int, int]], **header: str) -> Recording:
    """A run of rounds: (allowed, drafted, accepted, µs of a drafted token, µs of the verification).

    A round ends with a token of its own; a negative `accepted`, -1 - n, ended the text after n.
    """
    events: list[Event] = [TrackBegin(0, "speculative")]
    time = 0
    for index, (allowed, drafted, accepted, draft, verify) in enumerate(rounds):
        events.append(RoundBegin(time, index, 0, allowed))
        for node in range(drafted):
            time += draft
            events.append(Draft(time, draft, node, node - 1, 5, 1.0, None, None, None))
        time += verify
        events.append(Verify(time, verify, drafted + 1))
        right = accepted if accepted >= 0 else -1 - accepted
        for node in range(drafted):
            fate = "accepted" if node < right else "rejected" if node == right else "untested"
            events.append(Verdict(time, node, fate, None, None, None, None))
        if accepted >= 0:
            events.append(Emit(time, "bonus", 6, None, None, None, None, None, None, None))
    events.append(Finish(time, "length", 0, 0))
    return Recording(Header(**{"tree": "chain", "rule": "standard", **header}), {}, events, [])


def test_survival_is_of_the_rounds_that_might_have_gone_on() -> None:
    cut_short = [
        *[(3, 3, 3, 9, 50)] * 21,
        (3, 3, 1, 9, 50),
        (3, 3, -2, 9, 50),
        (2, 2, 2, 9, 40),
        (0, 0, 0, 9, 20),
    ]
    model = estimate(run(cut_short))
    assert model is not None
    assert model.reached == [24, 23, 21]
    assert model.survival == pytest.approx([1, 22 / 23, 22 / 23])
    assert model.drafted == [1, 1, 1]
    assert model.limited


def test_a_draft_that_stops_by_itself_gains_nothing_and_costs_nothing_there() -> None:
    lookup = [(4, 0, 0, 9, 20), (4, 2, 2, 9, 40), (4, 0, 0, 9, 20), (4, 2, 1, 9, 40)] * 8
    model = estimate(run(lookup))
    assert model is not None
    assert model.survival == pytest.approx([0.5, 0.25])
    assert model.drafted == pytest.approx([0.5, 0.5])
    assert (model.draft_s, model.verify_s, model.verify_slope_s) == pytest.approx(
        (9e-6, 20e-6, 10e-6)
    )
    assert not model.limited


def test_a_machine_that_slows_down_is_no_cost_of_size() -> None:
    early = [(4, 4, 2, 9, 140)] * 20 + [(4, 1, 1, 9, 110), (4, 4, 2, 9, 140)]
    late = [(4, 1, 1, 9, 310), (4, 4, 2, 9, 340)] * 20
    model = estimate(run([*early, *late]))
    assert model is not None
    assert model.verify_slope_s == pytest.approx(10e-6)


def test_where_the_whole_shape_decides_only_the_recorded_depth_was_tried() -> None:
    rounds = [(3, 3, 3, 9, 50), (3, 3, 0, 9, 50)] * 10
    tried = [
        estimate(run(rounds, **header)) for header in ({}, {"rule": "block"}, {"tree": "dynamic"})
    ]
    assert [list(model.tried) for model in tried if model] == [[1, 2, 3], [3], [3]]


def test_a_run_without_drafts_has_no_model() -> None:
    assert estimate(run([(4, 0, 0, 0, 20)] * 5)) is None
    assert estimate(run([])) is None
