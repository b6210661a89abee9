"""The player in Chromium: from navigation to the first accepted seek, time of a seek, and its size.

    python benchmarks/player.py [EVENTS ...]

Prints a table: medians of RUNS openings in fresh contexts, nothing cached, and of SEEKS seeks each way.
`frame` is the state alone; `forward` and `backward` add writing it to the page and its layout; `painted` lasts until
the second animation frame after that, so it includes waiting for the display's beat (16.7 ms each).
"""

import functools
import gzip
import http.server
import os
import platform
import shutil
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "player")]

from make_fixture import Script, write  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from specrecord.publish.bundle import joined, player_files  # noqa: E402

RUNS = 7
ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu"]
SEEKS = 60
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><title>benchmark</title>
<script type="module" src="player/define.js"></script><spec-player src="run.specrec.gz"></spec-player></html>"""
READY = "document.querySelector('spec-player')?.screen"
SEEK = """async (count) => {
  const player = document.querySelector('spec-player');
  const times = { frame: [], forward: [], backward: [], painted: [] };
  const { frame } = await import('./player/frame.js');
  let before = 0;
  for (let turn = 0; turn < count; turn++) {
    const share = (turn * 0.61803) % 1;
    const where = share * player.duration;
    let start = performance.now();
    for (let again = 0; again < 100; again++) frame(player.recording, where + again);
    times.frame.push((performance.now() - start) / 100);
    await new Promise(requestAnimationFrame);
    start = performance.now();
    player.currentTime = where;
    player.render();
    times[share > before ? 'forward' : 'backward'].push(performance.now() - start);
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    times.painted.push(performance.now() - start);
    before = share;
  }
  return times;
}"""


class Handler(http.server.SimpleHTTPRequestHandler):
    """Quiet, and nothing is cached."""

    def log_message(self, *_: Any) -> None:
        pass

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        super().end_headers()


def serve(folder: Path) -> str:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def ship(folder: Path) -> int:
    """Puts the player where a site has it; returns the size of the element, script and styles, gzip -9."""
    for path, data in player_files(ROOT / "player").items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    (folder / "frame.js").write_text(joined(ROOT / "player", "core/frame.js"))
    return len(gzip.compress((folder / "define.js").read_bytes(), 9))


def measure(browser: Browser, address: str) -> dict[str, float]:
    """Medians in milliseconds."""
    opening, seeking = [], {}
    for _ in range(RUNS):
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        start = time.perf_counter()
        page.goto(address, wait_until="commit")
        page.wait_for_function(READY, polling=5)
        page.evaluate("document.querySelector('spec-player').seek('50%')")
        opening.append((time.perf_counter() - start) * 1000)
        seeking = page.evaluate(SEEK, SEEKS)
        context.close()
    return {"open": statistics.median(opening), **{name: statistics.median(times) for name, times in seeking.items()}}


def main() -> None:
    events = [int(value) for value in sys.argv[1:]] or [1_000, 10_000, 100_000]
    browser_path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        print(f"player: one script with its styles, gzip -9 {ship(folder / 'player') / 1000:.1f} kB")
        (folder / "index.html").write_text(PAGE)
        browser = playwright.chromium.launch(executable_path=browser_path, args=ARGUMENTS)
        print(f"Chromium {browser.version}, {platform.machine()}, {os.cpu_count()} cores; milliseconds")
        print(
            f"{'events':>9} {'MB':>6} {'gz MB':>6} {'open':>7} {'frame':>8} {'forward':>8} {'backward':>8} {'painted':>8}"  # noqa: E501
        )
        address = f"{serve(folder)}/index.html"
        for size in events:
            written = write(folder / "run.specrec", Script(rounds=10**9, events=size, k=4))
            raw = (folder / "run.specrec").read_bytes()
            packed = gzip.compress(raw, 6)
            (folder / "run.specrec.gz").write_bytes(packed)
            got = measure(browser, address)
            print(
                f"{written:>9} {len(raw) / 1e6:>6.1f} {len(packed) / 1e6:>6.1f} {got['open']:>7.0f} {got['frame']:>8.4f}"  # noqa: E501
                f" {got['forward']:>8.2f} {got['backward']:>8.2f} {got['painted']:>8.1f}"
            )


if __name__ == "__main__":
    main()
