"""Runs of the program itself that are signalled, killed and denied the disk: what
was there stays, what was written is read, and nobody sees a traceback.
"""

import contextlib
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path

from specrecord.errors import RecordingError
from specrecord.events import Checks
from specrecord.recording.audit import audit_recording
from specrecord.recording.reader import read_recording
from tools.torture.attack import Fault

_PATIENCE = 120.0  # seconds
_ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PAUSING = (signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU)
_HARMLESS = (signal.SIGCHLD, signal.SIGCONT, signal.SIGURG, signal.SIGWINCH)
_NAMED = tuple(sorted(signal.Signals))
_RUN = ("live", "Once upon a time", "--no-baselines", "--seed", "1")
_SHORT, _LONG = ("--max-tokens", "100"), ("--max-tokens", "600")


def attack_signals(numbers: range, rng: random.Random) -> Iterator[Fault]:
    """`live` under each signal in turn at a random moment; one that pauses is let go on. Half
    replace a recording.
    """
    with _old_recording() as old:
        for number in numbers:
            path = old.with_name(f"{number}.specrec")
            if replaces := number // len(_NAMED) % 2 == 0:
                path.write_bytes(old.read_bytes())
            sent = _NAMED[number % len(_NAMED)]
            said = _signalled(path, sent, rng.uniform(0.4, 2.5))
            if problem := _left(path, old if replaces else None, sent, said):
                yield Fault("runs that a signal damaged", f"{sent.name}: {problem}")


def attack_disk(numbers: range, rng: random.Random) -> Iterator[Fault]:
    """`live` where the disk is full at one write after another, at its first byte or within; each
    replaces a recording.
    """
    with _old_recording() as old:
        path = old.with_name("new.specrec")
        _run(path.parent, *_SHORT, "-o", path.name)
        writes = _writes(path)
        for number in numbers:
            start, end = writes[number // 2 % len(writes)]
            limit = start if number % 2 == 0 else rng.randrange(start, end)
            path.write_bytes(old.read_bytes())
            done = _run(path.parent, *_SHORT, "-o", path.name, "--force", limit=limit)
            whole = path.read_bytes() == old.read_bytes()
            if done.returncode != 2 or "Traceback" in done.stderr or not whole:
                line = f"{limit} bytes: {done.returncode} {done.stderr[-200:]}"
                yield Fault("full disks that lost something", line)


@contextlib.contextmanager
def _old_recording() -> Iterator[Path]:
    """A whole recording in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        _run(Path(folder), "-o", "old.specrec", "--max-tokens", "8")
        yield Path(folder, "old.specrec")


def _writes(path: Path) -> list[tuple[int, int]]:
    """From where to where each write went: a `check` event begins all but the first."""
    found = read_recording(path)
    starts = [
        start
        for start, event in zip(found.offsets, found.events, strict=False)
        if isinstance(event, Checks)
    ]
    return list(pairwise([0, *starts, path.stat().st_size]))


def _run(folder: Path, *words: str, limit: int | None = None) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "specrecord", *_RUN, *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
        preexec_fn=_limited(limit),
    )


def _limited(size: int | None) -> Callable[[], None] | None:
    return None if size is None else partial(_limit, size)


def _limit(size: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def _signalled(path: Path, number: signal.Signals, wait: float) -> str:
    """What a run says that gets a signal after so many seconds, with its whole process group."""
    words = [sys.executable, "-m", "specrecord", *_RUN, *_LONG, "-o", str(path), "--force"]
    with subprocess.Popen(
        words,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        time.sleep(wait)
        if process.poll() is None:
            os.killpg(process.pid, number)
        if number in _PAUSING:
            time.sleep(0.1)
            os.killpg(process.pid, signal.SIGCONT)
        _, said = process.communicate(timeout=_PATIENCE)
    return said


def _left(path: Path, old: Path | None, sent: signal.Signals, said: str) -> str | None:
    """What is wrong with what a run left, None where nothing is."""
    if "Traceback" in said:
        return said[-300:]
    if not path.exists():
        return "what was there is gone" if old else None
    if sent not in (*_ASKING, *_PAUSING, *_HARMLESS):  # it may end as by a kill
        try:
            read_recording(path)
        except RecordingError as error:
            return str(error) if old or path.stat().st_size > 2000 else None
        return None
    recording = read_recording(path)
    return recording.problem or next(map(str, audit_recording(recording)), None)
