"""The round that an audit is in, as its checks see it: who was drafted and judged, and who stands
where in the tree.
"""

from dataclasses import dataclass, field

from specrecord.events import Draft, RoundBegin, Verdict

EXACT = 1e-9  # float64 sums over a vocabulary, in another order than when they were recorded
WITHOUT_REPLACEMENT = (
    "rrs",
    "match",
)  # rules under which siblings are drawn one after another out of one law


@dataclass
class RoundState:
    """What the audit remembers of a round. `rule` and `seed` are the run's, from the header."""

    rule: str | None
    seed: int | None
    begun: RoundBegin | None = None
    drafts: list[Draft] = field(default_factory=list)
    verified: bool = False
    verdicts: list[Verdict] = field(default_factory=list)
    emitted: int = 0
    # tokens that it may emit beside the accepted ones: several only where the target writes alone
    most: int = 1

    @property
    def accepted(self) -> list[int]:
        """The accepted nodes, in order."""
        return [verdict.node for verdict in self.verdicts if verdict.fate == "accepted"]

    @property
    def end(self) -> int:
        """The node that the accepted path leads to, -1 for the root."""
        accepted = self.accepted
        return accepted[-1] if accepted else -1

    @property
    def rejected(self) -> list[Verdict]:
        """The rejected children of the last accepted node: a resampled token takes their place."""
        end = self.end
        return [
            v for v in self.verdicts if v.fate == "rejected" and self.drafts[v.node].parent == end
        ]

    @property
    def position(self) -> int:
        """Tokens that were emitted before this round."""
        return self.begun.position if self.begun else 0

    def elders(self, node: int) -> list[int]:
        """The siblings that were drafted before `node`."""
        return [
            other for other in range(node) if self.drafts[other].parent == self.drafts[node].parent
        ]

    def depth(self, node: int) -> int:
        """How many drafted tokens stand before `node`."""
        steps, parent = 0, self.drafts[node].parent
        while parent >= 0:
            steps, parent = steps + 1, self.drafts[parent].parent
        return steps

    def draft_prob(
        self, node: int, token: int, first: float | None, member: int | None
    ) -> float | None:
        """The probability of `token` in the law that `node` was drawn from, given it (`first`) in
        that of `member`.

        None where that is another law: siblings may come from different members of an ensemble.
        """
        if self.drafts[node].uniform is None:  # chosen: certain of itself
            return float(self.drafts[node].token == token)
        if self.drafts[node].member != member:
            return None
        if first is None or self.rule not in WITHOUT_REPLACEMENT:
            return first
        for elder in self.elders(
            node
        ):  # without replacement: they are gone, and the rest has grown accordingly
            if self.drafts[elder].token == token:
                return 0.0
            first /= 1 - self.drafts[elder].prob
        return first

    def as_first(self, node: int) -> float | None:
        """The probability of a drawn token in the law of its first sibling, before anything was
        taken out of it.
        """
        draft = self.drafts[node]
        if draft.uniform is None:
            return None
        drawn = draft.prob
        if self.rule in WITHOUT_REPLACEMENT:
            for elder in self.elders(node):
                drawn *= 1 - self.drafts[elder].prob
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

        `first` is the token's probability in the whole law of the draft, or of that `member` of it.
        """
        left = target_prob
        for node in siblings:
            shared, draft_prob = (
                self.verdicts[node].overlap,
                self.draft_prob(node, token, first, member),
            )
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
