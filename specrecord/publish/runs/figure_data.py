"""What the walkthrough's figures need of one run: counts, mean spans, and one round's two laws. All
recorded.

A law here has a handful of outcomes: the tokens that both sides listed as likely, and one outcome
for every other token together. Probabilities of joined outcomes add up, so each number is exact;
the overlap of the joined laws may be higher than that of the whole ones, which is given beside it.
"""

from collections.abc import Iterable
from typing import Any

from specrecord.events import AUTOREGRESSIVE, SPECULATIVE, Event, Prefill, Token, unpack_top
from specrecord.publish.runs.rounds import RoundStory
from specrecord.publish.runs.text import visible
from specrecord.recording.stats import TrackCounts, track_events

STREAMING = "streaming"
TRACKS = (SPECULATIVE, "per_request", "chunked", STREAMING)
_OUTCOMES = 5  # tokens named; all others are one more outcome
_FEWEST = 3
_TYPICAL = 0.55  # the overlap at which both the kept and the lost part of a law are easy to see
_SHARES = (
    "alpha_hat",
    "acceptance_rate",
    "overlap",
    "mean_acceptance_length",
    "tokens_per_second",
    "per_position",
)


def figure_data(
    name: str,
    title: str,
    header: dict[str, Any],
    info: dict[str, Any],
    tracks: dict[str, TrackCounts],
    events: list[Event],
    stories: list[RoundStory],
) -> dict[str, Any]:
    """Everything a figure may show of a run, ready for JSON. Times are milliseconds.

    `ids` are the tokens of prompt and output, and empty for a redacted prompt. `laws` is None where
    the kept top lists do not describe the sampled law (see `evidence.of` in docs/format.md).
    """
    prompt = (header.get("prompt") or {}).get("ids") or []
    law = (header.get("evidence") or {}).get("of") == "law"
    counts = tracks.get(SPECULATIVE) or TrackCounts()
    trip = header.get("round_trip_us")
    most = max([int(info["k"] or 0), *counts.accepted_in_round])
    return {
        "name": name,
        "title": title,
        **{
            key: info[key]
            for key in ("k", "temperature", "rule", "draft", "target", "tokens", *_SHARES)
        },
        "rounds": counts.rounds,
        "drafted": counts.drafted,
        "accepted": counts.accepted,
        "rejections": counts.rejections,
        "emitted": counts.emitted,
        "histogram": [counts.accepted_in_round.count(number) for number in range(most + 1)],
        "speedup": info["speedup"]["autoregressive"],
        "tree": header.get("tree") or "chain",
        "times": _times(counts, _prefill_time(events, SPECULATIVE)),
        "target_ms": _target_time(events, tracks),
        "verifier": ((header.get("target") or {}).get("details") or {}).get("verifier"),
        "simulated": "; ".join(visible(str(part)) for part in info["simulated"]) or "nothing",
        "trip_ms": None if trip is None else trip / 1000,
        "lanes": {
            name: rate
            for name in TRACKS
            if name in tracks and (rate := tracks[name].tokens_per_second) is not None
        },
        "prompt_tokens": len(prompt),
        "ids": [*prompt, *(token for story in stories for token in _emitted(story))]
        if prompt
        else [],
        "laws": _laws(events, stories) if law else None,
    }


def _emitted(story: RoundStory) -> list[int]:
    own = [] if story.emit is None else [story.emit.token]
    return story.accepted_tokens + own


def _times(counts: TrackCounts, prefill: dict[str, int]) -> dict[str, float | None]:
    """Mean spans: of one drafted token, of one verification, of its network, and of everything else
    in a round.
    """
    drafting = counts.draft_time - prefill.get("draft", 0)
    verifying = counts.verify_time + counts.queue_time - prefill.get("target", 0)
    other = (
        counts.duration
        - counts.draft_time
        - counts.verify_time
        - counts.queue_time
        - counts.network_time
    )
    return {
        "draft_ms": _per(drafting, counts.drafted),
        "verify_ms": _per(verifying, counts.rounds),
        "network_ms": _per(counts.network_time, counts.rounds),
        "other_ms": _per(other, counts.rounds),
    }


def _target_time(events: list[Event], tracks: dict[str, TrackCounts]) -> float | None:
    """Milliseconds a token of the target alone: without a draft on this machine, else between
    streamed tokens.
    """
    baseline, stream = tracks.get(AUTOREGRESSIVE), tracks.get(STREAMING)
    if baseline is not None and baseline.tokens:
        return _per(
            baseline.duration - sum(_prefill_time(events, AUTOREGRESSIVE).values()), baseline.tokens
        )
    if (
        stream is None
        or stream.tokens < 2
        or stream.first_token is None
        or stream.last_token is None
    ):
        return None
    return _per(stream.last_token - stream.first_token, stream.tokens - 1)


def _per(microseconds: int | float, count: int) -> float | None:
    return microseconds / 1000 / count if count else None


def _prefill_time(events: Iterable[Event], track: str) -> dict[str, int]:
    """Microseconds each side took to read the prompt."""
    spent: dict[str, int] = {}
    for _, event in track_events(events, track):
        if isinstance(event, Prefill):
            spent[event.side] = spent.get(event.side, 0) + event.duration
    return spent


def _laws(events: Iterable[Event], stories: Iterable[RoundStory]) -> dict[str, Any] | None:
    """The two laws at the rejection that is easiest to see: an overlap near `_TYPICAL`, little left
    unnamed. None where no rejection kept both laws.
    """
    spelling = {event.id: event.bytes for event in events if isinstance(event, Token)}
    best: tuple[float, dict[str, Any]] | None = None
    for story in stories:
        drafts = {draft.node: draft for draft in story.drafts}
        for verdict in story.verdicts:
            draft = drafts[verdict.node]
            if (
                verdict.fate != "rejected"
                or not verdict.top
                or not draft.top
                or verdict.overlap is None
            ):
                continue
            if (
                draft.uniform is None
            ):  # chosen, and not by chance: what it is tested against is no law of the draft's
                continue
            p, q = dict(unpack_top(verdict.top)), dict(unpack_top(draft.top))
            for law, own in ((p, verdict.target_prob), (q, draft.prob)):
                if draft.token in law and own is not None:
                    law[draft.token] = own  # lists are rounded, what decided is not
            named = sorted(
                (token for token in p if token in q), key=lambda token: -max(p[token], q[token])
            )[:_OUTCOMES]
            if draft.token not in named or len(named) < _FEWEST:
                continue
            laws = {
                side: _with_rest([law[token] for token in named])
                for side, law in (("p", p), ("q", q))
            }
            distance = abs(verdict.overlap - _TYPICAL) + max(laws["p"][-1], laws["q"][-1])
            if best is not None and distance >= best[0]:
                continue
            best = (
                distance,
                {
                    "round": story.index,
                    "node": verdict.node,
                    "tokens": [_label(spelling.get(token, b"")) for token in named],
                    **laws,
                    "drafted": named.index(draft.token),
                    "uniform": verdict.uniform,
                    "accept": verdict.accept_prob,
                    "overlap": verdict.overlap,
                },
            )
    return best and best[1]


def _with_rest(probs: list[float]) -> list[float]:
    rounded = [round(prob, 6) for prob in probs]
    return [*rounded, round(max(0.0, 1 - sum(rounded)), 6)]


def _label(spelled: bytes) -> str:
    return (
        visible(spelled.decode("utf-8", "replace")).replace(" ", "␣").replace("\n", "↵")
        or "(nothing)"
    )
