"""How large the product's code is, in tokens, so that comments and formatting do not count.

Counted are the files of `specrecord/`, `player/` (the laboratory included, what is built in
`player/dist/` not) and `site/scripts/`. A token is what the lexer of Python or JavaScript makes of
the text, without comments, line ends and indentation; Python's docstrings count as comments. A
string is one token: in Python an f-string, too, whatever stands inside it (its parts are tokens of
their own only since 3.12); in JavaScript the expressions inside a template string are counted.

    python tools/code_size.py               the working tree
    python tools/code_size.py --at REV      the same at a revision of git
"""

import argparse
import io
import re
import subprocess
import tarfile
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROOTS = ("specrecord", "player", "site/scripts")
LEFT_OUT = ("player/dist/",)
LAYOUT = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
LAYOUT |= {tokenize.ENCODING, tokenize.ENDMARKER}
FSTRING_START, FSTRING_END = (getattr(tokenize, f"FSTRING_{end}", -1) for end in ("START", "END"))

JS_SKIPPED = re.compile(r"\s+|//[^\n]*|/\*.*?\*/|\A#![^\n]*", re.S)
JS_TOKEN = re.compile(
    r"""(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<number>(?:0[xXbBoO][\da-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)n?)
    |(?P<name>[#@]?[\w$]+)
    |(?P<sign>>>>=|\.\.\.|===|!==|\*\*=|<<=|>>=|>>>|&&=|\|\|=|\?\?=|=>|==|!=|<=|>=|&&|\|\||\?\?
      |\?\.(?!\d)|\+\+|--|\+=|-=|\*=|/=|%=|&=|\|=|\^=|<<|>>|\*\*|[^\w\s])""",
    re.S | re.X,
)
JS_REGEX = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/\w*")
TEMPLATE_PIECE = re.compile(r"(?:[^`\\$]|\\.|\$(?!\{))*", re.S)
# After these a slash opens a regular expression; after any other token it divides.
BEFORE_REGEX = set(
    "( , = : [ ! & | ? { } ; + - * % < > ~ ^ => == != === !== <= >= && || ?? += -= *= ...".split()
)
BEFORE_REGEX |= {
    "return",
    "typeof",
    "case",
    "in",
    "of",
    "delete",
    "void",
    "instanceof",
    "new",
    "else",
    "yield",
    "await",
}


def python_tokens(source: str) -> int:
    """Tokens of Python source; docstrings, and other strings that are a statement, left out."""
    count, inside, at_start, docstring = 0, 0, True, False
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in (FSTRING_START, FSTRING_END):
            count += inside == 0 and token.type == FSTRING_START
            inside += 1 if token.type == FSTRING_START else -1
        elif inside:
            continue
        elif token.type in LAYOUT:
            count -= docstring and token.type == tokenize.NEWLINE
        else:
            count += 1
        if token.type not in (tokenize.COMMENT, tokenize.NL):
            docstring = at_start and token.type == tokenize.STRING
            at_start = token.type in LAYOUT
    return count


def javascript_tokens(source: str) -> int:
    """Tokens of JavaScript source; fails on what it cannot read."""
    count, at, before = 0, 0, ";"
    templates: list[int] = []  # of each open template string: the open braces in its expression
    while at < len(source):
        if skipped := JS_SKIPPED.match(source, at):
            at = skipped.end()
            continue
        found = JS_REGEX.match(source, at) if before in BEFORE_REGEX else None
        found = found or JS_TOKEN.match(source, at)
        if not found:
            raise ValueError(f"no token of JavaScript: {source[at : at + 40]!r}")
        text, at = found.group(), found.end()
        closes = text == "}" and bool(templates) and templates[-1] == 0
        if closes:
            templates.pop()
        elif templates and text in "{}":
            templates[-1] += 1 if text == "{" else -1
        count += not closes
        before = text
        if text == "`" or closes:
            at += len(TEMPLATE_PIECE.match(source, at)[0])
            if source.startswith("${", at):
                templates.append(0)
                at, before = at + 2, "{"
            else:
                at, before = at + 1, "``"
    if templates:
        raise ValueError("a template string does not end")
    return count


def counted(path: str) -> bool:
    return path.endswith((".py", ".js", ".mjs")) and not path.startswith(LEFT_OUT)


def files_at(revision: str) -> Iterator[tuple[str, str]]:
    """Path and text of each counted file at a revision of git."""
    listed = subprocess.run(
        ["git", "ls-tree", "-r", "--name-only", revision, "--", *ROOTS],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    roots = sorted(
        {
            root
            for root in ROOTS
            if any(p.startswith(f"{root}/") for p in listed.stdout.decode().split("\n"))
        }
    )
    packed = subprocess.run(
        ["git", "archive", revision, "--", *roots], cwd=ROOT, check=True, capture_output=True
    )
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        for member in archive:
            if counted(member.name) and (file := archive.extractfile(member)):
                yield member.name, file.read().decode()


def files_here() -> Iterator[tuple[str, str]]:
    """Path and text of each counted file in the working tree that git does not ignore."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *ROOTS]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout.decode()
    for path in sorted(filter(counted, listed.split("\0"))):
        if (ROOT / path).is_file():
            yield path, (ROOT / path).read_text()


def folder_of(path: str) -> str:
    """The folder that a file is counted under: `specrecord/cli`, `player`, `site/scripts`."""
    root = next(root for root in ROOTS if path.startswith(f"{root}/"))
    rest = path.removeprefix(f"{root}/").split("/")
    return f"{root}/{rest[0]}" if len(rest) > 1 else root


def table(files: Iterator[tuple[str, str]]) -> str:
    """The tokens by folder, and in all."""
    rows: dict[str, Counter[str]] = {}
    for path, source in files:
        language = "Python" if path.endswith(".py") else "JavaScript"
        tokens = python_tokens(source) if language == "Python" else javascript_tokens(source)
        rows.setdefault(folder_of(path), Counter()).update({"files": 1, language: tokens})
    total = sum(rows.values(), Counter())
    lines = [f"{'folder':24}{'files':>8}{'Python':>10}{'JavaScript':>12}{'tokens':>10}"]
    for name, row in [*sorted(rows.items()), ("all", total)]:
        both = row["Python"] + row["JavaScript"]
        lines.append(
            f"{name:24}{row['files']:8}{row['Python']:10,}{row['JavaScript']:12,}{both:10,}"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--at", metavar="REV", help="a revision of git in place of the working tree"
    )
    at = parser.parse_args().at
    print(table(files_at(at) if at else files_here()))


if __name__ == "__main__":
    main()
