"""One recording and the player in one HTML file that opens anywhere: no server, no network, no file
beside it.

The player is one script there, and the recording stands beside it as text.
"""

import base64
import gzip
import html
from collections.abc import Mapping
from pathlib import Path

from specrecord.errors import UsageError
from specrecord.publish.assets import assets

_SCRIPT = "inline.js"  # the player's, that asks for no other
_GZIP = b"\x1f\x8b"

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>
body {{ margin: 16px; background: light-dark(#f7f5f0, #14171b);
  color: light-dark(#1d2126, #e8e6e1); }}
</style>
</head>
<body>
<spec-player{attributes}>{title}: a recorded run of speculative decoding.
A browser that runs scripts shows it here.</spec-player>
<script type="text/plain" id="recording">{recording}</script>
<script type="module">
{script}
</script>
<script type="module">
const packed = atob(document.getElementById("recording").textContent);
const shown = document.querySelector("spec-player");
shown.open(Uint8Array.from(packed, (letter) => letter.charCodeAt(0)))
  .catch((error) => shown.fail(error, document.title));
</script>
</body>
</html>
"""
# Nothing may be fetched: what the page shows is in it.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"
)


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
    folder = player or assets().player
    packed = recording if recording.startswith(_GZIP) else gzip.compress(recording, 9, mtime=0)
    return _PAGE.format(
        policy=_POLICY,
        title=html.escape(title),
        attributes="".join(
            f' {name}="{html.escape(value)}"' for name, value in (attributes or {}).items()
        ),
        recording=base64.b64encode(packed).decode(),
        script=_script(folder),
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
