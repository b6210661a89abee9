"""A target behind HTTP, under the same contract as a local one. It verifies by the verifier it was
opened with.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from specrecord.models.base import Description, VerifyOutput
from specrecord.models.remote.http.responses import drawn_ids, understood
from specrecord.models.remote.verifiers import CompletionsClient, Match, Verifier


class HttpTarget:
    """A `Target` and `RemoteTarget`. Trees cannot be verified: a draft is a chain.

    `verifier` checks drafts; `round_trip` is the measured round-trip time in seconds.
    """

    def __init__(
        self,
        description: Description,
        client: CompletionsClient,
        verifier: Verifier,
        round_trip: float,
    ) -> None:
        self.description, self.verifier, self.round_trip = description, verifier, round_trip
        self.verifies_here = verifier.verifies_here
        self._speaker = client
        self._writer = Match(client)

    @property
    def requests_per_minute(self) -> int | None:
        """The rate limit, as far as it is known."""
        return self._speaker.transport.rate_limiter.per_minute

    def distribution_name(self, wanted: str) -> str:
        """The law that the output follows: all of it is known with `score`, and whatever the server
        does otherwise.
        """
        how = (
            f"top-{self._speaker.capabilities.most} renormalised"
            if self.verifies_here
            else "drawn by the target"
        )
        return f"{wanted}, {how}"

    def pause(self) -> float:
        """Seconds to wait before the next request."""
        return self._speaker.transport.rate_limiter.wait()

    def prefill(self, context: Sequence[int]) -> int:
        """Nothing is sent: each request carries its whole context."""
        return 0

    def verify(
        self, context: Sequence[int], drafted: Sequence[int], parents: Sequence[int] | None = None
    ) -> VerifyOutput:
        """One request. Raises TargetFaultError when it comes to nothing."""
        start = time.perf_counter()
        with understood():
            return _whole_span(self.verifier.verify(context, drafted), start)

    def write(self, context: Sequence[int], count: int) -> VerifyOutput:
        """One request for `count` tokens that the target draws by itself, all of them kept."""
        start = time.perf_counter()
        with understood():
            return _whole_span(self._writer.write(context, count), start)

    def stream(self, context: Sequence[int], count: int) -> Iterator[int]:
        """One streamed request; tokens as they arrive. Ends early where the target ends the
        text.
        """
        client = self._speaker
        prompt: Any = list(context) if client.capabilities.ids else client.as_text(context)
        wanted: dict[str, Any] = {
            "model": client.model,
            "prompt": prompt,
            "max_tokens": count,
            "temperature": client.temperature,
            **({"top_p": client.top_p} if client.top_p < 1 else {}),
            **({"return_raw_tokens": True} if client.capabilities.raw_tokens else {}),
            **({"logprobs": True} if client.capabilities.logprobs_flag else {"logprobs": 1}),
        }
        ends, told = client.tokenizer.end_ids, 0
        for chunk in client.transport.stream(**wanted):
            for choice in chunk.get("choices") or []:
                with understood():
                    left = count - told
                    tokens = drawn_ids(
                        choice, client.read(choice), ends, left if _stops(choice) else 0
                    )
                    if not tokens and choice.get(
                        "text"
                    ):  # pieces of text are all that some servers stream
                        tokens = client.tokenizer.encode(choice["text"])[:left]
                told += len(tokens)
                yield from tokens
                if ends & set(tokens):
                    return

    def close(self) -> None:
        """Close the connection."""
        self._speaker.transport.close()


def _stops(choice: dict[str, Any]) -> bool:
    return choice.get("finish_reason") == "stop"


def _whole_span(evidence: VerifyOutput, start: float) -> VerifyOutput:
    """Count reading the answer as the client's time too: network is all that the server does not
    account for.
    """
    timing = evidence.timing
    if timing is None:
        return evidence
    extra = time.perf_counter() - start - timing.span
    network = None if timing.network is None else timing.network + extra
    return replace(evidence, timing=replace(timing, span=timing.span + extra, network=network))
