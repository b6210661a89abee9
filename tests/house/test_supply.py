"""What is delivered: pinned, listed, and the same whoever builds it."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from specrecord import __version__
from specrecord.publish.site.scaffold import start_site
from tools.build_dist import build_twice
from tools.docs.licences import PAGE, brought_along

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
WORKFLOWS = [*(ROOT / ".github").rglob("*.yml"), *(ROOT / "site" / "scaffold").rglob("*.yml")]


def plain(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\s\[<>=!~;]", requirement)[0]).lower()


def test_two_builds_are_alike_to_the_byte(tmp_path: Path) -> None:
    wheel, sdist = build_twice(tmp_path)
    assert wheel.name == f"specrecord-{__version__}-py3-none-any.whl"
    assert sdist.name == f"specrecord-{__version__}.tar.gz"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit_and_no_workflow_may_more_than_it_must(path: Path) -> None:
    text = path.read_text()
    used = re.findall(r"uses: (\S+)(.*)", text)
    assert used
    for action, version in used:
        assert re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", action), action
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", version), action
    assert "\npermissions:\n  contents: read\n" in text
    assert "secrets." not in text
    assert not [line for line in re.findall(r"run: .*", text) if "${{" in line]


def test_the_constraints_pin_every_package_that_is_asked_for() -> None:
    pinned = {plain(line) for line in (ROOT / "constraints.txt").read_text().splitlines()}
    extras = PROJECT["optional-dependencies"]
    wanted = {plain(one) for one in [*PROJECT["dependencies"], *extras["dev"], *extras["mlx"]]}
    assert wanted - {"specrecord"} <= pinned


def test_licences_are_listed() -> None:
    listed = set(re.findall(r"^\| ([\w-]+) \|", PAGE.read_text(), re.MULTILINE))
    assert {plain(one) for one in PROJECT["dependencies"]} <= listed
    assert {plain(one) for one in PROJECT["dependencies"]} <= brought_along().keys()


def test_a_started_site_s_workflow_runs_as_written(tmp_path: Path) -> None:
    """Its own steps, with the program that is here in the place of the one that it installs."""
    folder = tmp_path / "talk"
    start_site(folder)
    text = (folder / ".github" / "workflows" / "site.yml").read_text()
    steps = re.findall(r"- run: (.*)", text)
    assert steps[0] == f"pip install specrecord=={__version__}"
    recording = next((ROOT / "recordings").glob("*.specrec"))
    (folder / "recordings" / recording.name).write_bytes(recording.read_bytes())
    env = {"ADDRESS": "https://name.github.io/talk", "PATH": "/usr/bin:/bin"}
    program = f'specrecord() {{ "{sys.executable}" -m specrecord "$@"; }}; '
    for step in steps[1:]:
        subprocess.run(
            ["bash", "-ec", program + step],
            cwd=folder,
            env={**env, "PYTHONPATH": str(ROOT)},
            check=True,
            capture_output=True,
        )
    assert "https://name.github.io/talk/" in (folder / "_site" / "sitemap.xml").read_text()
