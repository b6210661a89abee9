"""Fan-out: one request with K + 1 prompts, the context with 0, 1, ... K drafted tokens; the server
draws one token after each.

The draft stays while the draws equal it. Exact for whatever the server samples: whole softmax, any
temperature.
"""

from collections.abc import Sequence

from specrecord.models.base import OwnSamples
from specrecord.models.remote.completions.client import Capabilities
from specrecord.models.remote.completions.verifier import Sample, Verifier


class FanOut(Verifier):
    """One request, K + 1 prompts, a draw after each."""

    name = "fan-out"
    output_type = OwnSamples

    def verify(self, context: Sequence[int], drafted: Sequence[int]) -> OwnSamples:
        """One request. Raises TargetFaultError."""
        prompts = [[*context, *drafted[:count]] for count in range(len(drafted) + 1)]
        reply = self.client.ask(prompts, 1)
        answers = self.client.samples(reply, 1, len(prompts))
        tokens = [ids[0] for ids, _ in answers]
        return self.client.own_samples(reply, tokens, [positions[0] for _, positions in answers])

    @classmethod
    def why_untried(cls, capabilities: Capabilities, sample: Sample) -> str | None:
        """A list of texts ended mlx_lm.server 0.32.2's only worker: a probe must do no harm."""
        if capabilities.ids:
            return None
        return "it takes texts only, and several of them are not tried"

    def disagreement(self, sample: Sample) -> str | None:
        """Greedy draws after prefixes of the sample must be the sample. A near tie may fall the
        other way in another kernel; answers in the wrong order would agree by luck alone.
        """
        tokens = self.verify(sample.prompt, sample.tokens[:-1]).tokens
        if tokens[0] != sample.tokens[0]:
            return "its answers to several prompts are not those to each alone"
        same = sum(one == other for one, other in zip(tokens, sample.tokens, strict=True))
        if same < len(sample.tokens) - 1:
            return "its answers to several prompts are out of order"
        return None
