"""An answer that is written along a predicted text: what of it the model would write itself is
taken a dozen tokens a pass.

Tokens of the prediction are tested where it stands after what was taken of it last. The model
draws at each place; a token stays while it is the one that was drawn, so that the answer is what
it would be without a prediction. Where another was drawn, the model writes on alone until the last
three tokens stand in the rest of the prediction, which is taken up again behind them. Accepted are
the tokens of the prediction that so came up in the answer, each once and in order; all others are
rejected.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from specrecord.decoding.rng import Rng
from specrecord.decoding.sampling import SamplingParams
from specrecord.models.base import Logits

_WINDOW = 16  # predicted tokens that one pass tests
_ANCHOR = 3  # tokens by which a prediction is found again

Pass = Callable[[Sequence[int], Sequence[int]], Logits]  # after a context, and each token behind it


@dataclass
class Prediction:
    """A predicted text, and how much of it came up so far; `place` is what is expected next, None
    where the answer has left it.
    """

    tokens: list[int]
    accepted: int = 0
    place: int | None = 0
    taken: int = 0  # nothing before this can come up any more
    alone: int = 0  # tokens since the last that was accepted

    @property
    def rejected(self) -> int:
        """Tokens of it that did not come up."""
        return len(self.tokens) - self.accepted

    def expected(self, most: int) -> list[int]:
        """What may come next."""
        if self.place is None:
            return []
        return self.tokens[self.place : self.place + min(_WINDOW, max(0, most))]

    def follow(self, written: Sequence[int]) -> None:
        """Take in the newest token of the answer."""
        if self.place is not None and self.tokens[self.place : self.place + 1] == [written[-1]]:
            self._take(1, self.place + 1)
            return
        self.place, anchor = None, list(written[-_ANCHOR:])
        self.alone += 1
        for start in range(self.taken, len(self.tokens) - _ANCHOR + 1):
            if self.tokens[start : start + _ANCHOR] == anchor:
                self._take(min(_ANCHOR, self.alone), start + _ANCHOR)
                return

    def _take(self, count: int, place: int) -> None:
        self.accepted, self.alone = self.accepted + count, 0
        self.place = self.taken = place


@dataclass
class Answer:
    """What is written so far, and why it ended."""

    tokens: list[int] = field(default_factory=list)
    text: bytes = b""
    finish: str | None = None


def write_along(
    read: Pass,
    prompt: Sequence[int],
    prediction: Prediction,
    budget: int,
    sampling: SamplingParams,
    rng: Rng,
    add: Callable[[int], str | None],
    passed: Callable[[], bool],
) -> None:
    """Write at most `budget` tokens. `add` takes each in and says why the text ends with it, if it
    does; `passed` hears of each pass, and says whether anybody waits for the next.
    """
    written: list[int] = []
    while len(written) < budget:
        guess = prediction.expected(budget - len(written) - 1)
        for row, logits in enumerate(read([*prompt, *written], guess)):
            token = rng.draw(sampling(logits)).token
            written.append(token)
            prediction.follow(written)
            if add(token) is not None:
                passed()
                return
            if row >= len(guess) or token != guess[row]:
                break
        if not passed():
            return
