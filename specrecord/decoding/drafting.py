"""Drafting: grows one round's tree from what the draft says, and remembers how each token came
about.

Spans are stamped around the draft's own work: a pass of the model, the law, the draws. What is kept
as evidence is worked out after the last of them, and so are the events.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from specrecord.decoding.draft_length import AdaptiveDraftLength
from specrecord.decoding.draft_tree import CERTAIN, ROOT, DraftTree
from specrecord.decoding.logprob_capture import (
    NOTHING_KEPT,
    Kept,
    LogprobCapture,
    Rows,
    raw_logprobs,
)
from specrecord.decoding.rejection.rule import RejectionRule, independent
from specrecord.decoding.rng import Draw, Rng
from specrecord.decoding.sampling import Probs, SamplingParams, point_mass, softmax
from specrecord.decoding.trees import Chain, Dynamic, Levels, Tree
from specrecord.events import Distribution, Draft, Event
from specrecord.models.base import AheadModel, BranchDrafter, Drafter, Ensemble, Logits, Proposer

Clock = Callable[[], int]  # microseconds since the run began


@dataclass(slots=True)
class _Node:
    """How a node came about: when, for how long, by which draw, from which row of the draft's
    logits and laws.

    A chosen token has no `draw`, one that was guessed without a law no `row`. `member` drafted it,
    of an ensemble.
    """

    time: int
    duration: int
    draw: Draw | None
    row: int | None
    member: int | None = None


@dataclass
class Drafting:
    """One round's draft in the making. `ends` says whether the text ends with the given drafted
    tokens.
    """

    drafter: Drafter | Proposer
    sampling: SamplingParams
    rule: RejectionRule
    rng: Rng
    now: Clock
    context: list[int]
    ends: Callable[[Sequence[int]], bool]
    draft_tree: DraftTree
    draft_length: AdaptiveDraftLength | None = None
    early: AheadModel | None = None
    nodes: list[_Node] = field(default_factory=list)
    logits: list[Rows] = field(default_factory=list)
    probs: list[Probs] = field(default_factory=list)

    def grow(self, tree: Tree, depth: int) -> None:
        """Draft `tree`, at most `depth` tokens deep. A guesser fills it with what it has."""
        if isinstance(self.drafter, Proposer):
            self._guessed(self.drafter, tree, depth)
            return
        match tree:
            case Chain():
                self._levels((1,) * depth)
            case Levels(widths):
                self._levels(widths[:depth])
            case Dynamic(width, budget):
                self._dynamic(width, budget, depth)

    def events(self, evidence: LogprobCapture) -> Iterator[Event]:
        """A `draft` event for each node, with its evidence, and the whole laws if they are
        wanted.
        """
        kept, logprobs = self._evidence(evidence)
        told: set[int | None] = {None}
        for index, node in enumerate(self.nodes):
            row = kept[node.row] if node.row not in told and node.row is not None else NOTHING_KEPT
            draw, parent = node.draw, self.draft_tree.parents[index]
            yield Draft(
                node.time, node.duration, index, parent, self.draft_tree.tokens[index],
                1.0 if draw is None else draw.prob, logprobs[index],
                None if draw is None else draw.uniform, None if draw is None else draw.low,
                row.entropy, row.top, node.member,
            )  # fmt: skip
            if node.row is not None and node.row not in told and evidence.mode == "full":
                probs = self.probs[node.row].astype(np.float32).tobytes()
                yield Distribution(node.time, "draft", parent, probs, node.member)
            told.add(node.row)

    def _evidence(self, evidence: LogprobCapture) -> tuple[list[Kept], list[float | None]]:
        """What is kept of each row, and each node's raw log-probability, None where it was
        guessed.
        """
        if not self.logits:
            return [], [None] * len(self.nodes)
        rows = [
            node.row for node in self.nodes if node.row is not None
        ]  # all or none: a guesser has no rows
        logprobs = raw_logprobs([self.logits[row] for row in rows], self.draft_tree.tokens)
        return evidence.keep(np.stack(self.logits), np.stack(self.probs)), list(logprobs)

    def _guessed(self, proposer: Proposer, tree: Tree, depth: int) -> None:
        """All of the guesses are made at once; what follows an end of the text is left out."""
        start = self.now()
        proposal = proposer.propose(self.context, depth, _width(tree))
        time = self.now()
        renumbered = {ROOT: ROOT}
        for propose, (token, parent) in enumerate(
            zip(proposal.tokens, proposal.parents, strict=True)
        ):
            above = renumbered.get(parent)
            if above is None or (above != ROOT and self.draft_tree.ends[above]):
                continue
            renumbered[propose] = self._add(token, above, CERTAIN)
            self.nodes.append(_Node(time, time - start, None, None))
            start = time

    def _levels(self, widths: Sequence[int]) -> None:
        frontier = [ROOT]
        for depth, width in enumerate(widths):
            if (
                self.draft_length is not None
                and depth
                and not self.draft_length.worth(self.confidences)
            ):
                return
            start = self.now()
            if self.early is not None and depth == 0 and self._foreseeable(widths):
                self.early.draft_ahead(
                    self.context, self.rng.upcoming(len(widths)), self.sampling.temperature
                )
            reached = self._ask(frontier, self.draft_tree, self._by_member(width))
            frontier = []
            for parent, rows in reached:
                seen: set[int] = set()
                for draw, probs, row, member in self._siblings(rows, width, depth):
                    time = self.now()
                    node = self._add(draw.token, parent, probs)
                    self.nodes.append(_Node(time, time - start, draw, row, member))
                    start = time
                    # A token drawn twice is judged twice, but the second can never be accepted:
                    # nothing hangs on it.
                    if draw.token not in seen and not self.draft_tree.ends[node]:
                        frontier.append(node)
                    seen.add(draw.token)
                start = self.now()
            if not frontier:
                return

    def _foreseeable(self, widths: Sequence[int]) -> bool:
        """Whether each token will hang on one uniform and its law alone."""
        drawn = (
            self.sampling.top_k == 0
            and self.sampling.top_p == 1
            and not self.rule.by_shared_randomness
        )
        return (
            max(widths) == 1
            and self.draft_length is None
            and (drawn or self.sampling.temperature == 0)
        )

    @property
    def confidences(self) -> list[float]:
        """Of each row, the largest probability of the law that was drawn from; at temperature 0, of
        the model's own.
        """
        if self.sampling.temperature == 0:
            return [float(softmax(logits).max()) for logits in self.logits]
        return [float(probs.max()) for probs in self.probs]

    @property
    def duration(self) -> int:
        """Microseconds that the draft took."""
        return sum(node.duration for node in self.nodes)

    def _by_member(self, width: int) -> bool:
        """Whether siblings come from the members of an ensemble in turn, and not from their
        mixture.
        """
        return width > 1 and self.rule.sample is independent and isinstance(self.drafter, Ensemble)

    def _siblings(
        self, rows: list[int], width: int, depth: int
    ) -> Iterator[tuple[Draw, Probs, int, int | None]]:
        """Draws with the law and row they come from: all from one, or from the members' rows in
        turn.
        """
        position = self.draft_tree.position + depth
        if len(rows) == 1:
            for draw, probs in self.rule.sample(self.probs[rows[0]], width, self.rng, position):
                yield draw, probs, rows[0], None
            return
        for sibling in range(width):
            member = sibling % len(rows)
            for draw, probs in self.rule.sample(self.probs[rows[member]], 1, self.rng, position):
                yield draw, probs, rows[member], member

    def _dynamic(self, width: int, budget: int, depth: int) -> None:
        """Candidates are grown by confidence, then the most confident are kept: a parent always is
        if its child is.
        """
        start = self.now()
        grown = DraftTree(self.draft_tree.position)
        confidence: list[float] = []
        rows: list[int] = []
        frontier = [ROOT]
        for _ in range(depth):
            first = len(grown.tokens)
            for parent, (row,) in self._ask(frontier, grown):
                own = softmax(self.logits[row])
                base = 1.0 if parent == ROOT else confidence[parent]
                for token in np.argsort(-own, kind="stable")[:width].tolist():
                    grown.add(token, parent, own, self.ends([*grown.spelled(parent), token]))
                    confidence.append(base * float(own[token]))
                    rows.append(row)
            best = sorted(
                range(first, len(grown.tokens)), key=lambda node: (-confidence[node], node)
            )[:width]
            frontier = [node for node in sorted(best) if not grown.ends[node]]
            if not frontier:
                break
        self._keep_best(grown, confidence, rows, budget, start)

    def _keep_best(
        self, grown: DraftTree, confidence: list[float], rows: list[int], budget: int, start: int
    ) -> None:
        best = sorted(range(len(grown.tokens)), key=lambda node: (-confidence[node], node))[:budget]
        renumbered = {ROOT: ROOT}
        time = self.now()
        for node in sorted(best):
            parent = renumbered[grown.parents[node]]
            chosen = point_mass(np.intp(grown.tokens[node]), len(grown.probs[node]))
            renumbered[node] = self.draft_tree.add(
                grown.tokens[node], parent, chosen, grown.ends[node]
            )
            self.nodes.append(_Node(time, time - start, None, rows[node]))
            start = time

    def _ask(
        self, frontier: list[int], tree: DraftTree, by_member: bool = False
    ) -> list[tuple[int, list[int]]]:
        """The draft's logits and laws after each node of the frontier it has something to say
        about: (node, rows).
        """
        drafters = (
            self.drafter.members
            if by_member and isinstance(self.drafter, Ensemble)
            else [self.drafter]
        )
        answers = [self._logits(drafter, frontier, tree) for drafter in drafters]
        reached: list[tuple[int, list[int]]] = []
        new: list[Logits] = []
        for place, node in enumerate(frontier):
            told = [logits for one in answers if (logits := one[place]) is not None]
            if told:
                first = len(self.logits) + len(new)
                reached.append((node, list(range(first, first + len(told)))))
                new += told
        self.logits += new
        self.probs += list(self.sampling(np.stack(new))) if new else []
        return reached

    def _logits(
        self, drafter: Any, frontier: list[int], tree: DraftTree
    ) -> Sequence[Logits | None]:
        if len(frontier) > 1 and isinstance(drafter, BranchDrafter):
            return drafter.branch_logits(self.context, tree.tokens, tree.parents, frontier)
        return [drafter.next_logits(self.context + tree.spelled(node)) for node in frontier]

    def _add(self, token: int, parent: int, probs: Probs) -> int:
        return self.draft_tree.add(
            token, parent, probs, self.ends([*self.draft_tree.spelled(parent), token])
        )


def _width(tree: Tree) -> int:
    """How many guesses side by side a tree has room for."""
    match tree:
        case Chain():
            return 1
        case Levels(widths):
            return max(widths)
        case Dynamic(width, _):
            return width
