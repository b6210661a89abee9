"""Drafting: grows one round's tree from what the draft says, and remembers how each token came about.

Spans are stamped around the draft's own work: a pass of the model, the law, the draws. What is kept as evidence is
worked out after the last of them, and so are the events.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from specrecord.decoding.chance import Chance, Draw
from specrecord.decoding.evidence import EvidencePolicy, Rows, raw_logprobs
from specrecord.decoding.outcome import ROOT, Drafted, Rule
from specrecord.decoding.trees import Chain, Dynamic, Levels, Tree
from specrecord.decoding.warp import Laws, Warp, point_mass, softmax
from specrecord.events import Draft, Event, Law
from specrecord.models.base import BranchDrafter, Drafter, Logits

Clock = Callable[[], int]  # microseconds since the run began


@dataclass(slots=True)
class _Node:
    """How a node came about: when, for how long, by which draw, from which row of the draft's logits and laws.

    A chosen token has no `draw`.
    """

    time: int
    duration: int
    draw: Draw | None
    row: int


@dataclass
class Drafting:
    """One round's draft in the making. `ends` says whether the text ends with the given drafted tokens."""

    drafter: Drafter
    warp: Warp
    rule: Rule
    chance: Chance
    now: Clock
    context: list[int]
    ends: Callable[[Sequence[int]], bool]
    drafted: Drafted
    nodes: list[_Node] = field(default_factory=list)
    logits: list[Rows] = field(default_factory=list)
    laws: list[Laws] = field(default_factory=list)

    def grow(self, tree: Tree, depth: int) -> None:
        """Draft `tree`, at most `depth` tokens deep."""
        match tree:
            case Chain():
                self._levels((1,) * depth)
            case Levels(widths):
                self._levels(widths[:depth])
            case Dynamic(width, budget):
                self._dynamic(width, budget, depth)

    def events(self, evidence: EvidencePolicy) -> Iterator[Event]:
        """A `draft` event for each node, with its evidence, and the whole laws if they are wanted."""
        if not self.nodes:
            return
        logits, laws = np.stack(self.logits), np.stack(self.laws)
        kept = evidence.keep(logits, laws)
        rows = [node.row for node in self.nodes]
        tokens = self.drafted.tokens
        logprobs = raw_logprobs(logits[rows], tokens).tolist()
        told: set[int] = set()
        for index, node in enumerate(self.nodes):
            first = node.row not in told
            told.add(node.row)
            draw, parent = node.draw, self.drafted.parents[index]
            yield Draft(
                node.time, node.duration, index, parent, tokens[index], 1.0 if draw is None else draw.prob,
                logprobs[index], None if draw is None else draw.uniform, None if draw is None else draw.low,
                kept[node.row].entropy if first else None, kept[node.row].top if first else None,
            )  # fmt: skip
            if first and evidence.mode == "full":
                yield Law(node.time, "draft", parent, laws[node.row].astype(np.float32).tobytes())

    def _levels(self, widths: Sequence[int]) -> None:
        frontier = [ROOT]
        for depth, width in enumerate(widths):
            start = self.now()
            reached = self._ask(frontier)
            if not reached:
                return
            frontier = []
            for parent, row in reached:
                seen: set[int] = set()
                siblings = self.rule.sample(self.laws[row], width, self.chance, self.drafted.position + depth)
                for draw, law in siblings:
                    time = self.now()
                    node = self._add(draw.token, parent, law)
                    self.nodes.append(_Node(time, time - start, draw, row))
                    start = time
                    # A token drawn twice is judged twice, but the second can never be accepted: nothing hangs on it.
                    if draw.token not in seen and not self.drafted.ends[node]:
                        frontier.append(node)
                    seen.add(draw.token)
                start = self.now()
            if not frontier:
                return

    def _dynamic(self, width: int, budget: int, depth: int) -> None:
        """Candidates are grown by confidence, then the most confident are kept: a parent always is if its child is."""
        start = self.now()
        grown = Drafted(self.drafted.position)
        confidence: list[float] = []
        rows: list[int] = []
        frontier = [ROOT]
        for _ in range(depth):
            reached = self._ask(frontier, grown)
            first = len(grown.tokens)
            for parent, row in reached:
                own = softmax(self.logits[row])
                base = 1.0 if parent == ROOT else confidence[parent]
                for token in np.argsort(-own, kind="stable")[:width].tolist():
                    grown.add(token, parent, own, self.ends([*grown.spelled(parent), token]))
                    confidence.append(base * float(own[token]))
                    rows.append(row)
            best = sorted(range(first, len(grown.tokens)), key=lambda node: (-confidence[node], node))[:width]
            frontier = [node for node in sorted(best) if not grown.ends[node]]
            if not frontier:
                break
        self._keep_best(grown, confidence, rows, budget, start)

    def _keep_best(self, grown: Drafted, confidence: list[float], rows: list[int], budget: int, start: int) -> None:
        best = sorted(range(len(grown.tokens)), key=lambda node: (-confidence[node], node))[:budget]
        renumbered = {ROOT: ROOT}
        time = self.now()
        for node in sorted(best):
            parent = renumbered[grown.parents[node]]
            chosen = point_mass(np.intp(grown.tokens[node]), len(grown.laws[node]))
            renumbered[node] = self.drafted.add(grown.tokens[node], parent, chosen, grown.ends[node])
            self.nodes.append(_Node(time, time - start, None, rows[node]))
            start = time

    def _ask(self, frontier: list[int], tree: Drafted | None = None) -> list[tuple[int, int]]:
        """The draft's logits and laws after each node of the frontier it has something to say about: (node, row)."""
        tree = self.drafted if tree is None else tree
        answers: Sequence[Logits | None]
        if isinstance(self.drafter, BranchDrafter) and len(frontier) > 1:
            answers = self.drafter.branch_logits(self.context, tree.tokens, tree.parents, frontier)
        else:
            answers = [self.drafter.next_logits(self.context + tree.spelled(node)) for node in frontier]
        reached = [(node, logits) for node, logits in zip(frontier, answers, strict=True) if logits is not None]
        if not reached:
            return []
        first = len(self.logits)
        self.logits += [logits for _, logits in reached]
        self.laws += list(self.warp(np.stack([logits for _, logits in reached])))
        return [(node, first + index) for index, (node, _) in enumerate(reached)]

    def _add(self, token: int, parent: int, law: Laws) -> int:
        return self.drafted.add(token, parent, law, self.ends([*self.drafted.spelled(parent), token]))
