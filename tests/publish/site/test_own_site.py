"""A site of one's own, from the first command to the branch that is served; and from an installed
wheel.
"""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from specrecord.errors import FindingError, UsageError
from specrecord.publish.site.build import build_site, gather_site
from specrecord.publish.site.github_pages import publish_folder
from specrecord.publish.site.output import differences
from specrecord.publish.site.scaffold import start_site
from specrecord.publish.site.source import find_source

ROOT = Path(__file__).parents[3]
WHO = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]


def git(folder: Path, *words: str) -> str:
    return subprocess.run(
        ["git", *WHO, *words], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def talk(tmp_path: Path, runs: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A started site with one recording, in a git repository of its own."""
    for name in ("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"):
        monkeypatch.setenv(name, "Test")
    for name in ("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"):
        monkeypatch.setenv(name, "test@example.org")
    folder = tmp_path / "talk"
    start_site(folder)
    shutil.copy(runs / "fox.specrec", folder / "recordings")
    git(folder, "init", "--quiet", "--initial-branch", "main")
    return folder


def test_a_started_site_builds_and_is_in_step(talk: Path) -> None:
    build_site(talk, talk / "_site")
    assert differences(talk / "_site", gather_site(talk)) == []
    assert (talk / "_site" / "chapters" / "about.html").is_file()
    (talk / "chapters" / "00-about.md").write_text("# Other\n\nText.\n")
    assert differences(talk / "_site", gather_site(talk)) != []


def test_starting_twice_touches_nothing(talk: Path) -> None:
    before = (talk / "specrecord.toml").read_text()
    with pytest.raises(UsageError, match="there is a site here already"):
        start_site(talk)
    assert (talk / "specrecord.toml").read_text() == before


def test_publishing_pushes_once_and_then_only_changes(talk: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    git(tmp_path, "init", "--quiet", "--bare", str(bare))
    git(talk, "remote", "add", "origin", str(bare))
    git(talk, "add", ".")
    git(talk, "commit", "--quiet", "-m", "start")
    build_site(talk, talk / "_site")
    there = {"remote": "origin", "branch": "gh-pages", "message": "Publish"}
    first = publish_folder(talk / "_site", talk, **there)
    assert first.pushed
    again = publish_folder(talk / "_site", talk, **there)
    assert (again.pushed, again.commit) == (False, first.commit)
    assert git(bare, "rev-list", "--count", "gh-pages") == "1"
    names = git(bare, "ls-tree", "-r", "--name-only", "gh-pages").split("\n")
    assert {".nojekyll", "index.html", "runs/fox.html"} <= set(names)
    assert git(talk, "status", "--porcelain") == ""
    (talk / "chapters" / "00-about.md").write_text("# Other\n\nText.\n")
    build_site(talk, talk / "_site")
    assert publish_folder(talk / "_site", talk, **there).pushed
    assert git(bare, "rev-list", "--count", "gh-pages") == "2"
    served = tmp_path / "served"
    git(tmp_path, "clone", "--quiet", "--branch", "gh-pages", str(bare), str(served))
    assert (served / "index.html").read_bytes() == (talk / "_site" / "index.html").read_bytes()


def test_publishing_says_what_git_says(talk: Path, tmp_path: Path) -> None:
    build_site(talk, talk / "_site")
    with pytest.raises(UsageError, match="ls-remote failed"):
        publish_folder(
            talk / "_site", talk, remote=str(tmp_path / "no.git"), branch="gh-pages", message="m"
        )
    with pytest.raises(UsageError, match="inside a git repository"):
        publish_folder(talk / "_site", Path("/"), remote="origin", branch="gh-pages", message="m")


def test_an_installed_wheel_makes_a_site_outside_the_checkout(tmp_path: Path) -> None:
    """The wheel is unpacked into an environment that sees this one's libraries, but not this
    checkout.
    """
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    environment = tmp_path / "env"
    venv.create(environment, with_pip=False)
    place = next((environment / "lib").glob("python*")) / "site-packages"
    wheel = next((tmp_path / "dist").glob("*.whl"))
    subprocess.run([sys.executable, "-m", "zipfile", "-e", str(wheel), str(place)], check=True)
    libraries = [path for path in sys.path if path.endswith("site-packages")]
    (place / "libraries.pth").write_text("\n".join(libraries))
    python = environment / "bin" / "python"

    def run(*words: str, where: Path) -> subprocess.CompletedProcess[str]:
        clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        command = [str(python), "-m", "specrecord", *words]
        return subprocess.run(command, cwd=where, env=clean, capture_output=True, text=True)

    assert run("init", "t", where=tmp_path).returncode == 0
    site = tmp_path / "t"
    live = run("live", "Once upon a time", "--max-tokens", "16", "--seed", "1", where=site)
    assert live.returncode == 0, live.stderr
    assert len(list((site / "recordings").glob("*.specrec"))) == 1
    for words in (["build"], ["check"]):
        done = run(*words, where=site)
        assert done.returncode == 0, done.stderr
    assert (site / "_site" / "player" / "define.js").is_file()
    where = [str(python), "-I", "-c", "import specrecord; print(specrecord.__file__)"]
    origin = subprocess.run(where, cwd=site, capture_output=True, text=True)
    assert str(environment) in origin.stdout


def test_check_finds_a_site_that_is_not_in_step(
    talk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from specrecord.cli.site.check import check

    monkeypatch.chdir(talk)
    build_site(find_source(None), Path("_site"))
    check.callback(None, Path("_site"))
    (talk / "_site" / "index.html").write_text("changed by hand")
    with pytest.raises(FindingError, match=r"index\.html"):
        check.callback(None, Path("_site"))
