"""Rehearses a talk of twenty minutes on the player, in Chromium, and takes the pictures of docs and
README on the way.

    python tools/rehearse_talk.py [-o docs/talk] [--recordings recordings]
    python tools/rehearse_talk.py --minutes 20   # at a speaker's pace, with what the page did

Every step is one a speaker takes: keys of a clicker, links, marks, a race, a what-if. It stops at
the first step that does not do what the talk needs, or at any word on the browser's console.
Pictures show real recordings, no others.
"""

import argparse
import functools
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

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

STORY, GREEDY, MATCH = "story", "code-greedy", "story-match"
MARKS = [
    ("0.0397", "The coin decides", "Point at u: it is left of the bar or it is not."),
    ("0.06", "One pass, many tokens", ""),
]
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
  <meta name="color-scheme" content="light dark">
<title>A talk</title><link rel="icon" href="data:,">
  <script type="module" src="player/define.js"></script>
<script type="module" src="player/compare.js"></script>
<style>body { margin: 16px; background: light-dark(#f7f5f0, #14171b); }</style>BODY</html>"""
WINDOWS = [
    (width, height, scheme)
    for width, height in ((1280, 720), (1440, 900), (1920, 1080), (960, 540), (390, 844))
    for scheme in ("light", "dark")
]
PLAYER = "document.querySelector('spec-player')"
SCREEN = f"{PLAYER}.screen"


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Says nothing of each request. Nothing is kept: two pages of one address may be written within
    a second.
    """

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        pass


class Talk:
    """One page in a browser, and what a speaker does with it."""

    def __init__(self, page: Any, folder: Path, address: str, pictures: Path, pause: float) -> None:
        self.page, self.folder, self.address, self.pictures = page, folder, address, pictures
        self.pause = pause  # seconds that the speaker speaks after each step
        self.steps = 0
        self.still: list[
            float
        ] = []  # share of each pause in which the page worked, and nothing moved
        self.playing: list[float] = []  # the same where the run played on
        self.watch = page.context.new_cdp_session(page)
        self.watch.send("Performance.enable")

    def open(self, body: str, link: str = "") -> None:
        (self.folder / "index.html").write_text(PAGE.replace("BODY", body))
        self.page.goto("about:blank")
        self.page.goto(f"{self.address}/index.html{link}")
        self.page.wait_for_selector("[ready]")
        self.settle()

    def settle(self) -> None:
        self.page.evaluate(
            "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )

    def press(self, *keys: str) -> None:
        self.page.evaluate(f"{PLAYER}.focus()")
        for key in keys:
            self.page.keyboard.press(key)
            self.settle()

    def expect(self, what: str, condition: str) -> None:
        """One step of the talk is done when `condition` holds in the page."""
        self.page.wait_for_function(condition, timeout=10_000)
        self.steps += 1
        print(f"{self.steps:>3}. {what}", flush=True)
        if self.pause:
            self.speak()

    def speak(self) -> None:
        """The speaker speaks, and touches nothing."""
        before = self.worked()
        self.page.wait_for_timeout(self.pause * 1000)
        moves = self.page.evaluate(f"{PLAYER}?.paused === false")
        (self.playing if moves else self.still).append((self.worked() - before) / self.pause)

    def worked(self) -> float:
        """Seconds for which the page has kept its thread busy."""
        metrics = self.watch.send("Performance.getMetrics")["metrics"]
        return float(
            next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration")
        )

    def view(self, name: str) -> None:
        self.page.evaluate(f"{PLAYER}.acts.view('{name}')")
        self.settle()

    def picture(self, name: str, selector: str | None = None) -> None:
        self.page.wait_for_timeout(250)  # what moves comes to rest
        asleep = f"!{PLAYER}?.shadowRoot.querySelector('[data-awake]')"
        self.page.wait_for_function(asleep)  # a talk's controls have gone
        path = str(self.pictures / f"{name}.png")
        if selector:
            self.page.locator(selector).first.screenshot(path=path)
        else:
            self.page.screenshot(path=path)


def present(talk: Talk) -> None:
    """The run on a projector: marks, notes, rounds, a loop."""
    talk.open(f'<spec-player src="{STORY}.specrec" at="start"></spec-player>')
    talk.expect(
        "The run stands at its start, and nothing has been said", f"{SCREEN}.frame.tokens === 0"
    )
    talk.press("p")
    talk.expect("A talk's first scene: text and round", f"{PLAYER}.hasAttribute('presenting')")
    talk.press("PageDown")
    talk.expect(
        "The clicker goes to the author's first mark", f"{SCREEN}.own?.title === '{MARKS[0][1]}'"
    )
    with talk.page.expect_popup() as notes:
        talk.press("n")
    notes.value.wait_for_function(f"document.body?.innerText.includes({json.dumps(MARKS[0][2])})")
    notes.value.close()
    talk.expect("The speaker's note stood in a window of its own", f"{PLAYER}.notes.window.closed")
    talk.picture("present")
    talk.press("v")
    talk.expect("The next scene: the round alone", f"{SCREEN}.state.view === 'round'")
    talk.picture("scene-round")
    talk.press("V")
    talk.press("PageDown")
    talk.expect("And to the second", f"{SCREEN}.own?.title === '{MARKS[1][1]}'")
    talk.press("Shift+ArrowLeft", "Shift+ArrowLeft")
    talk.expect("Rounds go back, too", f"{SCREEN}.own?.title === '{MARKS[0][1]}'")
    talk.press("p", "Home", "]")
    talk.expect("Every run has marks of its own", f"{SCREEN}.mark !== null")
    before = talk.page.evaluate(f"{SCREEN}.time")
    talk.press("l", "PageDown", "PageDown", "l")
    talk.expect("Two rounds loop", f"{SCREEN}.state.span?.[1] > {before}")
    talk.press("Space")
    talk.expect("It plays, round after round", f"!{PLAYER}.paused")
    talk.press("Space", "l")
    before = talk.page.evaluate(f"{SCREEN}.state.speed")
    talk.press("<", "<")
    talk.expect("Slower, for a question from the room", f"{SCREEN}.state.speed < {before}")
    talk.press("Home", "ArrowRight", "ArrowRight")
    talk.expect("Token by token", f"{SCREEN}.current === 1")


def one_round(talk: Talk) -> None:
    """Links to one decision, and all that was drafted around it."""
    link = talk.page.evaluate(f"{PLAYER}.acts.link()")
    talk.open(f'<spec-player src="{STORY}.specrec"></spec-player>', "#round=12&token=1")
    talk.expect(
        "A link opens a round and one of its tokens",
        f"{SCREEN}.round === 12 && {SCREEN}.focus.node === 1",
    )
    talk.picture("player")
    talk.picture("round", ".panel.round")
    talk.picture("tree", ".panel.tree")
    talk.page.locator("canvas[tabindex='0'], .tree [tabindex='0']").first.focus()
    talk.page.keyboard.press("ArrowDown")
    talk.expect("The next drafted token lights up in every view", f"{SCREEN}.focus.node !== 1")
    talk.open(f'<spec-player src="{STORY}.specrec"></spec-player>', link)
    talk.expect("The link that was copied leads back", f"{SCREEN}.current === 1")


def does_it_pay(talk: Talk) -> None:
    """The run against its baseline, and a model of other machines."""
    talk.press("End")
    talk.view("race")
    talk.expect(
        "The run races the target alone, recorded beside it", f"{SCREEN}.state.view === 'race'"
    )
    talk.picture("race", ".panel.race")
    talk.view("whatif")
    talk.expect(
        "What if the network were slower? A model, and labelled so",
        f"{SCREEN}.state.view === 'whatif'",
    )
    for label, what in (
        ("draft speed", "A faster draft"),
        ("K", "Another K"),
        ("round trip", "A slower network"),
    ):
        before = talk.page.inner_text(".whatif .formula")
        slider = talk.page.locator(f".whatif input[aria-label^='{label}']")
        slider.focus()
        for _ in range(10):
            talk.page.keyboard.press("ArrowLeft" if label == "K" else "ArrowRight")
        changed = (
            f"{PLAYER}.shadowRoot.querySelector('.whatif .formula').textContent !== "
            f"{json.dumps(before)}"
        )
        talk.expect(f"{what} changes the model", changed)
        if label == "draft speed":
            talk.picture("whatif", ".panel.whatif")


def rules_and_numbers(talk: Talk) -> None:
    """Two rules on one clock, a recording from the room, and the numbers at the end."""
    talk.open(
        f'<spec-race src="{STORY}.specrec {MATCH}.specrec" names="standard, match"></spec-race>'
    )
    lead = "document.querySelector('spec-race').standing?.lead > 0"
    talk.page.evaluate("document.querySelector('spec-race').currentTime = 0.06")
    talk.expect("Two rules race on one prompt, and one is ahead", lead)
    talk.picture("compare")
    talk.open(f'<spec-player src="{STORY}.specrec"></spec-player>')
    prompt = talk.page.evaluate(f"{PLAYER}.recording.header.prompt.text")
    with talk.page.expect_file_chooser() as chooser:
        talk.press("o")
    chooser.value.set_files(talk.folder / f"{GREEDY}.specrec")
    talk.expect(
        "A recording from the speaker's own disk opens",
        f"{PLAYER}.recording.header.prompt.text !== {json.dumps(prompt)}",
    )
    talk.open(f'<spec-player src="{GREEDY}.specrec" view="metrics"></spec-player>')
    talk.expect("The numbers, each with its formula", f"{SCREEN}.state.view === 'metrics'")
    talk.picture("numbers", ".panel.metrics")


def on_any_screen(talk: Talk) -> None:
    """The stage in windows of all sizes, and in a frame's, light and dark."""
    for width, height, scheme in WINDOWS:
        talk.page.set_viewport_size({"width": width, "height": height})
        talk.page.emulate_media(color_scheme=scheme)
        talk.open(
            f'<style>body {{ margin: 0 }}</style><spec-player src="{STORY}.specrec" '
            'style="height: 100svh; padding: 8px; box-sizing: border-box"></spec-player>'
        )
        talk.picture(f"../stage/{width}x{height}-{scheme}")
    talk.expect("It fits every window", "document.documentElement.scrollHeight <= innerHeight")


ACTS = (present, one_round, does_it_pay, rules_and_numbers, on_any_screen)
STEPS = 24  # of all acts together: pauses are a talk's length over these


def gather(recordings: Path, folder: Path) -> None:
    """Copies the recordings and the player, and puts the speaker's marks into the story."""
    for name in (STORY, GREEDY, MATCH):
        shutil.copy(recordings / f"{name}.specrec", folder / f"{name}.specrec")
    for moment, title, note in MARKS:
        command = [
            sys.executable,
            "-m",
            "specrecord",
            "mark",
            str(folder / f"{STORY}.specrec"),
            moment,
            title,
        ]
        subprocess.run([*command, "--note", note], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    shutil.copytree(ROOT / "player" / "dist", folder / "player")


@contextmanager
def served(folder: Path) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def main() -> None:
    """Rehearse, and say how many steps held."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "docs" / "talk")
    parser.add_argument("--recordings", type=Path, default=ROOT / "recordings")
    parser.add_argument(
        "--minutes", type=float, default=0, help="how long the talk lasts; 0: as fast as it goes"
    )
    options = parser.parse_args()
    for folder in (options.output, options.output.parent / "stage"):
        folder.mkdir(parents=True, exist_ok=True)
    browser_path = (
        os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    )
    troubles: list[str] = []
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        gather(options.recordings, folder)
        browser = playwright.chromium.launch(
            executable_path=browser_path, args=["--headless=new", "--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 832})
        page.on(
            "console",
            lambda message: message.type in ("error", "warning") and troubles.append(message.text),
        )
        page.on("pageerror", lambda error: troubles.append(str(error)))
        with served(folder) as address:
            talk = Talk(page, folder, address, options.output, options.minutes * 60 / STEPS)
            began = time.monotonic()
            for act in ACTS:
                act(talk)
            lasted = (time.monotonic() - began) / 60
        browser.close()
    if troubles:
        sys.exit("the browser complained: " + "; ".join(troubles))
    if talk.steps != STEPS:
        sys.exit(f"{talk.steps} steps, and STEPS says {STEPS}; correct it in {__file__}")
    print(f"{talk.steps} steps held in {lasted:.1f} minutes; the pictures are in {options.output}")
    if talk.still:
        print(
            f"while the run stood still, the page worked {max(talk.still):.2%} of the time at most",
            end="",
        )
        print(f"; while it played, {max(talk.playing):.2%}" if talk.playing else "")


if __name__ == "__main__":
    main()
