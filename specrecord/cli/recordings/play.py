"""`specrecord play`: a recording in the terminal."""

import sys
from contextlib import suppress
from pathlib import Path
from typing import TextIO

import click

from specrecord.errors import UsageError
from specrecord.recording.reader import read_recording
from specrecord.terminal.replay import print_moment, replay, time_of
from specrecord.terminal.screen import is_screen
from specrecord.terminal.timeline import Timeline


@click.command()
@click.argument("run")
@click.option(
    "--at",
    metavar="WHERE",
    help="Print one picture and exit: 3.2 (seconds), 40%, round:12, start or end.",
)
@click.option("--from", "start", metavar="WHERE", default="start", help="Begin there.")
@click.option(
    "--speed", type=float, help="Factor on real time; by default the run lasts about 25 seconds."
)
def play(run: str, at: str | None, start: str, speed: float | None) -> None:
    """Replay RUN, a recording (or - for standard input), in the terminal. Where there is none, its
    end is printed.

    \b
    Keys: space  pause, play        < >    slower, faster
          ← →    an event back, on  0-9    to a tenth of the run
          ↑ ↓    a round back, on   g 12   to round 12 (enter)
          [ ]    previous, next mark       q  leave

    \b
    Example:
      specrecord play run.specrec
      specrecord play run.specrec --at round:12
    """
    recording = read_recording(run)
    timeline = Timeline(recording.header, recording.events)
    if speed is not None and not 0 < speed < float("inf"):
        raise UsageError(f"the speed is {speed:g}; it must be above 0 (--speed 0.1)")
    if at is not None or not is_screen(sys.stdout):
        return print_moment(timeline, at or "end", sys.stdout)
    return replay(
        timeline,
        speed=speed,
        start=time_of(timeline, start),
        keyboard=_keyboard(run),
        stream=sys.stdout,
    )


def _keyboard(run: str) -> TextIO | None:
    """Where keys come from: standard input, or the terminal itself when the recording came from
    there.
    """
    with suppress(OSError):
        return Path("/dev/tty").open(encoding="utf-8") if run == "-" else sys.stdin
    return None
