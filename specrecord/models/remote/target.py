"""A target behind HTTP, under the same contract as a local one. It verifies by the verifier it was
opened with.
"""

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import TypeVar

from specrecord.models.base import ModelInfo, OwnSamples, RemoteTarget, TopLogprobs, VerifyOutput
from specrecord.models.remote.completions.client import CompletionsClient
from specrecord.models.remote.completions.match import Match
from specrecord.models.remote.completions.responses import documented
from specrecord.models.remote.completions.verifier import Verifier

Output = TypeVar("Output", VerifyOutput, OwnSamples)


class HttpTarget(RemoteTarget):
    """Trees cannot be verified: a draft is a chain. `verifier` checks drafts; `client` writes, at
    the run's own temperature; `round_trip` is the measured round-trip time in seconds.
    """

    def __init__(
        self, info: ModelInfo, client: CompletionsClient, verifier: Verifier, round_trip: float
    ) -> None:
        self.info, self.verifier, self.round_trip = info, verifier, round_trip
        self.output_type = verifier.output_type
        self._client = client

    @property
    def requests_per_minute(self) -> int | None:
        """The rate limit, as far as the server gives it."""
        return self._client.transport.rate_limiter.per_minute

    def distribution_name(self, wanted: str) -> str:
        """The distribution that the output follows: all of it is seen with `score`, and whatever
        the server does otherwise.
        """
        if self.output_type is TopLogprobs:
            return f"{wanted}, top-{self._client.capabilities.most} renormalised"
        if self._client.capabilities.own:
            return f"the server's own, asked for {wanted}"
        return f"{wanted}, drawn by the target"

    def seconds_until_ready(self) -> float:
        """How long to wait before the next request."""
        return self._client.transport.rate_limiter.seconds_until_ready()

    def prefill(self, context: Sequence[int]) -> int:
        """Nothing is sent: each request carries its whole context."""
        return 0

    def verify(
        self, context: Sequence[int], drafted: Sequence[int], parents: Sequence[int] | None = None
    ) -> VerifyOutput:
        """One request. Raises TargetFaultError when it comes to nothing."""
        return self._timed(lambda: self.verifier.verify(context, drafted))

    def write(self, context: Sequence[int], count: int) -> OwnSamples:
        """One request for `count` tokens that the target samples by itself, all of them its own."""
        return self._timed(lambda: Match(self._client).write(context, count))

    def stream(self, context: Sequence[int], count: int) -> Generator[int]:
        """One streamed request; tokens as they arrive. Ends early where the target ends the
        text.
        """
        client, left = self._client, count
        ends = client.tokenizer.end_ids
        fields = client.fields([context], count, logprobs=1)
        with closing(client.transport.stream(**fields)) as chunks:
            for chunk in chunks:
                for choice in chunk.choices or []:
                    with documented():
                        tokens, _ = client.sampled(choice, left)
                    left -= len(tokens)
                    yield from tokens
                    if ends & set(tokens):
                        return

    def _timed(self, ask: Callable[[], Output]) -> Output:
        """Says how long ago the answer had come: reading it is this side's own work."""
        with documented():
            output = ask()
        if output.timing is None:
            return output
        since = time.perf_counter() - self._client.transport.answered_at
        return replace(output, timing=replace(output.timing, since=since))

    def close(self) -> None:
        """Close the connection."""
        self._client.transport.close()
