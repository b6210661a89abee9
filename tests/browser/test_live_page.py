"""The live page in Chromium: a run is started, watched, scrubbed and stopped there; a foreign page
cannot.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from live_server import Live, live
from long_pair import long_pair

from specrecord.recording.audit import audit_recording
from specrecord.recording.reader import read_recording

pytestmark = pytest.mark.browser
__all__ = ["live"]

PLAYER = "document.querySelector('spec-player')"
LONG = ("--no-baselines", "--max-tokens", "16000")  # half a minute and more unless it is stopped


@pytest.fixture
def server(live: Callable[..., Live], tmp_path: Path) -> Live:
    return live(*long_pair(tmp_path / "pair"), *LONG)


@pytest.fixture
def open_live(server: Live, new_page: Callable[..., Any]) -> Callable[..., Any]:
    """Opens the live page. Its policy forbids what the test's own waiting does, so that is let
    through.
    """

    def make(**options: Any) -> Any:
        page = new_page(**{"viewport": {"width": 1280, "height": 900}, **options})
        page.goto(server.address)
        return page

    return make


def begin(page: Any) -> None:
    page.fill("textarea", "Once upon a time")
    page.click("#start")
    page.wait_for_function(f"{PLAYER}.screen?.frame.tokens > 20")


def state(page: Any) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(f"{PLAYER}.store.state")
    return found


def path_of(page: Any, server: Live) -> Path:
    return server.folder / page.input_value("#runs")


def test_a_run_is_started_followed_scrubbed_and_stopped_from_the_page(
    open_live: Callable[..., Any], server: Live
) -> None:
    page = open_live()
    begin(page)
    assert state(page)["live"] == "following"
    assert page.is_disabled("#start")
    before = page.evaluate(f"{PLAYER}.screen.frame.tokens")
    page.wait_for_function(f"{PLAYER}.screen?.frame.tokens > {before + 50}")
    assert "being recorded now" in page.evaluate(
        f"{PLAYER}.shadowRoot.querySelector('.banner').textContent"
    )

    # Back to an earlier round: it stays there, while the run goes on.
    page.evaluate(f"{PLAYER}.goToRound(5)")
    stood = state(page)
    assert stood["live"] == "behind"
    known = page.evaluate(f"{PLAYER}.recording.events")
    page.wait_for_function(f"{PLAYER}.recording.events > {known + 500}")
    assert state(page)["time"] == stood["time"]
    page.evaluate(f"{PLAYER}.shadowRoot.querySelector('.newest').click()")
    assert state(page)["live"] == "following"
    page.wait_for_function(f"{PLAYER}.screen?.time > {stood['time']}")

    page.fill("#chapter", "watch this")
    page.click("#mark")
    page.wait_for_function(f"{PLAYER}.recording.marks.length === 1")
    page.click("#stop")
    page.wait_for_function(f"{PLAYER}.store.state.live === 'off'")
    page.wait_for_function(
        "document.querySelector('#said').textContent.includes('interrupted, saved')"
    )
    recording = read_recording(path_of(page, server))
    assert recording.complete
    assert audit_recording(recording) == []
    assert page.evaluate(f"{PLAYER}.recording.problem") is None
    assert page.evaluate(f"{PLAYER}.shadowRoot.querySelector('.banner').hidden") is True
    held = page.evaluate(f"Array.from({PLAYER}.recording.bytes)")
    assert bytes(held) == path_of(page, server).read_bytes()
    assert not page.is_disabled("#start")


def test_killing_the_page_does_not_end_the_run_and_a_later_page_gets_all_of_it(
    open_live: Callable[..., Any], server: Live
) -> None:
    page = open_live()
    begin(page)
    path = path_of(page, server)
    page.context.close()
    size = path.stat().st_size
    deadline = time.monotonic() + 30
    while path.stat().st_size < size + 50_000 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not read_recording(path).complete

    later = open_live(viewport={"width": 360, "height": 800}, color_scheme="dark")
    later.wait_for_function(f"{PLAYER}.screen?.frame.tokens > 20")
    assert later.evaluate(f"{PLAYER}.recording.main.rounds.index[0]") == 0
    assert later.evaluate("document.documentElement.scrollWidth <= innerWidth")
    later.click("#stop")
    later.wait_for_function(f"{PLAYER}.store.state.live === 'off'")
    assert read_recording(path).complete


def test_a_lost_connection_is_taken_up_where_it_broke_off(
    open_live: Callable[..., Any], server: Live
) -> None:
    page = open_live()
    page.evaluate(
        """() => {
          const Real = WebSocket;
          window.streams = [];
          window.WebSocket = class extends Real {
            constructor(address) { super(address);
              if (address.includes('/stream/')) window.streams.push(this); }
          };
        }"""
    )
    begin(page)
    page.evaluate("window.streams[0].close()")
    page.wait_for_function("window.streams.length === 2")
    assert "from=0" in page.evaluate("window.streams[0].url")
    assert "from=0" not in page.evaluate("window.streams[1].url")
    page.click("#stop")
    page.wait_for_function(f"{PLAYER}.store.state.live === 'off'")
    assert (
        bytes(page.evaluate(f"Array.from({PLAYER}.recording.bytes)"))
        == path_of(page, server).read_bytes()
    )


FITS = """() => {
  const boxes = ['#ask', 'spec-player'].map(
    (of) => document.querySelector(of).getBoundingClientRect());
  const { scrollHeight, scrollWidth } = document.documentElement;
  return scrollHeight <= innerHeight && scrollWidth <= innerWidth
    && boxes.every(({ top, bottom }) => top >= 0 && bottom <= innerHeight)
    && boxes[1].height > 0.6 * innerHeight;
}"""
SAID = "document.querySelector('#said').textContent"


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (390, 844)])
def test_a_run_too_quick_for_an_eye_is_played_again_slowly_in_the_same_window(
    live: Callable[..., Live], new_page: Callable[..., Any], width: int, height: int
) -> None:
    server = live("--max-tokens", "12", "--no-baselines")
    page = new_page(bypass_csp=True, viewport={"width": width, "height": height})
    page.goto(server.address)
    page.fill("textarea", "Once upon a time")
    page.wait_for_selector("#start:enabled")
    page.press("textarea", "Enter")
    page.wait_for_function(f"{SAID}.includes('played again')")
    assert state(page)["clock"] == "beat"
    assert not page.evaluate(f"{PLAYER}.paused")
    assert page.evaluate(f"{PLAYER}.duration") < 2e6
    first = f"{PLAYER}.recording.main.rounds.time[0] - {PLAYER}.recording.main.start"
    assert page.evaluate(f"{PLAYER}.currentTime >= {first}"), "nothing is seen at first"
    assert page.evaluate(FITS)


def test_only_what_goes_together_can_be_chosen_and_an_old_run_leaves_for_a_refused_one(
    live: Callable[..., Live], new_page: Callable[..., Any]
) -> None:
    server = live("--max-tokens", "8", "--no-baselines")
    page = new_page(bypass_csp=True)
    page.goto(server.address)
    page.click("#settings")
    offered = "[...document.querySelectorAll('[name=rule] option:enabled')].map(one => one.value)"
    assert "standard" in page.evaluate(offered)
    page.select_option("[name=rule]", "standard")
    page.select_option("[name=tree]", "2x2x1")
    assert "standard" not in page.evaluate(offered)
    assert page.input_value("[name=rule]") == "auto"
    assert page.locator("#sheet input:not([type=number])").count() == 0, "no free text"
    page.click("#done")
    page.fill("textarea", "Once upon a time")
    page.click("#start")
    page.wait_for_function(f"{PLAYER}.recording?.header.rule === 'rrs'")
    page.wait_for_function("!document.querySelector('#start').disabled")
    page.evaluate("document.querySelector('[name=tree] option').value = 'nonesuch'")
    page.evaluate("document.querySelector('[name=tree]').selectedIndex = 0")
    page.click("#start")
    page.wait_for_selector("#said.wrong")
    assert "nonesuch" in page.inner_text("#said")
    assert page.evaluate(f"{PLAYER}.recording") is None
    assert page.is_visible("#empty")


FOREIGN = """async (address) => {
  const told = {};
  const socket = (path) => new Promise((done) => {
    const one = new WebSocket(address.replace('http:', 'ws:') + path);
    one.onopen = () => { one.send(JSON.stringify({ do: 'start', request: { prompt: 'x' } }));
      done('open'); };
    one.onerror = () => done('refused');
  });
  const read = (path, options) => fetch(address + path, options).then(() => 'read',
    () => 'refused');
  told.control = await socket('control');
  told.stream = await socket('stream/run.specrec');
  told.page = await read('');
  told.file = await read('player/define.js');
  const blind = await fetch(address, { mode: 'no-cors' }).then((answer) => answer.type,
    () => 'refused');
  told.blind = blind === 'opaque' ? 'opaque' : 'refused';
  told.script = await new Promise((done) => {
    const one = Object.assign(document.createElement('script'), { src:
      address + 'player/define.js', type: 'module' });
    one.onload = () => done('ran');
    one.onerror = () => done('refused');
    document.head.append(one);
  });
  return told;
}"""


def test_a_page_of_another_site_can_neither_look_nor_start_even_if_it_knows_the_address(
    browser: Any, serve: Callable[[Path], str], live: Callable[..., Live], tmp_path: Path
) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("<!doctype html><title>elsewhere</title>")
    server = live()
    context = browser.new_context()
    page = context.new_page()
    # `localhost` with another port is another origin, and to the browser another site than
    # 127.0.0.1.
    page.goto(serve(tmp_path / "site").replace("127.0.0.1", "localhost"))
    told = page.evaluate(FOREIGN, server.address)
    context.close()
    assert told == dict.fromkeys(
        ("control", "stream", "page", "file", "blind", "script"), "refused"
    )
    assert list(server.folder.glob("*.specrec")) == []
