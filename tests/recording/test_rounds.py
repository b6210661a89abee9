"""Events become tracks and rounds: the same at once and one by one, for whole files, resumed tracks
and sequences that nobody should have written.
"""

import itertools
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from runs import VARIANTS, small_recording

from specrecord.events import (
    AUTOREGRESSIVE,
    SPECULATIVE,
    Draft,
    Emit,
    Event,
    Fault,
    Finish,
    Prefill,
    RoundBegin,
    Token,
    TrackBegin,
    Verdict,
    Verify,
)
from specrecord.header import Header
from specrecord.publish.runs.load import describe_run
from specrecord.recording.audit import audit_recording
from specrecord.recording.measures.stats import count_recording, recording_info
from specrecord.recording.reader import Recording, read_recording
from specrecord.recording.rounds import ROOT, TrackBuilder

ROOT_FOLDER = Path(__file__).parents[2]
GALLERY = sorted((ROOT_FOLDER / "recordings").glob("*.specrec"))


def draft(time: int, node: int, parent: int, token: int, duration: int = 1) -> Draft:
    return Draft(time, duration, node, parent, token, 0.5, None, None, None)


def verdict(time: int, node: int, fate: Any, overlap: float | None = None) -> Verdict:
    return Verdict(time, node, fate, None, None, None, None, overlap=overlap)


def emit(time: int, origin: Any, token: int) -> Emit:
    return Emit(time, origin, token, None, None, None, None, None, None, None)


# A tree of two levels: 0 and 1 at the root, 2 and 3 after 1, 4 after 3; and a baseline between.
TREE: list[Event] = [
    TrackBegin(100, SPECULATIVE),
    Token(100, 7, b"seven"),
    Prefill(110, 9, "target", 3),
    RoundBegin(120, 0, 0, 3),
    draft(121, 0, -1, 10),
    draft(122, 1, -1, 11),
    draft(123, 2, 1, 12),
    draft(124, 3, 1, 13),
    draft(125, 4, 3, 14, 5),
    Fault(130, "rate-limited", "tried again", 0),
    Verify(140, 10, 6, queue=2, network=3, sent=1),
    verdict(141, 0, "rejected", 0.25),
    verdict(141, 1, "accepted", 0.5),
    verdict(141, 2, "rejected", 0.125),
    verdict(141, 3, "accepted"),
    verdict(141, 4, "rejected"),
    emit(142, "resampled", 7),
    TrackBegin(150, AUTOREGRESSIVE),
    RoundBegin(151, 0, 0, 0),
    Verify(155, 4, 1),
    emit(160, "bonus", 7),
    TrackBegin(1000, SPECULATIVE),
    RoundBegin(1001, 1, 3, 3),
    draft(1002, 0, -1, 15),
    Fault(1003, "timeout", "given up", 1),
    Finish(1004, "failed", 3, 9),
]


def test_a_round_knows_its_tree_its_path_and_its_output() -> None:
    one, dropped = TrackBuilder(TREE).tracks[SPECULATIVE].rounds
    assert [one.children(node) for node in (ROOT, 0, 1, 3)] == [[0, 1], [], [2, 3], [4]]
    assert [one.elders(node) for node in range(5)] == [[], [0], [], [2], []]
    assert [one.depth(node) for node in range(-1, 5)] == [-1, 0, 0, 1, 1, 2]
    assert one.path == [1, 3]
    assert one.path_end == 3
    assert [(output.token, output.origin) for output in one.output] == [
        (11, "accepted"),
        (13, "accepted"),
        (7, "resampled"),
    ]
    fates = [node.verdict.fate for node in one.nodes if node.verdict]
    assert fates == ["rejected", "accepted", "rejected", "accepted", "rejected"]
    assert one.ends_rejected
    assert one.overlaps == [0.25, 0.125]  # the first tested token's at each place; 4's is unknown
    assert (one.draft_time, one.verify_time, one.queue_time, one.network_time) == (9, 5, 2, 3)
    assert [fault.name for fault in one.faults] == ["rate-limited"]
    assert (dropped.verified, dropped.path_end, dropped.output) == (False, ROOT, [])
    assert [fault.name for fault in dropped.faults] == ["timeout"]
    assert dropped.nodes[0].verdict is None


def test_a_tracks_own_clock_leaves_out_the_others() -> None:
    tracks = TrackBuilder(TREE).tracks
    run, alone = tracks[SPECULATIVE], tracks[AUTOREGRESSIVE]
    assert [(piece.start, piece.end) for piece in run.pieces] == [(100, 142), (1000, 1004)]
    assert (run.duration, alone.duration) == (46, 10)
    assert [(one.start, one.end, one.latest) for one in run.rounds] == [
        (20, 42, 142),
        (43, 44, 1002),
    ]
    assert [run.own_time(time) for time in (99, 100, 142, 900, 1000, 1004, 2000)] == [
        0, 0, 42, 42, 42, 46, 46,
    ]  # fmt: skip
    assert [one.index for one in run.verified] == [0]
    assert run.finish == TREE[-1]
    counts = count_recording(Recording(Header(), {}, TREE, [])).tracks[SPECULATIVE]
    assert (counts.rounds, counts.tokens, counts.drafted, counts.rejections) == (1, 3, 5, 1)
    assert counts.draft_time == 10  # the dropped round's drafting, too
    assert (counts.first_token, counts.last_token) == (41, 42)


@pytest.mark.parametrize("variant", VARIANTS)
def test_one_by_one_is_as_at_once(variant: str, tmp_path: Path) -> None:
    recording = read_recording(small_recording(tmp_path / "run.specrec", **VARIANTS[variant]))
    builder, tokens = TrackBuilder(), 0
    for event in recording.events:
        builder.add(event)
        kinds = isinstance(event, Emit), isinstance(event, Verdict) and event.fate == "accepted"
        tokens += sum(kinds)
        found = sum(len(o.output) for track in builder.tracks.values() for o in track.rounds)
        assert found == tokens
    assert builder.tracks == recording.tracks
    run = recording.tracks[SPECULATIVE]
    assert run.finish is not None
    assert sum(len(one.output) for one in run.rounds) == run.finish.tokens
    position = 0
    for one in run.rounds:
        assert one.position == position
        position += len(one.output)
        for before, node in itertools.pairwise([ROOT, *one.path]):
            assert node in one.children(before)


def test_whatever_the_sequence_nothing_raises_or_hangs() -> None:
    rng = random.Random(5)
    places = itertools.cycle([-2, -1, 0, 1, 2, 7, 2**40])
    odd: list[Event] = [
        *TREE,
        *(draft(9, next(places), next(places), 1) for _ in range(12)),
        *(verdict(9, next(places), "accepted", 0.5) for _ in range(6)),
        Verify(9, 1, 1),
    ]
    for _ in range(300):
        events = rng.choices(odd, k=40)
        recording = Recording(Header(k=3, rule="rrs"), {}, events, [], "incomplete")
        for track in recording.tracks.values():
            for one in track.rounds:
                assert len(one.path) + len(one.emits) == len(one.output)
                assert all(-1 <= one.depth(node) < 40 for node in range(len(one.drafts)))
        assert recording_info(recording)["rounds"] <= sum(isinstance(e, Verify) for e in events)
        assert audit_recording(recording)


def test_a_round_goes_on_where_its_track_is_resumed_and_keeps_its_first_verify() -> None:
    place = next(i for i, event in enumerate(TREE) if isinstance(event, Verify))
    elsewhere: list[Event] = [
        TrackBegin(140, AUTOREGRESSIVE),
        TrackBegin(140, SPECULATIVE),
        Verify(140, 1, 1),
    ]
    events = [*TREE[: place + 1], *elsewhere, *TREE[place + 1 : 17]]
    [one] = TrackBuilder(events).tracks[SPECULATIVE].rounds
    assert one.verify == TREE[place]
    assert (one.start, one.end) == (20, 42)
    assert [output.token for output in one.output] == [11, 13, 7]


def test_events_before_any_track_are_the_runs_own() -> None:
    bare = TrackBuilder(TREE[1:17]).tracks
    assert list(bare) == [SPECULATIVE]
    assert len(bare[SPECULATIVE].verified) == 1
    assert bare[SPECULATIVE].duration == 42  # from the last event before its first


class Watched(list[Any]):
    """A list that counts how often it is gone through."""

    passes = 0

    def __iter__(self) -> Any:
        Watched.passes += 1
        return super().__iter__()


@pytest.mark.parametrize("name", ["network-score-100", "story"])
def test_a_run_is_described_in_as_many_passes_whatever_its_tracks(name: str) -> None:
    """A network run names a track again and again: each track is counted once all the same."""
    found = read_recording(ROOT_FOLDER / "recordings" / f"{name}.specrec")
    begins = Counter(event.name for event in found.events if isinstance(event, TrackBegin))
    assert max(begins.values()) > 20 or name == "story"
    recording = Recording(found.header, found.header_map, Watched(found.events), found.offsets)
    Watched.passes = 0
    describe_run(Path(f"{name}.specrec"), recording, b"")
    assert 1 <= Watched.passes <= 4
