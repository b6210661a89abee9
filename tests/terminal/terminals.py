"""A real pseudo-terminal with an emulator behind it, so that tests see what a reader sees."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pexpect = pytest.importorskip(
    "pexpect", reason="TERMINAL TESTS DID NOT RUN: pip install pexpect pyte"
)
pyte = pytest.importorskip("pyte", reason="TERMINAL TESTS DID NOT RUN: pip install pexpect pyte")

PATIENCE = 60  # seconds; what is waited for takes well under one
ROOT = Path(__file__).parents[2]


class Terminal:
    """A command in a terminal of some size. `lines` is what stands on it now."""

    def __init__(
        self, words: list[Any], columns: int, rows: int, folder: Path, **environment: str
    ) -> None:
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in ("NO_COLOR", "COLUMNS", "LINES")
        }
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "specrecord", *map(str, words)],
            dimensions=(rows, columns),
            cwd=str(folder),
            env={**kept, "TERM": "xterm-256color", "LANG": "C.UTF-8", **environment},
            timeout=PATIENCE,
        )
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.received = b""

    @property
    def lines(self) -> list[str]:
        """The screen's lines, without blanks at their ends."""
        return [line.rstrip() for line in self.screen.display]

    @property
    def shown(self) -> str:
        """The whole screen."""
        return "\n".join(self.lines)

    def read(self, seconds: float = 0.05) -> bool:
        """Take in what was written within `seconds`; False once the command has ended."""
        try:
            data = self.child.read_nonblocking(1 << 16, seconds)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.received += data
        self.stream.feed(data)
        return True

    def until(self, wanted: Callable[["Terminal"], bool]) -> None:
        """Read on until the screen is as `wanted`."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            going = self.read()
            if wanted(self):
                return
            if not going:
                break
        raise AssertionError(f"never came to be; the screen was\n{self.shown}")

    def until_shows(self, text: str) -> None:
        """Read on until `text` stands on the screen."""
        self.until(lambda terminal: text in terminal.shown)

    def press(self, keys: str) -> None:
        """Type."""
        self.child.send(keys)

    def resize(self, columns: int, rows: int) -> None:
        """As when the window is dragged."""
        self.screen.resize(rows, columns)
        self.child.setwinsize(rows, columns)

    def end(self) -> int:
        """Read to the end; the exit code."""
        deadline = time.monotonic() + PATIENCE
        while self.read() and time.monotonic() < deadline:
            pass
        while self.child.isalive() and time.monotonic() < deadline:
            time.sleep(0.01)  # it has let go of the terminal and ends; `close` would interrupt it
        self.child.close()
        return int(
            self.child.exitstatus
            if self.child.exitstatus is not None
            else 128 + (self.child.signalstatus or 0)
        )
