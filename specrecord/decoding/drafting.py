"""Drafting: grows one round's tree from what the draft says, and remembers how each token came
about.

Spans are stamped around the draft's own work: a pass of the model, its distribution, the draws.
What is recorded beside a token is worked out after the last of them, and so are the events.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from specrecord.decoding.draft_length import AdaptiveDraftLength
from specrecord.decoding.draft_tree import CERTAIN, ROOT, DraftTree
from specrecord.decoding.logprob_capture import NO_SUMMARY, LogprobCapture, Row, Summary
from specrecord.decoding.rejection_rule import RejectionRule, independent
from specrecord.decoding.rng import Draw, Rng
from specrecord.decoding.sampling import Probs, SamplingParams, point_mass, softmax
from specrecord.decoding.trees import Chain, Dynamic, Levels, Tree
from specrecord.events import Distribution, Draft, Event
from specrecord.models.base import Drafter, Logits, Proposer

Clock = Callable[[], int]  # microseconds since the run began


@dataclass(slots=True)
class _Node:
    """How a node came about: when, for how long, by which draw, from which row of the draft's
    logits and distributions.

    A chosen token has no `draw`, a proposed one no `row` either. `member` drafted it, of an
    ensemble.
    """

    time: int
    duration: int
    draw: Draw | None = None
    row: int | None = None
    member: int | None = None


@dataclass
class Drafting:
    """One round's draft in progress. `ends` says whether the text ends with the given drafted
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
    nodes: list[_Node] = field(default_factory=list)
    logits: list[Row] = field(default_factory=list)
    probs: list[Probs] = field(default_factory=list)

    def grow(self, tree: Tree, depth: int) -> None:
        """Draft `tree`, at most `depth` tokens deep. A proposer fills it with what it has."""
        if isinstance(self.drafter, Proposer):
            self._propose(self.drafter, tree.width, depth)
            return
        match tree:
            case Chain():
                self._levels(self.drafter, (1,) * depth)
            case Levels(widths):
                self._levels(self.drafter, widths[:depth])
            case Dynamic(width, budget):
                self._dynamic(self.drafter, width, budget, depth)

    def summarise(self, capture: LogprobCapture) -> list[Summary]:
        """A summary of each row."""
        return capture.summarise(self.logits, self.probs, self.sampling.temperature)

    def events(self, capture: LogprobCapture, summaries: Sequence[Summary]) -> Iterator[Event]:
        """A `draft` event for each node, and the whole distributions if they are wanted. Siblings
        from one row have its summary with the first of them.
        """
        rows_shown: set[int] = set()
        for index, node in enumerate(self.nodes):
            row, draw, parent = node.row, node.draw, self.draft_tree.parents[index]
            token, logprob, summary = self.draft_tree.tokens[index], None, NO_SUMMARY
            if row is not None:
                logprob = summaries[row].logprob(self.logits[row].item(token))
                summary = NO_SUMMARY if row in rows_shown else summaries[row]
            yield Draft(
                time=node.time,
                duration=node.duration,
                node=index,
                parent=parent,
                token=token,
                prob=1.0 if draw is None else draw.prob,
                raw_logprob=logprob,
                uniform=None if draw is None else draw.uniform,
                low=None if draw is None else draw.low,
                entropy=summary.entropy,
                top=summary.top,
                member=node.member,
            )
            if row is None or row in rows_shown:
                continue
            rows_shown.add(row)
            if capture.mode == "full":
                yield Distribution(
                    time=node.time,
                    side="draft",
                    row=parent,
                    probs=self.probs[row].astype(np.float32).tobytes(),
                    member=node.member,
                )

    def _propose(self, proposer: Proposer, width: int, depth: int) -> None:
        """All tokens are proposed at once; what follows an end of the text is left out."""
        start = self.now()
        proposal = proposer.propose(self.context, depth, width)
        time = self.now()
        renumbered = {ROOT: ROOT}
        for index, (token, parent) in enumerate(
            zip(proposal.tokens, proposal.parents, strict=True)
        ):
            above = renumbered.get(parent)
            if above is None or (above != ROOT and self.draft_tree.ends[above]):
                continue
            renumbered[index] = self._add(token, above, CERTAIN)
            self.nodes.append(_Node(time, time - start))
            start = time

    def _levels(self, drafter: Drafter, widths: Sequence[int]) -> None:
        frontier, length = [ROOT], self.draft_length
        for depth, width in enumerate(widths):
            if depth and length is not None and not length.worth(self.confidences):
                return
            start = self.now()
            reached = self._ask(self._sources(drafter, width), frontier, self.draft_tree)
            frontier = []
            for parent, rows in reached:
                seen: set[int] = set()
                for draw, probs, row, member in self._siblings(rows, width, depth):
                    time = self.now()
                    node = self._add(draw.token, parent, probs)
                    self.nodes.append(_Node(time, time - start, draw, row, member))
                    start = time
                    # A token drawn twice is tested twice, but the second can never be accepted:
                    # nothing hangs on it.
                    if draw.token not in seen and not self.draft_tree.ends[node]:
                        frontier.append(node)
                    seen.add(draw.token)
                start = self.now()
            if not frontier:
                return

    @property
    def confidences(self) -> list[float]:
        """Of each row, the largest probability of the distribution that was drawn from; at
        temperature 0, of the model's own.
        """
        if self.sampling.temperature == 0:
            return [float(softmax(logits).max()) for logits in self.logits]
        return [float(probs.max()) for probs in self.probs]

    @property
    def duration(self) -> int:
        """Microseconds that the draft took."""
        return sum(node.duration for node in self.nodes)

    def _sources(self, drafter: Drafter, width: int) -> Sequence[Drafter]:
        """Who is asked: siblings that are drawn independently come from the members of an ensemble
        in turn, all else from their mixture.
        """
        by_member = width > 1 and self.rule.sample is independent and drafter.members
        return drafter.members if by_member else [drafter]

    def _siblings(
        self, rows: list[tuple[int, int]], width: int, depth: int
    ) -> Iterator[tuple[Draw, Probs, int, int | None]]:
        """Draws with the distribution, row and member they come from: all from one row, or from
        those of several members in turn.
        """
        position = self.draft_tree.position + depth
        turns = [(*rows[sibling % len(rows)], 1) for sibling in range(width)]
        for member, row, count in turns if len(rows) > 1 else [(None, rows[0][1], width)]:
            for draw, probs in self.rule.sample(self.probs[row], count, self.rng, position):
                yield draw, probs, row, member

    def _dynamic(self, drafter: Drafter, width: int, budget: int, depth: int) -> None:
        """Candidates are grown by confidence, then the most confident stay: a parent always does if
        its child does.
        """
        start = self.now()
        grown = DraftTree(self.draft_tree.position)
        confidence: list[float] = []
        rows: list[int] = []
        frontier = [ROOT]
        for _ in range(depth):
            first = len(grown.tokens)
            for parent, [(_, row)] in self._ask([drafter], frontier, grown):
                own = softmax(self.logits[row])
                base = 1.0 if parent == ROOT else confidence[parent]
                for token in np.argsort(-own, kind="stable")[:width].tolist():
                    grown.add(token, parent, own, self.ends([*grown.path_tokens(parent), token]))
                    confidence.append(base * float(own[token]))
                    rows.append(row)
            best = _most_confident(range(first, len(grown.tokens)), confidence, width)
            frontier = [node for node in best if not grown.ends[node]]
            if not frontier:
                break
        renumbered = {ROOT: ROOT}
        time = self.now()
        for node in _most_confident(range(len(grown.tokens)), confidence, budget):
            chosen = point_mass(np.intp(grown.tokens[node]), len(grown.probs[node]))
            renumbered[node] = self.draft_tree.add(
                grown.tokens[node], renumbered[grown.parents[node]], chosen, grown.ends[node]
            )
            self.nodes.append(_Node(time, time - start, row=rows[node]))
            start = time

    def _ask(
        self, drafters: Sequence[Drafter], frontier: list[int], tree: DraftTree
    ) -> list[tuple[int, list[tuple[int, int]]]]:
        """The drafts' logits and distributions after each node of the frontier that they have
        something to say about: the node, and for each draft that has its number and its row.
        """
        answers = [
            drafter.branch_logits(self.context, tree.tokens, tree.parents, frontier)
            for drafter in drafters
        ]
        reached: list[tuple[int, list[tuple[int, int]]]] = []
        new: list[Logits] = []
        for node, *by_draft in zip(frontier, *answers, strict=True):
            rows: list[tuple[int, int]] = []
            for member, logits in enumerate(by_draft):
                if logits is not None:
                    rows.append((member, len(self.logits) + len(new)))
                    new.append(logits)
            if rows:
                reached.append((node, rows))
        self.logits += new
        if new:
            self.probs.extend(self.sampling(new[0][None] if len(new) == 1 else np.array(new)))
        return reached

    def _add(self, token: int, parent: int, probs: Probs) -> int:
        ends = self.ends([*self.draft_tree.path_tokens(parent), token])
        return self.draft_tree.add(token, parent, probs, ends)


def _most_confident(nodes: Sequence[int], confidence: list[float], count: int) -> list[int]:
    """The `count` most confident of `nodes`, in node order; ties go to the first."""
    return sorted(sorted(nodes, key=lambda node: (-confidence[node], node))[:count])
