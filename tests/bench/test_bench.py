"""A bench records each cell once, goes on where it was cut, and its table follows from what was
recorded.
"""

import csv
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from specrecord.bench.grid import Cell, Grid, run_grid
from specrecord.bench.interval import geometric_mean, interval
from specrecord.bench.measure import Run, Way, measure
from specrecord.bench.pool import pool
from specrecord.bench.report import _PACE, _formatted, advice, as_csv, as_markdown, as_text
from specrecord.bench.table import rows
from specrecord.events import AUTOREGRESSIVE, SPECULATIVE, Prefill, TrackBegin
from specrecord.recorder.request import Request
from specrecord.recording.audit import audit_recording
from specrecord.recording.measures.run_model import Baseline, RunModel
from specrecord.recording.measures.stats import TrackCounts, recording_info
from specrecord.recording.reader import read_recording

WORDS = [
    "--draft",
    "tiny",
    "--draft",
    "ngram",
    "-k",
    "1",
    "-k",
    "3",
    "--temperature",
    "0.7",
    "--repeats",
    "2",
    "--max-tokens",
    "24",
    "--prompt",
    "story=Once upon a time",
    "--prompt",
    "code=def ",
]


def bench(folder: Path, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "specrecord", "bench", *WORDS, *words, "-o", str(folder)]
    found = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert found.returncode == code, found.stderr
    return found


def test_each_cell_is_a_recording_and_the_second_time_nothing_is_run(tmp_path: Path) -> None:
    first = bench(tmp_path / "out", "--advise")
    paths = sorted((tmp_path / "out").glob("*.specrec"))
    assert len(paths) == 2 * 2 * 2 * 2
    recordings = [read_recording(path) for path in paths]
    assert all(audit_recording(recording) == [] for recording in recordings)
    for path, recording in zip(paths, recordings, strict=True):
        first_track = next(one for one in recording.events if isinstance(one, TrackBegin))
        place = ("story", "code").index(path.name.split("-")[0])
        odd = ((recording.header.seed or 0) + place) % 2
        assert first_track.name == (AUTOREGRESSIVE if odd else SPECULATIVE)
    assert {(recording.header.seed or 0) % 2 for recording in recordings} == {0, 1}
    assert "16 of 16" in first.stderr
    changed = {path.name: path.stat().st_mtime_ns for path in paths}
    data = paths[3].read_bytes()
    paths[3].write_bytes(data[: len(data) // 2])
    paths[5].unlink()
    again = bench(tmp_path / "out", "--advise")
    assert again.stderr.count(" of 16") == 2
    now = {
        path.name: path.stat().st_mtime_ns for path in sorted((tmp_path / "out").glob("*.specrec"))
    }
    assert {name for name in now if now[name] != changed[name]} == {paths[3].name, paths[5].name}
    table = list(csv.DictReader((tmp_path / "out" / "bench.csv").read_text().splitlines()))
    assert {(row["draft"], row["k"], row["register"]) for row in table} == {
        (draft, k, register)
        for draft in ("tiny:draft", "ngram")
        for k in "13"
        for register in ("story", "code", "all")
    }
    assert again.stdout.count("  model: best K: ") == 2
    assert (tmp_path / "out" / "bench.md").read_text().count("\n") == len(table) + 2
    for row in table:
        own = [path for path in paths if matches(row, path)]
        infos = [recording_info(read_recording(path)) for path in own]
        assert int(row["runs"]) == len(infos) == (4 if row["register"] == "all" else 2)
        speedup = geometric_mean([[info["speedup"]["autoregressive"] for info in infos]])
        assert float(row["speedup"]) == pytest.approx(speedup)
        drafted = sum(info["drafted"] for info in infos)
        assert float(row["acceptance_rate"]) == pytest.approx(
            sum(info["accepted"] for info in infos) / drafted
        )


def matches(row: dict[str, str], path: Path) -> bool:
    draft = row["draft"].removesuffix(":draft")
    return f"-{draft}-" in path.name and f"-k{row['k']}-" in path.name and row["register"] in (
        "all", path.name.split("-")[0],
    )  # fmt: skip


def test_what_cannot_be_is_said_before_anything_is_run(tmp_path: Path) -> None:
    said = bench(tmp_path / "out", "--rule", "standard", "--tree", "2x2", code=2)
    assert said.stderr.count("\n") == 1
    assert "judges chains" in said.stderr
    assert not (tmp_path / "out").exists()
    assert "REGISTER=TEXT" in bench(tmp_path / "out", "--prompt", "no register", code=2).stderr


def test_a_tree_that_says_its_depth_is_run_once() -> None:
    grid = Grid(
        "tiny",
        ["tiny"],
        ks=(1, 2),
        trees=("chain", "2x2"),
        rules=("match",),
        repeats=1,
        prompts={"a": "b"},
    )
    assert [(cell.request.tree, cell.request.k) for cell in grid.cells()] == [
        ("chain", 1),
        ("chain", 2),
        ("2x2", 1),
    ]
    assert (
        Cell("a/b", Request("x", draft="mlx:o/m", seed=0)).name
        == "a_b-mlx_o_m-standard-chain-k4-t0.7-s0.specrec"
    )


def ideal(
    k: int, register: str = "story", alpha: float = 0.8, factor: float = 1.0, jitter: float = 1.0
) -> Run:
    """A run of 1000 rounds that follows the model: each token accepted with the chance `alpha`."""
    rounds = 1000
    survival = [alpha**i for i in range(1, k + 1)]
    passed = [*(round(rounds * share) for share in survival), 0]
    lengths = [i + 1 for i in range(k) for _ in range(passed[i] - passed[i + 1])]
    accepted_in_round = [*lengths, *[0] * (rounds - len(lengths))]
    accepted = sum(lengths)
    model = RunModel(
        tokens=accepted + rounds, tried=list(range(1, k + 1)), limited=True,
        reached=[rounds, *passed[: k - 1]], survival=survival, drafted=[1.0] * k, start_s=0.0,
        draft_s=50e-6, verify_s=(100 + 10 * k) * 1e-6, verify_slope_s=0.0,
        other_s=(30 + 5 * k) * 1e-6, other_slope_s=0.0, queue_s=0.0, network_s=0.0,
        baseline=Baseline("autoregressive", 120e-6 * factor, 0.0), recorded=0.0,
        recorded_speedup=0.0,
    )  # fmt: skip
    counts = TrackCounts(
        rounds=rounds,
        drafted=k * rounds,
        accepted=accepted,
        emitted=rounds,
        rejections=sum(i < k for i in accepted_in_round),
        duration=round(1e6 * model.seconds(k) * jitter),
        accepted_in_round=accepted_in_round,
    )
    baseline = TrackCounts(rounds=500, emitted=500, duration=round(500 * 120 * factor))
    return Run(Way("d", "standard", "chain", k, 0.7), register, counts, baseline, model)


def test_a_rate_is_foretold_by_the_runs_that_drafted_deeper() -> None:
    found = rows([ideal(k) for k in (1, 2, 4, 8)])
    for row in found:
        assert row.counts.alpha_hat == pytest.approx(0.8, abs=0.01)
    for row in found[1:3]:
        assert row.error == pytest.approx(0, abs=0.01)
    assert found[3].predicted is None
    assert rows([ideal(3)])[0].predicted is None


def test_runs_at_one_k_and_at_several_have_one_model() -> None:
    one = ideal(4).model
    alone = pool([one, None])
    several = pool([ideal(k).model for k in (2, 4, 6)])
    assert one is not None
    assert alone is not None
    assert several is not None
    for k in one.tried:
        assert alone.seconds(k) == pytest.approx(one.seconds(k))
        assert several.survival[k - 1] == pytest.approx(0.8**k)
    assert (several.verify_s, several.verify_slope_s) == pytest.approx((100e-6, 10e-6), rel=0.02)
    assert (several.other_s, several.other_slope_s) == pytest.approx((30e-6, 5e-6), rel=0.02)
    assert pool([None]) is None
    assert pool([replace(one, baseline=None)]) is None


def test_shapes_that_decide_as_a_whole_are_not_pooled_over_several_k() -> None:
    whole = [replace(run.model, tried=[run.way.k]) for run in map(ideal, (2, 4)) if run.model]
    assert pool(whole) is None
    alone = pool(whole[1:])
    assert alone is not None
    assert alone.best_k_text.endswith("only K = 4 was tried")


def test_advice_says_which_k_pays_or_that_none_does() -> None:
    pays = [ideal(k, factor=3.0, jitter=jitter) for k in (1, 2, 4, 6) for jitter in (1.0, 1.01)]
    first, model = advice(rows(pays), pays)
    assert "speculation pays" in first
    assert "K = 2" in first
    assert model == f"  model: best K: 2 (speedup {3 * 120 * 2.44 / 260:.2f} at K = 2)."
    pointless = [ideal(k, alpha=0.1) for k in (1, 2, 4)]
    first, model = advice(rows(pointless), pointless)
    assert "does not pay" in first
    assert "best K: 0 (speedup" in model
    rising = [ideal(k, alpha=1.0, factor=3.0) for k in (1, 2)]
    assert "still rising at K = 2, the deepest tried" in advice(rows(rising), rising)[1]
    unknown = [replace(run, model=None) for run in pays]
    assert "unknown" in advice(rows(unknown), unknown)[1]


def test_a_gain_that_chance_may_have_brought_is_not_called_one() -> None:
    unsure = [ideal(2, factor=factor) for factor in (2.0, 1.0, 1.6)]
    for runs in (unsure, unsure[:1]):
        assert "may pay" in advice(rows(runs), runs)[0]


def test_intervals_hold_together_for_all_ways_that_are_compared() -> None:
    one = [ideal(2, jitter=jitter) for jitter in (1.0, 1.1, 1.2)]
    another = [ideal(4, jitter=jitter) for jitter in (1.0, 1.1, 1.2)]
    alone, compared = rows(one)[0], rows([*one, *another])[0]
    assert alone.speedup == compared.speedup
    speedups = [[run.speedup for run in one]]
    assert (compared.low, compared.high) == pytest.approx(interval(speedups, compared=2))
    assert (alone.low, alone.high) == pytest.approx(interval(speedups))


def test_a_table_is_aligned_and_whole() -> None:
    found = rows([ideal(2), ideal(4), ideal(4, "code")])
    lines = as_text(found).splitlines()
    assert len(lines) == len(found) + 1 == 6
    assert len({len(line) for line in lines}) == 1
    assert as_markdown(found).count("|") == 16 * 7
    assert len(list(csv.reader(as_csv(found).splitlines()))) == 6


def test_a_recording_without_a_baseline_is_not_measured(tmp_path: Path) -> None:
    path = Path(__file__).parents[1] / "fixtures" / "v1" / "minimal.specrec"
    assert measure(read_recording(path), "x") is None


def test_of_prompts_that_begin_alike_the_common_part_is_read_once(tmp_path: Path) -> None:
    start = "Once upon a time there was a kind girl named Mira. " * 8
    grid = Grid(
        "tiny",
        ["tiny"],
        ks=(2,),
        repeats=1,
        max_tokens=8,
        prompts={"a": f"{start}She", "b": f"{start}He was"},
    )
    for reuse in (False, True):
        paths = run_grid(
            replace(grid, reuse=reuse), tmp_path / str(reuse), lambda line: None, lambda: False
        )
        prefills = [
            event for event in read_recording(paths[1]).events if isinstance(event, Prefill)
        ]
        assert len(prefills) == 3
        for event in prefills:
            assert (event.reused > event.tokens - 6) == reuse
        assert audit_recording(read_recording(paths[1])) == []


@pytest.mark.parametrize(("rate", "wanted"), [(4.56, "4.6"), (9.97, "10"), (123.4, "123")])
def test_a_slow_rate_has_a_decimal(rate: float, wanted: str) -> None:
    assert _formatted(rate, _PACE) == wanted
