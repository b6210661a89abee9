"""What recording costs and weighs: our writer beside other formats of the same events."""

import gzip
import json
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.long_run import write_long
from specrecord.publish.export.data import recording_json
from specrecord.recording.reader import read_recording
from specrecord.recording.writer import RecordingWriter

EVENTS = 20_000
SCRIPT = Path(__file__).parent / "write_formats.py"


def formats(env: Path, repeats: int) -> dict[str, Any]:
    """Microseconds an event, bytes an event, and gzipped; median, least and most of the repeats."""
    found: dict[str, list[list[float]]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_long(folder / "long.specrec", EVENTS)
        recording = read_recording(folder / "long.specrec")
        lines = folder / "events.ndjson"
        events = json.loads("".join(recording_json(recording)))["events"]
        lines.write_text("".join(json.dumps(event) + "\n" for event in events))
        count = len(recording.events)
        for _ in range(repeats):
            start = time.perf_counter()
            with RecordingWriter(folder / "own", recording.header, overwrite=True) as writer:
                for event in recording.events[:-1]:
                    writer.append(event)
            spent, data = time.perf_counter() - start, (folder / "own").read_bytes()
            own = [spent, len(data), len(gzip.compress(data, 9))]
            words = [str(env / "bin" / "python"), str(SCRIPT), str(lines)]
            done = subprocess.run(words, capture_output=True, text=True, check=True)
            for kind, values in {"specrecord": own, **json.loads(done.stdout)}.items():
                found.setdefault(kind, []).append(values)
    return {
        "events": count,
        "of": {kind: per_event(rows, count) for kind, rows in found.items()},
    }


def per_event(rows: list[list[float]], count: int) -> dict[str, float]:
    """Of several runs of one writer."""
    times = [seconds * 1e6 / count for seconds, *_ in rows]
    return {
        "us": statistics.median(times),
        "least": min(times),
        "most": max(times),
        "bytes": rows[0][1] / count,
        "gzip": rows[0][2] / count,
    }
