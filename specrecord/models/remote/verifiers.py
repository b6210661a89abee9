"""Three ways to have a remote target check a draft, each with the law it is exact for.

score    one prompt, context and draft, whose tokens the server scores. The draft is judged here,
         against the target's
         likeliest 20 tokens, renormalised: all of that law is seen, so any rule that needs laws is
         exact for it.
fan-out  one request with K + 1 prompts, the context with 0, 1, ... K drafted tokens; the server
         draws one token after
         each. The draft stays while the draws equal it. Exact for whatever the server samples:
         whole softmax, any T.
match    one prompt; the server draws K + 1 tokens by itself and those that equal the draft are
         kept. Exact likewise,
         but the draft changes nothing about what the target does: a demonstration of agreement, not
         an acceleration.

Drafts are best drawn at the run's temperature for score, and greedily for the other two.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from specrecord.models.base import TargetFaultError, Timing, Tokenizer, VerifyOutput
from specrecord.models.remote.http.responses import Position, drawn_ids, positions, rows
from specrecord.models.remote.http.transport import Reply, Transport
from specrecord.models.remote.text_scoring import Told, probs_by_byte, rows_at_ends
from specrecord.models.tokenization.token_text import TokenText

Name = Literal["score", "fan-out", "match"]
VERIFIERS: tuple[Name, ...] = ("score", "fan-out", "match")
MOST_LOGPROBS = 20


@dataclass(frozen=True)
class Capabilities:
    """How one server wants to be spoken to, as its probing found.

    `ids`: prompts may be token ids; otherwise texts. `raw_tokens`: ids are returned on request,
    beside logprobs.
    `echo_last`: the end of a prompt can be scored alone. `shifted`: an echoed token's entry holds
    the law after it, not before it. `logprobs_flag`: log-probabilities are asked for by true, not
    by a count, and `most` are told.
    `scaled`: log-probabilities are told at the temperature that was asked for, None: unknown.
    """

    ids: bool = True
    raw_tokens: bool = True
    echo_last: bool = False
    shifted: bool = False
    logprobs_flag: bool = False
    most: int = MOST_LOGPROBS
    scaled: bool | None = False


@dataclass
class CompletionsClient:
    """Puts requests to one model in its dialect and reads the answers. `temperature` and `top_p`
    are the server's.
    """

    transport: Transport
    model: str
    tokenizer: Tokenizer
    temperature: float = 1.0
    top_p: float = 1.0
    capabilities: Capabilities = field(default_factory=Capabilities)

    def __post_init__(self) -> None:
        self.token_text = TokenText(self.tokenizer)

    def ask(self, prompts: Sequence[Sequence[int]], count: int, **fields: Any) -> Reply:
        """One request for `count` tokens after each prompt. Raises TargetFaultError."""
        spoken: list[Any] = [
            list(prompt) if self.capabilities.ids else self.as_text(prompt) for prompt in prompts
        ]
        asked: dict[str, Any] = {
            "model": self.model,
            "prompt": spoken if len(spoken) > 1 else spoken[0],
            "max_tokens": count,
            "temperature": self.temperature,
            **({"top_p": self.top_p} if self.top_p < 1 else {}),
            **(
                {"logprobs": True}
                if self.capabilities.logprobs_flag
                else {"logprobs": self.capabilities.most}
            ),
            **({"return_raw_tokens": True} if self.capabilities.raw_tokens else {}),
            **fields,
        }
        return self.transport.complete(
            **{name: value for name, value in asked.items() if value is not None}
        )

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

    def read(self, choice: dict[str, Any]) -> list[Position]:
        """A choice's tokens, strings resolved. Raises TargetFaultError where they are none of this
        vocabulary.
        """
        found = positions(choice, self.token_text, self.capabilities.most)
        size = self.tokenizer.vocabulary_size
        if any(position.token is not None and not 0 <= position.token < size for position in found):
            raise TargetFaultError(
                "tokenizer-changed", "the target drew an id that the draft does not have", True
            )
        for position in found:
            self._same_spelling(position)
        return found

    def _same_spelling(self, position: Position) -> None:
        """An id and its string must agree with our vocabulary; a string with U+FFFD proves
        nothing.
        """
        token, text = position.token, position.text
        if (
            token is None
            or text is None
            or "\ufffd" in text
            or not self.tokenizer.token_bytes(token)
        ):
            return
        if (
            text not in (self.token_text.text(token), str(token))
            and self.token_text.token(text) != token
        ):
            raise TargetFaultError(
                "tokenizer-changed", "target and draft spell a token differently", lasting=True
            )

    def drawn(
        self, reply: Reply, wanted: int, prompts: int
    ) -> list[tuple[list[int], list[Position]]]:
        """For each prompt the ids that were drawn after it, and what is told of them."""
        choices = reply.choices
        if len(choices) != prompts:
            raise TargetFaultError(
                "bad-answer", f"{prompts} prompts were answered by {len(choices)} completions"
            )
        answers = []
        for choice in choices:
            found = self.read(choice)
            ids = drawn_ids(choice, found, self.tokenizer.end_ids, wanted)
            if not ids and choice.get("text"):
                ids = self.tokenizer.encode(choice["text"])[:wanted]
            if not ids:
                raise TargetFaultError("bad-answer", "the target drew no token")
            told = [*found, *[Position(token, None, None, {}) for token in ids[len(found) :]]]
            answers.append((ids, told))
        return answers


class Verifier(Protocol):
    """One way to check a draft. `verifies_here`: the verdicts fall on this side, from laws."""

    name: Name
    verifies_here: bool

    def verify(self, context: Sequence[int], drafted: Sequence[int]) -> VerifyOutput:
        """One request. Raises TargetFaultError."""
        ...


@dataclass
class Score:
    """The server scores context and draft; its own next token is drawn and not used.

    A server that takes texts only may have to be asked more than once.
    """

    client: CompletionsClient
    name: Name = "score"
    verifies_here: bool = True

    def verify(self, context: Sequence[int], drafted: Sequence[int]) -> VerifyOutput:
        self._timings: list[Timing] = []
        if self.client.capabilities.ids:
            told = self._by_ids(context, drafted)
            given = tuple(one.logprob for one in told[: len(drafted)])
        else:
            told = self._by_text(context, drafted)
            given = tuple(one.top.get(token) for one, token in zip(told, drafted, strict=False))
        probs = rows(
            [Position(None, None, None, one.top) for one in told],
            self.client.tokenizer.vocabulary_size,
        )
        if not all(one.top for one in told):
            raise TargetFaultError(
                "not-scored", "the server did not score the prompt's tokens", lasting=True
            )
        return VerifyOutput(probs, summed(self._timings), revealed=True, given=given)

    def _ask(
        self, context: Sequence[int], drafted: Sequence[int]
    ) -> tuple[list[Position], int | None]:
        """The positions that one request tells of, and how many tokens the server read."""
        fields: dict[str, Any] = {"temperature": 1.0, "top_p": None}
        if drafted or not self.client.capabilities.ids:
            # Ids cannot be returned beside an echo; their strings suffice, since the scored tokens
            # are known.
            fields |= (
                {"echo_last": len(drafted)}
                if self.client.capabilities.echo_last
                else {"echo": True}
            )
            fields["return_raw_tokens"] = None
        reply = self.client.ask([[*context, *drafted]], 1, **fields)
        self._timings.append(reply.timing)
        return self.client.read(reply.choices[0]), (reply.body.get("usage") or {}).get(
            "prompt_tokens"
        )

    def _by_ids(self, context: Sequence[int], drafted: Sequence[int]) -> list[Position]:
        """Each drafted token's entry holds the law before it, and the generated one's the law after
        them all.
        """
        found, _ = self._ask(context, drafted)
        told = found[-len(drafted) - 1 :]
        if len(told) < len(drafted) + 1 or self.client.capabilities.shifted:
            raise TargetFaultError(
                "not-scored", "the server did not score the prompt's tokens", lasting=True
            )
        for position, token in zip(told, drafted, strict=False):
            ours = (None, self.client.token_text.text(token))
            if position.token not in (None, token) or (
                position.token is None and position.text not in ours
            ):
                raise TargetFaultError(
                    "tokenizer-changed", "the server scored other tokens than it was sent", True
                )
        return told

    def _by_text(self, context: Sequence[int], drafted: Sequence[int]) -> list[Position]:
        """By bytes, since the server splits the text by itself."""
        shifted, token_bytes = self.client.capabilities.shifted, self.client.tokenizer.token_bytes
        silent = bool(drafted) and not token_bytes(
            drafted[-1]
        )  # an end token is no text, and nothing follows it
        spoken = drafted[:-1] if silent else drafted

        def score(tokens: Sequence[int]) -> Told:
            found, read = self._ask(context, tokens)
            if read is not None and not shifted and len(found) != read + 1:
                raise TargetFaultError(
                    "not-scored", "the server does not tell of prompt and answer alike", True
                )
            echoed = (found[:read] if read is not None else found[:-1]) if shifted else found
            return probs_by_byte(echoed, shifted)

        told = rows_at_ends(score, [len(token_bytes(token)) for token in spoken], spoken)
        return [*told, told[-1]] if silent else told


def summed(timings: Sequence[Timing]) -> Timing:
    """Several requests as one: each part added up, None where any of them did not tell."""

    def total(name: str) -> float | None:
        parts = [getattr(timing, name) for timing in timings]
        return None if None in parts else sum(parts)

    return Timing(
        span=sum(timing.span for timing in timings),
        queue=total("queue"),
        prompt=total("prompt"),
        completion=total("completion"),
        network=total("network"),
        connect=sum(timing.connect for timing in timings),
        sent=sum(timing.sent for timing in timings),
        received=sum(timing.received for timing in timings),
    )


@dataclass
class FanOut:
    """One request, K + 1 prompts, a draw after each."""

    client: CompletionsClient
    name: Name = "fan-out"
    verifies_here: bool = False

    def verify(self, context: Sequence[int], drafted: Sequence[int]) -> VerifyOutput:
        prompts = [[*context, *drafted[:count]] for count in range(len(drafted) + 1)]
        reply = self.client.ask(prompts, 1)
        answers = self.client.drawn(reply, 1, len(prompts))
        told = [found[0] for _, found in answers]
        return own_draws(self.client, reply, tuple(ids[0] for ids, _ in answers), told, drafted)


@dataclass
class Match:
    """One prompt; the target writes on by itself, K + 1 tokens at most."""

    client: CompletionsClient
    name: Name = "match"
    verifies_here: bool = False

    def verify(self, context: Sequence[int], drafted: Sequence[int]) -> VerifyOutput:
        evidence = self.write(context, len(drafted) + 1)
        assert evidence.drawn is not None
        # What the target says after its first departure from the draft is about another text.
        differ = [own != token for own, token in zip(evidence.drawn, drafted, strict=False)]
        kept = differ.index(True) + 1 if True in differ else len(evidence.drawn)
        given = tuple(
            _told(evidence, row, token) for row, token in zip(range(kept), drafted, strict=False)
        )
        return VerifyOutput(
            evidence.logits[:kept],
            evidence.timing,
            True,
            given,
            evidence.drawn[:kept],
            evidence.known_probs,
        )

    def write(self, context: Sequence[int], count: int) -> VerifyOutput:
        """All that the target writes in one request; every token of it is the target's own."""
        reply = self.client.ask([context], count)
        [(ids, found)] = self.client.drawn(reply, count, 1)
        return own_draws(self.client, reply, tuple(ids), found[: len(ids)], ())


def own_draws(
    client: CompletionsClient,
    reply: Reply,
    drawn: tuple[int, ...],
    told: Sequence[Position],
    drafted: Sequence[int],
) -> VerifyOutput:
    """Evidence of tokens that the server drew, with whatever it told about each place."""
    probs = rows(told, client.tokenizer.vocabulary_size)
    capabilities = client.capabilities
    at_one = client.temperature == 1 and client.top_p == 1
    probed = (
        at_one if capabilities.scaled is False else bool(capabilities.scaled) and client.top_p == 1
    )
    raw = capabilities.scaled is False or at_one
    given = tuple(_finite(probs[row, token]) for row, token in enumerate(drafted)) if raw else ()
    return VerifyOutput(probs, reply.timing, raw, given, drawn, probed)


def _told(evidence: VerifyOutput, row: int, token: int) -> float | None:
    return _finite(evidence.logits[row, token]) if evidence.revealed else None


def _finite(value: float) -> float | None:
    return float(value) if value > float("-inf") else None
