"""Joins the player's modules into one script, without its comments, so that a page asks once for
all of it.

Each module becomes a function that returns what it exports, in the order in which they need one
another. Only the forms of import and export that the player is written in are understood; any other
is an error here, so that it is never a blank page there. The source works unbuilt, too: joining
changes how many requests it takes, and nothing else.
"""

import functools
import json
import re
from pathlib import Path

from specrecord.errors import UsageError
from specrecord.publish.shorten import shorten
from specrecord.publish.squeeze import squeeze_css

_ENTRIES = (
    "define.js",
    "compare.js",
    "embed.js",
    "frame.js",
    "index.js",
    "lab/page.js",
    "lab/worker.js",
)  # what pages load; the live page is served unbuilt, by the program
_ENTRY, _ELEMENT, _STYLE = "define.js", "spec-player.js", "player.css"
_FRAME = "embed.html"
# Scripts that stand beside the entry and take from it what both need; `compare.js` is asked for
# when it is wanted.
_BESIDE = ("compare.js", "embed.js")
_LATE = re.compile(r'\bimport\("\./compare\.js"\)')
_FROM = re.compile(r'^(import|export)\s*\{([^}]*)\}\s*from\s*"(\.[^"]*)";?[ \t]*$', re.MULTILINE)
_BARE = re.compile(r'^import\s*"(\.[^"]*)";?[ \t]*$', re.MULTILINE)
_LIST = re.compile(r"^export\s*\{([^}]*)\};?[ \t]*$", re.MULTILINE)
_DECLARED = re.compile(
    r"^export\s+((?:async\s+)?function\b\*?|class|const)\s+(\w+|\[[^\]]*\]|\{[^}]*\})", re.MULTILINE
)
_COMMENT = re.compile(
    r"^[ \t]*(?://[^\n]*|/\*(?:(?!\*/).)*\*/[ \t]*)\n", re.MULTILINE | re.DOTALL
)  # on its own
_NAME = re.compile(r"\bm_\w+")
_LEFT_OVER = re.compile(r"^(?:import|export)\b.*$|^[^/*\n]*\bimport\(.*$", re.MULTILINE)


def player_files(player: Path) -> dict[str, bytes]:
    """The player as a site ships it: a script for each of `_ENTRIES`, the style sheet, and the page
    for a frame.

    `define.js` holds the whole element, its styles included. Raises UsageError when a module is
    missing or cannot be joined.
    """
    style = _read(player / _STYLE)
    scripts = {entry: joined(player, entry).encode() for entry in _ENTRIES}
    return {**scripts, _STYLE: squeeze_css(style).encode(), _FRAME: _read(player / _FRAME).encode()}


def joined(folder: Path, entry: str, *, module: bool = True) -> str:
    """The script of `entry` and everything it imports. As a `module` it still exports what `entry`
    does.

    A script that stands beside the player's entry takes what both need from there. Where nothing
    can be asked for later (not a `module`), everything is in it. Raises UsageError when a module is
    missing, imports itself in a circle, or uses a form that cannot be joined.
    """
    modules, exports = _modules(folder, entry)
    held = _modules(folder, _ENTRY)[0] if module and entry in _BESIDE else {}
    if not module and (folder / _BESIDE[0]).is_file():
        modules |= {
            path: code
            for path, code in _modules(folder, _BESIDE[0])[0].items()
            if path not in modules
        }
    own = "".join(code for path, code in modules.items() if path not in held)
    modules = {
        path: code for path, code in modules.items() if path not in held or f"{_name(path)};" in own
    }
    parts = [
        f"let {_name(path)}=shared.{_name(path)};"
        if path in held
        else f"let {_name(path)}=(()=>{{{_late(_squeezed(code), module)}}})();"
        for path, code in modules.items()
    ]
    if _ELEMENT in modules and not held:  # the element gets its styles before anything registers it
        styles = json.dumps(squeeze_css(_read(folder / _STYLE)), ensure_ascii=False)
        parts.insert(
            list(modules).index(_ELEMENT) + 1, f"{_name(_ELEMENT)}.SpecPlayer.styles = {styles};"
        )
    if held:
        parts.insert(0, f'import {{ shared }} from "./{_ENTRY}";')
    if module and entry == _ENTRY and any((folder / name).is_file() for name in _BESIDE):
        parts.append(f"export let shared={{{','.join(map(_name, modules))}}};")
    if module and exports:
        names = ", ".join(exports)
        parts.append(f"let {{ {names} }} = {_name(entry)};\nexport {{ {names} }};")
    # Numbered in the entry's own order, so that a script beside it counts the same way.
    numbers = {
        _name(path): f"m_{number}" for number, path in enumerate(dict.fromkeys([*held, *modules]))
    }
    return _NAME.sub(lambda match: numbers.get(match[0], match[0]), "\n".join(parts)) + "\n"


def _modules(folder: Path, entry: str) -> tuple[dict[str, str], list[str]]:
    """Every module that the entry needs, by its path in the folder, those needed first; and what
    the entry exports.
    """
    found: dict[str, str] = {}
    exported: dict[str, list[str]] = {}
    open_paths: list[str] = []

    def visit(path: str) -> None:
        if path in found:
            return
        if path in open_paths:
            raise UsageError(
                f"{folder / path}: imports itself in a circle; it cannot be put in one file"
            )
        open_paths.append(path)
        text = _read(folder / path)
        for near in _needs(text):
            visit(_resolve(path, near))
        found[path], exported[path] = _as_function_body(path, text, folder)
        open_paths.pop()

    visit(entry)
    return found, exported[entry]


def _late(code: str, module: bool) -> str:
    """What is asked for later, is there already where everything is in one file."""
    return code if module else _LATE.sub(f"Promise.resolve().then(()=>{_name(_BESIDE[0])})", code)


@functools.lru_cache(maxsize=256)
def _squeezed(code: str) -> str:
    """Kept, because several scripts share most modules, and a preview builds again and again."""
    return shorten(code)


@functools.lru_cache(maxsize=256)
def _needs(text: str) -> list[str]:
    """What a module imports, as it writes it."""
    return [*(match[3] for match in _FROM.finditer(text)), *_BARE.findall(text)]


@functools.lru_cache(maxsize=256)
def _as_function_body(path: str, text: str, folder: Path) -> tuple[str, list[str]]:
    """A module's code with imports taken from the modules before it, ending in the object of its
    exports.
    """
    exports: dict[str, str] = {}  # the name outside, and what it stands for

    def taken(match: re.Match[str]) -> str:
        verb, names, near = match.groups()
        pairs, source = _pairs(names), _name(_resolve(path, near))
        if verb == "export":
            exports.update({outside: f"{source}.{inside}" for inside, outside in pairs})
            return ""
        return (
            f"const {{ {', '.join(_taken(inside, outside) for inside, outside in pairs)} }} = "
            f"{source};"
        )

    def listed(match: re.Match[str]) -> str:
        exports.update({outside: inside for inside, outside in _pairs(match[1])})
        return ""

    def declared(match: re.Match[str]) -> str:
        exports.update({name: name for name in re.findall(r"\w+", match[2])})
        return f"{match[1]} {match[2]}"

    text = _COMMENT.sub("", text)
    code = _DECLARED.sub(declared, _LIST.sub(listed, _BARE.sub("", _FROM.sub(taken, text))))
    left = _LEFT_OVER.search(_LATE.sub("", code))
    if left:
        raise UsageError(f"{folder / path}: {left[0].strip()[:80]!r} cannot be put in one file")
    given = ", ".join(_taken(outside, inside) for outside, inside in exports.items())
    return f"{code.strip()}\nreturn {{ {given} }};", list(exports)


def _taken(first: str, second: str) -> str:
    return first if first == second else f"{first}: {second}"


def _pairs(names: str) -> list[tuple[str, str]]:
    """`a, b as c` is (a, a), (b, c)."""
    found = []
    for name in filter(None, (part.strip() for part in names.split(","))):
        first, *others = re.split(r"\s+as\s+", name)
        found.append((first, others[0] if others else first))
    return found


def _resolve(path: str, near: str) -> str:
    """`../dom.js` seen from `views/text.js` is `dom.js`."""
    parts = path.split("/")[:-1]
    for part in near.split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def _name(path: str) -> str:
    return "m_" + re.sub(r"\W", "_", path.removesuffix(".js"))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{path}: cannot be read ({error.strerror}); install specrecord again"
        ) from None
