"""Puts requests to one model of a completions API, worded as its server wants them, and reads the
answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from specrecord.models.base import OwnSamples, TargetFaultError, Tokenizer
from specrecord.models.remote.completions.responses import (
    Position,
    logprob_rows,
    read_positions,
    sampled_ids,
)
from specrecord.models.remote.http.answers import Choice
from specrecord.models.remote.http.transport import Reply, Transport
from specrecord.models.tokenization.token_text import TokenText

MOST_LOGPROBS = 20


@dataclass(frozen=True)
class Capabilities:
    """How one server wants to be asked, as its probing found.

    `ids`: prompts may be token ids; otherwise texts. `raw_tokens`: ids are returned on request,
    beside logprobs; `token_ids`: likewise, by vLLM's name for it. `echo_last`: the end of a prompt
    can be scored alone. `shifted`: an echoed token's entry holds the distribution after it, not
    before it. `logprobs_flag`: log-probabilities are asked for by true, not by a count, and `most`
    are listed. `scaled`: log-probabilities are those of the temperature that was asked for, None:
    unknown. `neutral`: the fields by which the server leaves its own sampling settings out. `own`:
    what it draws does not follow from what it was asked. `rounding`: nats by which scores of a
    prompt differ from what was told when the same tokens were written.
    """

    ids: bool = True
    raw_tokens: bool = True
    token_ids: bool = False
    echo_last: bool = False
    shifted: bool = False
    logprobs_flag: bool = False
    most: int = MOST_LOGPROBS
    scaled: bool | None = False
    neutral: dict[str, float] = field(default_factory=dict)
    own: bool = False
    rounding: float = 0.0


@dataclass
class CompletionsClient:
    """Asks `model` through `transport`. `temperature` and `top_p` are the server's."""

    transport: Transport
    model: str
    tokenizer: Tokenizer
    temperature: float = 1.0
    top_p: float = 1.0
    capabilities: Capabilities = field(default_factory=Capabilities)

    def __post_init__(self) -> None:
        self.token_text = TokenText(self.tokenizer)

    def fields(
        self, prompts: Sequence[Sequence[int]], count: int, logprobs: int, **changes: Any
    ) -> dict[str, Any]:
        """The body of a request for `count` tokens after each prompt, with so many alternatives to
        each. What is None in `changes` is left out.
        """
        able = self.capabilities
        worded = [list(prompt) if able.ids else self.as_text(prompt) for prompt in prompts]
        body = {
            "model": self.model,
            "prompt": worded if len(worded) > 1 else worded[0],
            "max_tokens": count,
            "temperature": self.temperature,
            "logprobs": True if able.logprobs_flag else logprobs,
            "top_logprobs": logprobs if able.logprobs_flag and logprobs else None,
            "return_raw_tokens": True if able.raw_tokens else None,
            "return_token_ids": True if able.token_ids else None,
            "return_tokens_as_token_ids": True if able.token_ids else None,
            **able.neutral,
            **({"top_p": self.top_p} if self.top_p < 1 else {}),
            **changes,
        }
        return {name: value for name, value in body.items() if value is not None}

    def ask(self, prompts: Sequence[Sequence[int]], count: int, **changes: Any) -> Reply:
        """One request for `count` tokens after each prompt; `logprobs` may be among the changes.
        Raises TargetFaultError.
        """
        listed = changes.pop("logprobs", self.capabilities.most)
        body = self.fields(prompts, count, listed, **changes)
        return self.transport.complete(**body)

    def as_text(self, prompt: Sequence[int]) -> str:
        """The prompt for a server that takes no ids. Raises TargetFaultError where it ends within a
        character.
        """
        try:
            return b"".join(map(self.tokenizer.token_bytes, prompt)).decode()
        except UnicodeDecodeError:
            raise TargetFaultError(
                "no-text",
                "the text ends within a character, and this server takes texts only",
                lasting=True,
            ) from None

    def read(self, choice: Choice) -> list[Position]:
        """A choice's tokens, strings resolved. Raises TargetFaultError where they are none of this
        vocabulary.
        """
        positions = read_positions(choice, self.token_text, self.capabilities.most)
        size = self.tokenizer.vocabulary_size
        for position in positions:
            if position.token is not None and not 0 <= position.token < size:
                raise TargetFaultError(
                    "tokenizer-changed", "the target drew an id that the draft does not have", True
                )
            self._check_spelling(position)
        return positions

    def _check_spelling(self, position: Position) -> None:
        """An id and its string must agree with our vocabulary. A string with U+FFFD proves nothing,
        nor does that of half a character: llama-server writes the whole one there once it has it.
        """
        token, text = position.token, position.text
        if token is None or text is None or "\ufffd" in text:
            return
        own = self.token_text.text(token)
        half = own.startswith("bytes:") and own != text
        if half or not self.tokenizer.token_bytes(token) or text in (own, str(token)):
            return
        if self.token_text.token(text) != token:
            raise TargetFaultError(
                "tokenizer-changed", "target and draft spell a token differently", lasting=True
            )

    def sampled(self, choice: Choice, wanted: int) -> tuple[list[int], list[Position]]:
        """The ids that a choice sampled, `wanted` at most, and what is told of them. Pieces of text
        are all that some servers tell.
        """
        positions = self.read(choice)
        ids = sampled_ids(choice, positions, self.tokenizer.end_ids, wanted)
        if not ids and choice.text:
            ids = self.tokenizer.encode(choice.text)[:wanted]
        return ids, positions

    def samples(
        self, reply: Reply, wanted: int, prompts: int
    ) -> list[tuple[list[int], list[Position]]]:
        """For each prompt the ids that were sampled after it, and what is told of each."""
        choices = reply.choices
        if len(choices) != prompts:
            raise TargetFaultError(
                "bad-answer", f"{prompts} prompts were answered by {len(choices)} completions"
            )
        answers = []
        for choice in choices:
            ids, positions = self.sampled(choice, wanted)
            if not ids:
                raise TargetFaultError("bad-answer", "the target drew no token")
            bare = [Position(token) for token in ids[len(positions) :]]
            answers.append((ids, [*positions, *bare]))
        return answers

    def own_samples(
        self, reply: Reply, tokens: Sequence[int], positions: Sequence[Position]
    ) -> OwnSamples:
        """Tokens that the server sampled, with what it told of each place as far as that is about
        temperature 1.
        """
        at_one = self.temperature == 1 and self.top_p == 1
        unscaled = self.capabilities.scaled is False or at_one
        rows = logprob_rows(positions, self.tokenizer.vocabulary_size) if unscaled else None
        own = self.capabilities.own
        return OwnSamples(tuple(tokens), rows, at_one and not own, own, reply.timing)
