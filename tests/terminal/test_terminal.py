"""`live` and `play` in a real pseudo-terminal: keys, sizes, interrupts, colours, and columns that
stay straight.
"""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from long_pair import long_pair
from terminals import PATIENCE, ROOT, Terminal

from specrecord.events import Draft, Mark, Prefill, RoundBegin, Token, Verdict, Verify
from specrecord.header import Header, Prompt
from specrecord.recording.audit import audit_recording
from specrecord.recording.reader import read_recording
from specrecord.recording.writer import RecordingWriter

STORY = ROOT / "tests" / "fixtures" / "gallery" / "story.specrec"
COLOUR = re.compile(rb"\x1b\[[0-9;]*\b(?:3[0-7]|9[0-7]|38;[0-9;]*)m")


def playing(
    folder: Path, *words: object, columns: int = 100, rows: int = 26, **environment: str
) -> Terminal:
    return Terminal(["play", *words], columns, rows, folder, **environment)


@pytest.mark.parametrize(("columns", "rows"), [(100, 26), (40, 18)])
def test_live_is_a_dashboard_that_is_marked_resized_and_interrupted(
    tmp_path: Path, columns: int, rows: int
) -> None:
    words = [
        "live",
        "Once upon a time",
        *long_pair(tmp_path / "pair"),
        "--no-baselines",
        "--max-tokens",
        8000,
    ]
    terminal = Terminal([*words, "-o", "run.specrec"], columns, rows, tmp_path)
    terminal.until_shows("● recording")
    terminal.until(lambda now: bool(re.search(r"round [1-9]", now.shown)))
    for part in ("acceptance", "speed", "time", "progress", "tokens/s", "of 8000 tokens", "m mark"):
        terminal.until_shows(part)
    assert COLOUR.search(terminal.received)
    terminal.press("m")
    terminal.until_shows("1 marked")
    terminal.resize(60, 20)
    terminal.until(
        lambda now: any(
            line.endswith("1 marked · ● recording") and len(line) == 60 for line in now.lines
        )
    )
    assert terminal.lines[0].startswith("llama:draft → llama:target")
    terminal.press("\x03")
    assert terminal.end() == 0
    assert b"\x1b[?1049l" in terminal.received
    recording = read_recording(tmp_path / "run.specrec")
    assert recording.complete
    assert recording.events[-1].reason == "interrupted"
    assert [event.title for event in recording.events if isinstance(event, Mark)] == ["mark 1"]
    assert audit_recording(recording) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signals_end_a_run_whole_and_leave_the_terminal(
    tmp_path: Path, number: signal.Signals
) -> None:
    terminal = Terminal(
        ["live", "Once upon a time", "--max-tokens", 1500, "-o", "run.specrec"], 90, 24, tmp_path
    )
    terminal.until_shows("● recording")
    terminal.child.kill(number)
    assert terminal.end() == 0
    assert b"\x1b[?1049l" in terminal.received
    recording = read_recording(tmp_path / "run.specrec")
    assert recording.complete
    assert recording.events[-1].reason == "interrupted"


def test_a_terminal_that_goes_away_ends_the_run_whole(tmp_path: Path) -> None:
    terminal = Terminal(
        ["live", "Once upon a time", "--max-tokens", 1500, "-o", "run.specrec"], 90, 24, tmp_path
    )
    terminal.until_shows("● recording")
    pty = terminal.child.ptyproc
    pty.fileobj.close()
    pty.closed = terminal.child.closed = True
    deadline = time.monotonic() + PATIENCE
    while not read_recording(tmp_path / "run.specrec").complete:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    last = read_recording(tmp_path / "run.specrec").events[-1]
    assert last.reason == "interrupted"


def test_a_signal_leaves_the_terminal_that_plays_as_it_was(tmp_path: Path) -> None:
    terminal = playing(tmp_path, STORY, "--speed", "0.001")
    terminal.until_shows("▶ ")
    terminal.child.kill(signal.SIGTERM)
    assert terminal.end() == 130
    assert b"\x1b[?1049l" in terminal.received


def test_live_leaves_text_and_summary_behind(tmp_path: Path) -> None:
    terminal = Terminal(
        ["live", "def ", "--max-tokens", 12, "--seed", 1, "-o", "run.specrec"], 90, 24, tmp_path
    )
    assert terminal.end() == 0
    after = terminal.received.rsplit(b"\x1b[?1049l", 1)[1].decode()
    assert after.startswith("\x1b[2mdef ")
    assert "12 tokens in" in after


def test_live_tells_errors_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "run.specrec").write_text("precious")
    for words in (
        ["live", "a", "-o", "run.specrec"],
        ["live", "a", "-k", 0],
        ["live", "a", "--draft", "nonesuch"],
    ):
        terminal = Terminal(words, 200, 24, tmp_path)
        assert terminal.end() == 2
        assert terminal.received.count(b"\n") == 1
        assert terminal.received.startswith(b"specrecord: ")
    assert (tmp_path / "run.specrec").read_text() == "precious"


def test_without_colour_states_keep_sign_and_word(tmp_path: Path) -> None:
    terminal = playing(tmp_path, STORY, "--at", "round:12", NO_COLOR="1")
    assert terminal.end() == 0
    assert not COLOUR.search(terminal.received)
    for state in ("● ", "accepted", "✗ ", "rejected", "○ ", "untested", "◆ ", "resampled"):
        assert state in terminal.shown


def test_a_terminal_that_cannot_move_its_cursor_gets_plain_lines(tmp_path: Path) -> None:
    terminal = Terminal(
        ["live", "def ", "--max-tokens", 8, "-o", "run.specrec"], 80, 24, tmp_path, TERM="dumb"
    )
    assert terminal.end() == 0
    assert b"\x1b" not in terminal.received
    assert terminal.received.startswith(b"def ")


def share_played(line: str) -> float:
    """From the top line: the share of the run that lies behind."""
    time, duration = re.findall(r"([\d.]+) of ([\d.]+) s", line)[0]
    return float(time) / float(duration)


def test_play_pauses_steps_jumps_and_leaves(tmp_path: Path) -> None:
    terminal = playing(tmp_path, STORY, "--speed", "0.001")
    terminal.until_shows("▶ ")
    assert "×0.001" in terminal.shown
    terminal.press(" ")
    terminal.until_shows("‖ ")
    terminal.press("g12\r")
    terminal.until_shows("round 12 ")
    assert "rejected" in terminal.shown
    terminal.press("\x1b[B")
    terminal.until_shows("round 13 ")
    terminal.press("\x1b[A\x1b[A")
    terminal.until_shows("round 11 ")
    before = terminal.lines[0]
    terminal.press("\x1b[C" * 20)  # its clock shows milliseconds, which several events share
    terminal.until(lambda now: now.lines[0] != before)
    terminal.press(">>")
    terminal.until_shows("×0.005")
    terminal.press("9")
    terminal.until(lambda now: 0.85 < share_played(now.lines[0]) < 0.95)
    terminal.press("\x1b[F")
    terminal.until_shows("128 of 128 tokens")
    terminal.press(" ")
    terminal.until_shows("▶ 0.00")
    terminal.press("g99999\r")
    terminal.until_shows("128 of 128 tokens")
    terminal.resize(40, 16)
    terminal.until(
        lambda now: all(len(line) <= 40 for line in now.lines) and "128 of 128" in now.shown
    )
    terminal.press("q")
    assert terminal.end() == 0
    assert terminal.received.rstrip().endswith(b"\x1b[?25h\x1b[?1049l")


def test_interrupting_play_puts_the_terminal_back(tmp_path: Path) -> None:
    terminal = playing(tmp_path, STORY)
    terminal.until_shows("▶ ")
    terminal.press("\x03")
    assert terminal.end() == 130
    assert b"\x1b[?25h\x1b[?1049l" in terminal.received


WORDS = [
    "fox",
    "狐狸",
    "🦊",
    "né",
    "ツキ",
    "👩‍🚀",
    "e\u0301",
    "\u202eback",
    "\x1b[31mred",
    "\n",
    "❤️",
    "ทดสอบ",
]


def worded(path: Path) -> Path:
    """A recording of one round whose drafted tokens are hard to place."""
    k = len(WORDS)
    header = Header(k=7, rule="standard", max_tokens=50, prompt=Prompt(text="狐:"))
    with RecordingWriter(path, header) as writer:
        writer.extend([Token(0, number, word.encode()) for number, word in enumerate(WORDS)])
        for half in (range(6), range(6, k)):
            start = 1000 * half[0] + 10
            writer.append(Prefill(start, 1, "draft", 1)) if not half[0] else None
            writer.append(RoundBegin(start + 1, half[0] // 6, 0, 7))
            for node, token in enumerate(half):
                writer.append(
                    Draft(start + 2 + node, 1, node, node - 1, token, 0.25, -1.0, 0.1, 0.0)
                )
            writer.append(Verify(start + 20, 2, 7))
            for node, _ in enumerate(half):
                fate = "rejected" if node == 0 else "untested"
                tested = (0.5, 0.75) if node == 0 else (None, None)
                writer.append(Verdict(start + 21, node, fate, 0.125, -1.0, *tested))
        writer.finish(9000)
    return path


@pytest.mark.parametrize("columns", [40, 90])
@pytest.mark.parametrize("place", [0, 1])
def test_wide_characters_keep_the_columns_straight(
    tmp_path: Path, columns: int, place: int
) -> None:
    path = worded(tmp_path / "words.specrec")
    terminal = playing(tmp_path, path, "--at", f"round:{place}", columns=columns)
    assert terminal.end() == 0
    rows = [line for line in terminal.screen.display if line[:1] in "✗○"]
    assert len(rows) == 6
    # pyte keeps an empty cell after a wide character, so an index is a column.
    cells = [[terminal.screen.buffer[y][x].data for x in range(columns)] for y in range(26)]
    drafted = {"".join(row).find("0.25") for row in _by_cell(cells)}
    assert len(drafted) == 1, terminal.shown
    assert all(len(line) <= columns for line in terminal.lines)


def _by_cell(cells: list[list[str]]) -> list[list[str]]:
    """Rows of the round, one character a cell: the second cell of a wide character counts as a
    blank.
    """
    rows = [[(cell or " ")[0] for cell in row] for row in cells]
    return [row for row in rows if row[0] in "✗○"]


def test_a_picture_is_printed_into_a_pipe_with_the_width_it_is_given(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "specrecord", "play", str(STORY), "--at", "40%"]
    environment = {**os.environ, "COLUMNS": "50", "LINES": "30"}
    printed = subprocess.run(
        command, capture_output=True, text=True, env=environment, check=True
    ).stdout
    assert "\x1b" not in printed
    assert max(map(len, printed.splitlines())) <= 50
    piped = subprocess.run(
        [*command[:-2], "--at", "end"], capture_output=True, env=environment, check=True
    ).stdout
    command[-3] = "-"
    again = subprocess.run(
        [*command[:-2]], input=STORY.read_bytes(), capture_output=True, env=environment, check=True
    ).stdout
    assert again == piped
