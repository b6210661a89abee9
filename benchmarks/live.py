"""Measures live viewing: from an event to its paint in Chromium, and what viewers cost the run.

    python benchmarks/live.py latency [--viewers N] [--pages N] [--seconds S]
    python benchmarks/live.py speed [--viewers N] [--pairs N] [--seconds S]

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
import selectors
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from safetensors.numpy import save_file
from tornado.websocket import websocket_connect

from specrecord.events import Event
from specrecord.publish.assets import assets
from specrecord.recorder import worker
from specrecord.recorder.process import RecorderProcess
from specrecord.recorder.record import record
from specrecord.recorder.session import Session
from specrecord.recording.audit import audit_recording
from specrecord.recording.reader import read_recording
from specrecord.recording.stats import recording_info
from specrecord.serve.live import LiveServer, serve_live
from specrecord.serve.runs import Runs

ROOT = Path(__file__).resolve().parents[1]
TINY = ROOT / "specrecord" / "models" / "tiny"
CONTEXT = 32768
# that numpy may use for a product: with more, a run slows down with anything else on the machine
THREADS = 1
SIZES = {"draft": (64, 160, 2, 4), "target": (512, 1408, 8, 8)}  # hidden, inner, layers, heads
ZERO_SAMPLES = 50  # events over which the recorder's zero is taken: the least delay counts
PONG = b"\x8a\x80\0\0\0\0"
ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu"]
PROBE = """() => {
  const player = document.querySelector('spec-player');
  const tick = player.tick.bind(player);
  const { port1, port2 } = new MessageChannel();
  window.painted = [];
  port1.onmessage = ({ data }) => window.painted.push([now(), data]);
  const grown = player.grown.bind(player);
  window.arrived = [];
  const now = () => performance.timeOrigin + performance.now();
  player.grown = (ended) => { grown(ended); window.arrived.push([now(), player.recording.events]);
    };
  player.tick = (time) => { tick(time); port2.postMessage(player.recording?.events ?? 0); };
}"""


def make_pair(folder: Path) -> dict[str, str]:
    """Write the pair; the words that choose it."""
    rng = np.random.default_rng(1)
    for side, (hidden, inner, layers, heads) in SIZES.items():
        shutil.copytree(
            TINY / "target", folder / side, ignore=shutil.ignore_patterns("model.safetensors")
        )
        (folder / side / "tokenizer_config.json").unlink()
        path = folder / side / "config.json"
        shape = {
            "hidden_size": hidden,
            "intermediate_size": inner,
            "num_hidden_layers": layers,
            "head_dim": hidden // heads,
            "num_attention_heads": heads,
            "num_key_value_heads": heads // 2,
            "max_position_embeddings": CONTEXT,
            "eos_token_id": None,
        }
        config = {**json.loads(path.read_text()), **shape}
        path.write_text(json.dumps(config))

        def draw(rows: int, columns: int) -> Any:
            return rng.normal(0, 0.02, (rows, columns)).astype(np.float32)

        weights = {"model.embed_tokens.weight": draw(config["vocab_size"], hidden)}
        weights["model.norm.weight"] = np.ones(hidden, np.float32)
        for layer in range(layers):
            name = f"model.layers.{layer}."
            for norm in ("input_layernorm", "post_attention_layernorm"):
                weights[f"{name}{norm}.weight"] = np.ones(hidden, np.float32)
            for part, rows in (
                ("q", hidden),
                ("k", hidden // 2),
                ("v", hidden // 2),
                ("o", hidden),
            ):
                weights[f"{name}self_attn.{part}_proj.weight"] = draw(rows, hidden)
            for part in ("gate", "up"):
                weights[f"{name}mlp.{part}_proj.weight"] = draw(inner, hidden)
            weights[f"{name}mlp.down_proj.weight"] = draw(hidden, inner)
        save_file(weights, folder / side / "model.safetensors")
    return {side: f"llama:{folder / side}" for side in SIZES}


def recorder(connection: Any, zero: Path) -> None:
    """The recorder's process, which also tells when its clock was zero, in wall-clock
    microseconds.
    """

    def timed(session: Session, path: Path, **more: Any) -> str:
        observe, delays = more.pop("observe"), []

        def see(event: Event) -> None:
            if len(delays) < ZERO_SAMPLES:
                delays.append(time.time_ns() / 1000 - event.time)
                if len(delays) == ZERO_SAMPLES:
                    zero.write_text(str(min(delays)))
            observe(event)

        return record(session, path, observe=see, **more)

    worker.record = timed  # type: ignore[assignment]
    worker.work(connection)


def serve(folder: Path) -> None:
    """The live server, as the command line starts it."""
    process = RecorderProcess(recorder, folder / "zero")
    request = {
        **json.loads((folder / "pair.json").read_text()),
        "baselines": False,
        "prompt": "Once upon a time",
    }
    runs = Runs(
        process,
        folder,
        request,
        print,
        {},
    )

    async def run() -> None:
        server = LiveServer(runs, assets().player)
        await serve_live(server, print, lambda address: print(address, flush=True))

    try:
        asyncio.run(run())
    finally:
        runs.close()


def receive(address: str, count: int, file: Path) -> None:
    """`count` viewers that take every byte as it comes; at the end their bytes are held against the
    file.
    """
    parts = urlsplit(address)
    assert parts.hostname
    assert parts.port
    chooser = selectors.DefaultSelector()
    for _ in range(count):
        viewer = socket.create_connection((parts.hostname, parts.port))
        viewer.sendall(
            f"GET {parts.path}?from=0 HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: "
            "websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )
        chooser.register(viewer, selectors.EVENT_READ, bytearray())
    left, received, answered = count, [], time.monotonic()
    while left:
        if (
            time.monotonic() - answered > 1
        ):  # a viewer says that it is there, as browsers do when they are asked
            answered = time.monotonic()
            for key in list(chooser.get_map().values()):
                key.fileobj.send(PONG)  # type: ignore[union-attr]
        for key, _ in chooser.select(1):
            viewer = key.fileobj
            assert isinstance(viewer, socket.socket)
            data = viewer.recv(1 << 18)
            key.data.extend(data)
            if not data or _said_goodbye(key.data):
                chooser.unregister(viewer)
                viewer.close()
                received.append(bytes(_payload(key.data)))
                left -= 1
    whole = file.read_bytes()
    print(json.dumps({"equal": sum(data == whole for data in received), "bytes": len(whole)}))


def _said_goodbye(stream: bytearray) -> bool:
    """Whether a close frame came last: two bytes of head, a code, a reason."""
    return stream[-40:].find(b"\x0f\xa0the recording is whole") >= 0


def _payload(stream: bytearray) -> bytearray:
    """The data of all binary frames."""
    at, data = stream.index(b"\r\n\r\n") + 4, bytearray()
    while at < len(stream):
        kind, size, at = stream[at] & 15, stream[at + 1], at + 2
        if size >= 126:
            wide = 2 if size == 126 else 8
            size, at = int.from_bytes(stream[at : at + wide]), at + wide
        if kind == 2:
            data += stream[at : at + size]
        at += size
    return data


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """A live server in a process of its own; its address."""
    (folder / "pair.json").write_text(json.dumps(make_pair(folder / "pair")))
    threads = {
        f"{library}_NUM_THREADS": str(THREADS) for library in ("OPENBLAS", "MKL", "OMP", "VECLIB")
    }
    process = subprocess.Popen(
        [sys.executable, __file__, "serve", str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **threads},
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def viewers(address: str, name: str, count: int, folder: Path) -> "subprocess.Popen[str]":
    """Socket viewers of a run, in a process of their own."""
    words = ["receive", f"{address}stream/{name}", str(count), str(folder / name)]
    return subprocess.Popen([sys.executable, __file__, *words], stdout=subprocess.PIPE, text=True)


def latency(count: int, pages: int, seconds: float) -> None:
    """From events to their paint, in milliseconds."""
    from playwright.sync_api import sync_playwright

    load = os.getloadavg()[0]
    chromium = (
        os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    )
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        with server(folder) as address:
            browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            shown = [
                browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
                for _ in range(pages)
            ]
            for page in shown:
                page.goto(address)
                page.wait_for_selector("#start:enabled")
                page.evaluate(PROBE)
            shown[0].fill("[name=max_tokens]", str(CONTEXT - 100))
            shown[0].click("#start")
            shown[0].wait_for_selector("#runs [aria-current=true]")
            run = f"{(shown[0].text_content('#runs [aria-current]') or '').split(' · ')[0]}.specrec"
            others = viewers(address, run, count - pages, folder) if count > pages else None
            shown[0].wait_for_timeout(1000 * seconds)
            shown[0].click("#stop")
            shown[0].wait_for_selector("#stop:disabled")
            for page in shown:
                page.wait_for_timeout(200)
            painted = [page.evaluate("window.painted") for page in shown]
            arrived = shown[0].evaluate("window.arrived")
            held = [
                bytes(
                    page.evaluate(
                        "Array.from(document.querySelector('spec-player').recording.bytes)"
                    )
                )
                for page in shown
            ]
            told = json.loads(others.communicate()[0]) if others else {"equal": 0}
            browser.close()
        recording = read_recording(folder / run)
        zero = float((folder / "zero").read_text())
        whole = (folder / run).read_bytes()
        equal = told["equal"] + sum(data == whole for data in held)
        times = sorted(wait for one in painted for wait in _waits(recording.events, one, zero))
        coming = sorted(_waits(recording.events, arrived, zero))
        info = recording_info(recording)
        print(
            f"{count} viewers, {pages} of them Chromium pages, {info['duration_s']:.0f} s, "
            f"{info['tokens_per_second']:.0f} tokens/s, "
            f"{len(recording.events) / info['duration_s']:.0f} events/s: "
            f"event to paint, ms: median {_share(times, 0.5):.1f}, p95 {_share(times, 0.95):.1f}, "
            f"p99 {_share(times, 0.99):.1f}, most {times[-1]:.1f}; "
            f"of that to the page: median {_share(coming, 0.5):.1f}, p95 "
            f"{_share(coming, 0.95):.1f}; "
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
    """Measure what was asked for, or play a part in a measurement."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["latency", "speed", "serve", "receive"])
    parser.add_argument("words", nargs="*")
    parser.add_argument("--viewers", type=int, default=20)
    parser.add_argument("--pages", type=int, default=1)
    parser.add_argument("--pairs", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=60)
    asked = parser.parse_args()
    if asked.what == "serve":
        return serve(Path(asked.words[0]))
    if asked.what == "receive":
        return receive(asked.words[0], int(asked.words[1]), Path(asked.words[2]))
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, numpy "
        f"{np.__version__}"
    )
    if asked.what == "latency":
        return latency(asked.viewers, asked.pages, asked.seconds)
    return speed(asked.viewers, asked.pairs, asked.seconds)


if __name__ == "__main__":
    main()
