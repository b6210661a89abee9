"""The Python interface, as a caller uses it, and in a notebook that is really executed."""

import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import specrecord
from specrecord.errors import RecordingError, UnknownModelError, UsageError
from specrecord.events import Emit, TrackBegin, Verdict


@pytest.fixture(scope="module")
def run() -> specrecord.Run:
    return specrecord.record(
        "Once upon a time", draft="tiny:draft", target="tiny:target", k=4, seed=3, max_tokens=60
    )


def test_a_run_is_its_events_and_its_numbers(run: specrecord.Run) -> None:
    fates = Counter(event.fate for event in run if isinstance(event, Verdict))
    assert fates["accepted"] == run.stats["accepted"] > 0
    assert run.stats["tokens"] == 60
    assert [event.name for event in run if isinstance(event, TrackBegin)] == [
        "speculative",
        "autoregressive",
    ]
    assert any(isinstance(event, Emit) for event in run[-40:])
    assert len(run) == run.stats["events"]
    assert run.header["seed"] == 3
    assert run.problem is None
    assert run.audit() == []
    assert len(run.text.split()) > 5
    assert repr(run).startswith("<Run tiny:draft → tiny:target: 60 tokens in ")


def test_the_same_seed_writes_the_same_text(run: specrecord.Run) -> None:
    again = specrecord.record("Once upon a time", seed=3, max_tokens=60, baselines=False)
    assert again.text == run.text
    drawn = {
        specrecord.record("def ", max_tokens=2, baselines=False).header["seed"] for _ in range(3)
    }
    assert len(drawn) == 3


def test_saved_and_loaded_it_is_the_same(run: specrecord.Run, tmp_path: Path) -> None:
    for name in ("run.specrec", "run.specrec.gz"):
        loaded = specrecord.load(run.save(tmp_path / name))
        assert loaded.data == run.data
        assert list(loaded) == list(run)
    with pytest.raises(RecordingError, match="exists already"):
        run.save(tmp_path / "run.specrec")
    run.save(tmp_path / "run.specrec", overwrite=True)


def test_a_cut_recording_loads_and_says_so(run: specrecord.Run, tmp_path: Path) -> None:
    (tmp_path / "cut.specrec").write_bytes(run.data[: len(run.data) // 2])
    cut = specrecord.load(tmp_path / "cut.specrec")
    assert cut.problem is not None
    assert 0 < cut.stats["tokens"] <= run.stats["tokens"]
    assert "incomplete" in str(cut.audit()[0])


def test_what_cannot_be_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnknownModelError, match="no model is named huge"):
        specrecord.record("x", target="huge")
    with pytest.raises(UsageError, match="K is 0"):
        specrecord.record("x", k=0)
    with pytest.raises(UsageError, match="a list of texts"):
        specrecord.record("x", stop="end")
    with pytest.raises(TypeError, match="colour"):
        specrecord.record("x", colour="red")
    with pytest.raises(RecordingError, match="check the path"):
        specrecord.load(tmp_path / "none.specrec")
    (tmp_path / "note.txt").write_text("hello")
    with pytest.raises(RecordingError, match=r"note\.txt"):
        specrecord.load(tmp_path / "note.txt")


def test_importing_the_package_loads_no_model_code() -> None:
    code = "import sys, specrecord; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert {"record", "load", "Run"} <= set(dir(specrecord))
    with pytest.raises(AttributeError):
        _ = specrecord.nothing


CELLS = [
    "import specrecord",
    'run = specrecord.record("Once upon a time", draft="tiny:draft", target="tiny:target", k=4, '
    "max_tokens=30)",
    'print(sum(1 for event in run), run.stats["rounds"])',
    "run",
]


def test_a_notebook_shows_the_player(tmp_path: Path) -> None:
    nbformat = pytest.importorskip(
        "nbformat", reason="NOTEBOOK TEST DID NOT RUN: pip install nbclient ipykernel"
    )
    nbclient = pytest.importorskip(
        "nbclient", reason="NOTEBOOK TEST DID NOT RUN: pip install nbclient ipykernel"
    )
    pytest.importorskip(
        "ipykernel", reason="NOTEBOOK TEST DID NOT RUN: pip install nbclient ipykernel"
    )
    notebook: Any = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in CELLS]
    )
    nbclient.NotebookClient(
        notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    (shown,) = [
        output for output in notebook.cells[3].outputs if output.output_type == "execute_result"
    ]
    assert "<iframe srcdoc=" in shown.data["text/html"]
    assert "&lt;spec-player" in shown.data["text/html"]
    assert shown.data["text/plain"].startswith("<Run tiny:draft → tiny:target: 30 tokens in ")
    events, rounds = map(int, notebook.cells[2].outputs[0].text.split())
    assert events > rounds > 0
