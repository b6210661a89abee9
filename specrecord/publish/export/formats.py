"""Which forms there are, and what each is made from."""

import sys
import zlib
from pathlib import Path

from specrecord.errors import RecordingError
from specrecord.events import SPECULATIVE
from specrecord.publish.export.data import recording_csv, recording_json
from specrecord.publish.export.html import one_file
from specrecord.publish.export.perfetto import recording_trace
from specrecord.publish.export.poster import poster_svg
from specrecord.publish.runs.load import describe_run
from specrecord.recording.reader import parse_recording

FORMS = ("html", "json", "csv", "perfetto", "svg")


def export_run(source: str, form: str, *, still: bool = False) -> str:
    """The recording at `source` (a path, or - for standard input) as the text of another form.

    Raises RecordingError when it cannot be read.
    """
    data = _bytes_of(source)
    recording = parse_recording(data, source)
    if form == "json":
        return recording_json(recording)
    if form == "csv":
        return recording_csv(recording)
    if form == "perfetto":
        return recording_trace(recording)
    run = describe_run(
        Path("standard input" if source == "-" else source), recording, zlib.compress(data)
    )
    if form == "html":
        return one_file(data, title=run.title)
    return poster_svg(run, recording.tracks[SPECULATIVE].verified, still=still)


def _bytes_of(source: str) -> bytes:
    if source == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise RecordingError(
            f"{source}: cannot be read ({error.strerror}); check the path"
        ) from None
