"""What `live` keeps of a long run: as much as its picture needs, and the text."""

from pathlib import Path

import pytest

from specrecord.events import Emit
from specrecord.recording.reader import read_recording
from specrecord.terminal.render import STRIP, picture
from specrecord.terminal.timeline import Timeline

ROOT = Path(__file__).parents[2]
FEW = 8  # rounds


@pytest.mark.parametrize("name", ["story-match", "smollm2-chat-k2"])
def test_a_few_rounds_draw_what_all_of_them_draw(name: str) -> None:
    recording = read_recording(ROOT / "recordings" / f"{name}.specrec")
    whole = Timeline(recording.header)
    kept = Timeline(recording.header, keep=FEW)
    size = (11 + 8 + 3 + FEW - 4, 24)  # so wide that the strip has room for FEW - 4 rounds
    for place, event in enumerate(recording.events):
        whole.add(event)
        kept.add(event)
        assert len(kept.rounds) <= FEW < STRIP
        if not place % 40:
            moment = whole.verified_end
            assert kept.verified_end == moment
            assert picture(kept, moment, size) == picture(whole, moment, size)
            assert kept.counts_at(moment) == whole.counts_at(moment)
    assert len(whole.rounds) > 4 * FEW
    assert kept.pieces == whole.pieces
    assert sum(kept.baseline_tokens.values()) == sum(
        isinstance(event, Emit) for event in recording.events
    ) - sum(len(one.emits) for one in whole.rounds)
