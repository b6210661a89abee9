"""What the loop and its recorder cost beside the models: CPU time of their thread, which a busy
machine changes little.

    OPENBLAS_NUM_THREADS=1 python benchmarks/loop_overhead.py [smollm2]

`outside spans` is what the recording itself calls `other_s`; `outside calls` is all but the
models' own methods, drawing the draft's tokens included. Medians over runs, with the range.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from specrecord.events import Event, Finish, RoundBegin
from specrecord.recorder.record import record
from specrecord.recorder.request import Request
from specrecord.recorder.session import prepare
from specrecord.recording.reader import read_recording
from specrecord.recording.stats import count_tracks
from specrecord.registry import load_pair

CODE = "Add type hints:\n\ndef mean(xs):\n    return sum(xs) / len(xs)\n\ndef twice(x):\n    return 2 * x\n"
CASES = {
    "tiny": {
        "story, K=4, T=0.7": Request("Once upon a time", seed=1),
        "code, K=6, T=0": Request("def ", k=6, temperature=0.0, seed=1),
        "story, rrs 2x2x1": Request("Once upon a time", tree="2x2x1", rule="rrs", seed=1),
    },
    "smollm2": {
        f"edit, lookup, K=6, T={t:g}": Request(
            CODE, draft="ngram", target="smollm2", k=6, temperature=t, seed=1, max_tokens=32
        )
        for t in (0.0, 0.7)
    },
}


class Meter:
    """Adds up the time spent in the models' own methods, and takes its state at each round."""

    def __init__(self) -> None:
        self.inside = 0
        self.marks: list[tuple[int, int]] = []
        self.outside: list[list[float]] = []

    def wrap(self, model: Any, *names: str) -> None:
        """Count the time of these methods of `model`."""
        for name in names:
            if method := getattr(model, name, None):
                setattr(model, name, self._timed(method))

    def _timed(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*arguments: Any) -> Any:
            start = time.thread_time_ns()
            try:
                return method(*arguments)
            finally:
                self.inside += time.thread_time_ns() - start

        return timed

    def observe(self, event: Event) -> None:
        """Called with each event; a round lasts until the next one begins."""
        if isinstance(event, RoundBegin | Finish):
            self.marks.append((time.thread_time_ns(), self.inside))
        if isinstance(event, Finish):
            (start, models), (end, models_then) = self.marks[0], self.marks[-1]
            rounds = len(self.marks) - 1
            self.outside.append((end - start - models_then + models) / rounds / 1000)
            self.marks.clear()


def measure(request: Request, repeats: int) -> dict[str, list[float]]:
    """Microseconds a round, by run, of each track: outside spans and outside calls."""
    pair = load_pair(request.draft, request.target)
    found: dict[str, list[float]] = {}
    meter = Meter()
    session = prepare(request, loaded=pair)
    meter.wrap(session.drafter, "next_logits", "branch_logits", "propose", "learn")
    meter.wrap(session.target, "verify")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.specrec"
        for _ in range(repeats):
            record(
                session, path, overwrite=True, clock=time.thread_time_ns, observe=meter.observe
            )
            for name, counts in count_tracks(read_recording(path)).items():
                other = counts.duration - counts.draft_time - counts.verify_time
                found.setdefault(f"{name}, outside spans", []).append(other / counts.rounds)
                outside = found.setdefault(f"{name}, outside calls", [])
                outside.append(meter.outside.pop(0))
    return found


def main(models: str = "tiny", repeats: str = "15") -> None:
    """Print microseconds a round for each case and track."""
    for case, request in CASES[models].items():
        for name, values in measure(request, int(repeats)).items():
            low, high = min(values), max(values)
            print(f"{case}: {name}: {statistics.median(values):.0f} us ({low:.0f} to {high:.0f})")


if __name__ == "__main__":
    main(*sys.argv[1:])
