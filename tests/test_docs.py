"""What the docs say of the format is what the code does."""

import json
import re
from pathlib import Path

from specrecord.events import FIELDS
from specrecord.recording.reader import read_recording
from specrecord.recording.stats import recording_info

ROOT = Path(__file__).parent.parent


def test_the_format_page_lists_every_event_with_its_fields_in_order() -> None:
    table = (ROOT / "docs" / "format.md").read_text().split("<!-- events", 1)[1].split("\n\n", 1)[0]
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", table, re.MULTILINE)
    assert {kind: tuple(fields.split(", ")) for kind, fields in rows} == FIELDS


def test_what_the_models_page_says_of_recordings_is_in_them() -> None:
    page = (ROOT / "docs" / "models.md").read_text()
    rows = re.findall(r"^\|[^\n]*\| ([\d.]+) \| ([\d.]+)[^|\n]*\| `(recordings/\S+)` \|$", page, re.MULTILINE)
    assert len(rows) == page.count(".specrec`") > 0
    for length, speedup, path in rows:
        info = recording_info(read_recording(ROOT / path))
        assert (length, speedup) == (
            f"{info['mean_acceptance_length']:.2f}",
            f"{info['speedup']['autoregressive']:.2f}",
        )


def test_what_the_models_page_says_of_four_bits_was_evaluated() -> None:
    page = (ROOT / "docs" / "models.md").read_text()
    found = json.loads((ROOT / "specrecord" / "models" / "tiny" / "quantised.json").read_text())
    rows = re.findall(r"^\| `tiny:(draft\S*)` \| [\d,]+ \| ([\d.]+) \| ([\d.]+) \|$", page, re.MULTILINE)
    assert [name for name, _, _ in rows] == ["draft", "draft-qat", "draft-int4"]
    for name, overlap, emitted in rows:
        overall = found[name]["overall"]["T=1"]
        assert (overlap, emitted) == (f"{overall['overlap']:.3f}", f"{overall['emitted_per_round']:.2f}")
