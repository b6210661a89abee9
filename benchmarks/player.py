"""The player in Chromium: from navigation to the first accepted seek, time of a seek, and its size.

    python benchmarks/player.py [EVENTS ...]

Prints medians of RUNS openings in fresh contexts, nothing cached, and of SEEKS seeks each way; the openings of
asciinema-player and speedscope on as many events; and the work of a frame while the whole bar is dragged over.
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
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "player"), str(ROOT / "benchmarks")]

import peers  # noqa: E402
from make_fixture import Script, write  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from specrecord.publish.bundle import joined, player_files  # noqa: E402

RUNS = 7
ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu"]
SEEKS = 60
MOST_PEER_EVENTS = 100_000
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><title>benchmark</title>
<link rel="preload" href="run.specrec.gz" as="fetch" crossorigin>
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


DRAG = """async () => {
  const player = document.querySelector('spec-player');
  const slider = player.shadowRoot.querySelector('.slider');
  const box = slider.getBoundingClientRect();
  const work = [];
  const place = (x) => ({ clientX: x, clientY: box.top + 9, pointerId: 1, bubbles: true });
  const tell = (kind, x) => slider.dispatchEvent(new PointerEvent(kind, place(x)));
  slider.setPointerCapture = () => {};
  slider.hasPointerCapture = () => true;
  tell('pointerdown', box.left);
  for (let step = 0; step <= 240; step++) {
    const start = await new Promise(requestAnimationFrame);
    const before = performance.now();
    tell('pointermove', box.left + (box.width * step) / 240);
    cancelAnimationFrame(player.pendingFrame);
    player.tick(start); // what the next frame would do
    player.getBoundingClientRect();
    work.push(performance.now() - before);
  }
  return work;
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


def opening(browser: Browser, address: str, ready: str, seek: str = "") -> float:
    """Median milliseconds from navigation to a page that can be scrubbed, in fresh contexts."""
    times = []
    for _ in range(RUNS):
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        start = time.perf_counter()
        page.goto(address, wait_until="commit")
        page.wait_for_function(ready, polling=5)
        if seek:
            page.evaluate(seek)
        times.append((time.perf_counter() - start) * 1000)
        context.close()
    return statistics.median(times)


def seeking(browser: Browser, address: str) -> dict[str, float]:
    """Medians of SEEKS seeks, milliseconds."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(address)
    page.wait_for_function(READY)
    times = page.evaluate(SEEK, SEEKS)
    page.close()
    return {name: statistics.median(values) for name, values in times.items()}


def dragging(browser: Browser, address: str) -> tuple[float, float]:
    """Share of frames within 16.7 ms, and the longest, while the whole bar is dragged over at a 4x slower CPU."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(address)
    page.wait_for_function(READY)
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    work = page.evaluate(DRAG)
    page.close()
    return sum(one <= 16.7 for one in work) / len(work), max(work)


def main() -> None:
    sizes = [int(value) for value in sys.argv[1:]] or [1_000, 10_000, 100_000]
    browser_path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        print(f"specrecord: one script with its styles, gzip -9 {ship(folder / 'player') / 1000:.1f} kB")
        (folder / "index.html").write_text(PAGE)
        modules = peers.install(folder / "npm")
        rivals = peers.prepare(modules, folder) if modules else []
        for rival in rivals:
            print(
                f"{rival.name}: gzip -9 {sum(len(gzip.compress(p.read_bytes(), 9)) for p in rival.code) / 1000:.1f} kB"
            )
        browser = playwright.chromium.launch(executable_path=browser_path, args=ARGUMENTS)
        print(f"Chromium {browser.version}, {platform.machine()}, {os.cpu_count()} cores; milliseconds, medians")
        address = serve(folder)
        for size in sizes:
            written = write(folder / "run.specrec", Script(rounds=10**9, events=size, k=4))
            raw = (folder / "run.specrec").read_bytes()
            (folder / "run.specrec.gz").write_bytes(gzip.compress(raw, 6))
            open_time = opening(
                browser, f"{address}/index.html", READY, "document.querySelector('spec-player').seek('50%')"
            )
            seeks = seeking(browser, f"{address}/index.html")
            told = "  ".join(f"{key} {value:.3f}" for key, value in seeks.items())
            print(f"{written:>9} events, {len(raw) / 1e6:.1f} MB: open {open_time:.0f}  seek: {told}")
            if rivals and size <= MOST_PEER_EVENTS:
                peers.write_inputs(folder, size)
                for rival in rivals:
                    print(
                        f"{'':>9} {rival.name}: open {opening(browser, f'{address}/{rival.address}', rival.ready):.0f}"
                    )
        write(folder / "run.specrec", Script(rounds=1000, k=4))
        (folder / "run.specrec.gz").write_bytes(gzip.compress((folder / "run.specrec").read_bytes(), 6))
        share, longest = dragging(browser, f"{address}/index.html")
        print("dragging over 1,000 rounds at a 4x slower CPU:", end=" ")
        print(f"{100 * share:.1f} % of frames within 16.7 ms, longest {longest:.1f}")


if __name__ == "__main__":
    main()
