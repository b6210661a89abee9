"""`play`: a recording in the terminal, with a playhead under the keys. A picture depends on
timeline and time alone.
"""

import time as clock
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from shutil import get_terminal_size
from typing import TextIO

from specrecord.errors import UsageError
from specrecord.recorder.interrupt import first_interrupt
from specrecord.terminal.keys import Keys
from specrecord.terminal.render import picture
from specrecord.terminal.screen import draw, print_lines, screen
from specrecord.terminal.timeline import Timeline

SPEEDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
# How long a run lasts on screen unless another speed is asked for, as in the player.
_COMFORTABLE_SECONDS = 25
_PICTURES_A_SECOND = 15
_MICROSECONDS = 1_000_000
_HELP = "space pause · ←→ event · ↑↓ round · < > speed · [ ] mark · 0-9 · g round · q quit"


def humane_speed(timeline: Timeline) -> float:
    """The speed at which the run lasts a humane time on screen."""
    wanted = max(1, timeline.run_end - timeline.start) / _MICROSECONDS / _COMFORTABLE_SECONDS
    return min(SPEEDS, key=lambda speed: max(speed / wanted, wanted / speed))


def time_of(timeline: Timeline, where: str) -> int:
    """`3.2` (seconds since the run began), `40%`, `round:12`, `start` or `end` as a time of the
    recording (µs).

    Raises UsageError for anything else, and for a round that is not there.
    """
    length = timeline.run_end - timeline.start
    try:
        if where in ("start", "end"):
            return timeline.start if where == "start" else timeline.run_end
        if where.startswith("round:"):
            return _end_of_round(timeline, int(where.removeprefix("round:")))
        if where.endswith("%"):
            return timeline.start + round(min(100.0, max(0.0, float(where[:-1]))) / 100 * length)
        return timeline.start + round(
            min(length / _MICROSECONDS, max(0.0, float(where))) * _MICROSECONDS
        )
    except (ValueError, OverflowError):
        raise UsageError(
            f"{where!r} is no moment; give seconds (3.2), 40%, round:12, start or end"
        ) from None


def print_moment(timeline: Timeline, where: str, stream: TextIO) -> None:
    """Print one picture: of the whole terminal's width, and as high as its lines."""
    width, height = get_terminal_size()
    time = time_of(timeline, where)
    lines = picture(timeline, time, (width, height - 1), _place(timeline, time), tight=True)
    for line in lines:
        line.rstrip()
    print_lines(lines, stream)


@dataclass
class Playhead:
    """Where the replay stands. `typed` holds the digits of a round that is being asked for, None
    when none is.
    """

    timeline: Timeline
    time: int
    speed: float
    playing: bool = True
    typed: str | None = None
    over: bool = False

    def go(self, seconds: float) -> None:
        """Let `seconds` of real time pass."""
        if not self.playing:
            return
        self.time += round(seconds * self.speed * _MICROSECONDS)
        if self.time >= self.timeline.run_end:
            self.to(self.timeline.run_end)

    def to(self, time: int) -> None:
        """Stand still at a time of the run."""
        self.time, self.playing = max(self.timeline.start, min(time, self.timeline.run_end)), False

    def press(self, key: str) -> None:
        """Do what a key says."""
        if self.typed is not None:
            self._type(key)
        elif key in ("q", "escape"):
            self.over = True
        elif key == " ":
            if not self.playing and self.time >= self.timeline.run_end:
                self.time = self.timeline.start
            self.playing = not self.playing
        elif key == "g":
            self.typed, self.playing = "", False
        elif key in "<>":
            place = SPEEDS.index(min(SPEEDS, key=lambda speed: abs(speed - self.speed)))
            self.speed = SPEEDS[max(0, min(len(SPEEDS) - 1, place + (1 if key == ">" else -1)))]
        elif key.isdigit():
            self.to(time_of(self.timeline, f"{10 * int(key)}%"))
        elif key in ("home", "end"):
            self.to(self.timeline.start if key == "home" else self.timeline.run_end)
        elif key in _STEPS:
            self._step(*_STEPS[key])

    def _step(self, to: str, direction: int) -> None:
        """Go to the next or previous event, round's end or mark; stay where there is none."""
        timeline = self.timeline
        if to == "event":
            times = timeline.event_times()
        elif to == "mark":
            times = [mark.time for mark in timeline.marks]
        else:
            times = [timeline.start, *(one.latest for one in timeline.rounds), timeline.run_end]
        forward = direction > 0
        place = bisect_right(times, self.time) if forward else bisect_left(times, self.time) - 1
        self.to(times[place] if 0 <= place < len(times) else self.time)

    def _type(self, key: str) -> None:
        assert self.typed is not None
        if key.isdigit() and len(self.typed) < 9:
            self.typed += key
        elif key == "backspace":
            self.typed = self.typed[:-1]
        else:
            asked, self.typed = self.typed, None
            if key == "enter" and asked:
                last = self.timeline.rounds[-1].index if self.timeline.rounds else 0
                self.to(_end_of_round(self.timeline, min(int(asked), last)))


def replay(
    timeline: Timeline, *, speed: float | None, start: int, keyboard: TextIO | None, stream: TextIO
) -> None:
    """Play until it is left. Without a keyboard it ends at the run's end. Raises KeyboardInterrupt
    when a signal asks for it, and leaves the terminal as it was.
    """
    head = Playhead(timeline, start, speed or humane_speed(timeline))
    with first_interrupt(_leave), screen(stream) as shown, Keys(keyboard) as keys:
        before = clock.monotonic()
        while not head.over:
            asking = _HELP if head.typed is None else f"round: {head.typed}▏ (enter)"
            size = get_terminal_size()
            draw(shown, picture(timeline, head.time, size, _status(head), asking))
            if not keys.there and not head.playing:
                return
            for key in keys.wait(1 / _PICTURES_A_SECOND):
                head.press(key)
            now = clock.monotonic()
            head.go(now - before)
            before = now


def _leave() -> None:
    raise KeyboardInterrupt


def _place(timeline: Timeline, time: int) -> str:
    length = (timeline.run_end - timeline.start) / _MICROSECONDS
    return f"{(time - timeline.start) / _MICROSECONDS:.3f} of {length:.3f} s"


def _status(head: Playhead) -> str:
    marks = [mark.title for mark in head.timeline.marks if mark.time <= head.time]
    mark = f"“{marks[-1]}”  " if marks else ""
    return (
        f"{mark}{'▶' if head.playing else '‖'} {_place(head.timeline, head.time)} ×{head.speed:g}"
    )


def _end_of_round(timeline: Timeline, index: int) -> int:
    found = next((one for one in timeline.rounds if one.index == index), None)
    if found is None:
        raise UsageError(
            f"there is no round {index}; the rounds are 0 to {len(timeline.rounds) - 1}"
        )
    return found.latest


# The keys of a step, each back and then on.
_STEPS = {
    key: (to, 1 if place % 2 else -1)
    for to, keys in (
        ("event", ("left", "right", ",", ".")),
        ("round", ("up", "down", "page up", "page down", "shift left", "shift right")),
        ("mark", ("[", "]")),
    )
    for place, key in enumerate(keys)
}
