"""A recording as JSON, nothing left out, and as a table of its tokens."""

import csv
import io
from collections.abc import Iterable, Iterator
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
    Finish,
    Token,
    Unknown,
    Verdict,
    unpack_top,
)
from specrecord.recording.format import kind_of
from specrecord.recording.reader import Recording
from specrecord.recording.rounds import TrackBuilder

_AT_ONCE = 500  # events that are written together
_MUCH = 1 << 16  # characters of a table that are
COLUMNS = (
    "lane round node parent state token text time_us draft_prob target_prob accept_prob uniform "
    "low high overlap "
    "draft_raw_logprob target_raw_logprob draft_entropy target_entropy"
).split()

# What begins a formula, also behind blanks, and what some programs split a cell at.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_BREAKS = ("\t", "\r", "\n")


def recording_json(recording: Recording) -> Iterator[str]:
    """`{"header": ..., "events": [{"kind": ..., ...}, ...]}` with the names of docs/format.md, a
    few events at a time: it may be many times as long as the recording.

    Bytes become what they stand for: a token's as `text` and `hex`, a top list as pairs, a
    distribution and a second pass as numbers, the seal as hex. Numbers that JSON cannot hold (an
    infinite logarithm) become null, bytes that no field is known to hold base64.
    """
    yield f'{{"header":{_json(recording.header_map)},"events":['
    separator, piece = "", list[str]()
    for event in recording.events:
        piece.append(f"{separator}{_json(_plain(event))}")
        separator = ","
        if len(piece) == _AT_ONCE:
            yield "".join(piece)
            piece.clear()
    yield f"{''.join(piece)}]}}\n"


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def recording_csv(recording: Recording) -> Iterator[str]:
    """One line a token, drafted or emitted, of every track, in the file's order; many lines at a
    time. Unknown is empty. Columns: `COLUMNS`.

    `uniform`, `low` and `high` are those that decided: the test's for a drafted token, the draw's
    for an emitted one. What a spreadsheet would take for a formula begins with an apostrophe.
    """
    out = io.StringIO()
    table = csv.DictWriter(out, COLUMNS, extrasaction="ignore", lineterminator="\n")
    table.writeheader()
    for row in _rows(recording.events):
        table.writerow(row)
        if out.tell() >= _MUCH:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()


def as_cell(text: str) -> str:
    """A text for a table's cell, which no spreadsheet runs: OWASP, "CSV Injection"."""
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or text.startswith(_BREAKS) else text


def _rows(events: Iterable[Event]) -> Iterator[dict[str, Any]]:
    """A row for each verdict on a drafted token, and for each emitted one."""
    built = TrackBuilder(keep=2)
    for event in events:
        built.add(event)
        if built.round is None or not isinstance(event, Verdict | Emit):
            continue
        row = asdict(event) | {
            "lane": as_cell(built.track.name),
            "round": built.round.index,
            "time_us": event.time,
            "target_raw_logprob": event.raw_logprob,
            "target_entropy": event.entropy,
        }
        if isinstance(event, Emit):
            row["state"] = event.origin
        elif len(built.round.verdicts) <= len(built.round.drafts):
            row |= _drafted(built.round.drafts[len(built.round.verdicts) - 1], event)
        else:  # a verdict on nothing, which the audit names
            continue
        text = built.token_bytes.get(row["token"], b"").decode("utf-8", "replace")
        yield row | {"text": as_cell(text)}


def _drafted(draft: Draft, verdict: Verdict) -> dict[str, Any]:
    return {
        "state": verdict.fate,
        "parent": draft.parent,
        "token": draft.token,
        "draft_prob": draft.prob,
        "draft_raw_logprob": draft.raw_logprob,
        "draft_entropy": draft.entropy,
    }


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
        case Finish(second_pass=bytes() as logprobs):
            values["second_pass"] = np.frombuffer(logprobs, "<f4").tolist()
        case End():
            values |= {"checks": event.checks.hex(), "digest": event.digest.hex()}
        case Draft(top=bytes() as top) | Verdict(top=bytes() as top) | Emit(top=bytes() as top):
            values["top"] = unpack_top(top)
    return values
