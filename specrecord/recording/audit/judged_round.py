"""A round as an audit sees it, under the run's rule: what siblings were drawn from, and what their
rejection left of the target.
"""

from collections.abc import Callable

from specrecord.events import CHUNKED, Draft, Verdict
from specrecord.recording.rounds import Round

Say = Callable[[str], None]  # takes in what does not hold

EXACT = 1e-9  # float64 sums over a vocabulary, in another order than when they were recorded
# rules under which siblings are drawn one after another out of one distribution
WITHOUT_REPLACEMENT = ("rrs", "match")


def token_and_prob(draft: Draft) -> tuple[int, float]:
    """Its token and its probability. Raises ValueError where one is not told, which is a
    finding.
    """
    if draft.token is None or draft.prob is None:
        raise ValueError("a token or its probability is not told")
    return draft.token, draft.prob


class JudgedRound:
    """A round of the track that is named, with the run's `rule` and `seed` from the header;
    `drafts` and `verdicts` are the round's.
    """

    __slots__ = ("drafts", "round", "rule", "seed", "track", "verdicts")

    def __init__(self, one: Round, track: str, rule: str | None, seed: int | None) -> None:
        self.round, self.track, self.rule, self.seed = one, track, rule, seed
        self.drafts: list[Draft] = one.drafts
        self.verdicts: list[Verdict] = one.verdicts

    @property
    def most_emits(self) -> int:
        """Tokens it may emit beside the accepted ones: several only where the target writes
        alone.
        """
        verify = self.round.verify
        return verify.tokens if verify is not None and self.track == CHUNKED else 1

    @property
    def rejected(self) -> list[Verdict]:
        """The rejected children of the last accepted node: a resampled token takes their place."""
        end = self.round.path_end
        return [
            v for v in self.verdicts if v.fate == "rejected" and self.drafts[v.node].parent == end
        ]

    def weight(self, node: int) -> float:
        """What the prefix of a chain up to a node weighs: its ratios, each kept to 1 at most."""
        weight = 1.0
        for verdict, draft in list(zip(self.verdicts, self.drafts, strict=False))[: node + 1]:
            weight = min(1.0, weight * (verdict.target_prob or 0.0) / token_and_prob(draft)[1])
        return weight

    def draft_prob(
        self, node: int, token: int, first: float | None, member: int | None
    ) -> float | None:
        """The probability of `token` where `node` was drawn, given it (`first`) in the
        distribution of `member`.

        None where that is another: siblings may come from different members of an ensemble.
        """
        if self.drafts[node].uniform is None:  # chosen: certain of itself
            return float(self.drafts[node].token == token)
        if self.drafts[node].member != member:
            return None
        if first is None or self.rule not in WITHOUT_REPLACEMENT:
            return first
        # Without replacement: elders are gone, and the rest has grown accordingly.
        for elder in self.round.elders(node):
            if self.drafts[elder].token == token:
                return 0.0
            first /= 1 - token_and_prob(self.drafts[elder])[1]
        return first

    def as_first(self, node: int) -> float | None:
        """The probability of a drawn token where its first sibling was drawn, before anything was
        taken out.
        """
        draft = self.drafts[node]
        if draft.uniform is None:
            return None
        drawn = token_and_prob(draft)[1]
        if self.rule in WITHOUT_REPLACEMENT:
            for elder in self.round.elders(node):
                drawn *= 1 - token_and_prob(self.drafts[elder])[1]
        return drawn

    def left(
        self,
        siblings: list[int],
        token: int,
        target_prob: float,
        first: float | None,
        member: int | None,
    ) -> float | None:
        """What the rejection of `siblings`, in order, left of the target's probability of `token`;
        None if unknown.

        `first` is the token's probability in the whole distribution of the draft, or of that
        `member` of it.
        """
        left = target_prob
        for node in siblings:
            shared = self.verdicts[node].overlap
            draft_prob = self.draft_prob(node, token, first, member)
            if shared is None or draft_prob is None:
                return None
            left = max(0.0, left - draft_prob) / (1 - shared) if shared < 1 else left
        return left

    def owed(self, siblings: list[int]) -> float:
        """The mass of what they left, of 1: a rounding error in a share of it is larger by that."""
        mass = 1.0
        for node in siblings:
            mass *= 1 - (self.verdicts[node].overlap or 0.0)
        return max(EXACT, mass)
