"""The speculative lane as a list of rounds: what was drafted, what became of it, and what was
emitted.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from specrecord.events import SPECULATIVE, Draft, Emit, Event, RoundBegin, Verdict, Verify
from specrecord.recording.stats import track_events


@dataclass
class RoundStory:
    """One verified round. Drafts and verdicts stand in node order; `emit` is the resampled or bonus
    token.
    """

    index: int
    drafts: list[Draft] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    emit: Emit | None = None
    verified: bool = False

    def count(self, fate: str) -> int:
        """How many drafted tokens met this fate."""
        return sum(verdict.fate == fate for verdict in self.verdicts)

    @property
    def accepted_tokens(self) -> list[int]:
        """Ids of the accepted tokens, in order."""
        token_of = {draft.node: draft.token for draft in self.drafts}
        return [token_of[verdict.node] for verdict in self.verdicts if verdict.fate == "accepted"]


def read_rounds(events: Iterable[Event]) -> list[RoundStory]:
    """Rounds of the run itself that have a `verify`, in order."""
    rounds: list[RoundStory] = []
    for _, event in track_events(events, SPECULATIVE):
        match event:
            case RoundBegin():
                rounds.append(RoundStory(event.index))
            case Draft():
                rounds[-1].drafts.append(event)
            case Verify():
                rounds[-1].verified = True
            case Verdict():
                rounds[-1].verdicts.append(event)
            case Emit():
                rounds[-1].emit = event
    return [story for story in rounds if story.verified]
