"""Long recordings for benchmarks: the gallery's rounds as they were recorded, one run behind
another.

Times, rounds and positions run on and each token's bytes stand once, so that every event is as
large, and packs as well, as those of a real run, and its audit passes: no seed is told, no context.
The target alone runs in a lane behind, in the proportion of the gallery's.
"""

import dataclasses
import itertools
from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from specrecord.events import (
    AUTOREGRESSIVE,
    SPECULATIVE,
    Checks,
    Draft,
    Emit,
    End,
    Event,
    Finish,
    Prefill,
    RoundBegin,
    Token,
    TrackBegin,
    Verdict,
)
from specrecord.recording.reader import read_recording
from specrecord.recording.writer import RecordingWriter

RUNS = (
    "story",
    "recipe",
    "records",
)  # of one law, rule and pair of models, so that the whole passes its audit
SPECULATING = 0.7  # of the events
_LEFT_OUT = Finish | End | Checks
RECORDINGS = Path(__file__).resolve().parents[1] / "recordings"


def write_long(path: Path, events: int) -> int:
    """Write a run of about `events` events in all; returns how many they are."""
    runs = [read_recording(RECORDINGS / f"{name}.specrec") for name in RUNS]
    header = dataclasses.replace(
        runs[0].header,
        k=max(run.header.k or 0 for run in runs),
        seed=None,
        max_tokens=None,
        draft=dataclasses.replace(runs[0].header.draft, context=None),
        target=dataclasses.replace(runs[0].header.target, context=None),
        title="The gallery's rounds, in turn",
    )
    known: dict[int, bytes] = {}
    now = 0
    with RecordingWriter(path, header, overwrite=True) as writer:
        for track, until in (
            (SPECULATIVE, round(events * SPECULATING)),
            (AUTOREGRESSIVE, events - 2),
        ):
            writer.extend([TrackBegin(now, track)])
            text: list[bytes] = []
            for many in _rounds([_of_lane(run.events, track) for run in runs], now, known):
                if writer.events >= until:
                    break
                writer.extend(many)
                text += [known[token] for token in _output(many)]
                now = many[-1].time
            writer.extend([Finish(now, "length", len(text), sum(map(len, text)))])
        writer.finish(now)
        return writer.events + 1


def _of_lane(events: list[Event], name: str) -> list[Event]:
    """What a recording holds of one lane, and the tokens that it tells of until the lane's end."""
    track = ""
    found: list[Event] = []
    for event in events:
        if isinstance(event, TrackBegin):
            if track == name:
                break
            track = event.name
        elif isinstance(event, Token) or (track == name and not isinstance(event, _LEFT_OUT)):
            found.append(event)
    return found


def _rounds(runs: list[list[Event]], now: int, known: dict[int, bytes]) -> Iterator[list[Event]]:
    """The runs' rounds without end, each a list of its events, with what stands before it."""
    index = position = 0
    for events in itertools.cycle(runs):
        starts = (event for event in events if not isinstance(event, Token))
        begun = next(event.time - getattr(event, "duration", 0) for event in starts)
        shift, before = now - begun, position
        first = index
        held: list[Event] = []
        for event in events:
            if isinstance(event, RoundBegin):
                if held:
                    yield held
                    position += len(_output(held))
                held = []
                event = replace(event, index=first + event.index, position=before + event.position)
                index += 1
            elif isinstance(event, Token):
                if event.id in known:
                    continue
                known[event.id] = event.bytes
            elif isinstance(event, Prefill) and first:
                continue
            now = max(now, event.time + shift)
            held.append(replace(event, time=now))
        yield held
        position += len(_output(held))


def _output(events: list[Event]) -> list[int]:
    """The tokens that a round's events add to the text."""
    drafts = [event.token for event in events if isinstance(event, Draft)]
    fates = [event.fate for event in events if isinstance(event, Verdict)]
    accepted = [token for token, fate in zip(drafts, fates, strict=True) if fate == "accepted"]
    return accepted + [event.token for event in events if isinstance(event, Emit)]
