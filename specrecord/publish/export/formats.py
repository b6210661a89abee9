"""A recording as the text of another form."""

import zlib
from collections.abc import Iterable
from pathlib import Path

from specrecord.events import SPECULATIVE
from specrecord.publish.export.data import recording_csv, recording_json
from specrecord.publish.export.html import one_file
from specrecord.publish.export.perfetto import recording_trace
from specrecord.publish.export.poster import poster_svg
from specrecord.publish.runs.load import describe_run
from specrecord.recording.reader import name_of, parse_recording, read_bytes

# Written while the recording is read, since they may be many times as long.
LONG = {"json": recording_json, "csv": recording_csv, "perfetto": recording_trace}


def export_pieces(source: str, form: str, *, still: bool = False) -> Iterable[str]:
    """The recording at `source` (a path, or - for standard input) as the text of another form, in
    pieces, made one at a time where it is long.

    Raises RecordingError when it cannot be read.
    """
    data = read_bytes(source)
    recording = parse_recording(data, source)
    if form in LONG:
        return LONG[form](recording)
    run = describe_run(Path(name_of(source)), recording, zlib.compress(data))
    if form == "html":
        return [one_file(data, title=run.title)]
    return [poster_svg(run, recording.tracks[SPECULATIVE].verified, still=still)]
