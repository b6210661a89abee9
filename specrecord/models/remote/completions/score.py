"""Score: one prompt, context and draft, whose tokens the server scores.

The draft is tested here, against the target's likeliest 20 tokens, renormalised: all of that
distribution is seen, so any rule is exact for it.
"""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from specrecord.models.base import TargetFaultError, Timing, TopLogprobs
from specrecord.models.remote.completions.client import Capabilities
from specrecord.models.remote.completions.responses import Position, logprob_rows
from specrecord.models.remote.completions.text_scoring import (
    ByPlace,
    positions_by_place,
    rows_at_ends,
)
from specrecord.models.remote.completions.verifier import Sample, Verifier
from specrecord.models.remote.http.answers import Usage

_LIKELY = -5.0  # below this a list is cut, and two passes may well list different tokens
# Nats that bfloat16 puts between reading a prompt and writing it token by token: vLLM was seen to
# differ by 0.23 at most. Rows of other places differ by more, and by far more on average.
_MOST_ROUNDING = 0.5
_MEAN_ROUNDING = 0.1


class Score(Verifier):
    """The server scores context and draft; its own next token is drawn and not used.

    A server that takes texts only may have to be asked more than once.
    """

    name = "score"
    output_type = TopLogprobs

    def verify(self, context: Sequence[int], drafted: Sequence[int]) -> TopLogprobs:
        """One request, or several. Raises TargetFaultError."""
        self._timings: list[Timing] = []
        if self.client.capabilities.ids:
            scored = self._by_ids(context, drafted)
            own = [position.logprob for position in scored[: len(drafted)]]
        else:
            scored = self._by_text(context, drafted)
            own = [
                position.top.get(token) for position, token in zip(scored, drafted, strict=False)
            ]
        if not all(position.top for position in scored):
            raise _not_scored("the server did not score the prompt's tokens")
        listed = [Position(top=position.top) for position in scored]
        rows = logprob_rows(listed, self.client.tokenizer.vocabulary_size)
        return TopLogprobs(rows, tuple(own), _summed(self._timings))

    def logprobs(self, context: Sequence[int], tokens: Sequence[int]) -> list[float]:
        """The log-probability at temperature 1 of each of `tokens` after `context`, of a server
        that takes ids. Raises TargetFaultError.
        """
        self._timings = []
        scored = self._by_ids(context, tokens)[: len(tokens)]
        found = [one.logprob for one in scored if one.logprob is not None]
        if len(found) < len(tokens) or not np.isfinite(found).all():
            raise _not_scored("the server did not score each of the text's tokens")
        return [min(0.0, value) for value in found]

    @classmethod
    def why_untried(cls, capabilities: Capabilities, sample: Sample) -> str | None:
        """Scores must come as lists of the likeliest, and be held against a sample."""
        if capabilities.logprobs_flag or not sample.positions or len(sample.tokens) < 2:
            return "its log-probabilities are not told as a list of the likeliest"
        return None

    @classmethod
    def variants(cls, capabilities: Capabilities) -> Sequence[Capabilities]:
        """By ids the end of the prompt alone, or all of it; by text as is, or shifted by one."""
        name, values = (
            ("echo_last", (True, False)) if capabilities.ids else ("shifted", (False, True))
        )
        changes: list[dict[str, Any]] = [{name: value} for value in values]
        return [replace(capabilities, **change) for change in changes]

    def disagreement(self, sample: Sample) -> str | None:
        """The server's scores of its own sample must be what it told when it wrote it, up to what
        half precision rounds, which `self.rounding` then says.
        """
        rows = self.verify(sample.prompt, sample.tokens[:-1]).logits
        found = [
            abs(float(row[token]) - logprob)
            for row, position in zip(rows, sample.positions, strict=False)
            for token, logprob in position.top.items()
            if logprob > _LIKELY
        ]
        self.rounding = max(found, default=0.0)
        if self.rounding > _MOST_ROUNDING or sum(found) > _MEAN_ROUNDING * len(found):
            return "its scores of a prompt are not those it gave when it wrote the same tokens"
        return None

    def _ask(
        self, context: Sequence[int], drafted: Sequence[int]
    ) -> tuple[list[Position], int | None]:
        """The positions that one request tells of, and how many tokens the server read."""
        able = self.client.capabilities
        changes: dict[str, Any] = {"temperature": 1.0, "top_p": able.neutral.get("top_p")}
        if drafted or not able.ids:
            # Ids cannot be returned beside an echo; their strings suffice, since the scored tokens
            # are given.
            changes |= {"echo_last": len(drafted)} if able.echo_last else {"echo": True}
            changes |= {"return_raw_tokens": None, "return_token_ids": None}
        reply = self.client.ask([[*context, *drafted]], 1, **changes)
        self._timings.append(reply.timing)
        usage = reply.body.usage or Usage()
        return self.client.read(reply.choices[0]), usage.prompt_tokens

    def _by_ids(self, context: Sequence[int], drafted: Sequence[int]) -> list[Position]:
        """Each drafted token's entry holds the distribution before it, and the generated one's the
        one after them all.
        """
        positions, _ = self._ask(context, drafted)
        scored = positions[-len(drafted) - 1 :]
        if len(scored) < len(drafted) + 1 or self.client.capabilities.shifted:
            raise _not_scored("the server did not score the prompt's tokens")
        for position, token in zip(scored, drafted, strict=False):
            if position.token is None:
                same = position.text in (None, self.client.token_text.text(token))
            else:
                same = position.token == token
            if not same:
                raise TargetFaultError(
                    "tokenizer-changed", "the server scored other tokens than it was sent", True
                )
        return scored

    def _by_text(self, context: Sequence[int], drafted: Sequence[int]) -> list[Position]:
        """By bytes, since the server splits the text by itself. An end token is no text, and
        nothing follows it.
        """
        shifted, token_bytes = self.client.capabilities.shifted, self.client.tokenizer.token_bytes
        silent = bool(drafted) and not token_bytes(drafted[-1])
        audible = drafted[:-1] if silent else drafted

        def score(tokens: Sequence[int]) -> ByPlace:
            positions, read = self._ask(context, tokens)
            if read is not None and not shifted and len(positions) != read + 1:
                raise _not_scored("the server does not tell of prompt and answer alike")
            if shifted:
                positions = positions[:read] if read is not None else positions[:-1]
            return positions_by_place(positions, shifted)

        scored = rows_at_ends(score, [len(token_bytes(token)) for token in audible], audible)
        return [*scored, scored[-1]] if silent else scored


def _not_scored(detail: str) -> TargetFaultError:
    return TargetFaultError("not-scored", detail, lasting=True)


def _summed(timings: Sequence[Timing]) -> Timing:
    """Several requests as one: each part added up, None where any of them did not tell."""

    def total(name: str) -> Any:
        parts = [getattr(timing, name) for timing in timings]
        return None if None in parts else sum(parts)

    return Timing(**{part.name: total(part.name) for part in fields(Timing)})
