"""Lists of likeliest tokens: each is sorted and spelled, holds at most everything, and agrees with
the probability and the place of the token beside it.
"""

from collections.abc import Iterator, Mapping

from specrecord.events import Draft, unpack_top
from specrecord.header import Evidence
from specrecord.recording.audit.judged_round import WITHOUT_REPLACEMENT, JudgedRound

_SINGLE = 2e-6  # a float64 against its float32 copy in a list
_SUMMED = 1e-4  # sums of such copies, and of probabilities too small to be listed


class TopLists:
    """Checks lists as the header's `evidence` says that they were kept.

    `spelled` are the ids whose bytes are known so far.
    """

    def __init__(self, evidence: Evidence, spelled: Mapping[int, bytes]) -> None:
        self.spelled = spelled
        # Whether they describe what is sampled, and not the model's own at temperature 1.
        self.sampled = evidence.of == "law"
        self.count = evidence.n
        # How far a listed probability may be from the true one, and a sum of them.
        self.off = _SINGLE + (evidence.step or 0.0) / 2
        self.off_summed = _SUMMED + (self.count or 0) * (self.off - _SINGLE)
        self.least = evidence.least or _SINGLE

    def agrees(
        self, packed: bytes | None, token: int, prob: float | None, low: float | None = None
    ) -> Iterator[str]:
        """What is wrong with a list, or with `token` in it: its probability, and where its interval
        begins.
        """
        if packed is None:
            return
        entries = unpack_top(packed)
        listed, probs = dict(entries), [prob for _, prob in entries]
        if (
            probs != sorted(probs, reverse=True)
            or sum(probs) > 1 + self.off * len(probs)
            or min(probs, default=0) < 0
        ):
            yield "its likeliest tokens are not in order, or hold more than everything"
        if not self.spelled.keys() >= listed.keys():
            yield "its likeliest tokens include one that was never spelled"
        if not self.sampled or prob is None:
            return
        share = listed.get(token)
        if share is not None and abs(share - prob) > self.off:
            yield f"probability {prob:.6g}, but its list of likeliest tokens says {share:.6g}"
        # A list shorter than n holds every token that is not negligible.
        least = probs[-1] if len(probs) == self.count else self.least
        if share is None and prob > least + self.off:
            yield (
                f"token {token} with probability {prob:.6g} is missing from its list of "
                "likeliest tokens"
            )
        if low is not None:
            yield from _begins(listed, token, low, self.off_summed)

    def sibling_begins(
        self, judged: JudgedRound, packed: bytes | None, event: Draft, low: float | None
    ) -> Iterator[str]:
        """A later sibling's interval begins where the tokens below it end that its elders left."""
        if packed is None or low is None or not self.sampled:
            return
        elders = judged.round.elders(event.node) if judged.rule in WITHOUT_REPLACEMENT else []
        gone = {judged.drafts[elder].token for elder in elders}
        scale = (judged.as_first(event.node) or 0.0) / event.prob
        if not scale:
            return
        listed = {token: prob / scale for token, prob in unpack_top(packed) if token not in gone}
        yield from _begins(listed, event.token, low, self.off_summed / scale)

    def holds_choice(self, judged: JudgedRound, event: Draft) -> Iterator[str]:
        """A token that was chosen stands in the list of the draft's likeliest, if there is one."""
        siblings = [*judged.round.elders(event.node), event.node]
        listed = [token for token, _ in unpack_top(judged.drafts[siblings[0]].top)]
        if len(listed) == self.count and len(siblings) <= len(listed) and event.token not in listed:
            yield f"token {event.token} was chosen, but is not among the likeliest of the draft"


def _begins(listed: dict[int, float], token: int, low: float, off: float) -> Iterator[str]:
    """Whether a token's interval can begin at `low`: after the listed tokens below it, and what is
    not listed.
    """
    below = sum([prob for other, prob in listed.items() if other < token])
    unlisted = max(0.0, 1 - sum(listed.values()))
    if not below - off <= low <= below + unlisted + off:
        yield f"its interval cannot begin at {low:.6g}, the tokens listed below it hold {below:.6g}"
