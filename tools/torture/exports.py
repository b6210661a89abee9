"""Recordings in which a stranger wrote what could run or steer, mutated: every export parses with a
strict parser, and nothing in it runs.
"""

import csv
import io
import json
import random
import re
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from itertools import islice
from pathlib import Path
from xml.etree import ElementTree

from specrecord.errors import SpecrecordError
from specrecord.publish.export.formats import export_pieces
from tools.torture.attack import Fault
from tools.torture.bases import ROOT
from tools.torture.mutants import Mutator

sys.path.append(str(ROOT / "tests" / "publish"))

from site_runs import canary_run

_SHAPES = {"svg", "style", "text", "g", "path"}
_NUMBER = re.compile(r"-?[0-9.]+(e[+-]?[0-9]+)?|-inf|")


def attack_exports(numbers: range, rng: random.Random) -> Iterator[Fault]:
    """Mutants of such a recording, in every form."""
    with tempfile.TemporaryDirectory() as folder:
        path = canary_run(Path(folder) / "run.specrec")
        for data in islice(Mutator([path.read_bytes()], rng), len(numbers)):
            path.write_bytes(data)
            for form, check in CHECKS.items():
                try:
                    problem = check("".join(export_pieces(str(path), form)))
                except SpecrecordError:
                    continue  # it is no recording any more
                except Exception:
                    problem = traceback.format_exc().strip().replace("\n", " | ")[-400:]
                if problem:
                    yield Fault(f"exports to {form} that gave in", problem, data)


class Elements(HTMLParser):
    """Names of elements, and attributes that run scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [tag, *(name for name, _ in attrs if name.startswith("on"))]


def wrong_svg(text: str) -> str | None:
    """What is in a picture besides shapes and text; raises ParseError where it is no XML."""
    elements = list(ElementTree.fromstring(text).iter())
    names = {element.tag.split("}")[1] for element in elements} - _SHAPES
    names |= {name for element in elements for name in element.attrib if name[:2] == "on"}
    return f"it holds {sorted(names)}" if names else None


def wrong_json(text: str) -> str | None:
    """What is no JSON to the letter; raises ValueError where it is none at all."""

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is no JSON")

    json.loads(text, parse_constant=refuse)
    return None


def wrong_csv(text: str) -> str | None:
    """A ragged row, or a cell that a spreadsheet takes for a formula."""
    rows = list(csv.reader(io.StringIO(text), strict=True))
    if len({len(row) for row in rows}) != 1:
        return "rows are not of one length"
    bad = [
        cell
        for row in rows[1:]
        for cell in row
        if cell[:1] in tuple("=+-@\t\r\n") and not _NUMBER.fullmatch(cell)
    ]
    return f"a formula: {bad[0]!r}" if bad else None


def wrong_html(text: str) -> str | None:
    """Elements that only a stranger's text could have brought into an exported page."""
    found = Elements(text).found
    strange = [name for name in found if name.startswith("on") or name == "img"]
    if found.count("script") != _SCRIPTS or strange:
        return f"{found.count('script')} scripts, {strange}"
    return None


_SCRIPTS = 3  # that an exported page has of its own
CHECKS: dict[str, Callable[[str], str | None]] = {
    "svg": wrong_svg,
    "json": wrong_json,
    "perfetto": wrong_json,
    "csv": wrong_csv,
    "html": wrong_html,
}
