"""Peers of the player, from the npm registry, on files with as many events: asciinema-player,
speedscope and rrweb-player.

Each is a page in a folder that is served. It calls `note()` once a seek was accepted; where it
cannot be made to, an expression tells that the view stands.
"""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PACKAGES = ["asciinema-player@3", "speedscope@1", "rrweb-player@2.1.6"]
ASCIINEMA = """<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,">
<title>benchmark</title>
<link rel="stylesheet" href="asciinema-player.css"><div id="player"></div>
<script src="asciinema-player.min.js"></script>
<script>
const player = AsciinemaPlayer.create("run.cast", document.getElementById("player"), { preload:
  true });
const seek = async () => { try { await player.seek("50%"); note(); } catch { setTimeout(seek, 5);
  } };
seek();
</script></html>"""


RRWEB = """<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,">
<title>benchmark</title>
<link rel="stylesheet" href="style.min.css"><div id="player"></div>
<script src="rrweb-player.umd.min.cjs"></script>
<script>
const begin = async () => {
  const events = await (await fetch("run.json")).json();
  const player = new rrwebPlayer.Player({
    target: document.getElementById("player"), props: { events, autoPlay: false } });
  const seek = () => {
    try { player.goto(events.at(-1).timestamp / 2, false); note(); } catch { setTimeout(seek, 5); }
  };
  seek();
};
begin();
</script></html>"""


@dataclass(frozen=True)
class Peer:
    """A rival's page, what is true when it can be used ("" where the page tells), and its code's
    files.
    """

    name: str
    address: str
    ready: str
    code: list[Path]


def install(folder: Path) -> Path | None:
    """The peers in `folder`/node_modules; None, said loudly, when npm or its registry is not
    there.
    """
    npm = shutil.which("npm")
    if npm is None:
        sys.stderr.write("PEERS WERE NOT MEASURED: npm is not installed\n")
        return None
    command = [
        npm,
        "install",
        "--prefix",
        str(folder),
        "--no-audit",
        "--no-fund",
        "--silent",
        *PACKAGES,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    if done.returncode:
        sys.stderr.write(
            f"PEERS WERE NOT MEASURED: npm could not install them ({done.stderr.strip()[:200]})\n"
        )
        return None
    return folder / "node_modules"


def prepare(modules: Path, folder: Path) -> list[Peer]:
    """Copies the peers into the served folder."""
    bundle = modules / "asciinema-player" / "dist" / "bundle"
    cast = folder / "asciinema"
    cast.mkdir()
    for name in ("asciinema-player.min.js", "asciinema-player.css"):
        shutil.copy(bundle / name, cast / name)
    (cast / "index.html").write_text(ASCIINEMA)
    scope = folder / "speedscope"
    shutil.copytree(modules / "speedscope" / "dist" / "release", scope)
    code = [
        path
        for path in scope.iterdir()
        if path.suffix in (".js", ".css") and path.name.startswith("speedscope")
    ]
    web = folder / "rrweb"
    web.mkdir()
    for name in ("rrweb-player.umd.min.cjs", "style.min.css"):
        shutil.copy(modules / "rrweb-player" / "dist" / name, web / name)
    (web / "index.html").write_text(RRWEB)
    return [
        Peer("rrweb-player", "rrweb/index.html", "", list(web.glob("*.min.c*s"))),
        Peer("asciinema-player", "asciinema/index.html", "", list(cast.glob("asciinema-player.*"))),
        Peer(
            "speedscope",
            "speedscope/index.html#profileURL=run.json",
            "document.title.includes('benchmark-profile') && document.querySelector('canvas')",
            code,
        ),
    ]


def web_events(events: int) -> list[dict[str, Any]]:
    """A page whose one text changes, as rrweb records it: its address, its nodes, the changes."""
    text = {"type": 3, "textContent": "", "id": 5}
    body = {"type": 2, "tagName": "body", "attributes": {}, "childNodes": [text], "id": 4}
    head = {"type": 2, "tagName": "head", "attributes": {}, "childNodes": [], "id": 3}
    html = {"type": 2, "tagName": "html", "attributes": {}, "childNodes": [head, body], "id": 2}
    node = {"type": 0, "childNodes": [html], "id": 1}
    found: list[dict[str, Any]] = [
        {"type": 4, "data": {"href": "about:blank", "width": 800, "height": 600}, "timestamp": 0},
        {"type": 2, "data": {"node": node, "initialOffset": {"left": 0, "top": 0}}, "timestamp": 1},
    ]
    empty: dict[str, list[Any]] = {"attributes": [], "removes": [], "adds": []}
    for index in range(2, events):
        texts = [{"id": 5, "value": f"token {index}"}]
        data = {"source": 0, "texts": texts, **empty}
        found.append({"type": 3, "data": data, "timestamp": index * 10})
    return found


def write_inputs(folder: Path, events: int) -> None:
    """A cast, a page's changes and a profile of `events` events each."""
    (folder / "rrweb" / "run.json").write_text(json.dumps(web_events(events)))
    lines = [json.dumps({"version": 2, "width": 80, "height": 24})]
    lines += [json.dumps([index * 0.01, "o", f"token {index} \r\n"]) for index in range(events)]
    (folder / "asciinema" / "run.cast").write_text("\n".join(lines) + "\n")
    frames = [{"name": f"frame {index}"} for index in range(50)]
    samples = [[index % 50, (index * 7) % 50] for index in range(events)]
    profile = {
        "type": "sampled",
        "name": "benchmark-profile",
        "unit": "microseconds",
        "startValue": 0,
    }
    profile |= {"endValue": events, "samples": samples, "weights": [1] * events}
    whole = {
        "$schema": "https://www.speedscope.app/file-format-schema.json",
        "shared": {"frames": frames},
    }
    (folder / "speedscope" / "run.json").write_text(json.dumps({**whole, "profiles": [profile]}))
