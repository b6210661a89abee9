"""What stands on screen against the recording's numbers, as Python reads them: every token of some
rounds with its probabilities and its coin, and the counts of the whole run.
"""

import math
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from specrecord.events import SPECULATIVE
from specrecord.recording.measures.stats import recording_info
from specrecord.recording.reader import read_recording
from tests.browser.conftest import settle

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[3]
RUNS = ["story", "story-match", "rule-block", "rule-gumbel", "network-score-30", "draft-ngram"]
TREES = ["tree-rrs", "tree-gumbel", "draft-ensemble-tree"]
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>test</title>
<link rel="icon" href="data:,"><script type="module" src="player/define.js"></script>
<spec-player src="RUN.specrec"></spec-player></html>"""
PLAYER = "document.querySelector('spec-player')"
ROWS = f"""[...{PLAYER}.shadowRoot.querySelectorAll('.decisions tbody tr')].map((row) => ({{
  cells: [...row.cells].map((cell) => cell.textContent),
  coin: row.querySelector('.trial')?.getAttribute('aria-label') ?? null,
}}))"""
UNKNOWN = {"–", "unknown"}


@pytest.fixture(scope="module")
def site(
    tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Path], str]
) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("numbers")
    shutil.copytree(ROOT / "player" / "dist", folder / "player")
    for name in [*RUNS, *TREES]:
        shutil.copy(ROOT / "recordings" / f"{name}.specrec", folder)
        (folder / f"{name}.html").write_text(PAGE.replace("RUN", name))
    return folder, serve(folder)


def opened(page: Any, site: tuple[Path, str], name: str) -> Any:
    page.goto(f"{site[1]}/{name}.html")
    page.wait_for_selector("[ready]")
    return read_recording(site[0] / f"{name}.specrec")


def tells(text: str, value: float | None) -> bool:
    """Whether a number on screen is `value`, to the digits that it has."""
    if value is None or math.isnan(value):
        return text in UNKNOWN
    if text.startswith(">"):
        return float(text[1:]) < value <= 1
    form = re.fullmatch(r"(?:([\d.]+)×)?10⁻([⁰¹²³⁴⁵⁶⁷⁸⁹]+)", text)
    if form:
        power = int(form[2].translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")))
        return abs(value * 10**power - float(form[1] or 1)) <= 0.0501
    digits = len(text.partition(".")[2])
    return abs(float(text) - value) <= 0.501 * 10**-digits


def to_three_figures(text: str, value: float) -> bool:
    """Whether a number on screen is `value`, to three figures."""
    unit = 10.0 ** (math.floor(math.log10(value)) - 2)
    return abs(float(text.replace(",", "")) - value) <= 0.51 * unit


def unknown_as_nan(value: float | None) -> float:
    return math.nan if value is None else value


@pytest.mark.parametrize("name", [*RUNS, *TREES])
def test_a_round_shows_what_was_recorded(page: Any, site: tuple[Path, str], name: str) -> None:
    every = opened(page, site, name).tracks[SPECULATIVE].rounds
    for one in [every[0], every[len(every) // 2], every[-2]]:
        page.evaluate(f"{PLAYER}.goToRound({one.index})")
        settle(page)
        rows = [row for row in page.evaluate(ROWS) if len(row["cells"]) == 5]
        nodes, emit = one.nodes, next(iter(one.emits), None)
        if name in TREES:  # there, tokens never tested are counted and not listed
            nodes = [node for node in nodes if node.verdict.fate != "untested"]
            rows = [row for row in rows if row["cells"][4] != "untested"]
        assert len(rows) == len(nodes) + (emit is not None)
        for row, (draft, verdict) in zip(rows, nodes, strict=False):
            _, drafted, target, _, state = row["cells"]
            assert state == verdict.fate
            assert tells(drafted, draft.prob)
            left = unknown_as_nan(verdict.left_prob)
            assert tells(target, verdict.target_prob if math.isnan(left) else left)
            if row["coin"]:
                coin = re.match(r"u = (\S+),", row["coin"])
                assert coin
                assert tells(coin[1], verdict.uniform)
        if emit:
            assert rows[-1]["cells"][4] == emit.origin
            assert tells(rows[-1]["cells"][1], emit.draft_prob)
            assert tells(rows[-1]["cells"][2], emit.target_prob)


@pytest.mark.parametrize("name", [*RUNS, *TREES])
def test_the_numbers_are_those_of_info(page: Any, site: tuple[Path, str], name: str) -> None:
    info = recording_info(opened(page, site, name))
    page.evaluate(f"{PLAYER}.acts.view('metrics'); {PLAYER}.seek('100%')")
    page.wait_for_selector(".metrics:visible")
    settle(page)
    text = page.inner_text(".metrics")
    assert f"accepted / drafted = {info['accepted']} / {info['drafted']}" in text
    emitted = round(info["mean_acceptance_length"] * info["rounds"]) - info["accepted"]
    counts = f"({info['accepted']} + {emitted}) / {info['rounds']}"
    assert f"(accepted + emitted) / rounds = {counts}" in text
    assert f"tokens / time = {info['tokens']} / " in text
    claimed = sorted(re.findall(r"(\S+)× .+, recorded here", text), key=float)
    recorded = sorted(value for value in info["speedup"].values() if value is not None)
    assert all(tells(*pair) for pair in zip(claimed, recorded, strict=True))
    alpha = re.search(r"α̂ = accepted / tested = \S+ / \S+ = (\S+)", text)
    assert alpha
    assert tells(alpha[1], info["alpha_hat"])


GAUGE = f"""[...{PLAYER}.shadowRoot.querySelectorAll('.sofar :is(.donut, b, .history)')]
  .map((one) => one.getAttribute('aria-label') ?? one.textContent)"""


@pytest.mark.parametrize("name", [*RUNS, *TREES])
def test_the_gauge_ends_in_the_numbers_of_info(
    page: Any, site: tuple[Path, str], name: str
) -> None:
    info = recording_info(opened(page, site, name))
    page.evaluate(f"{PLAYER}.acts.view('metrics'); {PLAYER}.seek('100%')")
    settle(page)
    accepted, tokens, speed, rounds, pace = page.evaluate(GAUGE)
    assert accepted == (f"acceptance rate: {info['accepted']} accepted / {info['drafted']} drafted")
    shown = page.text_content(".donut text")
    assert to_three_figures(shown, info["acceptance_rate"])
    assert to_three_figures(tokens, info["mean_acceptance_length"])
    assert to_three_figures(speed, info["tokens_per_second"])
    assert f"in each of {info['rounds']} rounds of {info['rounds']}" in rounds
    names = {"per_request": "a request a token", "chunked": "in chunks, no draft"}
    names |= {"streaming": "target streaming", "autoregressive": "target alone"}
    wanted = {"this run": info["tokens_per_second"]}
    for key, ratio in info["speedup"].items():
        if ratio is not None:
            wanted[names[key]] = info["tokens_per_second"] / ratio
    drawn = dict(re.findall(r"([a-z][a-z ,]+) ([\d.,]+)(?:, |$)", pace.partition(": ")[2]))
    assert drawn.keys() == wanted.keys()
    for line, value in wanted.items():
        assert to_three_figures(drawn[line].strip(","), value), line
