"""How much a change of one number must be before the audit notices: every field of every event and
of the header of eight recordings is changed, one at a time, sealed anew, and audited.

    python -m tools.audit_strength         # minutes: `make audit-strength`

Prints a table of field, rule and how many changes were noticed; the exit code is 1 where a change
went unnoticed that is not among what is stated and not proven (`recording.audit.stated`).
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace as with_fields
from typing import Any

from msgspec.structs import fields, replace

from specrecord.events import Checks, End, Event, Unknown
from specrecord.recording.audit import audit_recording
from specrecord.recording.audit.stated import FIELDS
from specrecord.recording.format import kind_of, pack_event, read_event
from specrecord.recording.reader import Recording, parse_recording, read_header
from tools.torture.bases import bases

_NAMES = ("standard", "match", "block", "gumbel", "rrs", "specinfer", "greedy", "full")
_OTHER_WORDS = {
    "accepted": "rejected", "rejected": "untested", "untested": "accepted", "bonus": "resampled",
    "resampled": "bonus", "draft": "target", "target": "draft", "eos": "length", "length": "eos",
    "complete": "interrupted", "interrupted": "complete", "speculative": "autoregressive",
    "autoregressive": "speculative",
}  # fmt: skip


def changes(value: Any) -> Iterator[Any]:
    """Other values of the same kind: as little different as a small lie, and as much as a big
    one.
    """
    match value:
        case bool():
            yield not value
        case int():
            yield from (value + 1, value * 2 + 7)
        case float():
            yield value + 0.01 if value < 0.5 else value - 0.01
            yield from [value / 2] * (value != 0)
        case bytes() if value:
            yield bytes([value[0] ^ 1]) + value[1:]
            yield (
                value[: len(value) // 2]
                + bytes([value[len(value) // 2] ^ 64])
                + value[len(value) // 2 + 1 :]
            )
        case str():
            yield _OTHER_WORDS.get(value, f"{value}x")
        case list() | tuple():
            yield from ([*value, *value[:1]], value[1:]) if value else ()


def changed_events(recording: Recording) -> Iterator[tuple[str, int, Event]]:
    """Each change of a field of an event: its name, where the event stands, what stands there
    now.
    """
    for index, event in enumerate(recording.events):
        if isinstance(event, Checks | Unknown):
            continue
        for field in fields(type(event)):
            if isinstance(event, End) and field.name in ("checks", "digest", "events"):
                continue  # the new seal has its own
            for value in changes(getattr(event, field.name)):
                other = replace(event, **{field.name: value})
                try:
                    read_event(pack_event(other))
                except ValueError:
                    continue  # the reader refuses it
                yield f"{kind_of(event)}.{field.name}", index, other


def changed_headers(values: Any, place: str = "header") -> Iterator[tuple[str, Any]]:
    """Each change of a key of a header, with the map that has it."""
    for key, value in values.items():
        name = f"{place}.{key}"
        if isinstance(value, dict):
            for inner, changed in changed_headers(value, name):
                yield inner, {**values, key: changed}
            continue
        for other in changes(value):
            yield name, {**values, key: other}


def strength(recording: Recording) -> tuple[Counter[str], Counter[str]]:
    """By field: how many changes were tried, and how many of them noticed."""
    tried: Counter[str] = Counter()
    noticed: Counter[str] = Counter()
    events = list(recording.events)
    for name, index, other in changed_events(recording):
        before, events[index] = events[index], other
        tried[name] += 1
        noticed[name] += bool(audit_recording(with_fields(recording, events=events)))
        events[index] = before
    for name, values in changed_headers(recording.header_map):
        try:
            header = read_header(values, "run")
        except Exception:
            continue
        tried[name] += 1
        noticed[name] += bool(audit_recording(with_fields(recording, header=header, events=events)))
    return tried, noticed


def is_stated(name: str) -> bool:
    """Whether a change of this field may go unnoticed."""
    return any(name == one or name.startswith(f"{one}.") for one in FIELDS)


def main() -> int:
    """Print the table; 1 where the audit is weaker than is told."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tokens", type=int, default=12, help="how long the recordings are")
    tokens = parser.parse_args().tokens
    files = {name: data for name, data in bases(tokens).items() if name in _NAMES}
    rows: dict[str, dict[str, str]] = {}
    total, found, open_ = 0, 0, Counter[str]()
    for rule, data in files.items():
        tried, noticed = strength(parse_recording(data))
        total, found = total + tried.total(), found + noticed.total()
        for name, count in tried.items():
            rows.setdefault(name, {})[rule] = f"{noticed[name]}/{count}"
            if noticed[name] < count and not is_stated(name):
                open_[name] += count - noticed[name]
    print("| field | " + " | ".join(files) + " | stated |")
    print("|---" * (len(files) + 2) + "|")
    for name, by_rule in sorted(rows.items()):
        cells = " | ".join(by_rule.get(rule, "") for rule in files)
        print(f"| `{name}` | {cells} | {'yes' if is_stated(name) else ''} |")
    print(f"\n{found:,} of {total:,} single-field changes were noticed.")
    for name, count in open_.items():
        print(f"NOT NOTICED, and not stated: {name}, {count} times")
    return int(bool(open_))


if __name__ == "__main__":
    sys.exit(main())
