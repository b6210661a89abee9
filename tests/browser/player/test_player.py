"""The player in Chromium: opens, plays, scrubs, steps, links, and stays harmless and within the
page.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import settle

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[3]
FIXTURES = ROOT / "tests" / "player" / "fixtures"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
<title>test</title><link rel="icon" href="data:,">
  <script type="module" src="player/define.js"></script>
<link rel="stylesheet" href="player/player.css"><style>body {{ margin: 8px }}</style>
  <main>{body}</main></html>"""
STATE = (
    "(() => { const p = document.querySelector('spec-player'); return "
    "JSON.stringify(p.screen.frame) })()"
)

# Seeks to and fro; at each place a new player that opens there shows the same elements.
FRESH = """async (source) => {
  const old = document.querySelector('spec-player');
  const differing = [];
  const settled = async (player) => {
    for (let beat = 0; beat < 4 || player.pendingFrame;
      beat++) await new Promise(requestAnimationFrame);
  };
  for (let turn = 1; turn < 12; turn++) {
    const place = Math.round(((turn * 0.61803) % 1) * old.duration);
    const lost = turn % 4 === 0;
    const fresh = document.createElement('spec-player');
    for (const [key, value] of Object.entries({ src: source, at: place, link: 'off', loading:
      'eager' })) {
      fresh.setAttribute(key, value);
    }
    const ready = new Promise((done) => fresh.addEventListener('ready', done, { once: true }));
    const styled = [...fresh.shadowRoot.querySelectorAll('link')].map(
      (link) => new Promise((done) => (link.onload = done)));
    document.querySelector('main').append(fresh);
    await Promise.all([ready, ...styled]);
    for (const player of [old, fresh]) {
      player.seek(place);
      player.store.set({ lost });
      await player.acts.view(turn % 3 ? 'all' : 'metrics');
      await settled(player);
    }
    const shown = '.facts, .banner, .live, .body > *';
    const parts = ({ shadowRoot }) =>
      [...shadowRoot.querySelectorAll(shown)].filter((part) => part.checkVisibility());
    parts(old).forEach((part, index) => {
      const other = parts(fresh)[index];
      if (!part.isEqualNode(other)) differing.push([place, part.outerHTML, other.outerHTML]);
    });
    if (parts(fresh).length < 6) differing.push([place, 'too few parts', parts(fresh).length]);
    fresh.remove();
  }
  return differing;
}"""


@pytest.fixture(scope="session")
def site(
    tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Path], str]
) -> tuple[Path, str]:
    """A folder below the server's root, so that a sub-path is always tested."""
    root = tmp_path_factory.mktemp("site")
    folder = root / "some" / "path"
    shutil.copytree(ROOT / "player", folder / "player")
    shutil.copytree(FIXTURES, folder / "recordings")
    shutil.copy(
        ROOT / "tests" / "fixtures" / "gallery" / "draft-ensemble-tree.specrec",
        folder / "recordings",
    )
    whole = (FIXTURES / "standard.specrec").read_bytes()
    (folder / "recordings" / "cut.specrec").write_bytes(whole[: len(whole) // 2])
    (folder / "recordings" / "foreign.specrec").write_bytes(b"no recording")
    return folder, f"{serve(root)}/some/path"


@pytest.fixture
def show(site: tuple[Path, str], page: Any) -> Callable[..., Any]:
    """Opens a page with one player and waits until it is ready."""

    def open_player(
        name: str = "standard", attributes: str = "", link: str = "", on: Any = None
    ) -> Any:
        folder, address = site
        body = (
            f'<spec-player src="recordings/{name}.specrec" {attributes}><p id="fallback">still '
            "there</p></spec-player>"
        )
        (folder / "index.html").write_text(PAGE.format(body=body))
        shown = on or page
        shown.goto(f"{address}/index.html{link}")
        shown.wait_for_selector("spec-player[ready]")
        shown.wait_for_function("document.querySelector('spec-player')?.screen")
        settle(shown)
        return shown

    return open_player


def press(page: Any, *keys: str) -> None:
    page.evaluate("document.querySelector('spec-player').focus()")
    for key in keys:
        page.keyboard.press(key)
        settle(page)


def screen(page: Any, path: str) -> Any:
    settle(page)
    return page.evaluate(f"document.querySelector('spec-player').screen.{path}")


def test_a_token_of_an_ensemble_names_the_member_that_drafted_it(show: Callable[..., Any]) -> None:
    page = show("draft-ensemble-tree", link="#round=5&token=1")
    assert "drafted by ngram" in page.inner_text(".text .detail .what")
    assert page.inner_text(".text .alternatives:last-child").split()[:3] == ["draft", "ngram", "es"]
    assert "draft ngram" in page.inner_text(".round .key")


def test_opens_at_the_end_where_asked(show: Any) -> None:
    page = show(attributes='at="end" view="metrics"')
    page.wait_for_selector(".metrics:visible")  # its script is asked for only now
    assert screen(page, "frame.finished")
    assert "simulated: scripted laws for tests" in page.inner_text(".banner")
    assert "softmax T=0.7" in page.inner_text(".facts")
    assert not page.is_visible("#fallback")
    assert page.locator(".metrics").inner_text().count("recorded here") == 1
    assert "lossless" not in page.inner_text("body").lower()


def test_the_end_of_the_text_says_so(show: Any) -> None:
    page = show(attributes='at="start"')
    assert not page.locator(".ending").count()
    press(page, "End")
    assert page.inner_text(".ending").startswith("End. ")


def test_plays_and_pauses(show: Any) -> None:
    page = show()
    page.click("button.play")
    page.wait_for_function("document.querySelector('spec-player').screen?.frame.tokens > 0")
    page.click("button.play")
    settle(page)  # no picture is to come, so nothing can move any more
    assert page.evaluate("document.querySelector('spec-player').paused")
    before = page.evaluate(STATE)
    settle(page)
    assert page.evaluate(STATE) == before
    assert page.inner_text("button.play") == "Play"


def test_playing_reaches_the_end_and_says_so(show: Any) -> None:
    page = show(attributes='speed="8"')
    page.evaluate(
        "window.ended = 0; document.querySelector('spec-player').addEventListener('ended', () => "
        "window.ended++)"
    )
    press(page, "Space")
    page.wait_for_function("window.ended === 1")
    assert screen(page, "frame.finished")


def test_scrubbing_both_ways_shows_the_same(show: Any) -> None:
    page = show()
    box = page.locator(".slider").bounding_box()
    seen = {}
    places = [box["x"] + box["width"] * share / 20 for share in range(1, 20)]
    for x in places:
        page.mouse.click(x, box["y"] + 10)
        settle(page)
        seen[x] = (page.evaluate(STATE), page.inner_html(".body"))
    for x in reversed(places):
        page.mouse.click(x, box["y"] + 10)
        settle(page)
        assert (page.evaluate(STATE), page.inner_html(".body")) == seen[x]


@pytest.mark.parametrize("name", ["standard", "block", "tree", "hostile"])
def test_what_is_changed_in_place_is_what_a_fresh_player_shows(show: Any, name: str) -> None:
    page = show(name, 'link="off"')
    assert page.evaluate(FRESH, f"recordings/{name}.specrec") == []


def test_one_round_alone_in_slow_motion(show: Any) -> None:
    page = show(attributes='round="3" slow-motion="6" tree="round"')
    settle(page)
    assert screen(page, "round") == 3
    assert screen(page, "state.clock") == "beat"
    assert abs(screen(page, "state.speed") - 1 / 6) < 1e-9
    assert not screen(page, "decisions.length")
    steps = []
    for _ in range(40):
        press(page, ".")
        if not screen(page, "slow.step"):
            break
        steps.append(screen(page, "slow.step.kind"))
    assert steps[-1] == "join"
    assert {"draft", "verify", "bars", "coin"} <= set(steps)
    told = screen(page, "decisions.map((one) => one.state)")
    assert "pending" not in told
    for _ in steps:
        press(page, ",")
    assert screen(page, "decisions.map((one) => one.state)") == ["pending"]
    assert "tree=round" in page.evaluate("document.querySelector('spec-player').acts.link()")
    page.evaluate("document.querySelector('spec-player').acts.onlyRound()")
    settle(page)
    assert screen(page, "state.only") is False


def test_keyboard_alone_steps_tokens_rounds_and_events(show: Any) -> None:
    page = show(attributes='at="start"')
    assert screen(page, "frame.tokens") == 0
    press(page, "ArrowRight", "ArrowRight", "ArrowRight")
    assert screen(page, "current") == 2
    press(page, "ArrowLeft")
    assert screen(page, "current") == 1
    press(page, "Home", "PageDown", "Shift+ArrowRight")
    assert screen(page, "round") == 1
    press(page, "PageUp")
    assert screen(page, "round") == 0
    events = screen(page, "frame.drafts + document.querySelector('spec-player').screen.frame.begun")
    press(page, "Home", ".", ".", ".", ".")
    assert (
        0
        < screen(page, "frame.drafts + document.querySelector('spec-player').screen.frame.begun")
        <= events
    )
    press(page, "5")
    assert (
        0.4
        < page.evaluate("(p => p.currentTime / p.duration)(document.querySelector('spec-player'))")
        < 0.6
    )
    press(page, "]", "End", ">", "<", "?")
    page.wait_for_selector("dialog.help:visible")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.help", state="hidden")


def test_keys_act_only_with_the_focus_inside(show: Any) -> None:
    page = show(attributes='at="start"')
    page.keyboard.press("End")
    assert screen(page, "frame.tokens") == 0


def test_a_link_opens_its_round_and_token(show: Any) -> None:
    page = show(link="#round=5&token=1")
    assert page.inner_text(".round h3") == "Round 5"
    assert screen(page, "focus.node") == 1
    page.evaluate("location.hash = '#round=2'")
    page.wait_for_function("document.querySelector('spec-player').screen?.round === 2")


def test_the_address_follows_and_a_foreign_hash_is_left_alone(show: Any) -> None:
    page = show(attributes='round="3"')
    assert screen(page, "round") == 3
    press(page, "PageDown")
    page.wait_for_function("location.hash === '#round=4'")
    page.clock.install()
    page = show(link="#chapter")
    press(page, "Home", "PageDown", "PageDown")
    page.clock.fast_forward("01:00")
    settle(page)
    assert page.evaluate("location.hash") == "#chapter"


def test_a_tap_on_a_token_lights_it_everywhere(show: Any) -> None:
    page = show()
    page.click(".token >> nth=4")
    settle(page)
    assert screen(page, "current") == 4
    assert page.locator("tr.chosen").count() == 1
    label = page.inner_text("tr.chosen code")
    assert page.inner_text(".detail code >> nth=0") == label


def test_the_arithmetic_is_the_recorded_one(show: Any) -> None:
    page = show()
    for index in range(screen(page, "track.rounds.length")):
        page.evaluate(f"document.querySelector('spec-player').goToRound({index})")
        settle(page)
        one = {name: screen(page, f"decision.{name}") for name in ("state", "accept", "uniform")}
        text = page.inner_text(".why")
        if one["state"] in ("accepted", "rejected"):
            assert one["state"] in text
            assert (one["uniform"] < one["accept"]) == (one["state"] == "accepted")


def test_without_scripts_the_fallback_stands(
    new_page: Any, site: tuple[Path, str], show: Any
) -> None:
    show()
    still = new_page(java_script_enabled=False)
    still.goto(f"{site[1]}/index.html")
    assert still.is_visible("#fallback")


def test_a_cut_file_is_shown_with_a_note(show: Any) -> None:
    page = show("cut")
    assert "incomplete: " in page.inner_text(".banner")
    assert screen(page, "frame.tokens") > 0


def test_foreign_bytes_leave_the_fallback_and_a_message(page: Any, site: tuple[Path, str]) -> None:
    folder, address = site
    (folder / "foreign.html").write_text(
        PAGE.format(
            body='<spec-player src="recordings/foreign.specrec"><p '
            'id="fallback">here</p></spec-player>'
        )
    )
    page.goto(f"{address}/foreign.html")
    page.wait_for_selector(".status:visible")
    assert "not a specrecord recording" in page.inner_text(".status")
    assert page.is_visible("#fallback")


def test_hostile_tokens_stay_text(show: Any) -> None:
    page = show("hostile")
    for index in range(screen(page, "track.rounds.length")):
        page.evaluate(f"document.querySelector('spec-player').goToRound({index})")
        settle(page)
    assert (
        page.evaluate(
            "document.querySelector('spec-player').shadowRoot.querySelectorAll('img, script, b > "
            "x').length"
        )
        == 0
    )
    shown = page.evaluate(
        "document.querySelector('spec-player').shadowRoot.querySelector('.sp').textContent"
    )
    assert not any(mark in shown for mark in "\u202e\u200b\u0007\u001b")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["standard", "match", "hostile"])
def test_a_phone_does_not_scroll_sideways(show: Any, new_page: Any, scheme: str, name: str) -> None:
    page = show(
        name,
        on=new_page(viewport={"width": 360, "height": 740}, color_scheme=scheme, has_touch=True),
    )
    for index in range(4):
        page.evaluate(f"document.querySelector('spec-player').goToRound({index})")
        settle(page)
        assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_several_players_share_a_page(page: Any, site: tuple[Path, str]) -> None:
    folder, address = site
    body = "".join(
        f'<spec-player src="recordings/{name}.specrec"></spec-player>'
        for name in ("standard", "block")
    )
    (folder / "two.html").write_text(PAGE.format(body=body))
    page.goto(f"{address}/two.html#round=4")
    page.wait_for_function("[...document.querySelectorAll('spec-player')].every(p => p.screen)")
    assert (
        page.evaluate("[...document.querySelectorAll('spec-player')].map(p => p.screen.round)[0]")
        == 4
    )
    other = "document.querySelectorAll('spec-player')[1]"
    assert page.evaluate(f"{other}.screen.round !== 4 && {other}.currentTime > 0")


def test_elements_stay_few_whatever_the_length(show: Any, site: tuple[Path, str]) -> None:
    from tests.player.helpers.make_fixture import Script, write

    write(site[0] / "recordings" / "long.specrec", Script(rounds=1200, k=8, baseline=False))
    page = show("long")
    count = "document.querySelector('spec-player').shadowRoot.querySelectorAll('*').length"
    assert page.evaluate(count) <= 1500
    press(page, "5")
    assert page.evaluate(count) <= 1500
