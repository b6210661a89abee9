"""What the loop and its recorder cost beside the models, by a clock that stands still in these.

    OPENBLAS_NUM_THREADS=1 python benchmarks/loop_overhead.py [smollm2] [repeats]

`outside spans` is what the recording itself calls `other_s`; `outside calls` is all but the
models' own methods, drawing the draft's tokens included. Medians over runs, with the range; and,
since all runs of a seed have the same rounds, the mean over rounds of each one's least, which a
busy machine changes little. Then the parts of it: of all rounds, and of all tokens that the target
wrote alone, the tenth percentile.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from specrecord.decoding.loop import Loop
from specrecord.decoding.verification_events import Verification
from specrecord.recorder.record import record
from specrecord.recorder.request import Request
from specrecord.recorder.session import prepare
from specrecord.recording.intern import Interner
from specrecord.recording.reader import read_recording
from specrecord.recording.rounds import Track
from specrecord.recording.writer import RecordingWriter

CODE = """Add type hints:

def mean(xs):
    return sum(xs) / len(xs)

def twice(x):
    return 2 * x
"""
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
PARTS = {
    "judging": (Verification, "judge"),
    "evidence": (Verification, "summarise"),
    "adding to the text": (Loop, "emit"),
    "spelling new tokens": (Interner, "__call__"),
    "packing and writing": (RecordingWriter, "extend"),
}


class ModelFreeClock:
    """Nanoseconds, but it stands still while a model works."""

    def __init__(self) -> None:
        self._inside = 0

    def __call__(self) -> int:
        return time.perf_counter_ns() - self._inside

    def stop_in(self, model: Any, *names: str) -> None:
        """Stand still in these methods of `model`, as far as it has them."""
        for name in names:
            if method := getattr(model, name, None):
                setattr(model, name, self._stopped(method))

    def _stopped(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def stopped(*arguments: Any) -> Any:
            # One method may call another: what that took is in this one's time already.
            inside, start = self._inside, time.perf_counter_ns()
            try:
                return method(*arguments)
            finally:
                self._inside = inside + time.perf_counter_ns() - start

        return stopped


def by_round(track: Track) -> tuple[list[int], list[int]]:
    """Microseconds of each round outside the spans, and in all."""
    assert track.finish is not None
    begins = [one.begin.time for one in track.rounds] + [track.finish.time]
    whole = [end - begin for begin, end in pairwise(begins)]
    spans = [one.draft_time + one.verify_time for one in track.rounds]
    return [one - span for one, span in zip(whole, spans, strict=True)], whole


def measure(request: Request, repeats: int) -> Iterator[tuple[str, list[list[int]]]]:
    """For each track, outside spans and outside calls: microseconds by run and round."""
    session, clock = prepare(request), ModelFreeClock()
    clock.stop_in(session.drafter, "next_logits", "branch_logits", "propose", "learn")
    clock.stop_in(session.target, "verify")
    found: dict[str, list[list[int]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.specrec"
        for _ in range(repeats):
            record(session, path, overwrite=True, clock=clock)
            for name, track in read_recording(path).tracks.items():
                for what, times in zip(("spans", "calls"), by_round(track), strict=True):
                    found.setdefault(f"{name}, outside {what}", []).append(times)
    yield from found.items()


def timed_parts(requests: Iterable[Request]) -> dict[str, dict[str, list[int]]]:
    """Of their rounds, and of tokens of the target alone: nanoseconds of each part."""
    found: dict[str, dict[str, list[int]]] = {}
    kind = "round"

    def timed(part: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def called(*arguments: Any) -> Any:
            nonlocal kind
            if part == "judging":
                kind = "round" if arguments[1].tokens else "token of the target alone"
            start = time.perf_counter_ns()
            result = method(*arguments)
            found.setdefault(kind, {}).setdefault(part, []).append(time.perf_counter_ns() - start)
            return result

        return called

    for part, (owner, name) in PARTS.items():
        called = timed(part, getattr(owner, name))
        setattr(owner, name, staticmethod(called) if part == "judging" else called)
    with tempfile.TemporaryDirectory() as folder:
        for request in requests:
            record(prepare(request), Path(folder) / "run.specrec", overwrite=True)
    return found


def main(models: str = "tiny", repeats: str = "15") -> None:
    """Print microseconds a round for each case and track."""
    for case, request in CASES[models].items():
        print(case)
        for name, runs in measure(request, int(repeats)):
            means = [statistics.fmean(rounds) for rounds in runs]
            least = statistics.fmean(map(min, zip(*runs, strict=True)))
            print(
                f"  {name}: {statistics.median(means):.0f} us a round ({min(means):.0f} to "
                f"{max(means):.0f}); of each round the least: {least:.0f}"
            )
    for kind, parts in timed_parts(CASES[models].values()).items():
        print(f"parts of a {kind}, us:")
        for part, times in parts.items():
            print(f"  {part}: {statistics.quantiles(times, n=10)[0] / 1000:.0f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
