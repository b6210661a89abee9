"""What `live` shows: the text as it grows, coloured by origin, with a status line below it on a terminal.

It draws at most twenty times a second, so that showing a run costs next to nothing of it.
"""

import codecs
import shutil
import sys
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

import click

from specrecord.events import SPECULATIVE, Draft, Emit, End, Event, Fault, Lane, Verdict
from specrecord.recording.reader import read_recording
from specrecord.recording.stats import recording_info

_INTERVAL = 0.05  # seconds between two drawings
_BASELINES = {
    "autoregressive": "the same target without a draft",
    "per_request": "one request a token",
    "chunked": "requests of K+1 tokens without a draft",
    "streaming": "the target streaming",
}
_COLOURS = {"accepted": "green", "resampled": "yellow", "bonus": "blue"}


class Display:
    """An observer of events. A context manager, so that the last words are drawn too."""

    def __init__(self, prompt: str, token_bytes: Callable[[int], bytes]) -> None:
        self._token_bytes = token_bytes
        self._screen = _Screen(sys.stdout.isatty() and sys.stderr.isatty())
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._pending: list[tuple[str, str | None]] = [(prompt, None)]
        self._draft: list[int] = []
        self._lane = ""
        self._tokens = self._drafted = self._accepted = 0
        self._begun = self._drawn = time.perf_counter()
        self._spent = 0.0

    def __enter__(self) -> "Display":
        return self

    def __exit__(self, error: object, *_: object) -> None:
        if error is not None:
            return
        self._pending.append((self._decoder.decode(b"", final=True), None))
        self._screen.show(self._pending, "", last=True)

    def __call__(self, event: Event) -> None:
        match event:
            case Lane(name=name):
                if self._lane == SPECULATIVE:
                    self._spent += time.perf_counter() - self._begun
                self._lane, self._begun = name, time.perf_counter()
            case Draft(node=node, token=token):
                self._draft[node:] = [token]
            case Verdict(node=node, fate=fate):
                self._drafted += 1
                if fate == "accepted":
                    self._accepted += 1
                    self._add(self._draft[node], fate)
            case Emit(token=token, origin=origin):
                self._add(token, origin)
        if time.perf_counter() - self._drawn > _INTERVAL:
            self._screen.show(self._pending, self._status())
            self._pending.clear()
            self._drawn = time.perf_counter()

    def _add(self, token: int, origin: str) -> None:
        if self._lane == SPECULATIVE:
            self._tokens += 1
            self._pending.append((self._decoder.decode(self._token_bytes(token)), origin))

    def _status(self) -> str:
        if self._lane != SPECULATIVE:
            return "recording the same target without a draft"
        rate = self._tokens / max(1e-9, self._spent + time.perf_counter() - self._begun)
        return f"{self._tokens} tokens · {rate:.0f} tokens/s · {self._accepted} of {self._drafted} accepted"


class _Screen:
    """Text that grows with a status line under it on a terminal; plain text into anything else.

    It breaks lines itself, so that it always knows the column to come back to.
    """

    def __init__(self, terminal: bool) -> None:
        self._terminal = terminal
        self._column = 0
        self._has_status = False

    def show(self, pieces: list[tuple[str, str | None]], status: str, last: bool = False) -> None:
        if not self._terminal:
            sys.stdout.write("".join(text for text, _ in pieces) + ("\n" if last else ""))
        else:
            # The cursor rests on the status line: wipe it and go up to where the text stopped.
            back = f"\r\x1b[2K\x1b[A\x1b[{self._column + 1}G" if self._has_status else ""
            text = "".join(
                click.style(self._wrap(text), fg=_COLOURS.get(origin or ""), dim=origin is None)
                for text, origin in pieces
            )
            sys.stdout.write(f"{back}{text}\n{click.style(status, dim=True)}")
            self._has_status = True
        sys.stdout.flush()

    def _wrap(self, text: str) -> str:
        width = shutil.get_terminal_size().columns
        shown = ""
        for character in text:
            size = 2 if unicodedata.east_asian_width(character) in "WF" else 1
            if character == "\n" or self._column + size >= width:
                shown += "\n"
                self._column = 0
            if character.isprintable():
                shown += character
                self._column += size
        return shown


def summary(path: Path) -> str:
    """What a finished recording holds, read back from the file itself."""
    recording = read_recording(path)
    found = recording_info(recording)
    end = recording.events[-1]
    ratios = [f"{ratio:.2f} times {_BASELINES[name]}" for name, ratio in found["speedup"].items() if ratio]
    against = f", {', '.join(ratios)}, recorded in this run" if ratios else ""
    rate, accepted = _number(found["tokens_per_second"], ".0f"), _number(found["acceptance_rate"], ".2f")
    length, size = _number(found["mean_acceptance_length"], ".2f"), path.stat().st_size / 1000
    return (
        f"{found['tokens']} tokens in {found['duration_s']:.3f} s: {rate} tokens/s{against}\n"
        f"{found['accepted']} of {found['drafted']} drafted tokens accepted ({accepted}), "
        f"{length} tokens a round over {found['rounds']} rounds\n"
        f"{path}: {found['events']:,} events, {size:,.0f} kB, {end.reason if isinstance(end, End) else 'not sealed'}"
    )


def last_fault(path: Path) -> str:
    """What went wrong last, in the recording's own words."""
    faults = [event.detail for event in read_recording(path).events if isinstance(event, Fault)]
    return faults[-1] if faults else "no fault was recorded"


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)
