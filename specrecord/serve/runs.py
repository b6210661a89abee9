"""The runs of a live server: one after the other in the recorder's process, each saved to a
file.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from specrecord.errors import SpecrecordError, UsageError
from specrecord.recorder.process import RecorderProcess
from specrecord.serve.feed import Feed

# What a page may set of a request, and what each may be. Everything else is as the command line
# said.
_SETTABLE: Mapping[str, type | tuple[type, ...]] = {
    "prompt": str,
    "k": int,
    "temperature": (int, float),
    "rule": str,
    "tree": str,
    "draft": str,
    "target": str,
    "max_tokens": int,
    "seed": int,
}
_SEEDS = 2**32


@dataclass
class LiveRun:
    """A run of this server. `state` is `loading`, `recording`, `done` or `failed`; `note` says more
    of the last two.

    `saved` once its file is there: from its first event on.
    """

    name: str
    path: Path
    request: dict[str, Any]
    state: str = "loading"
    note: str = ""
    saved: bool = False

    def told(self) -> dict[str, Any]:
        """What pages are told of it: no folder."""
        return {
            "name": self.name,
            "state": self.state,
            "note": self.note,
            "saved": self.saved,
            "request": self.request,
        }


class Runs:
    """Starts, stops and remembers. `changed` is called after every change, `said` with a line for
    the terminal.
    """

    def __init__(
        self,
        recorder: RecorderProcess,
        folder: Path,
        defaults: Mapping[str, Any],
        said: Callable[[str], None],
    ) -> None:
        self.all: dict[str, LiveRun] = {}
        self.defaults = dict(defaults)
        self.choices: dict[str, list[str]] = {}
        self.changed: Callable[[], None] = lambda: None
        self._recorder, self._folder, self._said = recorder, folder, said
        self._feeds: dict[str, Feed] = {}
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
        request = {**self.defaults, **_checked(wishes)}
        request["seed"] = (
            secrets.randbelow(_SEEDS) if request.get("seed") is None else request["seed"]
        )
        path = path or self._free_path()
        run = LiveRun(path.name, path, request)
        self._recorder.record(request, str(path), overwrite=overwrite)
        self._current = self.all[run.name] = run
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
        """Take in what the recorder told. Raises SpecrecordError when its process is gone."""
        for told in self._recorder.receive():
            run = self._current
            if told["say"] == "ready":
                self.choices = {"rule": told["rule"], "models": told["models"]}
            elif run is None:
                continue
            elif told["say"] == "forecast":
                self._said(" ".join(told["lines"]))
            elif told["say"] == "began":
                run.state, run.saved = "recording", True
                self._said(f"recording {run.path}")
            else:
                self._end(run, told)
            self.changed()

    def feed(self, name: str) -> Feed | None:
        """The bytes of a run by its name, None when there is no such run, or nothing of it yet."""
        run = self.all.get(name)
        if run is None or not run.saved:
            return None
        if name not in self._feeds:
            try:
                self._feeds[name] = Feed(run.path)
            except OSError:
                return None
            if run is not self._current:
                self._feeds[name].finish()
        return self._feeds[name]

    def close(self) -> None:
        """Let go of every viewer, and of the recorder once the run in progress has ended whole."""
        for feed in self._feeds.values():
            feed.close()
        self._recorder.close()

    def _end(self, run: LiveRun, told: dict[str, Any]) -> None:
        self._current = None
        run.state = "done" if told["say"] == "ended" else "failed"
        run.note = str(told.get("reason") or told.get("message") or "")
        self._said(run.note if run.state == "failed" else f"{run.path}: {run.note}")
        if run.name in self._feeds:
            self._feeds[run.name].finish()

    def _free_path(self) -> Path:
        """A file name of now that is not taken."""
        stem = f"run-{datetime.now():%Y%m%d-%H%M%S}"
        for number in range(1, 1000):
            path = self._folder / f"{stem}{f'-{number}' if number > 1 else ''}.specrec"
            if not path.exists() and path.name not in self.all:
                return path
        raise SpecrecordError(
            f"{self._folder}: no free name left for a recording; use another folder"
        )


def _checked(wishes: Mapping[str, Any]) -> dict[str, Any]:
    """The wishes, each of a kind that it can be. Whether the value makes sense is the recorder's to
    judge.
    """
    for name, value in wishes.items():
        if name not in _SETTABLE:
            raise UsageError(f"{name!r} cannot be set here; set {', '.join(_SETTABLE)}")
        if isinstance(value, bool) or not isinstance(value, _SETTABLE[name]):
            raise UsageError(f"{name} cannot be {str(value)[:60]!r}")
    return dict(wishes)
