"""A recording as JSON, nothing left out, and as a table of its tokens."""

import csv
import io
from operator import itemgetter
from typing import Any

import msgspec
import numpy as np
from msgspec.structs import asdict

from specrecord.events import (
    Distribution,
    Draft,
    Emit,
    End,
    Event,
    Token,
    Unknown,
    Verdict,
    unpack_top,
)
from specrecord.recording.format import kind_of
from specrecord.recording.reader import Recording

COLUMNS = (
    "lane round node parent state token text time_us draft_prob target_prob accept_prob uniform "
    "low high overlap "
    "draft_raw_logprob target_raw_logprob draft_entropy target_entropy"
).split()

# What begins a formula, also behind blanks, and what some programs split a cell at.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_BREAKS = ("\t", "\r", "\n")


def recording_json(recording: Recording) -> str:
    """`{"header": ..., "events": [{"kind": ..., ...}, ...]}` with the names of docs/format.md.

    Bytes become what they stand for: a token's as `text` and `hex`, a top list as pairs, a
    distribution as numbers, the seal as hex. Numbers that JSON cannot hold (an infinite logarithm)
    become null, bytes that no field is known to hold base64.
    """
    events = [_plain(event) for event in recording.events]
    document = {"header": recording.header_map, "events": events}
    return msgspec.json.encode(document).decode() + "\n"


def recording_csv(recording: Recording) -> str:
    """One line a token, drafted or emitted, of every track, in order. Unknown is empty. Columns:
    `COLUMNS`.

    `uniform`, `low` and `high` are those that decided: the test's for a drafted token, the draw's
    for an emitted one. What a spreadsheet would take for a formula begins with an apostrophe.
    """
    out = io.StringIO()
    table = csv.DictWriter(out, COLUMNS, extrasaction="ignore", lineterminator="\n")
    table.writeheader()
    for row in _rows(recording):
        text = recording.token_bytes.get(row["token"], b"").decode("utf-8", "replace")
        table.writerow(row | {"text": as_cell(text), "lane": as_cell(row["lane"])})
    return out.getvalue()


def as_cell(text: str) -> str:
    """A text for a table's cell, which no spreadsheet runs: OWASP, "CSV Injection"."""
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or text.startswith(_BREAKS) else text


def _rows(recording: Recording) -> list[dict[str, Any]]:
    """By time, as tracks may take turns."""
    rows: list[dict[str, Any]] = []
    for track in recording.tracks.values():
        for one in track.rounds:
            where = {"lane": track.name, "round": one.index}
            rows += [
                _row(
                    where,
                    verdict,
                    parent=draft.parent,
                    state=verdict.fate,
                    token=draft.token,
                    draft_prob=draft.prob,
                    draft_raw_logprob=draft.raw_logprob,
                    draft_entropy=draft.entropy,
                )
                for draft, verdict in one.nodes
                if verdict
            ]
            rows += [_row(where, emit, state=emit.origin) for emit in one.emits]
    return sorted(rows, key=itemgetter("time_us"))


def _row(where: dict[str, Any], event: Verdict | Emit, **more: Any) -> dict[str, Any]:
    target = {"target_raw_logprob": event.raw_logprob, "target_entropy": event.entropy}
    return where | asdict(event) | target | {"time_us": event.time} | more


def _plain(event: Event) -> dict[str, Any]:
    values = {"kind": kind_of(event), **asdict(event)}
    match event:
        case Unknown():
            values["values"] = list(event.values)
        case Token():
            del values["bytes"]
            values |= {"text": event.bytes.decode("utf-8", "replace"), "hex": event.bytes.hex()}
        case Distribution():
            values["probs"] = np.frombuffer(event.probs, "<f4").tolist()
        case End():
            values |= {"checks": event.checks.hex(), "digest": event.digest.hex()}
        case Draft(top=bytes() as top) | Verdict(top=bytes() as top) | Emit(top=bytes() as top):
            values["top"] = unpack_top(top)
    return values
