"""Site, player, `info` and bench tell the same of one recording, and the truth of its record."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from specrecord.bench.measure import measure
from specrecord.bench.report import advice
from specrecord.bench.table import rows
from specrecord.cli import specrecord
from specrecord.publish.runs.numbers import shown_value
from specrecord.publish.site.build import build_site
from specrecord.recording.measures.stats import recording_info
from specrecord.recording.reader import read_recording
from tests.node import node

ROOT = Path(__file__).parents[1]
ENGINES = sorted((ROOT / "recordings").glob("engine-*.specrec"))  # which time no draft apart
RECORDINGS = sorted({*(ROOT / "recordings").glob("*.specrec")} - {*ENGINES})
KEYS = {"best_k", "speedup_model", "speedup_recorded", "break_even"}
# What the player derives from each recording by itself.
SCRIPT = """
const core = new URL("player/core/", ROOT);
const { estimate } = await import(new URL("measures/estimate.js", core));
const model = await import(new URL("measures/run-model.js", core));
const { openRecording } = await import(new URL("recording/recording.js", core));
const { readFile } = await import("node:fs/promises");
const found = {};
for (const path of PATHS) {
  const own = estimate(await openRecording(new Uint8Array(await readFile(path))));
  const deepest = own?.tried.at(-1);
  found[path] = own && {
    estimate: own,
    best_k: model.bestKText(own),
    rate: model.rateOf(own, deepest),
    speedup_model: model.speedupOf(own, deepest),
    break_even: model.breakEven(own),
  };
}
console.log(JSON.stringify(found));
"""


Pages = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    """What the site carries of each run; `sentences` are those of chapters about it."""
    folder = tmp_path_factory.mktemp("estimates") / "site"
    build_site(ROOT / "recordings", folder)
    runs: Pages = {run["name"]: run for run in json.loads((folder / "figures.json").read_bytes())}
    bound = re.compile(r'<data class="bound" data-key="(\w+)" value="[^"]*">([^<]*)')
    for path in (folder / "chapters").glob("*.html"):
        text = path.read_text()
        for chosen in re.findall(r'class="chooser" data-run="([^"]+)"', text):
            runs[chosen].setdefault("sentences", {}).update(bound.findall(text))
    return runs


@pytest.fixture(scope="module")
def player() -> Pages:
    """What JavaScript makes of each recording."""
    paths = json.dumps([str(path) for path in [*RECORDINGS, *ENGINES]])
    given = f"const ROOT = {json.dumps(ROOT.as_uri() + '/')}; const PATHS = {paths};"
    command = [node(), "--input-type=module", "-e", given + SCRIPT]
    found = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return {Path(path).stem: own for path, own in json.loads(found.stdout).items()}


def assert_close(ours: Any, theirs: Any, where: str) -> None:
    """Numbers within a billionth, all else alike."""
    if isinstance(theirs, dict):
        assert ours.keys() == theirs.keys(), where
        for key, value in theirs.items():
            assert_close(ours[key], value, f"{where}.{key}")
    elif isinstance(theirs, list | float):
        assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-12), where
    else:
        assert ours == theirs, where


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_site_and_player_tell_the_same_of_a_run(path: Path, pages: Pages, player: Pages) -> None:
    page, own = pages[path.stem], player[path.stem]
    assert_close(own["estimate"], page["estimate"], "estimate")
    assert own["best_k"] == page["best_k"]
    assert own["speedup_model"] == pytest.approx(page["speedup_model"])
    even = own["break_even"]
    assert even is None or 1000 * even == pytest.approx(page["break_even"])
    assert (even is None) == (page["break_even"] == "unknown")
    for key in KEYS & page.get("sentences", {}).keys():
        value = page[key]
        shown = value if isinstance(value, str) else shown_value(key, value)
        assert page["sentences"][key] == shown


@pytest.mark.parametrize("path", ENGINES, ids=lambda path: path.stem)
def test_there_is_no_model_of_an_engines_own_speculation(
    path: Path, pages: Pages, player: Pages
) -> None:
    page = pages[path.stem]
    assert (page["estimate"], player[path.stem], page["best_k"]) == (None, None, "unknown")


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_at_its_own_settings_a_model_gives_back_what_info_tells(
    path: Path, pages: Pages, player: Pages
) -> None:
    page, own, info = pages[path.stem], player[path.stem], recording_info(read_recording(path))
    printed = CliRunner().invoke(specrecord, ["info", str(path)]).output
    lines = dict(re.findall(r"^model\.(\w+) +(.*)$", printed, re.M))
    assert lines["best_k"] == page["best_k"]
    assert float(lines["speedup"]) == pytest.approx(page["speedup_model"], rel=1e-5)
    assert 1000 * float(lines["break_even_s"]) == pytest.approx(page["break_even"], rel=1e-5)
    recorded = info["speedup"][page["estimate"]["baseline"]["name"]]
    assert own["rate"] == pytest.approx(info["tokens_per_second"], rel=0.05)
    assert page["speedup_recorded"] == recorded
    assert own["speedup_model"] == pytest.approx(recorded, rel=0.05)
    if own["break_even"] is not None:
        assert (own["break_even"] > page["estimate"]["network_s"]) == (recorded > 1)


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_a_bench_of_one_run_tells_what_its_page_does(path: Path, pages: Pages) -> None:
    recording = read_recording(path)
    info, page, run = recording_info(recording), pages[path.stem], measure(recording, "text")
    if run is None:
        assert info["speedup"]["autoregressive"] is None
        return
    assert run.counts.tokens_per_second == info["tokens_per_second"]
    assert run.speedup == page["speedup"]
    line = advice(rows([run]), [run])[1]
    assert line.startswith(f"  model: best K: {page['best_k']} (speedup ")


def test_chapters_tell_each_of_these_numbers(pages: Pages) -> None:
    shown = {key for page in pages.values() for key in page.get("sentences", {})}
    assert shown >= KEYS
