"""What the docs say of the format is what the code does."""

import json
import re
from pathlib import Path

import click

from benchmarks.peers import __main__ as peers
from benchmarks.peers import report
from specrecord.cli import specrecord
from specrecord.header import Header
from specrecord.recording.measures.stats import recording_info
from specrecord.recording.reader import read_recording
from specrecord.schema import fields_of
from tools.docs import cli_docs, schema_tables
from tools.record import bench as record_bench

ROOT = Path(__file__).parents[2]


def test_what_is_derived_from_the_declarations_is_current() -> None:
    text = schema_tables.PAGE.read_text()
    assert schema_tables.page(text) == text
    for path, text in schema_tables.data().items():
        assert path.read_text() == text, path.name


def test_the_format_page_says_what_every_header_key_means() -> None:
    page = schema_tables.PAGE.read_text().split("## Header", 1)[1].split("<!-- header", 1)[0]
    meant = set(re.findall(r"`(\w+)`", page))
    inner = {one.name for key in fields_of(Header) for one in key.fields}
    assert {one.name for one in fields_of(Header)} | inner <= meant


def test_what_the_models_page_says_of_recordings_is_in_them() -> None:
    page = (ROOT / "docs" / "models.md").read_text()
    rows = re.findall(
        r"^\|[^\n]*\| ([\d.]+) \| ([\d.]+)[^|\n]*\| `(recordings/\S+)` \|$", page, re.MULTILINE
    )
    assert len(rows) == page.count(".specrec`") > 0
    for length, speedup, path in rows:
        info = recording_info(read_recording(ROOT / path))
        over = info["speedup"]["streaming"] or info["speedup"]["autoregressive"]
        assert (length, speedup) == (f"{info['mean_acceptance_length']:.2f}", f"{over:.2f}")


def test_what_the_models_page_says_of_four_bits_was_evaluated() -> None:
    page = (ROOT / "docs" / "models.md").read_text()
    found = json.loads((ROOT / "specrecord" / "models" / "tiny" / "quantised.json").read_text())
    rows = re.findall(
        r"^\| `tiny:(draft\S*)` \| ([\d,]+) \| ([\d.]+) \| ([\d.]+) \|$", page, re.MULTILINE
    )
    assert [name for name, *_ in rows] == ["draft", "draft-qat", "draft-int4"]
    for name, size, overlap, emitted in rows:
        weights = ROOT / "specrecord" / "models" / "tiny" / name / "model.safetensors"
        assert size == f"{weights.stat().st_size:,}"
        overall = found[name]["overall"]["T=1"]
        assert (overlap, emitted) == (
            f"{overall['overlap']:.3f}",
            f"{overall['emitted_per_round']:.2f}",
        )


def test_what_the_models_page_says_of_benches_is_in_their_kept_rows() -> None:
    marks = {f"<!-- bench {mark} -->" for mark, *_ in record_bench.TABLES}
    for path in (record_bench.PAGE, *record_bench.CHAPTERS):
        text = path.read_text()
        assert text.count("<!-- end of bench -->") == sum(mark in text for mark in marks)
        assert record_bench.page(text) == text
    page = record_bench.PAGE.read_text()
    assert {"<!-- gallery -->", "<!-- bench pays -->"} <= set(page.splitlines())
    assert record_bench.page(page.replace("| 8 |", "| 9 |")) == page


def test_the_model_foretold_the_rates_of_the_kept_chain_bench() -> None:
    rows, _ = record_bench.kept("chain")
    assert {row["k"] for row in rows} == {"1", "2", "3", "4", "6", "8"}
    assert len(rows) == 6 * (len({row["register"] for row in rows}))  # one stands for all
    foretold = [row for row in rows if row["k"] != "8"]
    errors = {(row["register"], row["k"]): abs(float(row["prediction_error"])) for row in foretold}
    assert max(errors[place] for place in errors if place[0] == "all") <= 0.1
    assert sum(error <= 0.1 for error in errors.values()) >= 0.95 * len(errors)
    assert max(errors.values()) <= 0.125


def test_the_page_of_commands_is_what_help_prints() -> None:
    assert cli_docs.PAGE.read_text(encoding="utf-8") == cli_docs.page()


def test_every_command_shows_an_example_and_what_each_option_does() -> None:
    found = list(cli_docs.contexts(specrecord, None, "specrecord"))
    assert len(found) > 20
    for context in found:
        assert "Example:" in context.get_help(), context.command_path
        for parameter in context.command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, (context.command_path, parameter.name)


def test_the_page_of_benchmarks_is_written_from_what_was_measured() -> None:
    found = json.loads(peers.KEPT.read_text())
    assert peers.PAGE.read_text() == report.page(found)
