"""A recording as JSON, nothing left out, and as a table of its tokens."""

import csv
import io
import json
from operator import itemgetter
from typing import Any

import numpy as np

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
from specrecord.recording.format import event_values, kind_of
from specrecord.recording.reader import Recording

COLUMNS = (
    "lane round node parent state token text time_us draft_prob target_prob accept_prob uniform "
    "low high overlap "
    "draft_raw_logprob target_raw_logprob draft_entropy target_entropy"
).split()


def recording_json(recording: Recording) -> str:
    """`{"header": ..., "events": [{"kind": ..., ...}, ...]}` with the names of docs/format.md.

    Bytes become what they stand for: a token's as `text` and `hex`, a top list as pairs, a
    distribution as numbers, the seal as hex. Numbers that JSON cannot hold (an infinite logarithm)
    become null.
    """
    events = [_plain(event) for event in recording.events]
    document = {"header": recording.header_map, "events": events}
    return (
        json.dumps(
            _finite(document), ensure_ascii=False, indent=None, separators=(",", ":"), default=_hex
        )
        + "\n"
    )


def recording_csv(recording: Recording) -> str:
    """One line a token, drafted or emitted, of every track, in order. Unknown is empty. Columns:
    `COLUMNS`.

    `uniform`, `low` and `high` are those that decided: the test's for a drafted token, the draw's
    for an emitted one.
    """
    out = io.StringIO()
    table = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    table.writeheader()
    for row in _rows(recording):
        text = recording.token_bytes.get(row["token"], b"").decode("utf-8", "replace")
        table.writerow(row | {"text": text})
    return out.getvalue()


def _rows(recording: Recording) -> list[dict[str, Any]]:
    """By time, as tracks may take turns."""
    rows: list[dict[str, Any]] = []
    for track in recording.tracks.values():
        for one in track.rounds:
            where = {"lane": track.name, "round": one.index}
            rows += [where | _judged(draft, verdict) for draft, verdict in one.nodes if verdict]
            rows += [where | _emitted(emit) for emit in one.emits]
    return sorted(rows, key=itemgetter("time_us"))


def _judged(draft: Draft, verdict: Verdict) -> dict[str, Any]:
    return {
        "node": draft.node,
        "parent": draft.parent,
        "state": verdict.fate,
        "token": draft.token,
        "time_us": verdict.time,
        "draft_prob": draft.prob,
        "target_prob": verdict.target_prob,
        "accept_prob": verdict.accept_prob,
        "uniform": verdict.uniform,
        "low": verdict.low,
        "overlap": verdict.overlap,
        "draft_raw_logprob": draft.raw_logprob,
        "target_raw_logprob": verdict.raw_logprob,
        "draft_entropy": draft.entropy,
        "target_entropy": verdict.entropy,
    }


def _emitted(emit: Emit) -> dict[str, Any]:
    return {
        "state": emit.origin,
        "token": emit.token,
        "time_us": emit.time,
        "draft_prob": emit.draft_prob,
        "target_prob": emit.target_prob,
        "uniform": emit.uniform,
        "low": emit.low,
        "high": emit.high,
        "target_raw_logprob": emit.raw_logprob,
        "target_entropy": emit.entropy,
    }


def _plain(event: Event) -> dict[str, Any]:
    if isinstance(event, Unknown):
        return {"kind": event.kind, "time": event.time, "values": list(event.values)}
    names = list(event.__dataclass_fields__)
    values: dict[str, Any] = {
        "kind": kind_of(event),
        **dict(zip(names, event_values(event)[1:], strict=True)),
    }
    if values.get("top") is not None:
        values["top"] = unpack_top(values["top"])
    if isinstance(event, Token):
        values |= {"text": event.bytes.decode("utf-8", "replace"), "hex": event.bytes.hex()}
        del values["bytes"]
    if isinstance(event, Distribution):
        values["probs"] = np.frombuffer(event.probs, "<f4").tolist()
    if isinstance(event, End):
        values |= {"checks": event.checks.hex(), "digest": event.digest.hex()}
    return values


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


def _hex(value: Any) -> str:
    """Bytes that no field is known to hold; of a later version, perhaps."""
    return value.hex() if isinstance(value, bytes) else str(value)
