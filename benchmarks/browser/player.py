"""The player in Chromium: from navigation to the first accepted seek, time of a seek, and its size.

    python benchmarks/browser/player.py [EVENTS ...]

The recordings are the gallery's own rounds, one run behind another (`long_run.py`). Openings are
medians of RUNS fresh contexts, nothing cached, in turn with the peers on as
many events. Each starts from an empty page that the browser has had SETTLE ms to finish: a browser
that still makes its processes takes both cores, and that is no player's doing. The clock is the
page's own and starts with the navigation:
`accepted` is when the player took a seek to the middle, `shown` when the main thread had finished
the picture that shows it. speedscope cannot seek: there it is when the chart stands, looked for
every 5 ms. Nothing else is done to a page while it opens.

Of a seek, `frame` is the state alone; `forward` and `backward` add writing it to the page;
`painted` adds style, layout, paint and commit: all the main thread does for the picture, from the
start of a frame, so waiting for the display's beat is not in it; `beats` lasts until the second
animation frame after that and is mostly waiting. Each is the median of SEEKS seeks in a fresh page,
and that the middle one of RUNS pages, in turn with asciinema-player; in brackets stand the least
and the most of them. Last comes the work of a frame while the whole bar is dragged over.
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
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import other_players  # noqa: E402
from long_run import write_long  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from tests.player.helpers.make_fixture import Script, write  # noqa: E402

RUNS = 7
ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu"]
SEEKS = 60
SETTLE = 1000
MOST_PEER_EVENTS = 100_000
NOTE = """
window.note = () => {
  window.told = { accepted: performance.now() };
  requestAnimationFrame(() => setTimeout(() => { told.shown = performance.now(); }));
};"""
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,">
  <title>benchmark</title>
<script type="module" src="player/shared.js"></script>
<script type="module" src="player/define.js"></script>
<link rel="preload" href="run.specrec.gz" as="fetch" crossorigin>
<spec-player src="run.specrec.gz"></spec-player>
<script>
const player = document.querySelector('spec-player');
player.addEventListener('ready', () => { player.seek('50%'); note(); }, { once: true });
</script></html>"""
READY = "document.querySelector('spec-player')?.screen"
SEEK = """async (count) => {
  const player = document.querySelector('spec-player');
  const times = { frame: [], forward: [], backward: [], painted: [], beats: [] };
  const { port1, port2 } = new MessageChannel();
  const { frame } = await import('./player/index.js');
  let before = 0;
  for (let turn = 0; turn < count; turn++) {
    const share = (turn * 0.61803) % 1;
    const where = share * player.duration;
    let start = performance.now();
    for (let again = 0; again < 100; again++) frame(player.recording, where + again);
    times.frame.push((performance.now() - start) / 100);
    const now = await new Promise(requestAnimationFrame);
    const painted = new Promise((done) => (port1.onmessage = done));
      // a message waits until the frame is done
    start = performance.now();
    player.currentTime = where;
    cancelAnimationFrame(player.pendingFrame);
    player.tick(now);
    times[share > before ? 'forward' : 'backward'].push(performance.now() - start);
    port2.postMessage(0);
    const beats = new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    await painted;
    times.painted.push(performance.now() - start);
    await beats;
    times.beats.push(performance.now() - start);
    before = share;
  }
  return times;
}"""


# The same of asciinema-player, as far as it can be asked: until the promise of a seek is kept, and
# its picture.
PEER_SEEK = """async (count) => {
  const times = { forward: [], backward: [], painted: [] };
  const { port1, port2 } = new MessageChannel();
  const duration = await player.getDuration();
  let before = 0;
  for (let turn = 0; turn < count; turn++) {
    const share = (turn * 0.61803) % 1;
    const start = performance.now();
    await player.seek(share * duration);
    const spent = performance.now() - start;
    times[share > before ? 'forward' : 'backward'].push(spent);
    const drawn = await new Promise((done) => requestAnimationFrame(() => {
      const begun = performance.now();
      port1.onmessage = () => done(performance.now() - begun);
      port2.postMessage(0);
    }));
    times.painted.push(spent + drawn);
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
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Handler, directory=str(folder))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def ship(folder: Path) -> int:
    """Puts the player where a site has it; returns the element's size, styles included, gzip -9."""
    shutil.copytree(ROOT / "player" / "dist", folder)
    return sum(
        len(gzip.compress((folder / name).read_bytes(), 9)) for name in ("define.js", "shared.js")
    )


def opening(browser: Browser, address: str, ready: str) -> tuple[float, float]:
    """Milliseconds from navigation to a seek that was accepted, and to its picture, in a fresh
    context.
    """
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    watch = f"(function look() {{ ({ready}) ? note() : setTimeout(look, 5); }})();" if ready else ""
    page.add_init_script(NOTE + watch)
    page.wait_for_timeout(SETTLE)
    page.goto(address, wait_until="commit")
    shows = False
    while (
        not shows
    ):  # to ask is to run scripts in the page, so it is left alone for a second each time
        page.wait_for_timeout(1000)
        shows = page.evaluate("Boolean(window.told?.shown)")
    accepted, shown = page.evaluate("[told.accepted, told.shown]")
    context.close()
    return accepted, shown


def openings(browser: Browser, pages: dict[str, tuple[str, str]]) -> dict[str, tuple[float, float]]:
    """Medians of RUNS openings of each page (address, and what tells that it stands), taken in
    turn.
    """
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in pages}
    for _ in range(RUNS):
        for name, (address, ready) in pages.items():
            times[name].append(opening(browser, address, ready))
    return {
        name: (
            statistics.median(one for one, _ in found),
            statistics.median(other for _, other in found),
        )
        for name, found in times.items()
    }


def seeking(
    browser: Browser, address: str, ready: str = READY, code: str = SEEK
) -> dict[str, float]:
    """Medians of SEEKS seeks in a fresh page, milliseconds."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.add_init_script(NOTE)
    page.goto(address)
    page.wait_for_function(ready)
    page.wait_for_timeout(SETTLE)
    times = page.evaluate(code, SEEKS)
    page.close()
    return {name: statistics.median(values) for name, values in times.items()}


def seeks(browser: Browser, pages: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """What `seeking` finds in RUNS pages of each, in turn: the middle one, and the least and the
    most.
    """
    found: dict[str, list[dict[str, float]]] = {name: [] for name in pages}
    for _ in range(RUNS):
        for name, asked in pages.items():
            found[name].append(seeking(browser, *asked))
    return {name: "  ".join(spread(what, runs) for what in runs[0]) for name, runs in found.items()}


def spread(what: str, runs: list[dict[str, float]]) -> str:
    values = [run[what] for run in runs]
    return f"{what} {statistics.median(values):.2f} ({min(values):.2f}-{max(values):.2f})"


def dragging(browser: Browser, address: str) -> tuple[float, float]:
    """Share of frames within 16.7 ms, and the longest, while the whole bar is dragged over at a 4x
    slower CPU.
    """
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(address)
    page.wait_for_function(READY)
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    work = page.evaluate(DRAG)
    page.close()
    return sum(one <= 16.7 for one in work) / len(work), max(work)


def main() -> None:
    sizes = [int(value) for value in sys.argv[1:]] or [1_000, 10_000, 100_000, 1_000_000]
    browser_path = (
        os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    )
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        print(
            "specrecord: the element with its styles, gzip -9 "
            f"{ship(folder / 'player') / 1000:.1f} kB"
        )
        (folder / "index.html").write_text(PAGE)
        modules = other_players.install(folder / "npm")
        rivals = other_players.prepare(modules, folder) if modules else []
        for rival in rivals:
            print(
                f"{rival.name}: gzip -9 "
                f"{sum(len(gzip.compress(p.read_bytes(), 9)) for p in rival.code) / 1000:.1f} kB"
            )
        browser = playwright.chromium.launch(executable_path=browser_path, args=ARGUMENTS)
        print(
            f"Chromium {browser.version}, {platform.machine()}, {os.cpu_count()} cores; "
            "milliseconds, medians"
        )
        address = serve(folder)
        for size in sizes:
            written = write_long(folder / "run.specrec", size)
            raw = (folder / "run.specrec").read_bytes()
            (folder / "run.specrec.gz").write_bytes(gzip.compress(raw, 6))
            pages = {"specrecord": (f"{address}/index.html", "")}
            if rivals and size <= MOST_PEER_EVENTS:
                other_players.write_inputs(folder, size)
                pages |= {
                    rival.name: (f"{address}/{rival.address}", rival.ready) for rival in rivals
                }
            print(f"{written:>9} events, {len(raw) / 1e6:.1f} MB")
            for name, (accepted, shown) in openings(browser, pages).items():
                print(f"{'':>9} {name}: open, accepted {accepted:.0f}  shown {shown:.0f}")
            asked: dict[str, tuple[str, ...]] = {"specrecord": pages["specrecord"][:1]}
            if "asciinema-player" in pages:
                asked["asciinema-player"] = (
                    pages["asciinema-player"][0],
                    "window.told?.shown",
                    PEER_SEEK,
                )
            for name, times in seeks(browser, asked).items():
                print(f"{'':>9} {name}: seek, {times}")
        write(folder / "run.specrec", Script(rounds=1000, k=4))
        (folder / "run.specrec.gz").write_bytes(
            gzip.compress((folder / "run.specrec").read_bytes(), 6)
        )
        share, longest = dragging(browser, f"{address}/index.html")
        print("dragging over 1,000 rounds at a 4x slower CPU:", end=" ")
        print(f"{100 * share:.1f} % of frames within 16.7 ms, longest {longest:.1f}")


if __name__ == "__main__":
    main()
