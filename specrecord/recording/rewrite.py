"""New recordings from old ones: with a mark added, or with what should not be published taken out.
Sealed anew.

Only whole recordings are rewritten: a new seal on a cut or changed one would say that nothing is
wrong with it.
"""

import hashlib
from collections.abc import Iterable
from gzip import compress
from itertools import pairwise
from math import isfinite
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
from msgspec.structs import replace

from specrecord.errors import FindingError, UsageError
from specrecord.events import (
    SPECULATIVE,
    Checks,
    Distribution,
    Draft,
    Emit,
    End,
    Event,
    Finish,
    Mark,
    Token,
    Unknown,
    Verdict,
    pack_top,
    unpack_top,
)
from specrecord.recording.format import checksums, pack_event, pack_unsealed
from specrecord.recording.intern import Interner, ids_of
from specrecord.recording.output_file import write_file
from specrecord.recording.reader import Recording, parse_recording, plain_bytes, read_bytes

PARTS = ("prompt", "text", "machine")
_MICROSECONDS = 1_000_000
_HEADER_KEYS = {  # where each part stands
    "prompt": ("prompt.text", "prompt.ids", "command"),
    "text": ("prompt.sha256", "markers", "seed", "stop", "request.seed", "request.stop"),
    "machine": ("machine",),
}
_BLANK = "▒".encode()  # what stands for every token of a redacted text


def read_whole(path: Path) -> tuple[bytes, Recording]:
    """A recording's plain bytes and what they hold.

    Raises RecordingError when it cannot be read, FindingError when it is cut or changed.
    """
    data = plain_bytes(read_bytes(path))
    recording = parse_recording(data, str(path))
    if recording.problem is not None:
        raise FindingError(f"{path}: {recording.problem}; only a whole recording can be rewritten")
    return data, recording


def write_whole(path: Path, data: bytes | Iterable[bytes], *, overwrite: bool) -> None:
    """Put a recording, or another form of one in pieces, at `path` in one step, compressed if the
    name ends in .gz. Raises RecordingError.
    """
    pieces = [data] if isinstance(data, bytes) else data
    packed = [compress(b"".join(pieces), 9, mtime=0)] if path.suffix == ".gz" else pieces
    write_file(path, packed, overwrite=overwrite)


def marks_of(recording: Recording) -> list[tuple[float, Mark]]:
    """Every mark with its time in seconds since the run's track began, as the player shows it."""
    start = _track_start(recording)
    return [
        ((event.time - start) / _MICROSECONDS, event)
        for event in recording.events
        if isinstance(event, Mark)
    ]


def with_mark(
    data: bytes, recording: Recording, seconds: float, title: str, note: str = ""
) -> bytes:
    """The same recording with a mark `seconds` after the run's track began. Every other event keeps
    its bytes.

    Raises UsageError for a time outside the recording, or an empty title.
    """
    if not title.strip():
        raise UsageError('a mark needs a title, as in: specrecord mark RUN 3.2 "watch this"')
    start, end = _track_start(recording), recording.events[-1].time
    time = start + round(seconds * _MICROSECONDS) if isfinite(seconds) else -1
    if not start <= time <= end:
        raise UsageError(
            f"{seconds:g} s is outside the recording, which lasts "
            f"{(end - start) / _MICROSECONDS:.3f} s"
        )
    events, packed = _kept(data, recording)
    place = sum(event.time <= time for event in events)
    packed.insert(place, pack_event(Mark(time, title, note)))
    return _sealed(data[: recording.offsets[0]], packed, recording)


def redacted(data: bytes, recording: Recording, parts: Iterable[str]) -> bytes:
    """The same run without some of `PARTS`; every number that remains is as recorded, and still
    follows.

    `prompt`: its text and ids, and tokens that only it mentions. `text`: what was written and
    drafted, the prompt, the seed (with which an open model would write it again), stop strings,
    whole distributions; tokens are numbered anew in the order of their ids, which keeps every
    cumulative distribution as it was, and all are spelled alike. `machine`: chip, memory, system
    and versions.
    """
    chosen = set(parts)
    if "text" in chosen:
        chosen.add("prompt")
    kept, packed = _kept(data, recording)
    as_written = dict(zip(map(id, kept), packed, strict=True))
    events = kept
    token_bytes = {event.id: event.bytes for event in events if isinstance(event, Token)}
    if "prompt" in chosen:
        events = [event for event in events if not isinstance(event, Token)]
    if "text" in chosen:
        events, token_bytes = _events_without_text(events, token_bytes)
    if "prompt" in chosen:
        interner = Interner(lambda token: token_bytes.get(token, b""))
        events = [one for event in events for one in interner([event])]
    header = _redacted_header(recording, chosen)
    packed = [as_written.get(id(event)) or pack_event(event) for event in events]
    return _sealed(msgpack.packb(header), packed, recording)


def _redacted_header(recording: Recording, chosen: set[str]) -> dict[str, Any]:
    """The header without the `chosen` parts. An old one has a command line, which may quote the
    prompt.
    """
    found = dict(recording.header_map)
    for name in (name for part in chosen for name in _HEADER_KEYS[part]):
        key, _, inner = name.partition(".")
        if not inner:
            found.pop(key, None)
        elif found.get(key):
            found[key] = {name: value for name, value in found[key].items() if name != inner}
    if "text" in chosen and recording.header.evidence.mode == "full":
        found["evidence"] = {**found["evidence"], "mode": "top"}
    return {**found, "redacted": sorted({*(recording.header.redacted or []), *chosen})}


def _events_without_text(
    events: list[Event], token_bytes: dict[int, bytes]
) -> tuple[list[Event], dict[int, bytes]]:
    """Tokens numbered anew, in order, and spelled alike; whole distributions, and what we do not
    know, left out.
    """
    named = ids_of(events) | token_bytes.keys()
    number = {token: place for place, token in enumerate(sorted(named))}

    def blank(event: Event) -> Event:
        match event:
            case Draft() | Emit():
                token = None if event.token is None else number[event.token]
                return replace(event, token=token, top=_renumbered(event.top, number))
            case Verdict():
                return replace(event, top=_renumbered(event.top, number))
            case Finish():
                return replace(event, size=len(_BLANK) * event.tokens)
        return event

    left = [blank(event) for event in events if not isinstance(event, Distribution | Unknown)]
    return left, dict.fromkeys(number.values(), _BLANK)


def _renumbered(top: bytes | None, number: dict[int, int]) -> bytes | None:
    if top is None:
        return None
    pairs = unpack_top(top)
    return pack_top(
        np.array([number[token] for token, _ in pairs]), np.array([prob for _, prob in pairs])
    )


def _kept(data: bytes, recording: Recording) -> tuple[list[Event], list[bytes]]:
    """The events of a new recording with their bytes: all but the last, and those that hold
    checksums of others, which stand in the new seal.
    """
    both = [
        (event, data[start:end])
        for event, (start, end) in zip(
            recording.events[:-1], pairwise(recording.offsets), strict=False
        )
        if not isinstance(event, Checks)
    ]
    return [event for event, _ in both], [packed for _, packed in both]


def _track_start(recording: Recording) -> int:
    """When the run's own track began (µs)."""
    pieces = recording.tracks[SPECULATIVE].pieces
    return pieces[0].start if pieces else 0


def _sealed(header: bytes, packed: list[bytes], recording: Recording) -> bytes:
    """Header and events with a new `end`, at the time and for the reason of the old one."""
    last = recording.events[-1]
    assert isinstance(last, End)
    body = header + b"".join(packed)
    body += pack_unsealed(last.time, last.reason, checksums(packed), len(packed))
    return body + hashlib.sha256(body).digest()
