"""Measures the recorder and the loop on the embedded pair, and prints the figures.

    python benchmarks/recording.py

Shares and ratios are taken within one run; times are medians over repeats, with the range.
"""

import gzip
import statistics
import tempfile
import time
from pathlib import Path

from specrecord.recorder.record import record
from specrecord.recorder.request import Request
from specrecord.recorder.session import prepare
from specrecord.recording.measures.stats import recording_info
from specrecord.recording.reader import read_recording
from specrecord.recording.writer import RecordingWriter

PROMPTS = {"story": "Once upon a time", "code": "def ", "records": '{"', "recipe": "Recipe: "}
REPEATS = 5


def append_times(source: Path, target: Path) -> list[float]:
    """Microseconds for each event of a real recording, appended one by one."""
    recording = read_recording(source)
    times = []
    with RecordingWriter(target, recording.header, overwrite=True) as writer:
        for event in recording.events[:-1]:
            start = time.perf_counter_ns()
            writer.append(event)
            times.append((time.perf_counter_ns() - start) / 1000)
    return times


def spread(values: list[float], form: str = ".2f") -> str:
    """Median with the range."""
    return f"{statistics.median(values):{form}} ({min(values):{form}} to {max(values):{form}})"


def main() -> None:
    """Record each prompt several times and print what it took."""
    with tempfile.TemporaryDirectory() as folder:
        path, copy = Path(folder) / "run.specrec", Path(folder) / "copy.specrec"
        for name, prompt in PROMPTS.items():
            speedups, rates, baselines, shares = [], [], [], []
            for seed in range(REPEATS):
                record(prepare(Request(prompt, seed=seed)), path, overwrite=True)
                recording = read_recording(path)
                info = recording_info(recording)
                times = append_times(path, copy)
                tracks = sum(track.duration for track in recording.tracks.values())
                speedups.append(info["speedup"]["autoregressive"])
                rates.append(info["tokens_per_second"])
                baselines.append(info["tokens_per_second"] / info["speedup"]["autoregressive"])
                shares.append(100 * sum(times) / tracks)
            ordered = sorted(times)
            p99 = ordered[len(ordered) * 99 // 100]
            record(prepare(Request(prompt, seed=0, baselines=False)), path, overwrite=True)
            data, tokens = path.read_bytes(), recording_info(read_recording(path))["tokens"]
            print(f"{name}: K=4 T=0.7, {REPEATS} runs")
            print(f"  tokens/s speculative          {spread(rates, '.0f')}")
            print(f"  tokens/s target alone         {spread(baselines, '.0f')}")
            print(f"  speedup, same run             {spread(speedups)}")
            print(f"  append, us: median, p99       {statistics.median(ordered):.1f}, {p99:.1f}")
            print(f"  appending, % of the run       {spread(shares)}")
            print(
                f"  bytes a token: raw, gzip -9   {len(data) / tokens:.0f}, "
                f"{len(gzip.compress(data, 9)) / tokens:.0f}"
            )


if __name__ == "__main__":
    main()
