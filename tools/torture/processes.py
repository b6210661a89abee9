"""Runs of the program itself that are signalled, killed and denied the disk at random moments: what
was there stays, what was written is read, and nobody sees a traceback.
"""

import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

from specrecord.errors import RecordingError
from specrecord.recording.audit import audit_recording
from specrecord.recording.reader import read_recording

_PATIENCE = 120.0  # seconds
_ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_RUN = ("live", "Once upon a time", "--max-tokens", "600", "--no-baselines", "--seed", "1")


def attack_signals(count: int, rng: random.Random) -> Counter[str]:
    """`live`, asked to end at a random moment; one in four is killed. Half replace a recording."""
    found: Counter[str] = Counter(signals=count)
    with tempfile.TemporaryDirectory() as folder:
        old = Path(folder, "old.specrec")
        _run(Path(folder), "-o", old.name, "--max-tokens", "8")
        for number in range(count):
            path = Path(folder, f"{number}.specrec")
            if replaces := number % 2 == 0:
                path.write_bytes(old.read_bytes())
            sent = signal.SIGKILL if number % 4 == 3 else _ASKING[number % 3]
            said = _signalled(path, sent, rng.uniform(0.4, 2.5))
            if problem := _left(path, old if replaces else None, sent, said):
                found["runs that a signal damaged"] += 1
                print(f"  {sent.name}: {problem}", file=sys.stderr)
    return found


def attack_disk(count: int, rng: random.Random) -> Counter[str]:
    """`live` where files may grow to a random size only; each replaces a recording."""
    found: Counter[str] = Counter({"full disks": count})
    with tempfile.TemporaryDirectory() as folder:
        old = Path(folder, "old.specrec")
        _run(Path(folder), "-o", old.name, "--max-tokens", "8")
        for number in range(count):
            path = Path(folder, f"{number}.specrec")
            path.write_bytes(old.read_bytes())
            done = _run(Path(folder), "-o", path.name, "--force", limit=rng.randrange(20_000))
            whole = path.read_bytes() == old.read_bytes()
            if done.returncode != 2 or "Traceback" in done.stderr or not whole:
                found["full disks that lost something"] += 1
                print(f"  full disk: {done.returncode} {done.stderr[-200:]}", file=sys.stderr)
    return found


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
    words = [sys.executable, "-m", "specrecord", *_RUN, "-o", str(path), "--force"]
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
        _, said = process.communicate(timeout=_PATIENCE)
    return said


def _left(path: Path, old: Path | None, sent: signal.Signals, said: str) -> str | None:
    """What is wrong with what a run left, None where nothing is."""
    if "Traceback" in said:
        return said[-300:]
    if not path.exists():
        return "what was there is gone" if old else None
    if sent == signal.SIGKILL:
        try:
            read_recording(path)
        except RecordingError as error:
            return str(error) if old or path.stat().st_size > 2000 else None
        return None
    recording = read_recording(path)
    return recording.problem or next(map(str, audit_recording(recording)), None)
