"""How large a file, a function and a folder may be."""

import ast
import subprocess
from collections import Counter
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[2]
LINES, FUNCTION, FOLDER, COLUMNS = 400, 60, 12, 100
# The root, where tools look for their files, and what is looked up by its name and is no code:
# recordings, chapters in their order, pages.
COLLECTIONS = {".", "recordings", "tests/fixtures/v1", "site/chapters", "site/templates"}
BUILT = ("player/dist/", "site/dist/")


@pytest.fixture(scope="module")
def files() -> list[str]:
    """Every file of the checkout that git does not ignore."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("FOLDERS WERE NOT COUNTED: no git checkout")
    return [path for path in listed.stdout.splitlines() if (ROOT / path).is_file()]


def test_a_folder_has_at_most_twelve_files(files: list[str]) -> None:
    """`__init__.py` and a folder's README say what it is, and are not counted."""
    counted = [path for path in files if not path.endswith(("__init__.py", "README.md"))]
    sizes = Counter(str(PurePosixPath(path).parent) for path in counted)
    over = {folder: size for folder, size in sizes.items() if size > FOLDER}
    assert {folder: size for folder, size in over.items() if folder not in COLLECTIONS} == {}
    assert over.keys() == COLLECTIONS, "a folder is excepted without need"


def test_a_file_has_at_most_four_hundred_lines(files: list[str]) -> None:
    code = [path for path in files if path.endswith((".py", ".js", ".css"))]
    lengths = {
        path: len((ROOT / path).read_text().splitlines())
        for path in code
        if not path.startswith(BUILT)
    }
    assert len(lengths) > 400
    assert {path: length for path, length in lengths.items() if length > LINES} == {}


def test_a_line_has_at_most_a_hundred_columns(files: list[str]) -> None:
    code = [path for path in files if path.endswith((".py", ".js", ".css", ".svelte"))]
    over = [
        f"{path}:{number}"
        for path in code
        if not path.startswith(BUILT)
        for number, line in enumerate((ROOT / path).read_text().splitlines(), 1)
        if len(line) > COLUMNS
    ]
    assert over == []


def test_a_function_has_at_most_sixty_lines(files: list[str]) -> None:
    over = []
    for path in (path for path in files if path.endswith(".py")):
        for node in ast.walk(ast.parse((ROOT / path).read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
                length = node.end_lineno - node.lineno + 1
                over += [f"{path}: {node.name} has {length} lines"] if length > FUNCTION else []
    assert over == []
