"""React, Preact, Vue and Svelte around the player: each sets documented attributes as properties,
whether it or the player comes first, and takes the player out whenever it likes.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import settle
from tests.browser.hosts.pages import (
    DEFINE,
    FRAMEWORKS,
    HEAD,
    LATER,
    PLAYER,
    READY,
    address,
    folder,
    framework_page,
)

pytestmark = pytest.mark.browser
__all__ = ["address", "folder"]
TITLE = f"{PLAYER}?.recording?.header.title"


def change(page: Any, **wanted: object) -> None:
    page.evaluate("(more) => window.change(more)", wanted)


@pytest.mark.parametrize("later", [False, True], ids=["player first", "player later"])
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_framework_tells_the_player_by_properties(
    page: Any, folder: Path, address: str, framework: str, later: bool
) -> None:
    page.goto(f"{address}/{framework_page(folder, framework, LATER if later else DEFINE)}")
    page.wait_for_selector("spec-player", state="attached")
    if later:
        page.evaluate("window.define()")
    page.wait_for_function(READY)
    settle(page)
    state = page.evaluate(f"{PLAYER}.store.state")
    assert (state["view"], state["present"]) == ("round", False)
    assert page.evaluate(f"{PLAYER}.scene.track.rounds.index[{PLAYER}.screen.round]") == 3
    if not later:
        assert page.evaluate(f"{PLAYER}.pauseOnMarks")
    change(page, view="tree", present=True)
    page.wait_for_function(
        f"{PLAYER}.hasAttribute('presenting') && {PLAYER}.store.state.view === 'tree'"
    )
    change(page, present=False)
    page.wait_for_function(f"!{PLAYER}.hasAttribute('presenting')")
    before = page.evaluate(TITLE)
    change(page, src="story-match.specrec")
    page.wait_for_function(f"({TITLE} ?? before) !== before".replace("before", f"{before!r}"))
    change(page, shown=False)
    page.wait_for_function(f"{PLAYER} === null")
    change(page, shown=True, src="story.specrec")
    page.wait_for_function(f"{READY} && {TITLE} === {before!r}")
    page.evaluate("window.onheard = () => window.change({ shown: false })")
    change(page, src="story-match.specrec")
    page.wait_for_function(f"{PLAYER} === null")


PROPERTIES: dict[str, Any] = {
    "src": "story.specrec",
    "at": "40%",
    "round": "3",
    "clock": "beat",
    "speed": "2",
    "view": "text",
    "theme": "dark",
    "header": "none",
    "loading": "eager",
    "keys": "off",
    "link": "off",
    "tree": "round",
    "slowMotion": "8",
    "autoplay": True,
    "loop": True,
    "pauseOnMarks": True,
    "present": True,
}


def test_every_documented_attribute_is_a_property_that_reflects_it(
    page: Any, folder: Path, address: str
) -> None:
    """Also where the property was set before the element was known."""
    (folder / "properties.html").write_text(f"{HEAD}<main></main>{LATER}")
    page.goto(f"{address}/properties.html")
    reflected = """async (properties) => {
      const early = Object.assign(document.createElement('spec-player'), properties);
      document.querySelector('main').append(early);
      await window.define();
      const late = Object.assign(document.createElement('spec-player'), properties);
      const attribute = (name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      const found = [early, late].map((one) => Object.entries(properties).filter(
        ([name, value]) => one[name] !== value || Object.hasOwn(one, name)
          || one.getAttribute(attribute(name)) !== (value === true ? '' : value)));
      const kept = Object.keys(properties).filter((name) => {
        late[name] = typeof properties[name] === 'string' ? null : false;
        return late.hasAttribute(attribute(name));
      });
      return [...found, kept];
    }"""
    assert page.evaluate(reflected, PROPERTIES) == [[], [], []]
    page.wait_for_function(READY)


def documented() -> list[str]:
    """The attributes that the player's page lists."""
    text = (Path(__file__).parents[3] / "player" / "README.md").read_text()
    rows = text.split("## Attributes")[1].split("##")[0].splitlines()
    cells = [row.split("|")[1] for row in rows if row.startswith("| `")]
    return [name.strip(" `") for cell in cells for name in cell.split(",")]


def test_what_is_tested_is_what_is_documented() -> None:
    camel = [
        "".join(part.title() if at else part for at, part in enumerate(name.split("-")))
        for name in documented()
    ]
    assert sorted(camel) == sorted(PROPERTIES)


@pytest.fixture
def moved(page: Any, folder: Path, address: str) -> Callable[[str], Any]:
    """Runs a script over a page with a player in `#a`, and an empty `#b`."""
    body = '<div id="a"><spec-player src="story.specrec" loading="eager"></spec-player></div>'
    (folder / "moved.html").write_text(f"{HEAD}{DEFINE}{body}<div id='b'></div>")
    page.goto(f"{address}/moved.html")
    page.wait_for_function(READY)
    return lambda script: page.evaluate(script)


def test_what_is_moved_goes_on_and_what_is_taken_out_stands_still(
    page: Any, moved: Callable[[str], Any]
) -> None:
    moved(f"{PLAYER}.play()")
    moved(f"document.querySelector('#b').append({PLAYER})")
    assert not moved(f"{PLAYER}.paused")
    assert (
        moved("(() => { window.held = document.querySelector('spec-player'); held.remove(); })()")
        is None
    )
    page.wait_for_function("held.paused")
    moved("document.querySelector('#a').append(held)")
    settle(page)
    assert moved("held.hasAttribute('ready') && held.paused")


def test_src_may_change_while_it_is_taken_out_and_a_copy_is_a_player(
    page: Any, moved: Callable[[str], Any]
) -> None:
    moved(f"""(() => {{ const one = {PLAYER};
      window.copy = one.cloneNode(true);
      document.querySelector('#b').append(copy);
      window.before = copy.hasAttribute('ready');
      one.remove(); one.src = 'story-match.specrec'; document.querySelector('#a').append(one);
    }})()""")
    assert moved("before") is False
    page.wait_for_function(f"{TITLE} && copy.recording && {TITLE} !== copy.recording.header.title")


def test_another_document_keeps_its_look(page: Any, moved: Callable[[str], Any]) -> None:
    style = "getComputedStyle({}.shadowRoot.querySelector('.panel')).borderRadius"
    before = moved(style.format(PLAYER))
    moved(f"""(() => {{ const frame = document.createElement('iframe');
      document.body.append(frame);
      window.held = {PLAYER};
      frame.contentDocument.body.append(held); }})()""")
    assert before != "0px"
    assert moved(style.format("held")) == before
