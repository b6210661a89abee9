"""A recording in which a stranger wrote whatever could run or steer: every export parses strictly,
nothing in it runs, and no terminal is steered.
"""

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from site_runs import canary_run, write_run

from specrecord.publish.export.formats import export_pieces
from specrecord.publish.site.build import build_site
from tools.torture.exports import CHECKS, Elements, wrong_svg

STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return canary_run(tmp_path_factory.mktemp("canary") / "bad.specrec")


def says(run: Path, *words: str) -> str:
    """Everything that a command says, on both streams."""
    done = subprocess.run(
        [sys.executable, "-m", "specrecord", *words],
        capture_output=True,
        cwd=run.parent,
        timeout=120,
    )
    return (done.stdout + done.stderr).decode()


@pytest.mark.parametrize(
    "words",
    [
        ("info", "bad.specrec"),
        ("info", "bad.specrec", "--json"),
        ("audit", "bad.specrec"),
        ("mark", "bad.specrec"),
        ("play", "bad.specrec", "--at", "end"),
        ("info", "no\x1b[31m\u202esuch"),
        ("export", "bad.specrec", "--json", "-o", "no/such\x1b]0;x\x07"),
        ("live", "Once", "--draft", "no\x1b[31msuch"),
        ("live", "Once", "--no\x1b[31msuch"),
        ("live", "Once", "--target", "xx:m@http://user:hunter2@127.0.0.1:9"),
        ("build", "\u202e\x1b[2J"),
    ],
)
def test_no_command_steers_the_terminal(run: Path, words: tuple[str, ...]) -> None:
    said = says(run, *words)
    assert said
    assert not STEERS.search(said)
    assert "hunter2" not in said
    assert "Traceback" not in said


def test_what_is_shown_for_people_is_what_json_holds(run: Path) -> None:
    assert "\x1b]0;owned" in json.loads(says(run, "info", "bad.specrec", "--json"))["draft"]


@pytest.mark.parametrize("form", CHECKS)
def test_every_export_parses_strictly_and_runs_nothing(run: Path, form: str) -> None:
    assert CHECKS[form]("".join(export_pieces(str(run), form))) is None


@pytest.mark.parametrize("form", CHECKS)
def test_a_run_that_does_not_say_its_k_is_exported(tmp_path: Path, form: str) -> None:
    path = write_run(tmp_path / "run.specrec", header={"k": None})
    assert CHECKS[form]("".join(export_pieces(str(path), form))) is None


def test_a_still_poster_is_xml_in_which_nothing_runs(run: Path) -> None:
    assert wrong_svg("".join(export_pieces(str(run), "svg", still=True))) is None


def test_no_cell_of_the_table_is_a_formula(run: Path) -> None:
    rows = list(csv.DictReader(io.StringIO("".join(export_pieces(str(run), "csv")))))
    assert {"'=1+1", "'-1", "'@x"} <= {row["text"] for row in rows}


def test_pages_hold_the_canary_as_text(run: Path, tmp_path: Path) -> None:
    build_site(run.parent, tmp_path / "site")
    for path in (tmp_path / "site").rglob("*.html"):
        found = Elements(path.read_text()).found
        assert not [name for name in found if name.startswith("on")], path
        assert "__c=" not in re.sub(
            r"&[#\w]+;|\\u003c",
            "",
            "".join(re.findall(r"<script(?![^>]*json)[^>]*>(.*?)</script", path.read_text(), re.S)),
        ), path
    for path in (tmp_path / "site").rglob("*.xml"):
        ElementTree.fromstring(path.read_bytes())
