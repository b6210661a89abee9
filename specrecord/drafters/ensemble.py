"""Several drafts at once: a mixture that is sampled as a mixture, or children of one node from
different drafts.

Either way the distribution that a token is drawn from is known, so the rules stay lossless. Miao et
al. (SpecInfer), arXiv 2305.09781, draft with several small models; the mixture is the textbook's.
"""

from collections.abc import Sequence

import numpy as np

from specrecord.models.base import Drafter, Logits, ModelInfo, Proposer


class EnsembleDrafter(Drafter):
    """Several drafters as one. A proposer takes part as a draft that is certain of one token."""

    def __init__(self, members: Sequence[Drafter | Proposer], vocabulary: int) -> None:
        self.members = [
            PointMassDrafter(member, vocabulary) if isinstance(member, Proposer) else member
            for member in members
        ]
        names = [member.info.name for member in members]
        first = members[0].info
        self.info = ModelInfo(
            name="+".join(names),
            backend="+".join(dict.fromkeys(member.info.backend for member in members)),
            model="+".join(member.info.model for member in members),
            vocabulary=first.vocabulary,
            context=min(member.info.context for member in members),
            parameters=sum(member.info.parameters or 0 for member in members),
            details={"members": names},
        )

    def prefill(self, context: Sequence[int]) -> int:
        """Let every member read `context`. Returns how many of its tokens all of them had
        cached.
        """
        return min(member.prefill(context) for member in self.members)

    def next_logits(self, context: Sequence[int]) -> Logits | None:
        """log of the mean of the members' probabilities, float32 (vocabulary,)."""
        return self.branch_logits(context, (), (), (-1,))[0]

    def branch_logits(
        self,
        context: Sequence[int],
        tokens: Sequence[int],
        parents: Sequence[int],
        nodes: Sequence[int],
    ) -> list[Logits | None]:
        """The same after each of `nodes`, of those members that have something to say there."""
        answers = [member.branch_logits(context, tokens, parents, nodes) for member in self.members]
        return [_mixture(of_node) for of_node in zip(*answers, strict=True)]


def _mixture(of_members: Sequence[Logits | None]) -> Logits | None:
    answers = [logits for logits in of_members if logits is not None]
    if not answers:
        return None
    shares = np.zeros(answers[0].shape)
    for logits in answers:
        weights = np.exp(logits.astype(np.float64) - logits.max())
        shares += weights / weights.sum()
    with np.errstate(divide="ignore"):
        mixture: Logits = np.log(shares / len(answers)).astype(np.float32)
    return mixture


class PointMassDrafter(Drafter):
    """A proposer as a drafter: all of the probability on the first token it proposes."""

    def __init__(self, proposer: Proposer, vocabulary: int) -> None:
        self.info = proposer.info
        self._proposer, self._vocabulary = proposer, vocabulary

    def prefill(self, context: Sequence[int]) -> int:
        """As the proposer does."""
        return self._proposer.prefill(context)

    def next_logits(self, context: Sequence[int]) -> Logits | None:
        """0 for the proposed token, -inf for all else; None without one."""
        proposal = self._proposer.propose(context, 1, 1)
        if not proposal.tokens:
            return None
        logits = np.full(self._vocabulary, -np.inf, np.float32)
        logits[proposal.tokens[0]] = 0.0
        return logits
