"""What an engine's own speculation is recorded from: a streamed completion, whose chunks are
stamped as they arrive. Which tokens were rejected, and by which probabilities, no engine tells.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

from specrecord.models.base import EngineRound, TargetFaultError
from specrecord.models.remote.completions.client import CompletionsClient
from specrecord.models.remote.http.answers import Answer

Stamped = tuple[int, Answer]  # when a chunk arrived, and the chunk


class Engine(ABC):
    """One kind of engine, asked through `client`. `k` and `alone` are those of `EngineTarget`,
    known once it was looked at.
    """

    name: ClassVar[str]
    # What leaves its own sampling settings out: by everybody's names, and by its own.
    neutral: ClassVar[dict[str, float]] = {
        "top_p": 1.0,
        "min_p": 0.0,
        "presence_penalty": 0.0,
        "frequency_penalty": 0.0,
    }
    token_ids: ClassVar[bool] = False  # asked for by vLLM's name

    def __init__(self, client: CompletionsClient) -> None:
        self.client = client
        self.k: int | None = None
        self.alone = False

    @abstractmethod
    def look(self, prompt: Sequence[int]) -> None:
        """Find out what it tells, by a short request. Raises TargetFaultError where that is not
        enough.
        """

    @abstractmethod
    def stream(self, context: Sequence[int], count: int, **changes: Any) -> Iterator[Answer]:
        """The chunks of one request for `count` tokens."""

    @abstractmethod
    def rounds(self, chunks: Iterable[Stamped], count: int) -> Iterator[EngineRound]:
        """The rounds of such a stream, the first without a draft."""


class ScoringEngine(Engine):
    """One that tells of the tokens of a prompt how likely they were."""

    @abstractmethod
    def score(self, context: Sequence[int], tokens: Sequence[int]) -> list[float]:
        """The log-probability at temperature 1 of each of `tokens` after `context`."""


def bad_answer(what: str) -> TargetFaultError:
    """The fault of an engine that tells too little, or what cannot be."""
    return TargetFaultError("bad-answer", what, lasting=True)
