"""What a verifier is: one way to have a remote target check a draft, and to be sure of it there."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from specrecord.models.base import VerifyOutput
from specrecord.models.remote.completions.client import Capabilities, CompletionsClient
from specrecord.models.remote.completions.responses import Position

# Nats between two answers to one request: they differ by less, on whatever hardware.
AGREEMENT = 0.05


@dataclass(frozen=True)
class Sample:
    """Tokens that the server wrote greedily after `prompt`, with what it told about each."""

    prompt: tuple[int, ...] = ()
    tokens: tuple[int, ...] = ()
    positions: tuple[Position, ...] = ()

    def agrees(self, other: "Sample") -> bool:
        """Whether one model wrote both, as far as this tells."""
        pairs = zip(self.positions, other.positions, strict=False)
        return (self.prompt, self.tokens) == (other.prompt, other.tokens) and all(
            abs((one.logprob or 0.0) - (two.logprob or 0.0)) < AGREEMENT for one, two in pairs
        )


class Verifier(ABC):
    """Checks drafts through `client`; `output_type` is how it answers."""

    name: ClassVar[str]
    output_type: ClassVar[type[VerifyOutput]]
    rounding = 0.0  # nats between what it tells of a sample and what the server told writing it

    def __init__(self, client: CompletionsClient) -> None:
        self.client = client

    @abstractmethod
    def verify(self, context: Sequence[int], drafted: Sequence[int]) -> VerifyOutput:
        """One check. Raises TargetFaultError."""

    @classmethod
    def why_untried(cls, capabilities: Capabilities, sample: Sample) -> str | None:
        """Why a server with these capabilities is not even asked to verify so; None if it is."""
        return None

    @classmethod
    def variants(cls, capabilities: Capabilities) -> Sequence[Capabilities]:
        """The ways of asking that are tried, best first."""
        return [capabilities]

    def disagreement(self, sample: Sample) -> str | None:
        """Why the server's answers contradict its own sample; None if they agree. Raises
        TargetFaultError.
        """
        return None
