"""A site of one's own from the command line: exit codes, and what is said."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]


@pytest.fixture
def talk(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A started site with one recording; the working folder is it."""
    assert command("init", "talk").code == 0
    monkeypatch.chdir(tmp_path / "talk")
    assert command("live", "Once upon a time", "--max-tokens", "12", "--seed", "1").code == 0
    return tmp_path / "talk"


def test_build_and_check_agree_until_a_chapter_changes(talk: Path, command: Command) -> None:
    built = command("build")
    assert (built.code, built.out) == (0, "_site/index.html\n")
    assert command("check").code == 0
    (talk / "chapters" / "00-about.md").write_text("# Other\n\nText.\n")
    stale = command("check")
    assert stale.code == 1
    assert (
        stale.err.rstrip()
        .split("\n")[-1]
        .startswith("specrecord: _site: not in step with its sources")
    )
    (talk / "chapters" / "00-about.md").write_text("# Other\n\n[gone](gone.html)\n")
    broken = command("build")
    assert broken.code == 1
    assert "chapters/about.html: 'gone.html' leads nowhere" in broken.err


def test_an_address_must_be_one(talk: Path, command: Command) -> None:
    wrong = command("build", "--address", "my talk")
    assert (wrong.code, wrong.err.count("\n")) == (2, 1)
    assert command("build", "--address", "https://example.org/talk").code == 0
    assert (talk / "_site" / "sitemap.xml").is_file()


def test_a_site_is_not_started_twice_nor_published_from_nowhere(
    talk: Path, command: Command
) -> None:
    again = command("init", ".")
    assert again.code == 2
    assert "there is a site here already" in again.err
    outside = command("publish")
    assert outside.code == 2
    assert outside.err.startswith("specrecord: git ")


def test_export_needs_a_form_and_keeps_what_is_there(talk: Path, command: Command) -> None:
    run = next((talk / "recordings").glob("*.specrec"))
    assert command("export", run).code == 2
    assert command("export", run, "--csv").out.startswith("lane,round,node")
    assert command("export", run, "--html", "-o", "run.html").code == 0
    kept = command("export", run, "--json", "-o", "run.html")
    assert (kept.code, "exists already" in kept.err) == (2, True)
    assert command("export", run, "--json", "-o", "run.html", "--force").code == 0
    assert command("export", "gone.specrec", "--svg").code == 2
