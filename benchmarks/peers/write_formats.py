"""Writes a recording's events as others would: NDJSON, rerun, Perfetto. Needs rerun-sdk, perfetto.

Reads the events as NDJSON from the file that is its argument, prints {format: [seconds, bytes,
bytes as gzip -9 has them]}. Every writer gets the same dictionaries, one after another, and its
seconds end when the file is closed.
"""

import gzip
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import rerun
from perfetto.protos.perfetto.trace.perfetto_trace_pb2 import TrackEvent
from perfetto.trace_builder.proto_builder import TraceProtoBuilder

Events = list[dict[str, Any]]


def ndjson(events: Events, path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        for event in events:
            file.write(json.dumps(event, separators=(",", ":")) + "\n")


def as_rerun(events: Events, path: Path) -> None:
    stream = rerun.RecordingStream("benchmark", recording_id="benchmark")
    stream.save(path)
    for event in events:
        fields = {name: plain(value) for name, value in event.items() if value is not None}
        stream.set_time("run", duration=event["time"] / 1e6)
        stream.log(event["kind"], rerun.AnyValues(**fields))
    stream.flush()
    stream.disconnect()


def plain(value: Any) -> Any:
    """Lists of lists and empty lists have no column of their own there."""
    nested = isinstance(value, dict | list) and not (value and isinstance(value[0], int | float))
    return json.dumps(value) if nested else value


def perfetto(events: Events, path: Path) -> None:
    trace = TraceProtoBuilder()
    for event in events:
        packet = trace.add_packet()
        packet.timestamp = event["time"] * 1000
        packet.trusted_packet_sequence_id = 1
        packet.track_event.type = TrackEvent.TYPE_INSTANT
        packet.track_event.name = event["kind"]
        for name, value in event.items():
            note = packet.track_event.debug_annotations.add()
            note.name = name
            if isinstance(value, float):
                note.double_value = value
            elif isinstance(value, int):
                note.int_value = value
            else:
                note.string_value = json.dumps(value)
    path.write_bytes(trace.serialize())


def measured(write: Callable[[Events, Path], None], events: Events, path: Path) -> list[float]:
    start = time.perf_counter()
    write(events, path)
    spent = time.perf_counter() - start
    data = path.read_bytes()
    return [spent, len(data), len(gzip.compress(data, 9))]


def main() -> None:
    events = [json.loads(line) for line in Path(sys.argv[1]).read_text().splitlines()]
    writers = {"NDJSON": ndjson, "rerun": as_rerun, "Perfetto": perfetto}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events"
        print(json.dumps({name: measured(way, events, path) for name, way in writers.items()}))


if __name__ == "__main__":
    main()
