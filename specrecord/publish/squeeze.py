"""Takes comments and needless blanks out of scripts and style sheets. Names, strings and line ends stay as they are.

Not a general minifier: it knows as much of JavaScript's grammar as it takes to tell a comment from a string, a
template or a regular expression, and leaves everything else alone.
"""

import re

# What may stand before a `/` that begins a regular expression; after anything else it divides.
_BEFORE_REGEX = set("(,=:[!&|?{};+-*%<>~^\n")
_WORDS_BEFORE_REGEX = ("return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "await", "yield")
_REGEX = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'')
_STRING_KEPT = re.compile(r"""("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')""")
_BLANKS_CSS = re.compile(r" ?([{};]) ?|(?<=:) |(?<=,) ")
_COMMENT_CSS = re.compile(r"/\*.*?\*/", re.DOTALL)
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_BLANKS = re.compile(r"\s+")
_WORD = re.compile(r"[\w$]+")
_PUNCTUATION = set("{}()[];,<>=*/:?&|!%^~")
_SIGNS = set("+-")
_CLOSE_UP = set("{;,([")  # nothing needs a line end after these


def squeeze_js(text: str) -> str:
    """A script with the same meaning and fewer bytes."""
    out: list[str] = []
    at = 0
    while at < len(text):
        at = _step(text, at, out)
    return "".join(out).strip()


def _step(text: str, at: int, out: list[str]) -> int:
    """Copies the piece of the script that begins at `at`, and says where the next begins."""
    letter = text[at]
    if letter == "`":
        end = _template_end(text, at)
        out.append(text[at:end])
        return end
    for pattern in (_STRING, _WORD):
        match = pattern.match(text, at)
        if match:
            out.append(match[0])
            return match.end()
    if text.startswith(("//", "/*"), at):
        match = _COMMENT.match(text, at)
        assert match is not None, "a comment is never closed"
        return match.end()
    if letter == "/" and _regex_may_start(out):
        match = _REGEX.match(text, at)
        if match:
            out.append(match[0])
            return match.end()
    if letter.isspace():
        return _blanks(text, at, out)
    out.append(letter)
    return at + 1


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
    return before[-1] in _BEFORE_REGEX or before in _WORDS_BEFORE_REGEX


def _blanks(text: str, at: int, out: list[str]) -> int:
    """One line end or one blank, or neither where nothing would run together."""
    match = _BLANKS.match(text, at)
    assert match is not None
    end = match.end()
    before = out[-1][-1] if out else "{"
    after = text[end : end + 1]
    if before.isspace():
        if "\n" in match[0]:
            out[-1] = "\n"
        return end
    if "\n" in match[0]:
        if before not in _CLOSE_UP:
            out.append("\n")
    elif _would_run_together(before, after):
        out.append(" ")
    return end


def _would_run_together(before: str, after: str) -> bool:
    """Two words would, and so would two signs: `a + +b` is no `a++b`."""
    if before in _PUNCTUATION or after in _PUNCTUATION:
        return False
    return (before in _SIGNS) == (after in _SIGNS)


def squeeze_css(text: str) -> str:
    """A style sheet with the same meaning and fewer bytes. Blanks around operators inside values stay."""
    pieces = _STRING_KEPT.split(_COMMENT_CSS.sub("", text))
    pieces[::2] = [_BLANKS_CSS.sub(lambda match: match[1] or "", _BLANKS.sub(" ", piece)) for piece in pieces[::2]]
    return "".join(pieces).replace(";}", "}").strip()
