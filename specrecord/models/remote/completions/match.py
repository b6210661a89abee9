"""Match: one prompt; the server draws K + 1 tokens by itself, and those that equal the draft stay.

Exact as fan-out is, but the draft changes nothing about what the target does: a demonstration of
agreement, not an acceleration.
"""

from collections.abc import Sequence
from dataclasses import replace

from specrecord.models.base import OwnSamples
from specrecord.models.remote.completions.verifier import Verifier


class Match(Verifier):
    """One prompt; the target writes on by itself, K + 1 tokens at most. Any server that writes can
    be asked so.
    """

    name = "match"
    output_type = OwnSamples

    def verify(self, context: Sequence[int], drafted: Sequence[int]) -> OwnSamples:
        """One request. Raises TargetFaultError."""
        written = self.write(context, len(drafted) + 1)
        # What the target says after its first departure from the draft is about another text.
        differ = [own != token for own, token in zip(written.tokens, drafted, strict=False)]
        count = differ.index(True) + 1 if True in differ else len(written.tokens)
        rows = None if written.logprobs is None else written.logprobs[:count]
        return replace(written, tokens=written.tokens[:count], logprobs=rows)

    def write(self, context: Sequence[int], count: int) -> OwnSamples:
        """All that the target writes in one request; every token of it is the target's own."""
        reply = self.client.ask([context], count)
        [(ids, positions)] = self.client.samples(reply, count, 1)
        return self.client.own_samples(reply, ids, positions[: len(ids)])
