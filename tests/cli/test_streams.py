"""What Unix users expect of a program's streams and signals: quiet ends, no traceback, and whole
recordings.
"""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from long_pair import long_pair

from specrecord.recording.audit import audit_recording
from specrecord.recording.reader import read_recording

PATIENCE = 120.0
LONG = ["--max-tokens", "8000"]  # with a pair that never ends its text
RUN = "live 'Once upon a time' --max-tokens 24 --seed 1 --no-baselines"
STORY = Path(__file__).parents[2] / "recordings" / "story.specrec"


def shell(folder: Path, line: str) -> tuple[list[int], str]:
    """What a line of bash comes to, `$S` being the program: the exit code of each part of its last
    pipe, and all that was said.
    """
    script = f'S="{shlex.quote(sys.executable)} -m specrecord"; {line}; echo "=${{PIPESTATUS[@]}}"'
    done = subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, timeout=PATIENCE)
    data, _, codes = done.stdout.rpartition(b"=")
    said = (data + done.stderr).decode(errors="replace")
    assert "Traceback" not in said
    assert "Exception ignored" not in said
    return [int(code) for code in codes.split()], said


def is_whole(path: Path) -> bool:
    recording = read_recording(path)
    return recording.complete and audit_recording(recording) == []


def test_a_reader_who_has_had_enough_costs_the_recording_nothing(tmp_path: Path) -> None:
    codes, _ = shell(tmp_path, f"$S {RUN} -o run.specrec 2>/dev/null | head -c 1")
    assert codes == [0, 0]
    assert is_whole(tmp_path / "run.specrec")


@pytest.mark.parametrize(("to", "said"), [("/dev/full", "No space left"), ("&-", "Bad file")])
def test_text_that_cannot_be_written_is_told_and_the_recording_is_whole(
    tmp_path: Path, to: str, said: str
) -> None:
    codes, output = shell(tmp_path, f"$S {RUN} -o run.specrec >{to}")
    assert codes == [2]
    assert said in output
    assert is_whole(tmp_path / "run.specrec")


def test_a_recording_goes_to_standard_output_and_to_pipes(tmp_path: Path) -> None:
    codes, output = shell(tmp_path, f"$S {RUN} -o - 2>/dev/null | $S audit -")
    assert codes == [0, 0]
    assert "follow" in output
    codes, output = shell(
        tmp_path,
        f"mkfifo pipe; $S audit - <pipe & $S {RUN} -o pipe 2>&1; code=$?; wait; (exit $code)",
    )
    assert codes == [0]
    assert "follow" in output
    long = RUN.replace("24", "400")  # it is still going on when its reader has had enough
    codes, _ = shell(tmp_path, f"$S {long} -o - 2>/dev/null | head -c 1")
    assert codes == [141, 0]
    codes, output = shell(tmp_path, f"$S {RUN} -o - 2>/dev/null >/dev/full; (exit $?)")
    assert codes == [2]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pipe"]


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("$S export story.specrec --json | head -c 1", [141, 0]),
        ("$S info story.specrec >/dev/full", [2]),
        ("$S info story.specrec >&-", [2]),
        ("$S export story.specrec --csv >&-", [2]),
        ("$S info story.specrec --json >/dev/null 2>&-", [0]),
        ("$S info nowhere.specrec 2>&-", [2]),
        ("$S info - <&-", [2]),
        ("$S info nowhere.specrec 2>/dev/full", [2]),
    ],
)
def test_data_commands_end_as_others_do(tmp_path: Path, line: str, codes: list[int]) -> None:
    shutil.copy(STORY, tmp_path)
    assert shell(tmp_path, line)[0] == codes


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_run_whole(tmp_path: Path, number: signal.Signals) -> None:
    path = tmp_path / "run.specrec"
    words = ["live", "Once upon a time", *long_pair(tmp_path / "pair"), *LONG, "-o", str(path)]
    with subprocess.Popen(
        [sys.executable, "-m", "specrecord", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    ) as process:
        until(lambda: path.exists() and path.stat().st_size > 3000)
        os.killpg(process.pid, number)  # as a terminal does, and a service manager
        _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    assert "interrupted" in said
    assert is_whole(path)


def test_a_file_that_is_removed_is_told_while_the_run_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    folder.mkdir()
    words = ["live", "Once upon a time", *long_pair(tmp_path / "pair"), *LONG]
    words += ["-o", str(folder / "run.specrec")]
    with subprocess.Popen(
        [sys.executable, "-m", "specrecord", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.read(1)  # before it follows the file, a removed one ends it
        shutil.rmtree(folder)
        line = next(line for line in process.stderr if "removed" in line)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=PATIENCE)
    assert "run.specrec was removed while it is written" in line
    assert process.returncode == 2
    assert "Traceback" not in said
