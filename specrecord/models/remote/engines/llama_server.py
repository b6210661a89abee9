"""llama-server: counts that add up from the beginning, with each token (`timings_per_token`).

Its own `/completion` is asked: its completions API names no token that its draft got accepted.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count as numbers
from typing import Any, ClassVar

from specrecord.models.base import EngineRound, TargetFaultError
from specrecord.models.remote.engines.engine import Engine, Stamped, bad_answer
from specrecord.models.remote.http.answers import Answer, Timings

_ALONE = {"speculative.n_max": 0}  # what takes its draft away, where it can be
_COPIED = "one two three four five six seven eight nine ten eleven twelve " * 3
_LOOK = 12  # tokens that it writes of a text that repeats itself


@dataclass
class _Group:
    """The tokens that came out of one round, and what is told with the last."""

    timings: Timings
    tokens: list[tuple[int, int]] = field(default_factory=list)


class LlamaServer(Engine):
    """Its clock moves once a round, and so do the counts of drafted and of accepted tokens."""

    name = "llama-server"
    neutral: ClassVar[dict[str, float]] = {
        "top_k": 0,
        "typical_p": 1.0,
        "top_n_sigma": -1.0,
        "repeat_penalty": 1.0,
        **Engine.neutral,
    }

    def look(self, prompt: Sequence[int]) -> None:
        """It does not tell its K. Whether a request can do without the draft is seen by one that
        is drafted for otherwise.
        """
        copied = self.client.tokenizer.encode(_COPIED)
        if self._drafts(copied):
            with suppress(TargetFaultError):
                self.alone = not self._drafts(copied, **_ALONE)

    def _drafts(self, prompt: Sequence[int], **changes: Any) -> int:
        chunks = zip(numbers(), self.stream(prompt, _LOOK, **changes), strict=False)
        return sum(one.drafted for one in self.rounds(chunks, _LOOK))

    def stream(self, context: Sequence[int], count: int, **changes: Any) -> Iterator[Answer]:
        """Nothing of an earlier request is taken out of its cache."""
        client = self.client
        body = {
            "prompt": list(context),
            "n_predict": count,
            "stream": True,
            "temperature": client.temperature,
            "return_tokens": True,
            "timings_per_token": True,
            "cache_prompt": False,
            **self.neutral,
            **({"top_p": client.top_p} if client.top_p < 1 else {}),
            **changes,
        }
        return client.transport.stream_from("/completion", body)

    def without_draft(self, context: Sequence[int], count: int) -> Iterator[Answer]:
        """The same request, and no draft."""
        return self.stream(context, count, **_ALONE)

    def rounds(self, chunks: Iterable[Stamped], count: int) -> Iterator[EngineRound]:
        """A round is over when its clock has moved on."""
        before, group, written = Timings(predicted_ms=0.0), None, 0
        for time, chunk in chunks:
            if not chunk.tokens:
                continue
            now = chunk.timings
            if now is None or now.predicted_n is None or now.predicted_ms is None:
                raise bad_answer("no timings come with its tokens; is it llama-server?")
            if group is None or now.predicted_ms != group.timings.predicted_ms:
                if group is not None:
                    yield _between(before, group)
                    before = group.timings
                group = _Group(now)
            tokens = self._all_of(chunk, now.predicted_n - written)
            written = now.predicted_n
            group.tokens += [(time, token) for token in tokens]
        if group is not None:
            yield _between(before, group)

    def _all_of(self, chunk: Answer, wanted: int) -> list[int]:
        """A chunk's tokens. Those that end within a character come with the one that completes it,
        which alone is named.
        """
        tokens = chunk.tokens or []
        if len(tokens) == wanted:
            return tokens
        spelled = self.client.tokenizer.encode(chunk.content or "")
        if len(spelled) != wanted or spelled[-1:] != tokens[-1:]:
            raise bad_answer("it did not name a token that it wrote")
        return spelled


def _between(before: Timings, group: _Group) -> EngineRound:
    now = group.timings
    drafted = (now.draft_n or 0) - (before.draft_n or 0)
    accepted = (now.draft_n_accepted or 0) - (before.draft_n_accepted or 0)
    if not 0 <= accepted <= drafted or len(group.tokens) > accepted + 1:
        raise bad_answer(
            f"of {drafted} drafted tokens it tells {accepted} accepted and {len(group.tokens)} "
            "written, which cannot be"
        )
    seconds = ((now.predicted_ms or 0.0) - (before.predicted_ms or 0.0)) / 1000
    return EngineRound(drafted, accepted, tuple(group.tokens), max(0.0, seconds))
