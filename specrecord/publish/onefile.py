"""One recording and the player in one HTML file that opens anywhere: no server, no network, no file beside it.

The player's modules become one script: each is a function that returns what the module exports, in the order in which
they need one another. Only the forms of import and export that the player is written in are understood; any other
is an error here, so that it is never a blank page there.
"""

import base64
import gzip
import html
import json
import re
from collections.abc import Mapping
from pathlib import Path

from specrecord.errors import UsageError
from specrecord.publish.assets import assets

_ENTRY, _ELEMENT, _STYLE = "define.js", "spec-player.js", "player.css"
_GZIP = b"\x1f\x8b"
_FROM = re.compile(r'^(import|export)\s*\{([^}]*)\}\s*from\s*"(\.[^"]*)";?[ \t]*$', re.MULTILINE)
_BARE = re.compile(r'^import\s*"(\.[^"]*)";?[ \t]*$', re.MULTILINE)
_LIST = re.compile(r"^export\s*\{([^}]*)\};?[ \t]*$", re.MULTILINE)
_DECLARED = re.compile(r"^export\s+((?:async\s+)?function\b\*?|class|const)\s+(\w+|\[[^\]]*\]|\{[^}]*\})", re.MULTILINE)
_COMMENT = re.compile(r"^[ \t]*(?://[^\n]*|/\*.*?\*/[ \t]*)\n", re.MULTILINE | re.DOTALL)  # alone on its lines
_LEFT_OVER = re.compile(r"^(?:import|export)\b.*$|^[^/*\n]*\bimport\(.*$", re.MULTILINE)

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>body {{ margin: 16px; background: light-dark(#f7f5f0, #14171b); color: light-dark(#1d2126, #e8e6e1); }}</style>
</head>
<body>
<spec-player{attributes}>{title}: a recorded run of speculative decoding. A browser that runs scripts shows it here.</spec-player>
<script type="text/plain" id="recording">{recording}</script>
<script type="module">
{script}
const packed = atob(document.getElementById("recording").textContent);
const shown = document.querySelector("spec-player");
shown.open(Uint8Array.from(packed, (letter) => letter.charCodeAt(0))).catch((error) => shown.fail(error, document.title));
</script>
</body>
</html>
"""  # noqa: E501
# Nothing may be fetched: what the page shows is in it.
_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"


def one_file(
    recording: bytes, *, title: str, attributes: Mapping[str, str] | None = None, player: Path | None = None
) -> str:
    """The HTML of a page that shows `recording`, the bytes of a `.specrec` or `.specrec.gz`.

    `attributes` are those of `<spec-player>` (`view`, `at`, `theme`, ...); `player` is the player's folder, by default
    the installed one. Raises UsageError when the player is missing, or cannot be put in one file.
    """
    folder = player or assets().player
    packed = recording if recording.startswith(_GZIP) else gzip.compress(recording, 9, mtime=0)
    return _PAGE.format(
        policy=_POLICY,
        title=html.escape(title),
        attributes="".join(f' {name}="{html.escape(value)}"' for name, value in (attributes or {}).items()),
        recording=base64.b64encode(packed).decode(),
        script=_script(folder),
    )


def _script(folder: Path) -> str:
    """The whole player as one script. The element gets its styles before it is registered."""
    modules = _modules(folder)
    styles = json.dumps(_read(folder / _STYLE))
    parts = [f"const {_name(path)} = (() => {{\n{code}\n}})();" for path, code in modules.items()]
    parts.insert(-1, f"{_name(_ELEMENT)}.SpecPlayer.styles = {styles};")
    # Inside a script, these two would end it or hide the rest of it.
    return "\n".join(parts).replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _modules(folder: Path) -> dict[str, str]:
    """Every module that the entry needs, by its path in the folder, those needed before those that need them."""
    found: dict[str, str] = {}
    open_paths: list[str] = []

    def visit(path: str) -> None:
        if path in found:
            return
        if path in open_paths:
            raise UsageError(f"{folder / path}: imports itself in a circle; it cannot be put in one file")
        open_paths.append(path)
        text = _read(folder / path)
        for near in [*(match[3] for match in _FROM.finditer(text)), *_BARE.findall(text)]:
            visit(_resolve(path, near))
        found[path] = _as_function_body(path, text, folder)
        open_paths.pop()

    visit(_ENTRY)
    return found


def _as_function_body(path: str, text: str, folder: Path) -> str:
    """A module's code with imports taken from the modules before it, ending in the object of its exports."""
    exports: dict[str, str] = {}  # the name outside, and what it stands for

    def taken(match: re.Match[str]) -> str:
        verb, names, near = match.groups()
        pairs, source = _pairs(names), _name(_resolve(path, near))
        if verb == "export":
            exports.update({outside: f"{source}.{inside}" for inside, outside in pairs})
            return ""
        return f"const {{ {', '.join(f'{inside}: {outside}' for inside, outside in pairs)} }} = {source};"

    def listed(match: re.Match[str]) -> str:
        exports.update({outside: inside for inside, outside in _pairs(match[1])})
        return ""

    def declared(match: re.Match[str]) -> str:
        exports.update({name: name for name in re.findall(r"\w+", match[2])})
        return f"{match[1]} {match[2]}"

    code = _COMMENT.sub("", text)
    code = _DECLARED.sub(declared, _LIST.sub(listed, _BARE.sub("", _FROM.sub(taken, code))))
    left = _LEFT_OVER.search(code)
    if left:
        raise UsageError(f"{folder / path}: {left[0].strip()[:80]!r} cannot be put in one file")
    return f"{code.strip()}\nreturn {{ {', '.join(f'{outside}: {inside}' for outside, inside in exports.items())} }};"


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
    return "module_" + re.sub(r"\W", "_", path.removesuffix(".js"))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); install specrecord again") from None
