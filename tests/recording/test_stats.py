"""The numbers of a run, worked out by hand from a few events: counts, and what is unknown."""

from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from runs import small_header, small_settings

from specrecord.events import (
    Draft,
    Emit,
    Event,
    Finish,
    Prefill,
    RoundBegin,
    Token,
    TrackBegin,
    Verdict,
    Verify,
)
from specrecord.recording.measures.stats import recording_info
from specrecord.recording.reader import read_recording
from specrecord.recording.writer import RecordingWriter

SPELLED = [Token(0, token, str(token).encode()) for token in range(10)]


def info(path: Path, events: list[Event]) -> dict[str, Any]:
    """`specrecord info --json` of a recording of these events."""
    with RecordingWriter(path, small_header(small_settings())) as writer:
        writer.extend([*SPELLED, *events])
        writer.finish(events[-1].time)
    return recording_info(read_recording(path))


def verdict(time: int, node: int, fate: str, overlap: float | None = None) -> Verdict:
    """A verdict on a token that the target gives 0.25."""
    tested = (None, None) if fate == "untested" else (0.5, 0.25 if fate == "accepted" else 0.75)
    return Verdict(time, node, fate, 0.25, -1.5, *tested, overlap=overlap)


def chain_round(time: int, index: int, position: int, verify: Verify) -> list[Event]:
    """A round whose one drafted token is rejected; ten µs of drafting, and the pass."""
    return [
        RoundBegin(time, index, position, 3),
        Draft(time + 10, 10, 0, -1, 5, 0.5, -1.0, 0.5, 0.25),
        verify,
        verdict(verify.time, 0, "rejected", 0.5),
        Emit(verify.time, "resampled", 3, 0.5, 0.25, 0.75, 0.5, 0.5, 0.25, -1.0),
    ]


def run(*verifies: Verify) -> list[Event]:
    rounds = [chain_round(100 + 1000 * at, at, at, one) for at, one in enumerate(verifies)]
    events = [
        TrackBegin(0, "speculative"),
        Prefill(90, 40, "draft", 3),
        *chain.from_iterable(rounds),
    ]
    return [*events, Finish(verifies[-1].time, "length", len(verifies), len(verifies))]


LOCAL = Verify(200, 60, 2)
TOLD = Verify(1200, 60, 2, queue=5, network=20, sent=1130, received=1195)
UNTOLD = Verify(1200, 60, 2, sent=1130)


@pytest.mark.parametrize(
    ("verifies", "queue", "network", "verify"),
    [
        ((LOCAL,), 0.0, 0.0, 60e-6),
        ((LOCAL, TOLD), 5e-6, 20e-6, 95e-6),
        ((LOCAL, UNTOLD), None, None, 120e-6),
    ],
    ids=["local", "told", "untold"],
)
def test_queue_and_network_are_unknown_only_where_a_remote_pass_did_not_tell(
    verifies: tuple[Verify, ...],
    queue: float | None,
    network: float | None,
    verify: float,
    tmp_path: Path,
) -> None:
    found = info(tmp_path / "run.specrec", run(*verifies))
    latency = found["latency"]
    assert (latency["queue_s"], latency["network_s"]) == (queue, network)
    assert latency["verify_s"] == pytest.approx(verify)
    assert latency["draft_s"] == pytest.approx((40 + 10 * len(verifies)) * 1e-6)
    assert sum(part or 0 for part in latency.values()) == pytest.approx(found["duration_s"])


def tree(*fates: str) -> list[Event]:
    """One round: two children of the root, two of its first; 0.5 and 0.25 are the overlaps."""
    drafts = [
        Draft(110 + node, 1, node, parent, node, 0.5, -1.0, 0.5, 0.25)
        for node, parent in enumerate((-1, -1, 0, 0))
    ]
    verdicts = [
        verdict(300, node, fate, 0.5 if node < 2 else 0.25) for node, fate in enumerate(fates)
    ]
    last = Emit(300, "resampled", 9, 0.5, 0.25, 0.75, 0.5, 0.5, 0.25, -1.0)
    tokens = fates.count("accepted") + 1
    begun: list[Event] = [TrackBegin(0, "speculative"), RoundBegin(100, 0, 0, 2)]
    judged: list[Event] = [Verify(300, 100, 5), *verdicts, last]
    return [*begun, *drafts, *judged, Finish(300, "length", tokens, tokens)]


@pytest.mark.parametrize(
    ("fates", "rejections", "overlap"),
    [
        (("accepted", "untested", "rejected", "rejected"), 1, 0.375),
        (("accepted", "untested", "rejected", "accepted"), 0, 0.375),
        (("rejected", "accepted", "untested", "untested"), 0, 0.5),
        (("rejected", "rejected", "untested", "untested"), 1, 0.5),
    ],
)
def test_in_a_tree_an_overlap_counts_once_a_place_and_a_saved_rejection_not_at_all(
    fates: tuple[str, ...], rejections: int, overlap: float, tmp_path: Path
) -> None:
    found = info(tmp_path / "run.specrec", tree(*fates))
    accepted = fates.count("accepted")
    assert found["accepted"] == accepted
    assert found["overlap"] == overlap
    assert found["alpha_hat"] == (accepted / (accepted + rejections) if accepted else 0)
    assert found["per_position"] == [float(accepted >= depth) for depth in (1, 2, 3)]


def test_an_overlap_counts_only_at_places_that_the_text_reached(tmp_path: Path) -> None:
    """Under `block` every coin falls, those behind a rejected token, too."""
    drafts = [Draft(110 + node, 1, node, node - 1, node, 0.5, -1.0, 0.5, 0.25) for node in range(3)]
    fates = (("accepted", 0.5), ("rejected", 0.25), ("rejected", 0.125))
    verdicts = [verdict(300, node, fate, overlap) for node, (fate, overlap) in enumerate(fates)]
    last = Emit(300, "resampled", 9, 0.5, 0.25, 0.75, 0.5, 0.5, 0.25, -1.0)
    begun = [TrackBegin(0, "speculative"), RoundBegin(100, 0, 0, 3)]
    judged = [Verify(300, 100, 4), *verdicts, last, Finish(300, "length", 2, 2)]
    assert info(tmp_path / "run.specrec", [*begun, *drafts, *judged])["overlap"] == 0.375


def test_a_lane_has_a_clock_of_its_own_and_tpot_leaves_the_first_token_out(tmp_path: Path) -> None:
    first, second = (
        run(LOCAL, Verify(1200, 60, 2))[:-1],
        chain_round(5000, 2, 2, Verify(5100, 60, 2)),
    )
    alone = [
        TrackBegin(1200, "autoregressive"),
        RoundBegin(1210, 0, 0, 0),
        Verify(1300, 90, 1),
        Emit(1300, "bonus", 3, 0.5, 0.25, 0.75, 0.5, 0.5, None, -1.0),
        TrackBegin(4950, "speculative"),
    ]
    events = [*first, *alone, *second, Finish(5100, "length", 3, 3)]
    events += [TrackBegin(5200, "autoregressive"), Finish(5230, "length", 1, 1)]
    found = info(tmp_path / "run.specrec", events)
    # Its own time: 1200 µs, then 150 more from 4950 on. Tokens after 200, 1200 and 1350.
    assert found["duration_s"] == 1350e-6
    assert found["ttft_s"] == 200e-6
    assert found["tpot_s"] == pytest.approx(575e-6)
    assert found["speedup"]["autoregressive"] == pytest.approx((3 / 1350) / (1 / 130))
