"""What a verifier is: one way to have a remote target check a draft, and to be sure of it there."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from specrecord.models.base import VerifyOutput
from specrecord.models.remote.completions.client import Capabilities, CompletionsClient
from specrecord.models.remote.completions.responses import Position

# Nats between two passes over the same tokens: half-precision kernels differ by about this much.
AGREEMENT = 0.05


@dataclass(frozen=True)
class Sample:
    """Tokens that the server wrote greedily after `prompt`, with what it told about each."""

    prompt: tuple[int, ...] = ()
    tokens: tuple[int, ...] = ()
    positions: tuple[Position, ...] = ()


class Verifier(ABC):
    """Checks drafts through `client`; `output_type` is how it answers."""

    name: ClassVar[str]
    output_type: ClassVar[type[VerifyOutput]]

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
