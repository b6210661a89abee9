"""Every figure of the walkthrough in Chromium: moving a control changes its numbers to those that
Python computes.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from specrecord import theory
from specrecord.publish.figures import distributions, of_rounds
from specrecord.publish.figures.of_models import across
from specrecord.publish.figures.of_records import rule_rates
from specrecord.recording.measures.run_model import RunModel

pytestmark = pytest.mark.browser
RECORDINGS = Path(__file__).resolve().parents[3] / "recordings"


@pytest.fixture
def chapter(built: tuple[Path, str], page: Any) -> Callable[[str], Any]:
    """Opens a chapter with its figures alive."""

    def open_it(name: str) -> Any:
        page.goto(f"{built[1]}/chapters/{name}.html")
        page.wait_for_function("document.querySelector('.chooser select')?.options.length > 1")
        return page

    return open_it


def move(page: Any, figure: str, label: str, steps: int) -> None:
    """Moves a slider by its keys: right if `steps` is positive."""
    slider = page.locator(
        f"#figure-{figure} label.slider", has=page.locator(f"text='{label}'")
    ).locator("input")
    slider.focus()
    for _ in range(abs(steps)):
        page.keyboard.press("ArrowRight" if steps > 0 else "ArrowLeft")


def number(page: Any, figure: str, key: str) -> float:
    return float(page.get_attribute(f"#figure-{figure} .readout [data-key={key}]", "data-value"))


def chosen(page: Any) -> str:
    return str(page.input_value(".chooser select"))


def test_the_coin_follows_dragging_and_sliders(chapter: Any, runs: dict[str, Any]) -> None:
    page = chapter("coin")
    run = runs[chosen(page)]
    p, q = run["distributions"]["p"], run["distributions"]["q"]
    assert number(page, "coin", "shared") == pytest.approx(distributions.overlap(p, q), abs=1e-9)
    page.click("#figure-coin .prob-sliders summary")
    token = run["distributions"]["tokens"][0]
    move(page, "coin", f"q({token})", 5)
    wanted = min(1.0, q[0] + 0.05)
    moved = [wanted, *[one / (1 - q[0]) * (1 - wanted) for one in q[1:]]]
    assert number(page, "coin", "shared") == pytest.approx(
        distributions.overlap(p, moved), abs=1e-9
    )
    assert number(page, "coin", "match") == pytest.approx(
        distributions.match_rate(p, moved), abs=1e-9
    )
    page.locator("#figure-coin svg.chart").scroll_into_view_if_needed()
    box = page.locator("#figure-coin svg.chart").bounding_box()
    before = number(page, "coin", "shared")
    page.mouse.move(box["x"] + box["width"] * 0.13, box["y"] + box["height"] * 0.5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.13, box["y"] + box["height"] * 0.8)
    page.mouse.up()
    assert number(page, "coin", "shared") != before
    page.click("text=Back to the recording")
    assert number(page, "coin", "shared") == pytest.approx(distributions.overlap(p, q), abs=1e-9)


def test_the_coin_follows_a_finger(built: tuple[Path, str], new_page: Any) -> None:
    page = new_page(viewport={"width": 360, "height": 780}, has_touch=True, is_mobile=True)
    page.goto(f"{built[1]}/chapters/coin.html")
    page.wait_for_function("document.querySelector('.chooser select')?.options.length > 1")
    page.locator("#figure-coin svg.chart").scroll_into_view_if_needed()
    box = page.locator("#figure-coin svg.chart").bounding_box()
    before = number(page, "coin", "shared")
    x, y = box["x"] + box["width"] * 0.13, box["y"] + box["height"] * 0.3
    touch = page.context.new_cdp_session(page)
    scrolled = page.evaluate("scrollY")
    touch.send(
        "Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]}
    )
    for step in range(1, 9):
        point = {"x": x, "y": y + step * box["height"] * 0.05}
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert number(page, "coin", "shared") != before
    assert page.evaluate("scrollY") == scrolled


def test_coins_are_thrown_and_their_share_nears_alpha(chapter: Any) -> None:
    page = chapter("coin")
    page.click("text=Draft one token, throw its coin")
    assert number(page, "coin", "thrown") == 1
    told = page.inner_text("#figure-coin .throw")
    assert ("so it stays" in told) == (number(page, "coin", "yes") == 1)
    hundred = page.locator("text=A hundred times")
    hundred.evaluate("(button) => { for (let turn = 0; turn < 60; turn++) button.click(); }")
    assert number(page, "coin", "thrown") == 6001
    # Five standard deviations of a share of 6,001 coins.
    assert number(page, "coin", "yes") == pytest.approx(number(page, "coin", "shared"), abs=0.033)


@pytest.mark.parametrize("name", ["smollm2-chat-greedy", "smollm2-tree-6"])
def test_a_pass_moves_place_by_place(chapter: Any, runs: dict[str, Any], name: str) -> None:
    page = chapter("verifying")
    page.select_option(".chooser select", name)
    shown = runs[name]["pass"]
    for place in range(len(shown["tokens"])):
        for key, value in of_rounds.place_numbers(shown, place).items():
            assert number(page, "one_pass", key) == value
        move(page, "one_pass", "place in the pass", 1)


def test_one_clock_counts_what_either_side_has_written(chapter: Any, runs: dict[str, Any]) -> None:
    page = chapter("idea")
    run = runs[chosen(page)]
    whole = of_rounds.ROUNDS_SHOWN * of_rounds.round_ms(run)
    for key, value in of_rounds.clock_numbers(run, whole).items():
        assert number(page, "one_clock", key) == pytest.approx(value)
    slider = page.locator("#figure-one_clock input")
    slider.evaluate(
        "(input, at) => (input.value = at, input.dispatchEvent(new Event('input')))", whole / 2
    )
    now = of_rounds.clock_numbers(run, slider.evaluate("(input) => input.valueAsNumber"))
    for key, value in now.items():
        assert number(page, "one_clock", key) == pytest.approx(value)


def test_the_experiment_converges_and_the_wrong_rules_do_not(
    chapter: Any, runs: dict[str, Any]
) -> None:
    page = chapter("lossless")
    run = runs[chosen(page)]
    assert "no draw yet" in page.inner_text("#figure-experiment .readout")
    page.click("#figure-experiment .go")
    page.wait_for_function(
        "document.querySelector('#figure-experiment .go').textContent === 'Draw'"
    )
    assert number(page, "experiment", "drawn") >= 20_000
    assert number(page, "experiment", "distance") < 0.02
    page.select_option("#figure-experiment select", "always")
    page.click("#figure-experiment .go")
    page.wait_for_function(
        "document.querySelector('#figure-experiment .go').textContent === 'Draw'"
    )
    bias = 1 - distributions.overlap(run["distributions"]["p"], run["distributions"]["q"])
    assert number(page, "experiment", "distance") == pytest.approx(bias, abs=0.02)


def test_reach_follows_alpha_and_k(chapter: Any, runs: dict[str, Any]) -> None:
    page = chapter("reach")
    run = runs[chosen(page)]
    move(page, "reach", "α", 3)
    move(page, "reach", "K", 2)
    survival = theory.geometric_survival(run["alpha_hat"] + 0.03, run["k"] + 2)
    assert number(page, "reach", "tokens") == pytest.approx(
        theory.expected_tokens(survival), abs=1e-9
    )
    assert number(page, "reach", "share") == pytest.approx(sum(survival) / len(survival), abs=1e-9)
    assert number(page, "reach", "recorded") == run["mean_acceptance_length"]


@pytest.mark.parametrize(
    ("name", "figure", "key"),
    [("reach", "reach", "mean_acceptance_length"), ("pays", "pays", "speedup")],
)
def test_every_recorded_point_stands_where_it_was_recorded(
    chapter: Any, runs: dict[str, Any], name: str, figure: str, key: str
) -> None:
    page = chapter(name)
    page.select_option(".chooser select", "smollm2-chat-k8")  # it was recorded at three K
    marks = page.eval_on_selector_all(
        f"#figure-{figure} .recorded circle",
        "marks => marks.map(mark => [mark.textContent, Number(mark.getAttribute('cy'))])",
    )
    values = {data["title"]: data[key] for data in runs.values()}
    highest, lowest = (pick(marks, key=lambda mark: values[mark[0]]) for pick in (max, min))
    scale = (lowest[1] - highest[1]) / (values[highest[0]] - values[lowest[0]])
    assert len(marks) > 2
    for title, height in marks:
        assert height == pytest.approx(
            highest[1] + (values[highest[0]] - values[title]) * scale, abs=0.2
        )


def at(
    run: dict[str, Any], *, target: float = 1.0, survival: list[float] | None = None
) -> RunModel:
    """A run's model with its sliders moved: the target alone so many times slower."""
    own = RunModel.from_json(run["estimate"])
    assert own.baseline is not None
    moved = replace(
        own,
        baseline=replace(own.baseline, token_s=own.baseline.token_s * target),
        survival=survival or own.survival,
    )
    scale = (moved.speedup(own.tried[-1]) or 0) / (own.speedup(own.tried[-1]) or 1)
    return replace(moved, recorded_speedup=(own.recorded_speedup or 0) * scale)


def test_pays_follows_times(chapter: Any, runs: dict[str, Any]) -> None:
    page = chapter("pays")
    run = runs[chosen(page)]
    deepest = run["estimate"]["tried"][-1]
    assert number(page, "pays", "model") == pytest.approx(run["speedup_model"], rel=1e-9)
    assert page.inner_text("#figure-pays .readout [data-key=best] dd") == run["best_k"]
    move(page, "pays", "a token of the target alone", 30)
    model = at(run, target=1.05**30)
    assert number(page, "pays", "model") == pytest.approx(model.speedup(deepest), rel=1e-9)
    best = page.inner_text("#figure-pays .readout [data-key=best] dd")
    assert best == model.best_k_text
    assert number(page, "pays", "at_best") == pytest.approx(
        model.speedup(model.fastest_k), rel=1e-9
    )


def test_pays_takes_recorded_survival_until_alpha_is_moved_and_no_k_beyond_the_deepest(
    chapter: Any, runs: dict[str, Any]
) -> None:
    page = chapter("pays")
    run = runs[chosen(page)]
    deepest = run["estimate"]["tried"][-1]
    move(page, "pays", "K", 3)
    assert number(page, "pays", "model") == pytest.approx(at(run).speedup(deepest), rel=1e-9)
    move(page, "pays", "α", -4)
    alpha = run["alpha_hat"] - 0.04
    model = at(run, survival=[alpha**i for i in range(1, deepest + 1)])
    assert number(page, "pays", "model") == pytest.approx(model.speedup(deepest), rel=1e-9)
    page.select_option(".chooser select", "rule-block")
    assert page.locator("#figure-pays label.slider", has=page.locator("text='K'")).count() == 0
    assert "only K = " in page.inner_text("#figure-pays .readout [data-key=best] dd")


def test_network_follows_the_round_trip(chapter: Any, runs: dict[str, Any]) -> None:
    page = chapter("network")
    run = runs[chosen(page)]
    own = 1000 * run["estimate"]["network_s"]
    deepest = run["estimate"]["tried"][-1]
    assert number(page, "network", "spec") == pytest.approx(run["tracks"]["speculative"], rel=0.05)
    move(page, "network", "round trip", 20)
    move(page, "network", "a token of the target alone", 60)
    model = at(run, target=1.05**60)
    rates = across(model, deepest, own + 20 * 0.1)
    for key, way in {"request": "per_request", "stream": "streaming", "chunk": "chunked"}.items():
        assert number(page, "network", key) == pytest.approx(rates["model"] / rates[way], rel=1e-9)
    even = model.break_even_s
    assert even is not None
    assert number(page, "network", "even") == pytest.approx(1000 * even, rel=1e-9)
    assert even > 0
    for track, rate in run["tracks"].items():
        assert number(page, "network", f"recorded_{track}") == rate
    page.select_option(".chooser select", "story")
    assert (
        page.get_attribute("#figure-network .readout [data-key=recorded_streaming]", "data-value")
        == ""
    )


def test_rules_follow_the_number_of_children(chapter: Any, runs: dict[str, Any]) -> None:
    page = chapter("rules")
    run = runs[chosen(page)]
    move(page, "rules", "children", 1)
    for key, rate in rule_rates(run["distributions"]["p"], run["distributions"]["q"], 3).items():
        assert number(page, "rules", key) == pytest.approx(rate, abs=1e-9)


def test_lookup_follows_n(chapter: Any, runs: dict[str, Any]) -> None:
    page = chapter("drafts")
    run = runs[chosen(page)]
    for step, size in ((0, 2), (-1, 1)):
        move(page, "lookup", "n, tokens that must have occurred before", step)
        found = distributions.lookup_guesses(run["ids"], run["prompt_tokens"], size)
        assert number(page, "lookup", "proposed") == len(found) - found.count(None)
        assert number(page, "lookup", "right") == found.count(True)


def test_another_run_changes_figures_and_sentences(chapter: Any, runs: dict[str, Any]) -> None:
    page = chapter("reach")
    page.select_option(".chooser select", "sums")
    run = runs["sums"]
    assert number(page, "reach", "alpha") == run["alpha_hat"]
    for bound in page.locator("data.bound").all():
        key = bound.get_attribute("data-key")
        assert float(bound.get_attribute("value")) == pytest.approx(run[key], rel=1e-12)
    assert page.get_attribute(".chooser a", "href") == "../runs/sums.html"
    page = chapter("pays")
    page.select_option(".chooser select", "rule-block")
    assert page.inner_text("data.bound[data-key=best_k]") == runs["rule-block"]["best_k"]
    page = chapter("network")
    assert (
        page.inner_text("data.bound[data-key=simulated]")
        == runs[chosen(page)]["simulated"]
        != "nothing"
    )
    page.select_option(".chooser select", "story")
    assert page.inner_text("data.bound[data-key=simulated]") == "nothing"
    page = chapter("names")
    page.select_option(".chooser select", "recipe")
    assert (
        number(page, "names", "without_own")
        == runs["recipe"]["accepted"] / runs["recipe"]["rounds"]
    )
    page = chapter("reading")
    page.select_option(".chooser select", "smollm2-tree-6")
    page.wait_for_function(
        "document.querySelector('.embed spec-player')?.getAttribute('src').includes('tree-6')"
    )


@pytest.mark.parametrize(
    ("name", "view"), [("idea", "round"), ("verifying", "round"), ("reading", "text")]
)
def test_an_embedded_player_shows_the_view_it_was_put_there_for(
    chapter: Any, name: str, view: str
) -> None:
    page = chapter(name)
    player = page.locator("spec-player").first
    player.scroll_into_view_if_needed()
    player.locator(f".panel.{view}").wait_for(state="visible")
    assert not player.locator(".panel.metrics").is_visible()
    assert not player.locator(".facts").is_visible()


def test_a_run_without_laws_says_so(chapter: Any) -> None:
    page = chapter("coin")
    page.select_option(".chooser select", "smollm2-chat-greedy")
    assert "does not hold what the figure needs" in page.inner_text("#figure-coin")


def test_without_scripts_every_page_tells_its_story(built: tuple[Path, str], new_page: Any) -> None:
    page = new_page(java_script_enabled=False)
    for path in sorted((built[0] / "chapters").glob("*.html")):
        page.goto(f"{built[1]}/chapters/{path.name}")
        assert len(page.inner_text("article")) > 800
        for figure in page.locator("[data-figure]").all():
            assert figure.locator(".readout dd").count() > 0
            assert (
                figure.get_attribute("data-figure") == "names"
                or figure.locator("svg.chart").is_visible()
            )
    page.goto(f"{built[1]}/runs/story.html")
    assert page.locator(".still .text").is_visible()
    page.goto(f"{built[1]}/index.html")
    assert page.locator(".all tbody tr").count() == len(list(RECORDINGS.glob("*.specrec")))
    assert not page.locator(".sieve").is_visible()
    page.goto(f"{built[1]}/compare.html")
    assert page.locator(".compare").is_visible()
