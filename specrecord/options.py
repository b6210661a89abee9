"""Everything that can be asked of a run, once: names, flags, defaults, bounds and help.

`Options` is the table: a field is an option, and carries what everybody needs to know of it. The
command line, `record()`, the recorder's request, the live page, the laboratory, `bench` and the
settings in `.env` read it, and `command_line` writes a command with it.
"""

import math
import shlex
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from specrecord.decoding.rejection.rules import RULES
from specrecord.errors import UsageError
from specrecord.header import Header

Kind = Literal["int", "float", "choice", "text", "flag", "list"]

AUTO = "auto"
TREE_RULES = tuple(name for name, rule in RULES.items() if rule.branches)
_WANTED: Mapping[Kind, str] = {
    "int": "a whole number",
    "float": "a number",
    "choice": "one of its choices",
    "text": "some text",
    "flag": "true or false",
    "list": "a list of texts, none of them empty",
}
_EXACT = 2**53 - 1  # the largest whole number that a page reads exactly
_NAME = 4096  # characters of a name, a path or an address
_SEVERAL = 64  # texts of one option


@dataclass(frozen=True)
class Option:
    """One option of a run. `name` is that of the parameter, the field and the header's entry.

    `flags` is as click declares it (`--on/--off` for a flag with two names); empty for the prompt.
    A number is at least `least` (`above`: more than that) and at most `most`, or one of `words`; a
    text has at most `most` characters.
    `choices` says of each value what it does. `env` names the environment's variable. `decides`:
    another value makes another run, so that it is part of what a recording is identified by.
    """

    name: str
    kind: Kind
    default: Any
    label: str
    help: str
    flags: str
    least: float | None = None
    above: bool = False
    most: float | None = None
    words: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    env: str | None = None
    decides: bool = True

    def parse(self, text: str) -> Any:
        """The value that `text` stands for, of a list one item. Raises UsageError for one that
        cannot be.
        """
        value: Any = text
        with suppress(ValueError):
            value = {"int": int, "float": float}.get(self.kind, str)(text)
        self.check([value] if self.kind == "list" else value)
        return value

    def check(self, value: Any) -> None:
        """Raises UsageError, saying what would do, for a value that cannot be."""
        if self._allows(value):
            return
        if value == "" and self.kind == "text":
            raise UsageError(f"the {self.label.lower()} is empty; give some text")
        if self.choices and isinstance(value, str):
            raise UsageError(
                f"no {self.label.lower()} is called {value[:60]!r}; there are "
                f"{', '.join(self.choices)}"
            )
        shown = f"{value:g}" if isinstance(value, float) else repr(value)[:60]
        raise UsageError(f"{self.label} is {shown}; it must be {self.wanted}")

    @property
    def wanted(self) -> str:
        """What a value must be, in words."""
        if self.kind not in ("int", "float"):
            size = f" of at most {self.most:.0f} characters" if self.most else ""
            return _WANTED[self.kind] + size
        least = "" if self.least is None else f"{'above' if self.above else 'from'} {self.least:g}"
        most = "" if self.most is None else f"{'up ' if least else ''}to {self.most:.17g}"
        words = "".join(f", or {word}" for word in self.words)
        example = f" ({self.flags} {self.default:g})" if self.default else ""
        return " ".join(filter(None, (_WANTED[self.kind], least, most))) + words + example

    def arguments(self, value: Any) -> list[str]:
        """The words of a command line that give it this value."""
        if self.kind == "list":
            return [word for item in value for word in (self.flags, item)]
        if self.kind == "flag":
            on, _, off = self.flags.partition("/")
            return [on if value else off]
        return [self.flags, str(value)]

    def _allows(self, value: Any) -> bool:
        if value is None:
            return self.default is None
        if isinstance(value, bool) or self.kind == "flag":
            return isinstance(value, bool) and self.kind == "flag"
        if self.kind in ("int", "float"):
            number = isinstance(value, int if self.kind == "int" else (int, float))
            return value in self.words or (number and self._within(value) and math.isfinite(value))
        if self.kind == "list":
            is_list = isinstance(value, list | tuple) and len(value) <= _SEVERAL
            return is_list and all(item and self._is_text(item) for item in value)
        return self._is_text(value) and value in (self.choices or {value} - {""})

    def _is_text(self, value: Any) -> bool:
        """Whether a value is text that UTF-8 holds, and not too long."""
        if not isinstance(value, str) or (self.most is not None and len(value) > self.most):
            return False
        return not any("\ud800" <= letter <= "\udfff" for letter in value)

    def _within(self, value: float) -> bool:
        least, most = self.least, self.most
        low = least is None or value > least or (value == least and not self.above)
        return low and (most is None or value <= most)


def _option(kind: Kind, default: Any, help: str, **more: Any) -> Any:
    """A field of the table; `more` are the further fields of `Option`. Label and flag follow from
    the name where they are not there.
    """
    return field(default=default, metadata=more | {"kind": kind, "default": default, "help": help})


def _described(name: str, metadata: Mapping[str, Any]) -> Option:
    label, flags = name.replace("_", " ").capitalize(), f"--{name.replace('_', '-')}"
    return Option(name, **{"label": label, "flags": flags, **metadata})


@dataclass(frozen=True)
class Options:
    """All that can be asked of a run, checked. `seed` is drawn by whoever runs it where it is
    None.
    """

    prompt: str = _option("text", "", "What the text begins with.", flags="", most=2**22)
    draft: str = _option(
        "text",
        "tiny",
        "Who drafts; none where the target drafts by itself.",
        env="DRAFT_MODEL",
        most=_NAME,
    )
    target: str = _option("text", "tiny", "Who verifies.", most=_NAME)
    tokenizer: str | None = _option(
        "text",
        None,
        "The tokens of a target that runs elsewhere, a model or its folder: for --draft ngram, and "
        "where the target drafts by itself.",
    )
    k: int | Literal["auto"] = _option(
        "int",
        4,
        "Tokens drafted a round; auto stops where one more is not expected to pay.",
        flags="-k",
        least=1,
        most=1024,
        words=(AUTO,),
        env="SPECULATION_K",
    )
    rule: str = _option(
        "choice",
        AUTO,
        "Verification rule; auto takes one for the shape of the draft.",
        choices={
            AUTO: "standard for chains, rrs for trees, specinfer for dynamic ones",
            **{name: rule.summary for name, rule in RULES.items()},
        },
    )
    tree: str = _option(
        "text",
        "chain",
        "Shape of the draft: chain, children at each depth such as 2x2x1, or dynamic.",
        most=_NAME,
    )
    temperature: float = _option(
        "float", 0.7, "0 is greedy.", least=0, most=1000, env="TEMPERATURE"
    )
    top_k: int = _option(
        "int",
        0,
        "Keep the likeliest N tokens; 0 is off.",
        label="Top-k",
        least=0,
        most=2**31 - 1,
    )
    top_p: float = _option(
        "float",
        1.0,
        "Keep the likeliest tokens that hold P.",
        label="Top-p",
        least=0,
        above=True,
        most=1,
    )
    max_tokens: int = _option("int", 128, "Token budget.", least=1, most=2**24, env="MAX_TOKENS")
    stop: tuple[str, ...] = _option(
        "list", (), "End the text before TEXT; may be repeated.", most=_NAME
    )
    seed: int = _option(
        "int",
        None,
        "Same seed, same tokens. Drawn and recorded when not given.",
        least=0,
        most=_EXACT,
    )
    chat: bool | None = _option(
        "flag",
        None,
        "Use the target's chat template (default if it has one), or the prompt as it is.",
        label="Chat template",
        flags="--chat/--raw",
    )
    bos: bool | None = _option(
        "flag",
        None,
        "Begin a raw prompt as the model's own tokenizer begins a text (the default), or not.",
        label="BOS",
        flags="--bos/--no-bos",
    )
    evidence: Literal["top", "full", "none"] = _option(
        "choice",
        "top",
        "Keep the likeliest tokens, whole distributions, or no alternatives.",
        choices={
            "top": "the likeliest tokens",
            "full": "whole distributions",
            "none": "no alternatives",
        },
    )
    baselines: bool = _option(
        "flag",
        True,
        "Also record the target without a draft.",
        flags="--baselines/--no-baselines",
    )
    verifier: str = _option(
        "choice",
        AUTO,
        "How a remote target checks drafts; auto takes the best that works.",
        choices={
            AUTO: "the best that works",
            "score": "the target scores the drafted tokens as part of a prompt",
            "fan-out": "a request for each drafted token",
            "match": "the target draws, and equal tokens stay",
            "prediction": "one chat request with the draft's whole answer as its prediction",
        },
    )
    requests_per_minute: int | None = _option(
        "int",
        None,
        "Send a remote target no more than this.",
        label="Requests a minute",
        least=1,
        most=10**6,
    )
    title: str | None = _option(
        "text", None, "A title for the recording.", most=_NAME, decides=False
    )
    redact_prompt: bool = _option(
        "flag",
        False,
        "Record only the prompt's hash.",
        label="Redact the prompt",
        decides=False,
    )

    def __post_init__(self) -> None:
        """Raises UsageError for the first value that cannot be."""
        for name, option in OPTIONS.items():
            value = getattr(self, name)
            option.check(value)
            if option.kind == "list":
                object.__setattr__(self, name, tuple(value))


OPTIONS: dict[str, Option] = {
    option.name: _described(option.name, option.metadata) for option in fields(Options)
}


def command_line(header: Header) -> str | None:
    """The command that makes a recording again, without file names, from its header.

    A prompt that was redacted is the word PROMPT. Older recordings hold the command itself. None
    where there is neither, or an option is what it cannot be.
    """
    if not header.request:
        return header.command
    prompt = header.prompt.text or "PROMPT"
    asked = {**header.request, "title": header.title, "prompt": prompt}
    words = ["specrecord", "live", prompt]
    for name, option in OPTIONS.items():
        value = asked.get(name, option.default)
        try:
            option.check(value)
        except UsageError:
            return None
        if name != "prompt" and value not in (option.default, []):
            words += option.arguments(value)
    return shlex.join(words)
