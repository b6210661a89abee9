"""The runs of a live server: one after the other in the recorder's process, each saved to a
file.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any, Literal

from specrecord.errors import UsageError
from specrecord.options import AUTO, OPTIONS
from specrecord.publish.option_field import option_field
from specrecord.publish.templates import render
from specrecord.recorder.messages import Began, Ended, Failed, Forecast
from specrecord.recorder.process import RecorderProcess
from specrecord.recorder.request import Request, rules_for
from specrecord.serve.feed import Feed

# What a page may ask for. Everything else is as on the command line.
SETTABLE = "prompt k temperature rule tree draft target max_tokens seed".split()
_NUMBERS = ("temperature", "max_tokens", "seed")
_TREES = ("chain", "2x1x1", "2x2x1", "3x2x1", "4x2", "dynamic")
_MORE = """
<span id="marking" hidden>
  <input id="chapter" aria-label="chapter title" placeholder="chapter title" maxlength="200">
  <button id="mark" type="button">Mark</button>
</span>
<select id="runs" aria-label="runs of this session" hidden></select>
"""
_DEEPEST = 16  # K that the page offers


@dataclass
class LiveRun:
    """A run of this server. `note` says how it ended, or why it failed. `feed` is there once its
    file is: from its first event on.
    """

    path: Path
    prompt: str
    state: Literal["loading", "recording", "done", "failed"] = "loading"
    note: str = ""
    feed: Feed | None = None

    def entry(self) -> dict[str, Any]:
        """What pages get of it: no folder."""
        shown = {name: getattr(self, name) for name in ("prompt", "state", "note")}
        return {"name": self.path.name, "saved": self.feed is not None, **shown}


class Runs:
    """Starts, stops and remembers. `form` is HTML of what a page may ask for. `changed` is called
    after every change, `say` with a line for the terminal. `pairs` are the drafts that fit a
    target, by the targets of this machine.
    """

    def __init__(
        self,
        recorder: RecorderProcess,
        folder: Path,
        defaults: Mapping[str, Any],
        say: Callable[[str], None],
        pairs: Mapping[str, Sequence[str]],
    ) -> None:
        self.all: dict[str, LiveRun] = {}
        self.changed: Callable[[], None] = lambda: None
        self._recorder, self._folder, self._say = recorder, folder, say
        self._defaults, self.form = defaults, _form(defaults, pairs)
        self._current: LiveRun | None = None

    @property
    def busy(self) -> bool:
        """Whether a run is in progress."""
        return self._current is not None

    def start(
        self, wishes: Mapping[str, Any], path: Path | None = None, *, overwrite: bool = False
    ) -> LiveRun:
        """Start a run with the defaults and these wishes, saved to `path` or to a new file named
        after the time.

        Raises UsageError while another run is in progress, and for a wish that cannot be.
        """
        if self._current is not None:
            raise UsageError("a run is in progress; stop it first, or wait for its end")
        request = Request(**{**self._defaults, **_checked(wishes)})
        path = path or self._free_path()
        self._recorder.record(request, path, overwrite=overwrite)
        run = LiveRun(path, request.prompt)
        self._current = self.all[path.name] = run
        self.changed()
        return run

    def stop(self) -> None:
        """End the run in progress after its round, as a whole recording. Without one, nothing
        happens.
        """
        if self._current is not None:
            self._recorder.stop()

    def mark(self, title: str, note: str = "") -> None:
        """Put a chapter where the run in progress is now."""
        if self._current is not None:
            self._recorder.mark(title, note)

    def hear(self) -> None:
        """Take in the recorder's reports. Raises SpecrecordError when its process is gone."""
        for report in self._recorder.receive():
            run = self._current
            assert run is not None  # whatever the recorder says is of a run that was started
            match report:
                case Forecast(lines):
                    self._say(" ".join(lines))
                case Began(path):
                    run.state, run.feed = "recording", Feed(path)
                    self._say(f"recording {run.path}")
                case Ended(reason):
                    self._end(run, "done", reason)
                    self._say(f"{run.path}: {reason}")
                case Failed(message):
                    self._end(run, "failed", message)
                    self._say(message)
            self.changed()
        if (run := self._current) and run.feed and run.feed.removed and not run.note:
            run.note = "its file was removed while it is written; it cannot be kept"
            self._say(f"{run.path}: {run.note}")
            self.changed()

    def feed(self, name: str) -> Feed | None:
        """The bytes of a run by its name, None when there is no such run, or nothing of it yet."""
        return self.all[name].feed if name in self.all else None

    def close(self) -> None:
        """Let go of every viewer, and of the recorder once the run in progress has ended whole."""
        for run in self.all.values():
            if run.feed:
                run.feed.close()
        self._recorder.close()

    def _end(self, run: LiveRun, state: Literal["done", "failed"], note: str) -> None:
        self._current = None
        run.state, run.note = state, note
        if run.feed:
            run.feed.finish()

    def _free_path(self) -> Path:
        """A file name of now that is not taken."""
        stem = f"run-{datetime.now():%Y%m%d-%H%M%S}"
        names = (f"{stem}{f'-{number}' if number > 1 else ''}.specrec" for number in count(1))
        paths = (self._folder / name for name in names if name not in self.all)
        return next(path for path in paths if not path.exists())


def _form(defaults: Mapping[str, Any], pairs: Mapping[str, Sequence[str]]) -> str:
    """With the command line's values; choices wherever it is known what there is. Raises
    UsageError for a tree that is none.
    """
    values = {name: option.default for name, option in OPTIONS.items()} | {**defaults}
    draft, target, tree, k = (str(values[name]) for name in ("draft", "target", "tree", "k"))
    fitting = {**pairs, target: [draft, *pairs.get(target, ())]}
    trees = list(dict.fromkeys([tree, *_TREES]))
    choices = {
        "target": list(fitting),
        "draft": [each for drafts in fitting.values() for each in drafts],
        "tree": trees,
        "rule": OPTIONS["rule"].choices,
        "k": [AUTO, *map(str, range(1, _DEEPEST + 1)), k],
    }
    fields = [
        option_field(name, default=str(values[name]), choices=_named(of))
        for name, of in choices.items()
    ]
    fields += [option_field(name, default=values[name]) for name in _NUMBERS]
    return render(
        "ask.html",
        prompt=values["prompt"],
        start="Start",
        fields="\n".join(fields),
        rules={tree: rules_for(tree) for tree in trees},
        drafts=fitting,
        about={},
        more=_MORE,
    )


def _named(choices: Iterable[str]) -> Mapping[str, str]:
    """Choices with what each does, where that is told; each once."""
    return choices if isinstance(choices, Mapping) else dict.fromkeys(choices, "")


def _checked(wishes: Mapping[str, Any]) -> dict[str, Any]:
    """What a page asks for, as values; its form sends texts."""
    for name in wishes:
        if name not in SETTABLE:
            raise UsageError(f"{name[:60]!r} cannot be set here; set {', '.join(SETTABLE)}")
    return {
        name: OPTIONS[name].parse(value) if isinstance(value, str) else value
        for name, value in wishes.items()
    }
