"""Measures live viewing: from an event to its paint in Chromium, and what viewers cost the run.

    python benchmarks/browser/live.py latency [--viewers N] [--pages N] [--seconds S]
    python benchmarks/browser/live.py speed [--viewers N] [--pairs N] [--seconds S]

The pair is computed by numpy like any other, with random weights: what it writes means nothing,
what it takes is real. The target has 26 million parameters and passes in some milliseconds; a run
gives some hundred events a second. numpy computes on one core, so that on two the viewers have the
other.

`latency`: one Chromium page is measured (or several, --pages), the other viewers are sockets in a
process of their own that take every byte. An event's paint is the first picture that holds it: the
time is taken after the frame was rendered. Both ends read the same machine's clock; the recorder's
zero is known to about 0.1 ms.
`speed`: runs without viewers and with them take turns, under one server; each pair gives a ratio.
All bytes that a viewer received are compared with the file.
"""

import argparse
import asyncio
import json
import os
import platform
import shutil
import statistics
import tempfile
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from live_server import CONTEXT, server
from live_viewers import viewers
from playwright.sync_api import sync_playwright
from tornado.websocket import websocket_connect

from specrecord.events import Event
from specrecord.recording.audit import audit_recording
from specrecord.recording.measures.stats import recording_info
from specrecord.recording.reader import read_recording

ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu"]
PROBE = """() => {
  const player = document.querySelector('spec-player');
  const tick = player.tick.bind(player);
  const { port1, port2 } = new MessageChannel();
  window.painted = [];
  port1.onmessage = ({ data }) => window.painted.push([now(), data]);
  window.arrived = [];
  const now = () => performance.timeOrigin + performance.now();
  let growth; // made when the first run comes
  Object.defineProperty(player, 'growth', { get: () => growth, set: (made) => {
    growth = made;
    const grown = made.grown.bind(made);
    made.grown = (ended) => {
      grown(ended);
      window.arrived.push([now(), player.recording.events]);
    };
  } });
  player.tick = (time) => { tick(time); port2.postMessage(player.recording?.events ?? 0); };
}"""


@contextmanager
def opened(address: str, pages: int) -> Iterator[list[Any]]:
    """Pages of the live server in one Chromium, each with the probe."""
    chromium = (
        os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        viewport = {"width": 1280, "height": 900}
        shown = [
            browser.new_context(viewport=viewport, bypass_csp=True).new_page() for _ in range(pages)
        ]
        for page in shown:
            page.goto(address)
            page.wait_for_selector("#start:enabled")
            page.evaluate(PROBE)
        yield shown
        browser.close()


def watched_run(
    address: str, shown: list[Any], others: int, seconds: float, folder: Path
) -> tuple[str, int]:
    """A run of so many seconds; its file's name, and how many viewers received it whole."""
    first = shown[0]
    first.click("#settings")
    first.fill("[name=max_tokens]", str(CONTEXT - 100))
    first.click("#done")
    first.fill("textarea", "Once upon a time")
    first.click("#start")
    first.wait_for_function("document.querySelector('#runs')?.value")
    run = first.input_value("#runs")
    receiving = viewers(address, run, others, folder) if others > 0 else None
    first.wait_for_timeout(1000 * seconds)
    first.click("#stop")
    first.wait_for_selector("#start:enabled")
    for page in shown:
        page.wait_for_timeout(200)
    bytes_of = "Array.from(document.querySelector('spec-player').recording.bytes)"
    held = [bytes(page.evaluate(bytes_of)) for page in shown]
    told = json.loads(receiving.communicate()[0]) if receiving else {"equal": 0}
    whole = (folder / run).read_bytes()
    return run, told["equal"] + sum(data == whole for data in held)


def latency(count: int, pages: int, seconds: float) -> None:
    """From events to their paint, in milliseconds."""
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with server(folder) as address, opened(address, pages) as shown:
            run, equal = watched_run(address, shown, count - pages, seconds, folder)
            painted = [page.evaluate("window.painted") for page in shown]
            arrived = shown[0].evaluate("window.arrived")
        recording = read_recording(folder / run)
        zero = float((folder / "zero").read_text())
    times = sorted(wait for one in painted for wait in _waits(recording.events, one, zero))
    coming = sorted(_waits(recording.events, arrived, zero))
    info = recording_info(recording)
    print(
        f"{count} viewers, {pages} of them Chromium pages, {info['duration_s']:.0f} s, "
        f"{info['tokens_per_second']:.0f} tokens/s, "
        f"{len(recording.events) / info['duration_s']:.0f} events/s: "
        f"event to paint, ms: median {_share(times, 0.5):.1f}, p95 {_share(times, 0.95):.1f}, "
        f"p99 {_share(times, 0.99):.1f}, most {times[-1]:.1f}; "
        f"of that to the page: median {_share(coming, 0.5):.1f}, p95 {_share(coming, 0.95):.1f}; "
        f"load before {load:.1f}; "
        f"pictures/s {len(painted[0]) / info['duration_s']:.0f}; "
        f"{equal} of {count} received the file byte for byte; audit: "
        f"{len(audit_recording(recording))} findings"
    )


def _waits(events: list[Event], painted: list[list[float]], zero: float) -> Iterator[float]:
    """Milliseconds from each event to the first picture that holds it. The first second is for the
    page to open.
    """
    counts = [int(events_shown) for _, events_shown in painted]
    first = events[0].time + 1_000_000
    for index, event in enumerate(events[:-1]):
        picture = bisect_left(counts, index + 1)
        if event.time > first and picture < len(painted):
            yield painted[picture][0] - (zero + event.time) / 1000


def _share(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def one_run(address: str, tokens: int, count: int, folder: Path) -> tuple[float, int]:
    """Tokens per second of a run with `count` viewers, and how many of them received the file."""
    control = await websocket_connect(address.replace("http:", "ws:") + "control")
    before = len(json.loads(await control.read_message() or "{}")["runs"])
    await control.write_message(
        json.dumps({"do": "start", "request": {"max_tokens": tokens, "seed": 7}})
    )
    others = None
    while True:
        told = json.loads(await control.read_message() or "{}")
        run = told["runs"][-1] if len(told["runs"]) > before else {"state": ""}
        if run["state"] == "recording" and count and others is None:
            others = viewers(address, run["name"], count, folder)
        if run["state"] == "done":
            break
    control.close()
    equal = json.loads(others.communicate()[0])["equal"] if others else 0
    recording = read_recording(folder / run["name"])
    assert audit_recording(recording) == []
    return recording_info(recording)["tokens_per_second"], equal


def speed(count: int, pairs: int, seconds: float) -> None:
    """What viewers cost the run: runs without and with them, in turns."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with server(folder) as address:
            rate, _ = asyncio.run(one_run(address, 300, 0, folder))
            tokens = int(rate * seconds)
            ratios, alone, watched = [], [], []
            for turn in range(pairs):
                # Whoever comes first has the cooler machine: they take turns in that, too.
                order = (0, count) if turn % 2 else (count, 0)
                found = {
                    viewing: asyncio.run(one_run(address, tokens + turn, viewing, folder))
                    for viewing in order
                }
                assert found[count][1] == count, "a viewer did not receive the file"
                alone.append(found[0][0])
                watched.append(found[count][0])
                ratios.append(found[count][0] / found[0][0])
                print(
                    f"  {found[0][0]:.1f} alone, {found[count][0]:.1f} watched, {ratios[-1]:.3f}",
                    flush=True,
                )
    print(
        f"{pairs} pairs of runs of {tokens} tokens, without and with {count} viewers: "
        f"{statistics.median(alone):.1f} and {statistics.median(watched):.1f} tokens/s (medians), "
        f"ratio: median {statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})"
    )


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["latency", "speed"])
    parser.add_argument("--viewers", type=int, default=20)
    parser.add_argument("--pages", type=int, default=1)
    parser.add_argument("--pairs", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=60)
    asked = parser.parse_args()
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, numpy "
        f"{np.__version__}"
    )
    if asked.what == "latency":
        return latency(asked.viewers, asked.pages, asked.seconds)
    return speed(asked.viewers, asked.pairs, asked.seconds)


if __name__ == "__main__":
    main()
