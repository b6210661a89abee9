"""Pages of somebody else with the player in them: a folder with the player as it ships, and
packages from npm.
"""

import http.server
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import missing, served
from tests.node import node

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
MODULES = ROOT / "node_modules"
PLAYER = "document.querySelector('spec-player')"
READY = f"({PLAYER}?.hasAttribute('ready') ?? false)"
HEAD = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>a page</title>
<link rel="icon" href="data:,">"""
DEFINE = '<script type="module" src="player/define.js"></script>'
LATER = """<script>
window.define = () => import(new URL("player/define.js", document.baseURI));
</script>"""
FRAMEWORKS = ("react", "preact", "vue", "svelte")
WANTED = """<div id="app"></div><script>
window.wanted = { shown: true, src: "story.specrec", view: "round", loading: "eager", round: 3,
  present: false, pauseOnMarks: true };
window.heard = () => window.onheard?.();
</script>"""
STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' "
    "data:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
)
DECK = """<link rel="stylesheet" href="reveal/reveal.css">{define}
<div class="reveal"><div class="slides">
<section><h2>One</h2></section>
<section>
<spec-player src="story.specrec" loading="eager" autoplay at="start"></spec-player>
</section>
<section><h2>Three</h2></section></div></div>
<script type="module">
import Reveal from "./reveal/reveal.mjs";
window.deck = new Reveal({{ transition: "{transition}", width: 1100, height: 620 }});
await deck.initialize();
window.begun = true;
</script>"""


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The player as it ships, beside recordings; pages go there."""
    found = tmp_path_factory.mktemp("host")
    shutil.copytree(ROOT / "player" / "dist", found / "player")
    shutil.copy(ROOT / "site" / "icon.svg", found / "icon.svg")
    for name in ("story", "story-match"):
        shutil.copy(ROOT / "recordings" / f"{name}.specrec", found)
    return found


@pytest.fixture(scope="session")
def address(folder: Path, serve: Callable[[Path], str]) -> str:
    return serve(folder)


class _Open(http.server.SimpleHTTPRequestHandler):
    """Lets every page read what it serves, as GitHub Pages does."""

    def log_message(self, *_: Any) -> None:
        """Quiet."""

    def end_headers(self) -> None:
        self.send_header("Access-Control-Allow-Origin", "*")
        super().end_headers()


_Open.extensions_map = {**_Open.extensions_map, ".js": "text/javascript"}


@pytest.fixture(scope="session")
def open_address(folder: Path) -> Iterator[str]:
    with served(folder, _Open) as address:
        yield address


def package(name: str) -> Path:
    """The folder of a package; without it the test says so."""
    found = MODULES / name
    if not (found / "package.json").is_file():
        missing(f"node_modules lacks {name}; run: make test, or npm ci")
    return found


def bundled(name: str, folder: Path) -> str:
    """The script of a page of this folder, in `folder`."""
    for needed in (name.removesuffix(".js"), "esbuild", "svelte"):
        package(needed)
    if not (folder / name).exists():
        command = [node(), str(HERE / "bundle.js"), name, str(folder / name)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=240)
        assert done.returncode == 0, done.stderr
    return f'<script type="module" src="{name}"></script>'


def framework_page(folder: Path, framework: str, first: str = DEFINE) -> str:
    """A page of a framework around the player, which `first` defines. Returns its name."""
    script = bundled(f"{framework}.js", folder)
    (folder / f"{framework}.html").write_text(f"{HEAD}{WANTED}{first}{script}")
    return f"{framework}.html"


def strict_page(folder: Path, view: str, policy: str = STRICT) -> str:
    """A page under a policy, with one view of a round. Returns its name."""
    told = f'<meta http-equiv="Content-Security-Policy" content="{policy}">' if policy else ""
    player = f'<spec-player src="story.specrec" round="12" view="{view}"></spec-player>'
    (folder / "strict.html").write_text(f"{HEAD}{told}{DEFINE}{player}")
    return "strict.html"


def deck_page(folder: Path, transition: str) -> str:
    """Slides of reveal.js, of which the second holds the player. Returns its name."""
    shutil.copytree(package("reveal.js") / "dist", folder / "reveal", dirs_exist_ok=True)
    (folder / "deck.html").write_text(HEAD + DECK.format(define=DEFINE, transition=transition))
    return "deck.html"


def sandbox_page(folder: Path, open_address: str, rights: str) -> str:
    """A page with a frame of limited rights, whose player comes from another server."""
    source = f"{open_address}/player/embed.html?src=../story.specrec&view=round&theme=dark&round=4"
    frame = f'<iframe title="a run" sandbox="{rights}" src="{source}" height="520"></iframe>'
    (folder / "sandbox.html").write_text(f"{HEAD}{frame}")
    return "sandbox.html"


def post_page(folder: Path) -> str:
    """A long post with forty players. Returns its name."""
    words = "<p>" + "A post about decoding. " * 40 + "</p>"
    place = '<link rel="stylesheet" href="player/place.css">'
    players = "".join(
        f'{words}<spec-player src="story.specrec?{at}"><p>Its text.</p></spec-player>'
        for at in range(40)
    )
    (folder / "post.html").write_text(f"{HEAD}{place}{DEFINE}<main>{players}</main>")
    return "post.html"
