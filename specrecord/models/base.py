"""The model contract: what decoding asks of a draft and of a target, and what a target answers.

Models are stateless to their caller. Each call names the whole context; a model that caches
compares it with what it has read and rolls back by itself. So no sequence of calls can leave a
rejected token in a cache, a remote target needs no session, and a repeated prefix is reused without
being asked.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Logits = NDArray[np.float32]

# A context that no text reaches: the server refuses what is too long for it in its own words.
UNKNOWN_CONTEXT = 2**31


class Tokenizer(Protocol):
    """Text to ids and back to *bytes*; `fingerprint` is equal exactly when two vocabularies are.

    `special_names` names the tokens that print nothing.
    """

    vocabulary_size: int
    end_ids: frozenset[int]
    fingerprint: str
    special_names: dict[int, str]

    def encode(self, text: str) -> list[int]:
        """Ids of `text`, with no token added before or after it."""
        ...

    def encode_opening(self, text: str) -> list[int]:
        """Ids of a `text` that nothing stands before, with what the model's tokenizer begins one
        with.
        """
        ...

    def chat(self, text: str) -> str | None:
        """`text` as a user's turn, written as the model's chat template writes it; None where there
        is none.
        """
        ...

    def token_bytes(self, token: int) -> bytes:
        """The bytes that `token` stands for; empty for special tokens that print nothing."""
        ...


@dataclass(frozen=True)
class ModelInfo:
    """Who a model is, as the recording's header keeps it. No path, no key."""

    name: str  # as given on the command line: tiny:draft
    backend: str  # numpy, mlx, hf, cerebras
    model: str
    vocabulary: str  # the tokenizer's fingerprint
    context: int  # tokens it can hold, prompt included; UNKNOWN_CONTEXT where a server does not say
    parameters: int | None = None
    revision: str | None = None
    quantisation: str | None = None
    details: dict[str, Any] = field(default_factory=dict)


class Model(ABC):
    """What drafts and targets have in common."""

    info: ModelInfo

    def prefill(self, context: Sequence[int]) -> int:
        """Read `context` so that the next call costs one token. Returns how many of its tokens
        need no reading, which here is all of them.
        """
        return len(context)


def path_to(node: int, parents: Sequence[int]) -> list[int]:
    """The nodes of a tree from the first down to `node`, itself included; empty for -1, the
    root.
    """
    path = []
    while node >= 0:
        path.append(node)
        node = parents[node]
    return path[::-1]


class Drafter(Model):
    """Proposes, token by token, with probabilities.

    An ensemble has `members`, and answers with the mixture of their distributions at temperature 1.
    """

    members: Sequence["Drafter"] = ()

    @abstractmethod
    def next_logits(self, context: Sequence[int]) -> Logits | None:
        """Logits of the token after `context`, shape (vocabulary,); None when there is nothing to
        propose.
        """

    def branch_logits(
        self,
        context: Sequence[int],
        tokens: Sequence[int],
        parents: Sequence[int],
        nodes: Sequence[int],
    ) -> Sequence[Logits | None]:
        """Logits after each of `nodes` of a tree of `tokens`, as in `Target.verify`; -1 is the
        root. One after another, unless the model can read several branches at once.
        """
        paths = (path_to(node, parents) for node in nodes)
        return [self.next_logits([*context, *(tokens[node] for node in path)]) for path in paths]


@dataclass(frozen=True)
class Proposal:
    """Tokens that may follow a context, as a tree: `parents[i]` is the token that token i follows,
    -1 the context.
    """

    tokens: list[int] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)


class Proposer(Model):
    """A draft without probabilities: it says what comes next, with certainty, or nothing.

    It may have the target read a window of further tokens along with the drafted ones, and learn
    from its answer.
    """

    @abstractmethod
    def propose(self, context: Sequence[int], depth: int, width: int) -> Proposal:
        """Up to `width` different continuations of at most `depth` tokens, merged into one tree,
        best first.
        """

    def window(self, context: Sequence[int]) -> Proposal:
        """The tokens to read along after `context`. They are no candidates."""
        return Proposal()

    def learn(self, context: Sequence[int], logits: Logits) -> None:
        """The target's logits after each token of the window of this `context`, (tokens,
        vocabulary).
        """


@dataclass(frozen=True)
class Timing:
    """Where one request to a remote target spent its time, in seconds; what nobody measured is
    None.

    `span` is the client's; `queue`, `prompt` and `completion` are the server's own account, and
    `network` is the span less all that the server says it took. `connect` is the part of `network`
    that opened a connection. `sent` and `received` are the bytes of the two bodies. `since` is how
    long ago the answer had come when it was handed on: reading it is the client's own work.
    """

    span: float
    queue: float | None = None
    prompt: float | None = None
    completion: float | None = None
    network: float | None = None
    connect: float = 0.0
    sent: int = 0
    received: int = 0
    since: float = 0.0


@dataclass(frozen=True)
class FullLogits:
    """A target that computes here: row 0 of `logits` stands after the context, row i + 1 after
    drafted token i, (drafted + 1, vocabulary).
    """

    logits: Logits
    timing: Timing | None = None


@dataclass(frozen=True)
class TopLogprobs:
    """A server that scores a draft: its likeliest tokens in the same rows as natural logarithms at
    temperature 1, -inf where it lists nothing.

    `drafted[i]` is what it says of drafted token i itself, listed or not.
    """

    logits: Logits
    drafted: tuple[float | None, ...]
    timing: Timing | None = None


@dataclass(frozen=True)
class OwnSamples:
    """A server that samples by itself: `tokens`, one a row, as far as it went.

    `logprobs` are rows as those of `TopLogprobs`, None where the server does not tell them at
    temperature 1; `as_sampled`: the tokens were drawn from just these. `own`: from a distribution
    of the server's own, of which what it was asked tells nothing, not even that it is greedy.
    """

    tokens: tuple[int, ...]
    logprobs: Logits | None = None
    as_sampled: bool = False
    own: bool = False
    timing: Timing | None = None

    def logprob(self, row: int, token: int) -> float | None:
        """The target's log-probability of a token at temperature 1; None where it does not say."""
        if self.logprobs is None or row >= len(self.logprobs):
            return None
        value = float(self.logprobs[row, token])
        return value if np.isfinite(value) else None


VerifyOutput = FullLogits | TopLogprobs | OwnSamples


class Target(Model):
    """Verifies: one pass over everything drafted. `output_type` is how it answers."""

    output_type: type[VerifyOutput] = FullLogits

    @abstractmethod
    def verify(
        self, context: Sequence[int], drafted: Sequence[int], parents: Sequence[int] | None = None
    ) -> VerifyOutput:
        """What the target says after `context` and after each of the `drafted` tokens, in one pass.

        `parents[i]` is the drafted token (-1: the context) that token i follows; None: each follows
        the one before.
        """


class FeatureTarget(Target):
    """A target whose features a draft may read: the last norm's output before its gain.

    Logits are features times `head_rows`. `embedding` is (vocabulary, h).
    """

    embedding: NDArray[np.float32]

    @abstractmethod
    def features(self, context: Sequence[int]) -> NDArray[np.float32]:
        """What stands after each of the first n tokens of `context`, (n, h): those that it has
        read. Good until its next call.
        """

    @abstractmethod
    def head_rows(self, ids: NDArray[np.intp]) -> NDArray[np.float32]:
        """The rows of the head for these tokens, (ids, h)."""


class RemoteTarget(Target):
    """A target that also writes by itself, and that may have to be waited for.

    `round_trip` is in seconds, as measured at the start. `requests_per_minute` is None where no
    limit is known.
    """

    round_trip: float

    @property
    @abstractmethod
    def requests_per_minute(self) -> int | None:
        """The rate limit."""

    @abstractmethod
    def distribution_name(self, wanted: str) -> str:
        """The distribution that the output follows, in words, where `wanted` is asked for: what
        this verifier is exact for.
        """

    @abstractmethod
    def seconds_until_ready(self) -> float:
        """How long to wait before the next request, so as not to run into a rate limit."""

    @abstractmethod
    def write(self, context: Sequence[int], count: int) -> OwnSamples:
        """At most `count` tokens that the target samples one after another in one request."""

    @abstractmethod
    def stream(self, context: Sequence[int], count: int) -> Generator[int]:
        """At most `count` tokens of the target's own, as they arrive."""


@dataclass(frozen=True)
class EngineRound:
    """One round of an engine's own speculation, as far as it tells. Of `drafted` tokens the first
    `accepted` stayed. `tokens` came out: pairs (when it arrived, id); those beyond the accepted are
    the target's own. `seconds` it took by the engine's clock, None where it does not say. Not
    `certain`: that it was this round that drafted so is not told, only that one near it did. `sent`
    are bytes of the request that began with it.
    """

    drafted: int
    accepted: int
    tokens: tuple[tuple[int, int], ...]
    seconds: float | None = None
    certain: bool = True
    sent: int = 0


class EngineTarget(RemoteTarget):
    """A target that drafts by itself, and tells the rounds of that.

    `k` tokens at most in a round, None where it does not say. `alone`: a request can have it write
    without a draft, and then `stream` does. `scores`: it is asked for a second pass, and then
    `score` does.
    """

    k: int | None
    alone: bool
    scores: bool

    @abstractmethod
    def rounds(
        self, context: Sequence[int], count: int, now: Callable[[], int]
    ) -> Iterator[EngineRound]:
        """One streamed request for `count` tokens. The first round reads the context and drafts
        nothing; `now` stamps what arrives. Raises TargetFaultError.
        """

    @abstractmethod
    def score(self, context: Sequence[int], tokens: Sequence[int]) -> list[float]:
        """One request that reads `tokens` after `context`: the log-probability of each at
        temperature 1. Raises TargetFaultError.
        """


@dataclass(frozen=True)
class AnswerChunk:
    """Tokens of a chat's answer, as the draft's tokenizer spells what arrived at `time`. `sent` are
    bytes of the request, None behind the first piece.
    """

    time: int
    tokens: tuple[int, ...]
    sent: int | None = None


@dataclass(frozen=True)
class AnswerSummary:
    """What a server tells at the end of a chat's answer, at `time`: whether the model ended it
    (`eos`) or the budget (`length`), how much of a prediction it accepted and rejected, tokens that
    it counts, and seconds by its own account; None where it does not tell.
    """

    time: int
    reason: Literal["eos", "length"]
    accepted: int
    rejected: int
    tokens: int | None = None
    reasoning: int | None = None
    queue: float | None = None
    prompt: float | None = None
    completion: float | None = None


class PredictionTarget(RemoteTarget):
    """A chat that takes a guess of its whole answer, and tells how much of it it accepted."""

    @abstractmethod
    def text_of(self, guess: Sequence[int]) -> tuple[str, int]:
        """The answer that a draft's tokens spell, and how many of them do: no special ones, and no
        reasoning.
        """

    @abstractmethod
    def answer(
        self, prediction: str, count: int, now: Callable[[], int]
    ) -> Iterator[AnswerChunk | AnswerSummary]:
        """One streamed request for `count` tokens, with a prediction unless that is empty; what it
        told comes last. `now` stamps what arrives. Raises TargetFaultError.
        """


class TargetFaultError(Exception):
    """A request to a target came to nothing. `lasting`: trying again would not help.

    `name` is the kind in one word, the message one line without keys or addresses, `retry_after`
    the seconds that the target asked to be left alone for.
    """

    def __init__(
        self, name: str, detail: str, lasting: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(detail)
        self.name, self.lasting, self.retry_after = name, lasting, retry_after
