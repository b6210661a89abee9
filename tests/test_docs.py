"""What the docs say of the format is what the code does."""

import re
from pathlib import Path

from specrecord.events import FIELDS

ROOT = Path(__file__).parent.parent


def test_the_format_page_lists_every_event_with_its_fields_in_order() -> None:
    table = (ROOT / "docs" / "format.md").read_text().split("<!-- events", 1)[1].split("\n\n", 1)[0]
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", table, re.MULTILINE)
    assert {kind: tuple(fields.split(", ")) for kind, fields in rows} == FIELDS
