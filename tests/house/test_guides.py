"""The guides are true: what they name exists, what the code decides is as the code has it, and the
examples run.
"""

import doctest
import re
from importlib.util import find_spec
from pathlib import Path

import click
import pytest

from specrecord.cli import specrecord
from tools.docs import write_docs

ROOT = Path(__file__).parents[2]
PAGES = [
    *sorted((ROOT / "docs").glob("*.md")),
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "player/README.md")),
]
BUILT = {"build", "dist", "node_modules"}
FOLDERS = sorted({path.name for path in ROOT.glob("[a-z]*") if path.is_dir()} - BUILT)
EXISTING = [f"/{path.relative_to(ROOT)}" for name in FOLDERS for path in (ROOT / name).rglob("*")]
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()


def section(title: str) -> str:
    """What stands under a heading of the architecture page."""
    return ARCHITECTURE.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


@pytest.mark.parametrize("path", write_docs.PARTS)
def test_what_the_code_decides_is_as_the_code_has_it(path: str) -> None:
    assert write_docs.page(path) == (ROOT / path).read_text(), "run: make docs"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    text = page.read_text()
    named = re.findall(rf"`((?:{'|'.join(FOLDERS)})/[\w./-]+|[\w./-]+\.(?:py|js))`", text)
    ends = {f"/{name.rstrip('/')}" for name in named}
    assert [end for end in ends if not any(path.endswith(end) for path in EXISTING)] == []
    linked = re.findall(r"\]\(([^)#:]+)\)", text)
    assert [name for name in linked if not (page.parent / name).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_lines_but_those_of_tables_have_at_most_a_hundred_columns(page: Path) -> None:
    long = [line for line in page.read_text().splitlines() if len(line) > 100]
    assert [line for line in long if not line.startswith("|")] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_that_a_page_names_exist(page: Path) -> None:
    text = page.read_text()
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:`|^    )make ([a-z-]+)", text, re.MULTILINE)) <= targets
    modules = set(re.findall(r"python -m ((?:tools|tests|specrecord)[\w.]*)", text))
    assert [name for name in modules if find_spec(name) is None] == []
    joined = re.sub(r"\\\n\s*", " ", text)
    for name, rest in re.findall(
        r"(?:`|^    |^)specrecord ([a-z]+)\b([^`\n]*)", joined, re.MULTILINE
    ):
        command = specrecord.get_command(click.Context(specrecord), name)
        if command is None:
            assert name == "is", name  # a sentence that begins with the name
            continue
        known = {
            "--help",
            *(one for each in command.params for one in each.opts + each.secondary_opts),
        }
        own = re.split(r" #|&&", rest)[0]
        assert set(re.findall(r" (--?[a-z][a-z-]*)", own)) <= known, (name, rest)


def test_every_tool_and_benchmark_is_called_by_something() -> None:
    """What begins as a program of its own is named by the Makefile, a page, a test or a sibling."""
    texts = {
        path: path.read_text()
        for name in ("tools", "benchmarks", "tests", "docs")
        for path in (ROOT / name).rglob("*")
        if path.suffix in (".py", ".js", ".md")
    }
    texts |= {ROOT / name: (ROOT / name).read_text() for name in ("Makefile", "package.json")}
    programs = [
        path
        for path, text in texts.items()
        if {"tools", "benchmarks"} & set(path.relative_to(ROOT).parts[:1])
        and ('__name__ == "__main__"' in text or path.suffix == ".js")
    ]
    assert len(programs) > 40
    for program in programs:
        place = program.relative_to(ROOT)
        module = ".".join(place.with_suffix("").parts).removesuffix(".__main__")
        names = (str(place), module, f'"{place.name}"', f"from {place.stem} import")
        others = (text for path, text in texts.items() if path != program)
        assert any(name in text for text in others for name in names), place


def test_every_folder_around_the_package_has_its_line() -> None:
    around = section("Rooms").split("Around the package:")[1]
    listed = set(re.findall(r"^- `(.+?)/`:", around, re.MULTILINE))
    below = [path for name in ("player", "site") for path in (ROOT / name).iterdir()]
    folders = {*FOLDERS, *(str(path.relative_to(ROOT)) for path in below if path.is_dir())}
    assert folders - {"specrecord"} == listed - {"tools/pair", "tools/draft_head", "tools/engines"}


def test_one_round_is_followed_in_at_most_eight_files() -> None:
    files = re.findall(r"^\d\. `(\S+)`", section("One local round, from prompt to bytes"), re.M)
    assert 1 < len(files) <= 8


def test_our_words_are_names_in_the_code() -> None:
    code = "\n".join(path.read_text() for path in (ROOT / "specrecord").rglob("*.py"))
    rows = re.findall(r"^\| (`.+?`) \|", section("Words"), re.MULTILINE)
    ours = re.findall(r"`(\w+)`", " ".join(rows))
    assert len(rows) > 20
    assert [word for word in ours if not re.search(rf"\b{word}\b", code)] == []


def test_the_examples_of_the_python_page_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "recordings").symlink_to(ROOT / "recordings")
    monkeypatch.chdir(tmp_path)
    page = str(ROOT / "docs" / "python.md")
    result = doctest.testfile(page, module_relative=False, encoding="utf-8")
    assert result.attempted > 10
    assert result.failed == 0
