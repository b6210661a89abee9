"""`live` on a terminal: a picture of the run that is drawn again as it grows, and keys."""

from shutil import get_terminal_size
from typing import TextIO

from specrecord.recorder.process import step_back
from specrecord.terminal.keys import Keys
from specrecord.terminal.live_run import LiveRun
from specrecord.terminal.render import picture
from specrecord.terminal.screen import draw, print_text, screen
from specrecord.terminal.timeline import Timeline

_PICTURES_A_SECOND = 15
_HELP = "m mark · q stop"


def dashboard(run: LiveRun, keyboard: TextIO, stream: TextIO) -> None:
    """Draw a run until it has ended, and leave its text behind. q ends it after its round, as a
    whole recording, and so does a terminal that goes away.
    """
    step_back()
    try:
        _draw(run, keyboard, stream)
        if run.timeline:
            print_text(run.timeline, stream)
    except OSError:
        run.recorder.stop()
        while not run.reason:
            run.look(1 / _PICTURES_A_SECOND)


def _draw(run: LiveRun, keyboard: TextIO, stream: TextIO) -> None:
    size, stopping = (0, 0), False
    with screen(stream) as shown, Keys(keyboard) as keys:
        while not run.reason:
            for key in keys.wait(1 / _PICTURES_A_SECOND, [run.recorder.fileno()]):
                if key == "m" and run.timeline:
                    run.recorder.mark(f"mark {len(run.timeline.marks) + 1}")
                elif key == "q":
                    stopping = True
                    run.recorder.stop()
            changed, before, size = run.look(), size, get_terminal_size()
            if run.timeline and (changed or size != before):
                status, keys_help = _status(run.timeline, stopping), _HELP if keys.there else ""
                moment = run.timeline.verified_end
                draw(shown, picture(run.timeline, moment, size, status, keys_help))


def _status(timeline: Timeline, stopping: bool) -> str:
    marks = f"{len(timeline.marks)} marked · " if timeline.marks else ""
    if timeline.closing is not None:
        return f"{marks}{timeline.closing.reason}"
    return f"{marks}stopping" if stopping else f"{marks}● recording"
