"""Gives the local names of a script short ones. Only names that cannot be anything else are
touched.

A name is shortened where the script itself declares it as a variable, a function or a parameter,
and nowhere uses it as a property: not after a dot, not as a key, not in a `{ name }` that makes or
takes apart an object, not as a method.
`true`, `false` and `const` are shortened by the same rule, and `0.5` to `.5`.
Whatever is in doubt keeps its name, so the worst that can happen is a longer script.
"""

import itertools
import re
import string
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from specrecord.publish.squeeze import CODE, pieces

_TOKEN = re.compile(r"[A-Za-z_$][\w$]*|\.?\d[\w.]*|\.\.\.|=>|.", re.DOTALL)
_WORD = frozenset(string.ascii_letters + "_$")  # what a word begins with
_BINDS = {"const", "let", "function", "class", "catch"}
_BLOCK_AFTER = {")", "=>", "else", "try", "finally", "do", "catch", ";", "{", "}"}
_NOT_PARAMETERS = {"if", "for", "while", "switch", "catch"}
_METHOD_WORDS = {"get", "set", "async", "static", "*"}
_SHORTER = {"true": "!0", "false": "!1", "const": "let"}
_HEADS = {"if", "for", "while", "await"}
_TWO_LETTERS = ("as", "do", "if", "in", "is", "of")


def shorten(code: str) -> str:
    """A script with the same meaning and short local names."""
    tokens = list(_needed(_tokens(code)))
    words = Counter(text for text, is_code in tokens if is_code and text[0] in _WORD)
    names = _Names(tokens)
    free = names.free()
    short = (name for name in _short_names() if name not in words)
    by_gain = sorted(free, key=lambda name: (-words[name] * (len(name) - 1), name))
    renamed = {name: next(short) for name in by_gain if len(name) > 2}
    renamed |= {word: sign for word, sign in _SHORTER.items() if word not in names.bound}
    renamed |= {text: text[1:] for text, is_code in tokens if is_code and text.startswith("0.")}
    return "".join(renamed.get(text, text) if is_code else text for text, is_code in tokens)


def _tokens(code: str) -> Iterator[tuple[str, bool]]:
    """The text of each token, and whether it is code: strings, templates' own text and expressions
    are not.
    """
    for kind, run in itertools.groupby(pieces(code), key=lambda piece: piece[0]):
        text = "".join(part for _, part in run)
        if kind == CODE:
            yield from zip(_TOKEN.findall(text), itertools.repeat(True))
        else:
            yield text, False


def _needed(tokens: Iterable[tuple[str, bool]]) -> Iterator[tuple[str, bool]]:
    """All but the last comma of a list and the last semicolon of a block.

    A comma beside another one counts, and stays. So does a semicolon that is all that a loop or an
    `if` does.
    """
    before = closed = ""
    heads: list[str] = []  # what stands before each bracket that is open
    for (text, is_code), (after, _) in itertools.pairwise(itertools.chain(tokens, [("", True)])):
        if not is_code or not _is_last(text, before, after, closed):
            yield text, is_code
        if is_code and text == "(":
            heads.append(before)
        elif is_code and text == ")":
            closed = heads.pop() if heads else ""
        before = text


def _is_last(text: str, before: str, after: str, closed: str) -> bool:
    if text == ",":
        return after in ("}", "]", ")") and before not in (",", "[", "(")
    alone = before in ("else", ":", "\n") or (before == ")" and closed in _HEADS)
    return text == ";" and after == "}" and not alone


@dataclass
class _Open:
    """A bracket that is open: its sign, what stood before it, whether it holds properties, and its
    own words.
    """

    sign: str
    before: str
    holds: bool
    words: list[str] = field(default_factory=list)


class _Names:
    """Reads a script once, and sorts its names."""

    def __init__(self, tokens: list[tuple[str, bool]]) -> None:
        self.tokens = [
            text if is_code else "''" for text, is_code in tokens if text.strip() or not is_code
        ]
        self.declared: set[str] = set()
        self.bound: set[str] = set()
        self.open = [_Open("{", ";", False)]
        self.in_class = False

    def free(self) -> set[str]:
        """Names that are declared, and nothing but variables."""
        befores, afters = [";", *self.tokens], [*self.tokens[1:], ";"]
        for index, (before, text, after) in enumerate(
            zip(befores, self.tokens, afters, strict=False)
        ):
            if text in ("(", "[", "{"):
                self._opens(text, before, index)
            elif text in (")", "]", "}"):
                self._closes(after)
            elif text[0] in _WORD:
                self._word(text, before, after)
        return self.declared - self.bound

    def _opens(self, sign: str, before: str, index: int) -> None:
        holds = sign == "{" and (self.in_class or before not in _BLOCK_AFTER)
        named = before in ("{", "}", ";") or before[0] in _WORD
        whose = self.tokens[index - 2] if named and index > 1 and before not in _BINDS else before
        self.open.append(
            _Open(sign, before if before in _NOT_PARAMETERS | _BINDS else whose, holds)
        )
        if sign == "{":
            self.in_class = False

    def _closes(self, after: str) -> None:
        closed = self.open.pop()
        parameters = (
            closed.sign == "("
            and after in ("=>", "{")
            and closed.before not in _NOT_PARAMETERS - {"catch"}
        )
        if parameters or (closed.sign == "[" and closed.before in ("const", "let")):
            self.declared.update(closed.words)

    def _word(self, text: str, before: str, after: str) -> None:
        inside = self.open[-1]
        self.in_class = self.in_class or text == "class"
        if before in _BINDS or after == "=>":
            self.declared.add(text)
        if inside.sign in ("(", "[") and before in (inside.sign, ",", "..."):
            inside.words.append(text)
        if before in (".", "#") or after == ":":
            self.bound.add(text)
        if (
            inside.holds
            and before in {"{", ",", "}", ";", *_METHOD_WORDS}
            and after in (",", "}", "=", "(", ";")
        ):
            self.bound.add(text)


def _short_names() -> Iterator[str]:
    letters = string.ascii_letters
    yield from letters
    pairs = (
        first + second for first, second in itertools.product(letters, letters + string.digits)
    )
    yield from (name for name in pairs if name not in _TWO_LETTERS)
