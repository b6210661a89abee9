"""The site's rows of the numbers table: build times, page weights, requests, the laboratory,
Lighthouse and axe.

    python benchmarks/browser/site.py               # builds, weights, requests, the laboratory
    python benchmarks/browser/site.py --lighthouse  # also Lighthouse and axe, from npm:
                                                    # npm install lighthouse axe-core
    python benchmarks/browser/site.py --many 1000   # also a gallery of a thousand recordings

Every figure is measured here and now; run it on a quiet machine.
"""

import argparse
import functools
import gzip
import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Page, sync_playwright  # noqa: E402

from specrecord.publish.runs.load import RunCache  # noqa: E402
from specrecord.publish.site.build import build_site  # noqa: E402

RECORDINGS = ROOT / "recordings"
ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu"]
PAGES = ("index.html", "chapters/coin.html", "runs/story.html")
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
CHROMIUM = (
    os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome") or ""
)


class Handler(http.server.SimpleHTTPRequestHandler):
    """Quiet; text travels gzipped, as every static host sends it. Counts what was asked for."""

    asked: list[tuple[str, int]] = []  # noqa: RUF012

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            self.send_error(404)
            return
        data = path.read_bytes()
        text = path.suffix in (".html", ".css", ".js", ".json", ".svg", ".xml")
        body = gzip.compress(data, 9) if text else data
        type(self).asked.append((self.path, len(body)))
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=600")
        if text:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)


Handler.extensions_map = {**Handler.extensions_map, ".js": "text/javascript"}


@contextmanager
def served(folder: Path) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Handler, directory=str(folder))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def seconds(action: Any) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def ten_recordings(folder: Path, count: int) -> Path:
    """`count` recordings, the shipped ones over and over under other names."""
    folder.mkdir()
    shipped = sorted(RECORDINGS.glob("*.specrec*"))
    for index in range(count):
        source = shipped[index % len(shipped)]
        shutil.copy(source, folder / f"{index:04d}-{source.name}")
    return folder


def builds(scratch: Path, many: int) -> None:
    source = ten_recordings(scratch / "ten", 10)
    output = scratch / "ten-site"
    cache: RunCache = {}
    cold = seconds(lambda: build_site(source, output, cache=cache))
    again = seconds(lambda: build_site(source, output, cache=cache))
    target = sorted(source.iterdir())[0]
    target.write_bytes(sorted(source.iterdir())[1].read_bytes())
    changed = seconds(lambda: build_site(source, output, cache=cache))
    print(
        f"build, 10 recordings: {cold:.2f} s; nothing changed {again:.2f} s; one changed "
        f"{changed:.2f} s"
    )
    if many:
        crowd = ten_recordings(scratch / "many", many)
        cores = os.cpu_count() or 1
        crowded = seconds(lambda: build_site(crowd, scratch / "many-site", workers=cores))
        print(f"build, {many} recordings: {crowded:.1f} s with {cores} processes")


def weights(page: Page, address: str) -> None:
    for name in (*PAGES, "laboratory.html"):
        Handler.asked.clear()
        page.goto(f"{address}/{name}")
        page.wait_for_load_state("networkidle")
        size = sum(length for _, length in Handler.asked)
        print(f"{name}: {len(Handler.asked)} requests, {size / 1000:.1f} kB transferred")


def long_run(page: Page, scratch: Path) -> None:
    """Page, player and a run of 512 tokens, recorded here with its baseline.

    The embedded pair ends most texts earlier: of this prompt, seed 1 is the first that goes on to
    512 tokens.
    """
    folder = scratch / "long"
    folder.mkdir()
    command = [
        "live",
        '{"',
        "--max-tokens",
        "512",
        "--seed",
        "1",
        "-o",
        str(folder / "long.specrec"),
    ]
    subprocess.run(
        [sys.executable, "-m", "specrecord", *command], check=True, capture_output=True, cwd=ROOT
    )
    build_site(folder, scratch / "long-site")
    tokens = json.loads((scratch / "long-site" / "figures.json").read_bytes())[0]["tokens"]
    if tokens != 512:
        sys.exit(f"the long run ended after {tokens} tokens; choose another seed in {__file__}")
    with served(scratch / "long-site") as address:
        Handler.asked.clear()
        page.goto(f"{address}/runs/long.html")
        page.wait_for_load_state("networkidle")
        size = sum(length for _, length in Handler.asked)
    print(
        f"page, player and a run of {tokens} tokens: {len(Handler.asked)} requests, "
        f"{size / 1000:.1f} kB transferred"
    )


def laboratory(page: Page, address: str) -> None:
    page.goto(f"{address}/laboratory.html")
    page.wait_for_load_state("networkidle")
    start = time.perf_counter()
    page.click("#start")
    page.wait_for_function(
        "document.querySelector('spec-player').screen?.frame.tokens > 0", polling=10
    )
    first = time.perf_counter() - start
    rates = []
    for _ in range(3):
        page.wait_for_function("!document.querySelector('#save').hidden", timeout=60_000)
        rates.append(
            page.evaluate(
                "document.querySelector('spec-player').scene.wholeRates.tokens_per_second"
            )
        )
        page.click("#start")
    print(
        f"laboratory: first token {first:.2f} s after the click; "
        f"{', '.join(f'{rate:.0f}' for rate in rates)} tokens/s"
    )


def axe(page: Page, address: str, folder: Path, modules: Path) -> None:
    script = (modules / "axe-core" / "axe.min.js").read_text()
    found = 0
    for path in sorted(folder.rglob("*.html")):
        for scheme, width in (("light", 1280), ("dark", 1280), ("light", 360)):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(f"{address}/{path.relative_to(folder)}")
            page.wait_for_load_state("networkidle")
            page.evaluate(script)
            tags = "{ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }"
            for broken in page.evaluate(
                f"axe.run(document, {tags}).then(result => result.violations)"
            ):
                found += 1
                where = broken["nodes"][0]["target"]
                print(
                    f"  axe: {path.relative_to(folder)} ({scheme}, {width} px): {broken['id']} at "
                    f"{where}"
                )
    print(
        f"axe: {found} violations over {len(list(folder.rglob('*.html')))} pages, light, dark and "
        "360 px"
    )


def lighthouse(address: str, scratch: Path, modules: Path) -> None:
    """Lighthouse's mobile profile. It needs a browser of its own."""
    for name in PAGES:
        report = scratch / "report.json"
        command = [
            str(modules / ".bin" / "lighthouse"), f"{address}/{name}", "--quiet", "--output=json",
            f"--output-path={report}", f"--only-categories={','.join(CATEGORIES)}",
            f"--chrome-flags={' '.join(ARGUMENTS)}",
        ]  # fmt: skip
        subprocess.run(
            command, check=True, env=os.environ | {"CHROME_PATH": CHROMIUM}, capture_output=True
        )
        result = json.loads(report.read_text())
        scores = ", ".join(
            f"{key} {result['categories'][key]['score'] * 100:.0f}" for key in CATEGORIES
        )
        print(f"lighthouse, mobile, {name}: {scores}")
        for audit in result["audits"].values():
            if (
                audit.get("score") is not None
                and audit["score"] < 0.9
                and audit.get("scoreDisplayMode") != "informative"
            ):
                print(f"  {audit['id']}: {audit.get('displayValue', audit['title'])}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lighthouse", action="store_true", help="also run Lighthouse and axe")
    parser.add_argument(
        "--modules", type=Path, default=Path("node_modules"), help="where npm installed them"
    )
    parser.add_argument(
        "--many", type=int, default=0, help="also build a gallery of so many recordings"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        scratch = Path(name)
        builds(scratch, options.many)
        folder = scratch / "site"
        build_site(RECORDINGS, folder)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        with served(folder) as address:
            weights(page, address)
            long_run(page, scratch)
            laboratory(page, address)
            if options.lighthouse:
                axe(page, address, folder, options.modules)
                lighthouse(address, scratch, options.modules)
        browser.close()


if __name__ == "__main__":
    main()
