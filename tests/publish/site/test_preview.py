"""The preview follows its sources: a changed chapter, style or recording is on the page, a mistake
is told.
"""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from specrecord.publish.site.scaffold import start_site

PATIENCE = 60.0  # seconds; a rebuild takes a fraction of one


@pytest.fixture
def preview(tmp_path: Path, runs: Path) -> Iterator[tuple[Path, str, Path]]:
    """A site of one's own being previewed: its folder, its address, and what the preview says on
    standard error.
    """
    folder, errors = tmp_path / "talk", tmp_path / "errors"
    start_site(folder)
    shutil.copy(runs / "fox.specrec", folder / "recordings")
    command = [sys.executable, "-m", "specrecord", "preview", str(folder), "--port", "0"]
    with (
        errors.open("w") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as process,
    ):
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        yield folder, address, errors
        process.send_signal(signal.SIGINT)
        process.wait(timeout=PATIENCE)


def until(holds: Callable[[], bool], what: str) -> None:
    start = time.monotonic()
    while not holds():
        assert time.monotonic() - start < PATIENCE, what
        time.sleep(0.1)


def body(address: str) -> str:
    with urlopen(address) as response:
        return str(response.read().decode())


def test_a_change_is_on_the_page_and_a_mistake_is_told(
    preview: tuple[Path, str, Path], runs: Path
) -> None:
    folder, address, errors = preview
    chapter = folder / "chapters" / "00-about.md"
    chapter.write_text("# Changed by hand\n\nText.\n")
    until(
        lambda: "Changed by hand" in body(f"{address}chapters/about.html"),
        "the chapter did not follow",
    )
    shutil.copy(runs / "lost.specrec", folder / "recordings")
    until(lambda: "No baseline" in body(address), "the recording did not follow")
    (folder / "style.css").write_text("h1 { color: rebeccapurple }\n")
    until(lambda: "own.css" in body(address), "the style did not follow")
    chapter.write_text("# Broken\n\n[x](nowhere.html)\n")
    until(lambda: "leads nowhere" in errors.read_text(), "the mistake was not told")
    assert "Changed by hand" in body(f"{address}chapters/about.html")
    chapter.write_text("# Mended\n\nText.\n")
    until(
        lambda: "Mended" in body(f"{address}chapters/about.html"),
        "the mended chapter did not follow",
    )


def test_other_sites_and_foreign_names_are_refused(preview: tuple[Path, str, Path]) -> None:
    _, address, _ = preview
    page = body(address)
    assert "/livereload.js?port=" in page
    assert len(body(f"{address}livereload.js")) > 1000
    for headers in (
        {"Host": "evil.example:80"},
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
    ):
        for path in ("", "livereload.js", "livereload", "runs/fox.html"):
            with pytest.raises(HTTPError, match="403") as refused:
                urlopen(Request(f"{address}{path}", headers=headers))
            refused.value.close()
