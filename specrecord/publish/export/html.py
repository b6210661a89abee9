"""One recording and the player in one HTML file that opens anywhere: no server, no network, no file
beside it.

The player is one script there, and the recording stands beside it as text.
"""

import base64
import gzip
from collections.abc import Mapping
from pathlib import Path

from specrecord.errors import UsageError
from specrecord.publish.assets import assets
from specrecord.publish.policy import source_hash
from specrecord.publish.templates import render

_SCRIPT = "inline.js"  # the player's, that asks for no other
# Each as it stands in the page, whose policy knows it by its hash.
_STYLE = (
    "body { margin: 16px; background: light-dark(#f7f5f0, #14171b); "
    "color: light-dark(#1d2126, #e8e6e1); }"
)
_OPEN = """
const packed = atob(document.getElementById("recording").textContent);
const shown = document.querySelector("spec-player");
shown.open(Uint8Array.from(packed, (letter) => letter.charCodeAt(0)))
  .catch((error) => shown.fail(error, document.title));
"""
_GZIP = b"\x1f\x8b"


def one_file(
    recording: bytes,
    *,
    title: str,
    attributes: Mapping[str, str] | None = None,
    player: Path | None = None,
) -> str:
    """The HTML of a page that shows `recording`, the bytes of a `.specrec` or `.specrec.gz`.

    `attributes` are those of `<spec-player>` (`view`, `at`, `theme`, ...); `player` is the player's
    folder, by default the installed one. Raises UsageError when the player is missing, or cannot be
    put in one file.
    """
    packed = recording if recording.startswith(_GZIP) else gzip.compress(recording, 9, mtime=0)
    scripts = [_script(player or assets().player), _OPEN]
    return render(
        "one_file.html",
        title=title,
        attributes=attributes or {},
        recording=base64.b64encode(packed).decode(),
        scripts=scripts,
        hashes=" ".join(map(source_hash, scripts)),
        style=_STYLE,
        style_hash=source_hash(_STYLE),
    )


def _script(folder: Path) -> str:
    """The whole player as one script that may stand inside a page."""
    try:
        script = (folder / _SCRIPT).read_text(encoding="utf-8")
    except OSError as error:
        message = f"{folder / _SCRIPT}: cannot be read ({error.strerror}); install specrecord again"
        raise UsageError(message) from None
    # Inside a script, these two would end it or hide the rest of it.
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")
