"""Every event of a run, as frozen msgspec structs. The contract between decoding, recorder and
readers.

Each field is declared here and nowhere else, with its type and bounds (`schema`). The field order
*is* the order in the file (see docs/format.md): fields are only ever added at the end, with a
default.

Units: times are whole microseconds since the run began, on a monotonic clock. `time` is the moment
the event was complete, so times never decrease along a recording; `duration` reaches back from it.
Probabilities are those of the distribution that is sampled (temperature, top-k and top-p applied);
`raw_logprob` is the natural logarithm of the model's own probability at temperature 1.
"""

import struct
from typing import Annotated, Any, Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from specrecord.schema import (
    Checksums,
    Count,
    Crc32,
    Depth,
    Digest,
    Entropy,
    Float32s,
    Logprob,
    Microseconds,
    Node,
    NodeOrRoot,
    Probability,
    TokenId,
    Top,
    Uniform,
    at_most,
    below,
)

Fate = Literal["accepted", "rejected", "untested"]
Origin = Literal["resampled", "bonus"]
Side = Literal["draft", "target"]
FinishReason = Literal["eos", "length", "stop", "context", "interrupted", "failed"]
EndReason = Literal["complete", "interrupted", "failed"]

SPECULATIVE = "speculative"
AUTOREGRESSIVE = "autoregressive"
PER_REQUEST = "per_request"
CHUNKED = "chunked"
STREAMING = "streaming"


class _Event(Struct, frozen=True, array_like=True, gc=False):
    """Packed as an array: its kind, which is its tag, then its fields."""


class TrackBegin(_Event, frozen=True, tag="lane"):
    """What follows belongs to this track, until the next `lane` event. Naming one again resumes
    it.
    """

    time: Microseconds
    name: str


class Token(_Event, frozen=True, tag="token"):
    """The bytes of a token id, stored once, before its first use. Bytes, not text: half a character
    may be all.
    """

    time: Microseconds
    id: TokenId
    bytes: bytes


class Prefill(_Event, frozen=True, tag="prefill"):
    """One model read the prompt. `reused` of its `tokens` were already in the cache."""

    time: Microseconds
    duration: Annotated[Microseconds, at_most("time")]
    side: Side
    tokens: Count
    reused: Annotated[Count, at_most("tokens")] = 0


class RoundBegin(_Event, frozen=True, tag="round"):
    """A round begins: `position` tokens are out, at most `k` will be drafted."""

    time: Microseconds
    index: Count
    position: Count
    k: Depth


class Draft(_Event, frozen=True, tag="draft"):
    """One drafted token. `node` numbers it within its round; `parent` is a node, or -1 for the
    root.

    `uniform` fell in [low, low + prob) of the draft's cumulative distribution, which is why this
    token was drawn. A token that was chosen and not drawn has `prob` 1 and neither `uniform` nor
    `low`. `top` holds the draft's likeliest tokens (see `pack_top`), `entropy` is in nats; siblings
    share those of the first from the same distribution. `raw_logprob` is None for a draft without a
    model. Of an ensemble, `member` is the one that a sibling was drawn from; None is their mixture.

    Rule own: the engine drafted by itself. It tells no `prob`, and `token` only where it was
    accepted; when it was drafted within the round is not told, so that it stands at its beginning.
    """

    time: Microseconds
    duration: Annotated[Microseconds, at_most("time")]
    node: Node
    parent: Annotated[NodeOrRoot, below("node")]
    token: TokenId | None
    prob: Probability | None
    raw_logprob: Logprob | None
    uniform: Uniform | None
    low: Probability | None
    entropy: Entropy | None = None
    top: Top | None = None
    member: Node | None = None


class Verify(_Event, frozen=True, tag="verify"):
    """One pass of the target over `tokens` new tokens; `queue` and all after it but `window` are
    None for a local one.

    `window` of the tokens are no candidates: they were read along to find later guesses
    (lookahead). Microseconds inside `duration`: `queue` in the server's queue, `prompt` and
    `completion` at work there, `network` all that the server does not account for, `connect` the
    part of it that opened a connection. `sent` and
    `received` are bytes of the request's and the answer's body.
    """

    time: Microseconds
    duration: Annotated[Microseconds, at_most("time")]
    tokens: Count
    queue: Microseconds | None = None
    network: Microseconds | None = None
    window: Annotated[Count, at_most("tokens")] = 0
    prompt: Microseconds | None = None
    completion: Microseconds | None = None
    sent: Count | None = None
    received: Count | None = None
    connect: Microseconds | None = None


class Verdict(_Event, frozen=True, tag="verdict"):
    """What became of one drafted token.

    standard: accepted if `uniform` < `accept_prob` = min(1, target_prob / draft prob). match:
    accepted if `uniform` lies in [low, low + target_prob): the target drew the same token. Untested
    tokens have neither `uniform` nor `accept_prob`; their `target_prob` is the target's own after
    the drafted tokens before them. Whatever the target did not reveal is None.
    `overlap` is sum(min(target_probs, draft_probs)) at this position; where elder siblings were
    rejected, of what they left of both, and `left_prob` is the target's probability of the token in
    that. Other rules: see docs/format.md.
    """

    time: Microseconds
    node: Node
    fate: Fate
    target_prob: Probability | None
    raw_logprob: Logprob | None
    accept_prob: Probability | None
    uniform: Uniform | None
    low: Probability | None = None
    overlap: Probability | None = None
    entropy: Entropy | None = None
    top: Top | None = None
    left_prob: Probability | None = None


class Emit(_Event, frozen=True, tag="emit"):
    """The round's own last token: resampled in a rejected one's place, or the bonus after full
    acceptance.

    `uniform` fell in [low, high) of the cumulative distribution it was drawn from: the residual for
    a resampled token under the standard rule, else the target's. `prob` is the token's share of
    that distribution. A token that a remote target drew by itself has neither uniform nor interval,
    and a `prob` only where the target reveals it.
    `top` and `entropy` describe the target's distribution and are given for a bonus only: a
    resampled token shares its position, and so that distribution, with the rejected one.
    """

    time: Microseconds
    origin: Origin
    token: TokenId
    uniform: Uniform | None
    low: Probability | None
    high: Probability | None
    prob: Probability | None
    target_prob: Probability | None
    draft_prob: Probability | None
    raw_logprob: Logprob | None
    entropy: Entropy | None = None
    top: Top | None = None


class Distribution(_Event, frozen=True, tag="law"):
    """A whole distribution, kept with `--evidence full`: float32 little-endian, one value per
    vocabulary entry.

    `row` is the node whose successor is described: -1 is the one after the context, before any
    draft. `member` says whose of an ensemble's it is.
    """

    time: Microseconds
    side: Side
    row: NodeOrRoot
    probs: Float32s
    member: Node | None = None


class Finish(_Event, frozen=True, tag="finish"):
    """A track is done. `tokens` were emitted; `size` bytes of text are kept (a stop string is cut
    away).

    `second_pass` is the log-probability at temperature 1 of each emitted token, float32 little-
    endian, told in a request after the text had ended: the target read it as it reads a prompt. It
    belongs to no span. Rule own alone.
    """

    time: Microseconds
    reason: FinishReason
    tokens: Count
    size: Count
    second_pass: Float32s | None = None


class Prediction(_Event, frozen=True, tag="prediction"):
    """What a server told at the end of one chat request: with the draft's text as its prediction,
    or without one, as the baseline of that (`predicted` is 0).

    `predicted` tokens of the draft's were sent, as the draft counts them; None where the server
    counts more of them. It `accepted` and `rejected` so many, and does not tell which. `duration`
    is from the request to the end of its answer. `tokens` are those it counts as written,
    `reasoning` the part of them that is no part of the answer; `queue`, `prompt` and `completion`
    are microseconds by its own account; each None where it does not tell.
    """

    time: Microseconds
    duration: Microseconds
    predicted: Count | None
    accepted: Count
    rejected: Count
    tokens: Count | None = None
    reasoning: Count | None = None
    queue: Microseconds | None = None
    prompt: Microseconds | None = None
    completion: Microseconds | None = None


class Fault(_Event, frozen=True, tag="fault"):
    """Something went wrong and was dealt with, or not: a 429, a time-out, a dropped round."""

    time: Microseconds
    name: str
    detail: str
    round: Count | None = None


class Mark(_Event, frozen=True, tag="mark"):
    """A chapter at a time, with a speaker's note."""

    time: Microseconds
    title: str
    note: str = ""


class End(_Event, frozen=True, tag="end"):
    """The recording is whole. Written by the recorder alone.

    `events` counts all events before this one; `checks` holds the CRC-32 of each of them,
    little-endian, so that damage can be placed; `digest`, the file's last 32 bytes, is the SHA-256
    of every byte before it.
    """

    time: Microseconds
    reason: EndReason
    events: Count
    checks: Checksums
    digest: Digest


class Checks(_Event, frozen=True, tag="check"):
    """How the events that were written together with it, right after it, are known to be whole:
    `checks` holds the CRC-32 of each, little-endian, `own` is that of this array's bytes before it.
    """

    time: Microseconds
    checks: Checksums
    own: Crc32


class Unknown(Struct, frozen=True):
    """An event of a kind this version does not know. Kept as it came."""

    kind: str
    time: Microseconds
    values: tuple[Any, ...]


Event = (
    TrackBegin
    | Token
    | Prefill
    | RoundBegin
    | Draft
    | Verify
    | Verdict
    | Emit
    | Distribution
    | Finish
    | Prediction
    | Fault
    | Mark
    | End
    | Checks
    | Unknown
)

KINDS: dict[str, type[Any]] = {
    str(cls.__struct_config__.tag): cls for cls in _Event.__subclasses__()
}
FIELDS: dict[str, tuple[str, ...]] = {kind: cls.__struct_fields__ for kind, cls in KINDS.items()}

_TOP_ENTRY = 8  # bytes: a uint32 id and a float32 probability


def pack_top(tokens: NDArray[np.integer[Any]], probs: NDArray[np.floating[Any]]) -> bytes:
    """Likeliest tokens first: all ids as uint32, then all probabilities as float32, little-
    endian.
    """
    return tokens.astype("<u4").tobytes() + probs.astype("<f4").tobytes()


def unpack_top(packed: bytes | None) -> list[tuple[int, float]]:
    """Pairs (token, probability), likeliest first; none of no list."""
    packed = packed or b""
    count = len(packed) // _TOP_ENTRY
    values = struct.unpack(f"<{count}I{count}f", packed)
    return list(zip(values[:count], values[count:], strict=True))
