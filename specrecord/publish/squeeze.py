"""Takes comments and needless blanks out of scripts and style sheets. Names, strings and line ends
stay as they are.

Not a general minifier: it knows as much of JavaScript's grammar as it takes to tell a comment from
a string, a template or a regular expression, and leaves everything else alone.
"""

import re
from collections.abc import Iterator

# What may stand before a `/` that begins a regular expression; after anything else it divides.
_BEFORE_REGEX = set("(,=:[!&|?{};+-*%<>~^\n")
_WORDS_BEFORE_REGEX = (
    "return",
    "typeof",
    "case",
    "in",
    "of",
    "delete",
    "void",
    "throw",
    "new",
    "await",
    "yield",
)
_REGEX = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'')
_STRING_KEPT = re.compile(r"""("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')""")
_IDENTIFIER = re.compile(r"""(["'])[a-z][\w-]*\1""")
_BLANKS_CSS = re.compile(r" ?([{};]) ?|(?<=:) |(?<=,) ")
_COMMENT_CSS = re.compile(r"/\*.*?\*/", re.DOTALL)
_BLANKS = re.compile(r"\s+")
_PART = re.compile(
    r"""(?P<code>[^\s/"'`]+)|(?P<blank>\s+)|(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
    r"""|(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<template>`)|(?P<slash>/)|(?P<quote>.)""",
    re.DOTALL,
)
_LAST_WORD = re.compile(r"[\w$]+$")
_PUNCTUATION = set("{}()[];,<>=*/:?&|!%^~")
_SIGNS = set("+-")
_CLOSE_UP = set("{;,([")  # nothing needs a line end after these


CODE = "code"


def pieces(text: str) -> Iterator[tuple[str, str]]:
    """A squeezed script in pieces: code, and what is no code (strings, expressions, the text of
    templates).
    """
    for part in _squeezed(text):
        if part[0] == "`":
            yield from _template_pieces(part)
        else:
            yield ("text" if part[0] in "\"'" or (part[0] == "/" and len(part) > 1) else CODE), part


def _template_pieces(part: str) -> Iterator[tuple[str, str]]:
    """A template's own text, and the code in its holes."""
    start = at = 0
    while at < len(part):
        if part[at] == "\\":
            at += 2
        elif part.startswith("${", at):
            end = _hole_end(part, at + 2)
            yield "text", part[start : at + 2]
            yield from pieces(part[at + 2 : end - 1])
            start = at = end - 1
            at += 1
        else:
            at += 1
    yield "text", part[start:]


def _squeezed(text: str) -> list[str]:
    """The parts of a script that stay. A template is one part, and so is a string."""
    out: list[str] = []
    at = 0
    while at < len(text):
        match = _PART.match(text, at)
        assert match is not None, "every letter begins some part"
        start, at = match.span()
        kind = match.lastgroup
        if kind == "blank":
            _blank(match[0], text[at : at + 1], out)
        elif kind == "template":
            at = _template_end(text, start)
            out.append(text[start:at])
        elif kind == "slash":
            found = _REGEX.match(text, start) if _regex_may_start(out) else None
            at = found.end() if found else at
            out.append(text[start:at])
        elif kind != "comment":
            out.append(match[0])
    return out


def _template_end(text: str, at: int) -> int:
    """Where a template that begins at `at` is over, templates inside its `${}` included."""
    at += 1
    while text[at] != "`":
        if text[at] == "\\":
            at += 2
        elif text.startswith("${", at):
            at = _hole_end(text, at + 2)
        else:
            at += 1
    return at + 1


def _hole_end(text: str, at: int) -> int:
    """Where the `}` that closes a `${` has passed."""
    depth = 1
    while depth:
        match = _STRING.match(text, at)
        if text[at] == "`":
            at = _template_end(text, at)
            continue
        if match:
            at = match.end()
            continue
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        at += 1
    return at


def _regex_may_start(out: list[str]) -> bool:
    before = next((part for part in reversed(out) if part.strip(" ")), "\n")
    word = _LAST_WORD.search(before)
    return before[-1] in _BEFORE_REGEX or (word is not None and word[0] in _WORDS_BEFORE_REGEX)


def _blank(blank: str, after: str, out: list[str]) -> None:
    """One line end or one blank, or neither where nothing would run together."""
    before = out[-1][-1] if out else "{"
    if before.isspace():
        if "\n" in blank:
            out[-1] = "\n"
    elif "\n" in blank:
        if before not in _CLOSE_UP:
            out.append("\n")
    elif _would_run_together(before, after):
        out.append(" ")


def _would_run_together(before: str, after: str) -> bool:
    """Two words would, and so would two signs: `a + +b` is no `a++b`."""
    if before in _PUNCTUATION or after in _PUNCTUATION:
        return False
    return (before in _SIGNS) == (after in _SIGNS)


def squeeze_css(text: str) -> str:
    """A style sheet with the same meaning and fewer bytes. Blanks around operators inside values
    stay.
    """
    pieces = _STRING_KEPT.split(_COMMENT_CSS.sub("", text))
    for index in range(1, len(pieces), 2):  # `[name="word"]` is `[name=word]`
        if (
            _IDENTIFIER.fullmatch(pieces[index])
            and pieces[index - 1].endswith("=")
            and pieces[index + 1][:1] == "]"
        ):
            pieces[index] = pieces[index][1:-1]
    pieces[::2] = [
        _BLANKS_CSS.sub(lambda match: match[1] or "", _BLANKS.sub(" ", piece))
        for piece in pieces[::2]
    ]
    return "".join(pieces).replace(";}", "}").strip()
