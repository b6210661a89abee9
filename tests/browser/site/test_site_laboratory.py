"""The laboratory in Chromium: nothing is loaded until asked, a run is shown as it happens, and what
is saved audits.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from specrecord.publish.site.build import build_site
from specrecord.recording.audit import audit_recording
from specrecord.recording.measures.stats import recording_info
from specrecord.recording.reader import read_recording

pytestmark = pytest.mark.browser
RECORDINGS = Path(__file__).resolve().parents[3] / "recordings"
TEXT = "document.querySelector('spec-player').screen?.frame.tokens"


@pytest.fixture(scope="session")
def laboratory(tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Path], str]) -> str:
    folder = tmp_path_factory.mktemp("laboratory") / "some" / "name"
    build_site(RECORDINGS / "story.specrec", folder)
    return f"{serve(folder.parents[1])}/some/name/laboratory.html"


def run(page: Any, **settings: object) -> None:
    """Fills in the form, presses Run and waits until the run is recorded."""
    page.click("#settings")
    for name, value in settings.items():
        field = page.locator(f"#ask [name={name}]")
        if field.evaluate("element => element.tagName") == "SELECT":
            field.select_option(str(value))
        else:
            field.fill(str(value))
    page.click("#done")
    page.click("#start")
    page.wait_for_selector("#save:not([hidden])", timeout=60_000)


def saved(page: Any, path: Path) -> Path:
    with page.expect_download() as download:
        page.click("#save")
    download.value.save_as(path)
    return path


def test_nothing_is_loaded_before_it_is_asked_for(laboratory: str, page: Any) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(laboratory)
    page.wait_for_load_state("networkidle")
    assert not [url for url in asked if "laboratory/" in url or "worker" in url]
    page.click("#start")
    page.wait_for_function(f"{TEXT} > 0")
    assert [url for url in asked if url.endswith("model.safetensors")]


def test_the_laboratory_runs_under_its_page_s_policy(
    laboratory: str, new_page: Callable[..., Any]
) -> None:
    page = new_page(bypass_csp=False)
    page.goto(laboratory)
    page.click("#start")
    page.wait_for_selector("#save:not([hidden])", timeout=60_000)
    assert page.evaluate("document.querySelector('spec-player').recording.main.output.length") > 0


def test_a_saved_run_passes_the_audit_and_is_what_the_page_shows(
    laboratory: str, page: Any, tmp_path: Path
) -> None:
    page.goto(laboratory)
    run(page, rule="block", max_tokens=48, seed=3)
    recording = read_recording(saved(page, tmp_path / "run.specrec"))
    assert audit_recording(recording) == []
    info = recording_info(recording)
    assert (info["rule"], info["tokens"], info["simulated"]) == ("block", 48, [])
    page.evaluate("document.querySelector('spec-player').seek('100%')")
    page.wait_for_function(f"{TEXT} === 48")
    shown = page.evaluate("document.querySelector('spec-player').scene.speedups.autoregressive")
    assert shown == info["speedup"]["autoregressive"]


def test_trees_and_a_pretended_round_trip(laboratory: str, page: Any, tmp_path: Path) -> None:
    page.goto(laboratory)
    run(page, tree="2x2x1", rule="rrs", max_tokens=24, trip=5)
    recording = read_recording(saved(page, tmp_path / "run.specrec"))
    assert audit_recording(recording) == []
    assert "5 ms" in recording.header.simulated[0]
    assert page.locator("spec-player .banner").is_visible()
    assert "simulated" in page.inner_text("spec-player .banner")
    offered = "[...document.querySelectorAll('[name=rule] option:enabled')].map(one => one.value)"
    assert "standard" not in page.evaluate(offered)


def test_the_same_seed_gives_the_same_text(laboratory: str, page: Any) -> None:
    page.goto(laboratory)
    texts = []
    for seed in (5, 5, 6):
        run(page, seed=seed, max_tokens=40)
        texts.append(page.evaluate("document.querySelector('spec-player').scene.texts.join('')"))
    assert texts[0] == texts[1] != texts[2]


def test_a_run_can_be_stopped(laboratory: str, page: Any, tmp_path: Path) -> None:
    page.goto(laboratory)
    page.click("#settings")
    page.fill("#ask [name=trip]", "100")
    page.click("#done")
    page.click("#start")
    page.wait_for_function(f"{TEXT} > 0")
    page.click("#stop")
    page.wait_for_selector("#save:not([hidden])")
    recording = read_recording(saved(page, tmp_path / "run.specrec"))
    assert audit_recording(recording) == []
    assert recording_info(recording)["tokens"] < 128


def test_run_brings_the_stage_into_view_and_plays_a_quick_run_slowly(
    laboratory: str, new_page: Callable[..., Any]
) -> None:
    page = new_page(viewport={"width": 1280, "height": 720})
    page.goto(laboratory)
    run(page, max_tokens=12)
    page.wait_for_function("document.querySelector('#said').textContent.includes('played again')")
    player = "document.querySelector('spec-player')"
    assert page.evaluate(f"{player}.store.state.clock") == "beat"
    assert not page.evaluate(f"{player}.paused")
    box = page.evaluate(f"{player}.getBoundingClientRect().toJSON()")
    assert box["top"] >= 0
    assert box["bottom"] <= 721
    page.fill("#ask textarea", "word " * 3000)
    page.click("#start")
    page.wait_for_selector("#said.wrong")
    assert "shorten it" in page.inner_text("#said")
    assert page.evaluate(f"{player}.recording") is None
    assert page.is_visible("text=The run will be shown here")
    page.fill("#ask textarea", "Once")
    assert page.inner_text("#said") == ""
    run(page, max_tokens=4)
    page.fill("#ask textarea", "")
    page.click("#start")
    page.wait_for_selector("#said.wrong")
    assert page.evaluate(f"{player}.recording") is None


def another(page: Any, button: str) -> None:
    """Presses a button and waits until the run that it began is recorded."""
    page.evaluate("window.before = document.querySelector('spec-player').recording")
    page.click(button)
    page.wait_for_function(
        """() => {
          const { recording } = document.querySelector('spec-player');
          return recording && recording !== before && !document.querySelector('#again').hidden;
        }""",
        timeout=60_000,
    )


def test_a_preset_runs_a_tree_and_a_run_is_repeated(laboratory: str, page: Any) -> None:
    page.goto(laboratory)
    page.click("text=a tree of drafts")
    page.wait_for_selector("#again:not([hidden])", timeout=60_000)
    header = "document.querySelector('spec-player').recording.header"
    assert page.evaluate(f"{header}.tree") == "2x2x1"
    seed = page.evaluate(f"{header}.seed")
    table = "document.querySelector('spec-player').recording.main.output"
    tokens = f"Array.from({table}.token.subarray(0, {table}.length))"
    first = page.evaluate(tokens)
    another(page, "#again")
    assert page.evaluate(f"{header}.seed") == seed
    assert page.evaluate(tokens) == first
    page.click("#settings")
    page.check("#ask [name=fresh]")
    page.click("#done")
    another(page, "#start")
    assert page.evaluate(f"{header}.seed") != seed


def test_five_runs_tell_their_spread_and_strange_words_are_told(laboratory: str, page: Any) -> None:
    page.goto(laboratory)
    page.fill("#ask [name=prompt]", "Es war einmal ein kleines Mädchen, das wohnte im Wald")
    page.click("#settings")
    page.fill("#ask [name=max_tokens]", "24")
    page.click("#done")
    page.evaluate("requestAnimationFrame = () => 0")  # a busy machine draws no picture in time
    page.click("#five")
    page.wait_for_function(
        "document.querySelector('#said')?.textContent.includes('5 runs: ')",
        timeout=120_000,
        polling=100,
    )
    said = page.inner_text("#said")
    low, middle, high = (
        float(re.search(pattern, said)[1])
        for pattern in (r"median; ([\d.]+) to", r"5 runs: ([\d.]+) times", r" to ([\d.]+)\)")
    )
    assert 0 < low <= middle <= high
    assert "hardly knows the words" in said
