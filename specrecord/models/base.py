"""The model contract: what decoding asks of a draft and of a target, and nothing more.

Models are stateless to their caller. Each call names the whole context; a model that caches
compares it with what it has read and rolls back by itself. So no sequence of calls can leave a
rejected token in a cache, a remote target needs no session, and a repeated prefix is reused without
being asked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Logits = NDArray[np.float32]


@runtime_checkable
class Tokenizer(Protocol):
    """Text to ids and back to *bytes*; `fingerprint` is equal exactly when two vocabularies are."""

    vocabulary_size: int
    end_ids: frozenset[int]
    fingerprint: str

    def encode(self, text: str) -> list[int]:
        """Ids of `text`, with no token added before or after it."""
        ...

    def chat(self, text: str) -> str | None:
        """`text` as a user's turn, written as the model's chat template writes it; None where there
        is none.
        """
        ...

    def token_bytes(self, token: int) -> bytes:
        """The bytes that `token` stands for; empty for special tokens that print nothing."""
        ...


UNKNOWN_CONTEXT = (
    2**31
)  # a context that no text reaches: the server will refuse what is too long for it in its own words


@dataclass(frozen=True)
class Description:
    """Who a model is, as the recording's header keeps it. No path, no key."""

    name: str  # as given on the command line: tiny:draft
    backend: str  # numpy, mlx, cerebras
    model: str
    vocabulary: str  # the tokenizer's fingerprint
    context: int  # tokens it can hold, prompt included; UNKNOWN_CONTEXT where a server does not say
    parameters: int | None = None
    revision: str | None = None
    quantisation: str | None = None
    details: dict[str, Any] = field(default_factory=dict)


class Drafter(Protocol):
    """Proposes, token by token, with a law."""

    description: Description

    def prefill(self, context: Sequence[int]) -> int:
        """Read `context` so that the next call costs one token. Returns how many tokens were
        already cached.
        """
        ...

    def next_logits(self, context: Sequence[int]) -> Logits | None:
        """Logits of the token after `context`, shape (vocabulary,); None when there is nothing to
        propose.
        """
        ...


@runtime_checkable
class BranchDrafter(Protocol):
    """A drafter that reads several branches of a tree at once; any other is asked for one after
    another.
    """

    def branch_logits(
        self,
        context: Sequence[int],
        tokens: Sequence[int],
        parents: Sequence[int],
        nodes: Sequence[int],
    ) -> Sequence[Logits]:
        """Logits of the token after each of `nodes` of a tree of `tokens`, as in `Target.verify`;
        -1 is the root.
        """
        ...


@runtime_checkable
class AheadModel(Protocol):
    """A model that works beside its caller: it begins on what it is about to be asked, and is asked
    for it later.

    It may be told wrong. What is asked is answered rightly all the same, only not sooner.
    """

    def draft_ahead(
        self, context: Sequence[int], uniforms: Sequence[float], temperature: float
    ) -> None:
        """Begin to draft: as many passes as there are `uniforms`, each reading on with the token
        its uniform draws.
        """
        ...

    def verify_ahead(self, context: Sequence[int], drafted: Sequence[int]) -> None:
        """Begin to verify a chain."""
        ...


@dataclass(frozen=True)
class Timing:
    """Where one request to a remote target spent its time, in seconds; what nobody measured is
    None.

    `span` is the client's; `queue`, `prompt` and `completion` are the server's own account, and
    `network` is the span less all that the server says it took. `connect` is the part of `network`
    that opened a connection. `sent` and
    `received` are the bytes of the two bodies.
    """

    span: float
    queue: float | None = None
    prompt: float | None = None
    completion: float | None = None
    network: float | None = None
    connect: float = 0.0
    sent: int = 0
    received: int = 0


@dataclass(frozen=True)
class Proposal:
    """Tokens that may follow a context, as a tree: `parents[i]` is the token that token i follows,
    -1 the context.
    """

    tokens: list[int] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)


@runtime_checkable
class Proposer(Protocol):
    """A draft without laws: it says what comes next, with certainty, or nothing."""

    description: Description

    def prefill(self, context: Sequence[int]) -> int:
        """Get ready for `context`. Returns how many of its tokens were known already."""
        ...

    def propose(self, context: Sequence[int], depth: int, width: int) -> Proposal:
        """Up to `width` different continuations of at most `depth` tokens, merged into one tree,
        best first.
        """
        ...


@runtime_checkable
class WindowedProposer(Proposer, Protocol):
    """A guesser that has the target read further tokens along with the drafted ones, and learns
    from its answer.
    """

    def window(self, context: Sequence[int]) -> Proposal:
        """The tokens to read along after `context`. They are no candidates."""
        ...

    def learn(self, context: Sequence[int], logits: Logits) -> None:
        """The target's logits after each token of the window of this `context`, (tokens,
        vocabulary).
        """
        ...


@runtime_checkable
class Ensemble(Protocol):
    """Several drafts at once. As a `Drafter` it answers with the mixture of its members' laws at
    temperature 1.
    """

    description: Description
    members: Sequence["Drafter"]

    def prefill(self, context: Sequence[int]) -> int:
        """Let every member read `context`. Returns how many of its tokens all of them had
        cached.
        """
        ...

    def next_logits(self, context: Sequence[int]) -> Logits | None:
        """log of the mean of the members' probabilities, (vocabulary,); of those that have
        something to propose.
        """
        ...


@dataclass(frozen=True)
class VerifyOutput:
    """What the target revealed about one draft: row 0 is the law after the context, row i+1 after
    drafted token i.

    `logits` has shape (drafted + 1, vocabulary). A local target leaves it at that. A remote one has
    a `timing`, and its rows are `revealed`: natural logarithms of its probabilities at temperature
    1, -inf where it said nothing.
    `given[i]` is what it said of drafted token i itself. `drawn`, if not None, are tokens that the
    target sampled by itself, one for each row, as far as rows go: then there may be fewer rows than
    drafted + 1, and the target's own law at the run's settings (`known_probs`: at these very
    logarithms) is what they were drawn from.
    """

    logits: Logits
    timing: Timing | None = None
    revealed: bool = False
    given: tuple[float | None, ...] = ()
    drawn: tuple[int, ...] | None = None
    known_probs: bool = False

    @property
    def queue(self) -> float | None:
        """Seconds in the server's queue."""
        return self.timing.queue if self.timing else None

    @property
    def network(self) -> float | None:
        """Seconds that the server does not account for."""
        return self.timing.network if self.timing else None


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


@runtime_checkable
class RemoteTarget(Protocol):
    """A target that also writes by itself, and that may have to be waited for.

    `verifies_here`: verdicts fall on this side, from laws; otherwise the target draws and a draft
    is compared.
    `round_trip` is in seconds, as measured at the start. `requests_per_minute` is None where no
    limit is known.
    """

    verifies_here: bool
    round_trip: float

    @property
    def requests_per_minute(self) -> int | None:
        """The rate limit."""
        ...

    def distribution_name(self, wanted: str) -> str:
        """The law that the output follows, in words, where `wanted` is asked for: what this
        verifier is exact for.
        """
        ...

    def pause(self) -> float:
        """Seconds to wait before the next request, so as not to run into a rate limit."""
        ...

    def write(self, context: Sequence[int], count: int) -> VerifyOutput:
        """At most `count` tokens that the target draws one after another in one request (`drawn`),
        with their rows.
        """
        ...

    def stream(self, context: Sequence[int], count: int) -> Iterator[int]:
        """At most `count` tokens of the target's own, as they arrive."""
        ...


class Target(Protocol):
    """Verifies: one pass over everything drafted."""

    description: Description

    def prefill(self, context: Sequence[int]) -> int:
        """Read `context` so that the next call costs only its new tokens. Returns how many were
        already cached.
        """
        ...

    def verify(
        self, context: Sequence[int], drafted: Sequence[int], parents: Sequence[int] | None = None
    ) -> VerifyOutput:
        """The target's logits after `context` and after each of the `drafted` tokens, in one pass.

        `parents[i]` is the drafted token (-1: the context) that token i follows; None: each follows
        the one before.
        """
        ...
