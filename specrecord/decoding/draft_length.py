"""How deep to draft, decided as the run goes: stop where one more token is not expected to pay.

The times come from the rounds so far, how likely acceptance is from how often distributions as sure
as the draft's own now are agreed with. The decision looks at what was drafted and at the past
alone, and every drafted token is tested, so it changes the speed and never the distribution of the
output. (To draw a token and drop it for its low confidence would bias the output; the tests have
that as a mutant.)
"""

from dataclasses import dataclass, field

from specrecord.theory import Times, fit_line, worth_one_more

_WINDOW = 64  # rounds that the times are estimated from
_BINS = 5  # classes of confidence
_PRIOR, _WEIGHT = 0.7, 4.0  # acceptance before anything was seen, as so many observations
_EXPLORE = 2  # tokens that the first rounds draft at least, so that both slopes can be fitted


@dataclass
class AdaptiveDraftLength:
    """What a run has learnt about its own speed. Durations are in any one unit, here
    microseconds.
    """

    drafts: list[float] = field(default_factory=list)
    passes: list[tuple[float, float]] = field(default_factory=list)
    rests: list[float] = field(default_factory=list)
    agreed: list[float] = field(default_factory=lambda: [_PRIOR * _WEIGHT] * _BINS)
    observed: list[float] = field(default_factory=lambda: [_WEIGHT] * _BINS)

    def worth(self, confidences: list[float]) -> bool:
        """Whether to draft one more token after those with these confidences (the draft
        distribution's largest probability).
        """
        if len(confidences) < 1 or len(self.passes) < _EXPLORE:
            return len(confidences) < max(1, _EXPLORE + len(self.passes))
        survival = [1.0]
        for confidence in confidences:
            survival.append(survival[-1] * self._acceptance(confidence))
        survival.append(survival[-1] * sum(self.agreed) / sum(self.observed))
        return worth_one_more(survival[1:], self._times())

    def after_round(
        self,
        draft: float,
        verify: float,
        rest: float,
        tested: list[tuple[float, float]],
        count: int,
    ) -> None:
        """A round took `draft` for `count` tokens, `verify` for its pass, and `rest` besides.

        `tested` are its tested places: the confidence of the draft's distribution, and the overlap
        with the target's.
        """
        if count:
            self.drafts.append(draft / count)
        self.passes.append((count, verify))
        self.rests.append(rest)
        del self.drafts[:-_WINDOW], self.passes[:-_WINDOW], self.rests[:-_WINDOW]
        for confidence, overlap in tested:
            place = self._bin(confidence)
            self.agreed[place] += overlap
            self.observed[place] += 1

    def _acceptance(self, confidence: float) -> float:
        place = self._bin(confidence)
        return self.agreed[place] / self.observed[place]

    @staticmethod
    def _bin(confidence: float) -> int:
        return min(_BINS - 1, int(confidence * _BINS))

    def _times(self) -> Times:
        base, slope = fit_line(self.passes)
        draft = sum(self.drafts) / max(1, len(self.drafts))
        rest = sum(self.rests) / len(self.rests)
        return Times(draft=draft, verify=base, verify_slope=max(0.0, slope), other=rest)
