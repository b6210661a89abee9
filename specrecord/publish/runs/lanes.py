"""The lanes of a run's race: the run itself and each baseline that was recorded with it, named by
who writes and how. `player/core/race/lanes.js` says the same words, and a test compares the two.
"""

import re
from dataclasses import dataclass

from specrecord.events import SPECULATIVE
from specrecord.header import Header
from specrecord.publish.runs.numbers import shown_value
from specrecord.recording.measures.stats import TrackCounts
from specrecord.recording.reader import Recording
from specrecord.text import visible

_MODELS = {
    "smollm2": "SmolLM2",
    "smollm2:draft": "a trained head",
    "tiny:target": "the embedded target",
    "tiny:draft": "the embedded draft",
    "tiny:draft-int4": "the embedded draft in 4 bits",
    "tiny:draft-qat": "the embedded draft trained in 4 bits",
    "ngram": "prompt lookup",
    "lookahead": "lookahead decoding",
    "own": "a draft of its own",
}
_BASELINES = {
    "autoregressive": " alone",
    "per_request": ", one request per token",
    "chunked": " in chunks of K+1, without a draft",
    "streaming": ", streaming",
}
_ENDING, _LINES = 300, 6  # characters and lines at the end of a text
_LAYERS = re.compile(r"^skip:(\d+)$")
_REMOTE = re.compile(r"^(api|cerebras|vllm|llama-server|sglang):")


@dataclass(frozen=True)
class Lane:
    """One track of a race. `name` stands beside other lanes, `full` in a sentence; `seconds` is
    when it is in, `rank` its place by that (from 1), `passes` the target's, `speedup` the run's
    tokens per second over this lane's, None for the run itself; `ending` the last of its text.
    """

    track: str
    name: str
    full: str
    tokens: int
    passes: int
    microseconds: int
    rank: int
    speedup: float | None
    ending: str

    @property
    def seconds(self) -> float:
        """When it is in, in seconds since its start."""
        return self.microseconds / 1_000_000


def race_lanes(recording: Recording, counts: dict[str, TrackCounts]) -> list[Lane]:
    """The run and its baselines, in the order of the recording."""
    own = counts[SPECULATIVE]
    found = {name: one for name, one in counts.items() if name == SPECULATIVE or one.tokens}
    return [
        Lane(
            track=track,
            name=lane_name(recording.header, track),
            full=lane_name(recording.header, track, full=True),
            tokens=one.tokens,
            passes=one.rounds,
            microseconds=one.duration,
            rank=1 + sum(other.duration < one.duration for other in found.values()),
            speedup=None if track == SPECULATIVE else own.speedup(one),
            ending=_ending(recording, track),
        )
        for track, one in found.items()
    ]


def same_text(recording: Recording) -> bool:
    """Whether every track of the recording holds the same tokens from the first to the last."""
    texts = [_tokens(recording, name) for name in recording.tracks]
    return all(text == texts[0] for text in texts)


def _tokens(recording: Recording, track: str) -> list[bytes]:
    """The bytes of each token that a track wrote."""
    rounds = recording.tracks[track].verified
    tokens = (output.token for one in rounds for output in one.output)
    return [recording.token_bytes.get(token, b"") for token in tokens]


def _ending(recording: Recording, track: str) -> str:
    """The last lines of a track's text, what a stop string cut away left out."""
    finish = recording.tracks[track].finish
    text = b"".join(_tokens(recording, track))[: finish.size if finish else None]
    lines = visible(text.decode("utf-8", "replace"))[-_ENDING:].split("\n")
    return "\n".join(lines[-_LINES:])


def finish_text(lanes: list[Lane]) -> str:
    """How the race of two lanes or more ended: winner, lead and, of these two, the run's tokens per
    second over the baseline's.
    """
    first, following = sorted(lanes, key=lambda lane: lane.microseconds)[:2]
    if first.rank == following.rank:
        return f"{first.full} and {following.full} come in together."
    lead = lead_text(following.microseconds - first.microseconds)
    run, baseline = (following, first) if first.speedup else (first, following)
    if run.speedup is not None or baseline.speedup is None:
        return f"{first.full} wins, {lead} ahead of {following.full}."
    won, ratio = f"{first.full} wins by {lead}", shown_value("speedup", baseline.speedup)
    if run is following:
        return f"{won}; {following.full} has {ratio} its tokens per second."
    return f"{won}, at {ratio} the tokens per second of {following.full}."


def lead_text(microseconds: int) -> str:
    """A lead in milliseconds: 57.0 ms, 4,975 ms."""
    if microseconds < 100_000:
        return f"{microseconds / 1000:.1f} ms"
    return f"{round(microseconds / 1000):,} ms"


def lane_name(header: Header, track: str, *, full: bool = False) -> str:
    """What a lane is called beside others of the same target, or in a sentence."""
    target = target_name(header)
    if track != SPECULATIVE:
        predicted = header.rule == "prediction"
        how = ", without a prediction" if predicted else _BASELINES.get(track, f", {track}")
        return target + how
    name = f"with {draft_name(header)}, {_depth(header)}"
    return f"{target} {name}" if full else name


def target_name(header: Header) -> str:
    """The target in words."""
    name = _REMOTE.sub("", header.target.name or "the target")
    return _MODELS.get(name, name)


def draft_name(header: Header) -> str:
    """The draft in words; an ensemble's members with "and"."""
    members = (header.draft.name or "a draft").split("+")
    return " and ".join(
        _MODELS.get(one, _LAYERS.sub(r"its own first \1 layers", one)) for one in members
    )


def _depth(header: Header) -> str:
    """How far a round drafts: `K=10`, `K up to 12`, `tree 2x2`."""
    if header.tree and header.tree != "chain":
        return "a dynamic tree" if header.tree == "dynamic" else f"tree {header.tree}"
    k = "unknown" if header.k is None else header.k
    return f"K up to {k}" if header.adaptive else f"K={k}"
