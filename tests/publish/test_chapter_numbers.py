"""No number in a chapter's prose is typed in by hand: it is bound to a recording, follows from a
formula, or is cited.

What is looked at is the text as its author wrote it. Bindings (`{{ value(...) }}`), figures, tables
of kept benches (tests/house/test_docs.py holds those), formulas, code, headings and addresses are
taken out; in what is left a digit may stand only in a sentence
that cites a source, or where it names an example or a setting and measures nothing.
"""

import re
from pathlib import Path

import pytest

from specrecord.publish.runs.load import gather_runs

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted((ROOT / "site" / "chapters").glob("*.md"))
CITED = "\N{REFERENCE MARK}"
# `$0.7$` is a number in a formula's clothes, so a formula is only what has more in it than a
# number.
NO_PROSE = re.compile(
    r"<!-- bench.*?<!-- end of bench -->"
    r"|```.*?```|\{%.*?%\}|\{#.*?#\}|\{\{.*?\}\}|\$\$.*?\$\$|\$(?!\s*[\d.,%\\ "
    r"]+\s*\$)[^$]+\$|`[^`]*`|<[^>]*>"
    r"|^#+ .*?$|\]\([^)]*\)",
    re.DOTALL | re.MULTILINE,
)
CITE = re.compile(r"\{\{\s*cite\(.*?\)\s*\}\}", re.DOTALL)
SENTENCE = re.compile(r"(?<=[.!?])\s+|\n\s*\n|\n(?=[|*-])")
NAMED = re.compile(r"\b(?:say|temperature) \d+\b|\bEAGLE-\d\b")


def typed_numbers(text: str) -> list[str]:
    """Sentences of a chapter that state a number of their own, without a source."""
    prose = NO_PROSE.sub(" ", CITE.sub(CITED, text))
    sentences = [" ".join(part.split()) for part in SENTENCE.split(prose)]
    return [one for one in sentences if CITED not in one and re.search(r"\d", NAMED.sub("", one))]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_number_in_prose_is_recorded_derived_or_cited(path: Path) -> None:
    assert typed_numbers(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "typed",
    [
        "This run is 1.4 times as fast.",
        "The rate is $0.79$ here.",
        'It made {{ value(run, "tokens") }} tokens in 12 rounds.',
        'Gains of 5 % were seen. Others saw less {{ cite("cai2024") }}.',
        "| rule | 3.2 tokens |",
    ],
)
def test_a_number_typed_into_any_chapter_is_found(typed: str) -> None:
    for path in CHAPTERS:
        assert len(typed_numbers(path.read_text(encoding="utf-8") + f"\n\n{typed}\n")) == 1


@pytest.mark.parametrize(
    "sound",
    [
        'It made {{ value(run, "tokens") }} tokens.',
        "Drafts of, say 4 tokens, at temperature 0, where $K = 0$ means none.",
        'The authors report gains of 5 to 8 % {{ cite("cai2024") }}.',
        "`--max-tokens 64` sets it.",
    ],
)
def test_bound_cited_and_named_numbers_may_stay(sound: str) -> None:
    assert typed_numbers(sound) == []


def test_what_a_sentence_says_of_a_run_holds_for_every_run_that_a_reader_may_choose() -> None:
    for run in gather_runs(ROOT / "recordings"):
        own = run.figure_data["emitted"]
        assert run.figure_data["tokens"] == run.figure_data["accepted"] + own, (
            f"{run.name}: the chapters' sum is another"
        )
        assert own in (run.figure_data["rounds"], run.figure_data["rounds"] - 1), (
            f"{run.name}: a round added more, or less"
        )
        assert run.figure_data["simulated"] == ("; ".join(run.simulated) or "nothing")
