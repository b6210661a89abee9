"""Kills 500 recording processes at random moments and checks each file; prints how many events each
one kept.

A forked child records numbered marks as fast as it can; the parent kills it with SIGKILL after up
to 5 ms.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "decoding")]

from runs import small_header, small_settings

from specrecord.events import Checks, Mark
from specrecord.recording.reader import read_recording
from specrecord.recording.writer import RecordingWriter

RUNS = 500


def record_for_ever(path: Path, progress: int) -> None:
    """Append marks until killed; after each, its number goes down the pipe `progress`."""
    writer = RecordingWriter(path, small_header(small_settings()))
    for number in range(10**9):
        writer.append(Mark(number, "m" * (number % 50)))
        os.write(progress, number.to_bytes(8, "little"))


def kill_one(path: Path, wait: float) -> int:
    """Start a recorder, kill it after `wait` seconds, and check what it left. Returns the number of
    whole events.
    """
    reading, writing = os.pipe()
    os.set_blocking(writing, True)
    child = os.fork()
    if child == 0:
        os.close(reading)
        record_for_ever(path, writing)
    os.close(writing)
    os.set_blocking(reading, True)
    first = os.read(reading, 8)  # the header is out, and one event
    deadline = time.perf_counter() + wait
    reported = int.from_bytes(first, "little")
    while time.perf_counter() < deadline:
        reported = int.from_bytes(os.read(reading, 8 * 1000)[-8:], "little")
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while data := os.read(reading, 8 * 1000):
        reported = int.from_bytes(data[-8:], "little")
    os.close(reading)
    events = [event for event in read_recording(path).events if not isinstance(event, Checks)]
    times = [event.time for event in events]
    assert times == list(range(len(times))), "an event is missing or out of place"
    assert len(times) > reported, (
        f"{reported + 1} events were reported as written, {len(times)} are there"
    )
    return len(times)


def main() -> None:
    """Kill all runs in the folder named on the command line."""
    folder, rng = Path(sys.argv[1]), random.Random(3)
    print(
        json.dumps(
            [kill_one(folder / f"{run}.specrec", rng.uniform(0, 0.005)) for run in range(RUNS)]
        )
    )


if __name__ == "__main__":
    main()
