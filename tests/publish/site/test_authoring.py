"""What an author puts beside recordings and chapters arrives, under whatever name; what stands on
the branch and is nobody's build is not lost.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest

from specrecord.errors import FindingError, SpecrecordError, UsageError
from specrecord.publish.runs.names import distinct, slug
from specrecord.publish.site.build import build_site, gather_site
from specrecord.publish.site.github_pages import own_domain, publish_folder
from specrecord.publish.site.scaffold import start_site
from specrecord.publish.site.source import find_source

NAMES = [
    "what?",
    "50% off",
    "a#b",
    "a%23b",
    "déjà vu",
    "例え",
    "пример",
    "Fox",
    "fox",
    "x,y",
    "a&b",
]


def git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
    done = subprocess.run(
        ["git", *who, *words], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def talk(tmp_path: Path, runs: Path) -> Path:
    folder = tmp_path / "talk"
    start_site(folder)
    shutil.copy(runs / "fox.specrec", folder / "recordings" / "story.specrec")
    return folder


def test_names_of_any_kind_build_and_link(talk: Path, runs: Path) -> None:
    for name in NAMES:
        shutil.copy(runs / "fox.specrec", talk / "recordings" / f"{name}.specrec")
    (talk / "recordings" / "gallery.toml").write_text(
        '[[section]]\ntitle = "T"\nrun = [{ name = "50% off", see = "x", race = ["例え"] }]\n'
    )
    (talk / "chapters" / "05-why? 100%.md").write_text(
        '# Why\n\nText.\n\n{{ value(run("what?"), "alpha_hat") }}\n'
    )
    files = gather_site(talk)
    assert sum(name.startswith("recordings/") for name in files) == len(NAMES) + 1
    assert {"runs/例え.html", "runs/what.html", "runs/50-off.html", "chapters/why-100.html"} <= {
        *files
    }
    assert not [name for name in files if any(letter in name for letter in "#?% ")]
    folded = [name.casefold() for name in files]
    assert len(folded) == len(set(folded))


def test_slugs_are_safe_and_distinct() -> None:
    assert slug("a b") == "a-b"
    assert slug("../..") == slug("???") == "unnamed"
    assert slug("e\u0301") == "é"
    assert distinct(["A", "a", "ａ", "a", "ß", "SS", "İ"]) == [
        "A",
        "a-2",
        "ａ",
        "a-3",
        "ß",
        "SS-2",
        "İ",
    ]
    assert all(quote(name, safe="") for name in distinct(["\udc80x", "\x1b[31m"]))


def test_recordings_in_folders_are_shown(talk: Path, runs: Path) -> None:
    (talk / "recordings" / "2026" / "june").mkdir(parents=True)
    shutil.copy(runs / "lost.specrec", talk / "recordings" / "2026" / "june" / "run.specrec")
    shutil.copytree(runs, talk / "recordings" / ".hidden")
    built = talk / "recordings" / "_site"
    build_site(talk, built)
    assert (built / "runs" / "2026-june-run.html").is_file()
    assert sum(name.startswith("recordings/") for name in gather_site(talk)) == 2


def test_bad_recordings_are_all_named_or_left_out_as_the_author_chose(talk: Path) -> None:
    folder = talk / "recordings"
    data = (folder / "story.specrec").read_bytes()
    (folder / "cut.specrec").write_bytes(data[:-9])
    (folder / "else.specrec").write_bytes(b"PNG")
    with pytest.raises(SpecrecordError, match=r"cut\.specrec: .*else\.specrec"):
        gather_site(talk)
    said: list[str] = []
    files = gather_site(find_source(talk).skipping(True), warn=said.append)
    assert "recordings/story.specrec.gz" in files
    assert "recordings/cut.specrec.gz" not in files
    assert [line.startswith("left out: ") for line in said] == [True, True]
    config = talk / "specrecord.toml"
    config.write_text('bad_recordings = "skip"\n')
    assert "recordings/cut.specrec.gz" not in gather_site(talk)
    (folder / "story.specrec").unlink()
    with pytest.raises(SpecrecordError, match=r"cut\.specrec"):
        gather_site(talk)


def test_files_beside_chapters_and_in_static_travel(talk: Path) -> None:
    (talk / "static" / "img").mkdir(parents=True)
    (talk / "static" / "robots.txt").write_text("User-agent: *\n")
    (talk / "static" / "img" / "a b.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (talk / "static" / "page.html").write_text(
        "<script src=https://elsewhere.example/x.js></script>"
    )
    (talk / "static" / ".DS_Store").write_bytes(b"x")
    (talk / "chapters" / "near.png").write_bytes(b"png")
    (talk / "CNAME").write_text("talk.example.org\n")
    (talk / "chapters" / "05-mine.md").write_text(
        "# Mine\n\n![a](near.png) ![b](<../img/a b.svg>) [c](../robots.txt)\n"
    )
    files = gather_site(talk)
    own = {"robots.txt", "img/a b.svg", "page.html", "chapters/near.png", "CNAME"}
    assert own <= {*files}
    assert ".DS_Store" not in files
    (talk / "chapters" / "near.png").unlink()
    with pytest.raises(FindingError, match=r"near\.png' leads nowhere"):
        gather_site(talk)


@pytest.mark.parametrize("name", ["index.html", "Runs/story.html", "STYLE.css"])
def test_a_file_of_ones_own_takes_no_page_s_place(talk: Path, name: str) -> None:
    (talk / "static" / name).parent.mkdir(parents=True)
    (talk / "static" / name).write_text("x")
    with pytest.raises(FindingError, match="rename one"):
        gather_site(talk)


def test_twins_among_chapters_are_named_and_links_do_not_lead_out(talk: Path) -> None:
    (talk / "chapters" / "05-mine.md").write_text("# Mine\n\nText.\n")
    (talk / "chapters" / "06-Mine.md").write_text("# Mine\n\nText.\n")
    with pytest.raises(FindingError, match=r"06-Mine\.md: .* 05-mine\.md is, too"):
        gather_site(talk)
    (talk / "chapters" / "06-Mine.md").unlink()
    (talk / "static").mkdir()
    (talk / "static" / "users").symlink_to("/etc/passwd")
    with pytest.raises(FindingError, match="leads out"):
        gather_site(talk)


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("https://talk.example.org/", "talk.example.org"),
        ("https://Talk.Example.org", "talk.example.org"),
        ("https://example.org/talk/", ""),
        ("https://name.github.io/", ""),
        ("http://localhost/", ""),
        ("http://10.0.0.1/", ""),
        ("https://example.org:8443/", ""),
        ("", ""),
    ],
)
def test_an_address_at_the_top_of_a_host_sets_the_domain(address: str, domain: str) -> None:
    assert own_domain(address) == domain


@pytest.fixture
def branch(talk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose branch gh-pages holds a domain and a file that no build made."""
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Test")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "test@example.org")
    bare, other = tmp_path / "bare.git", tmp_path / "other"
    git(tmp_path, "init", "--quiet", "--bare", str(bare))
    git(tmp_path, "init", "--quiet", "--initial-branch", "gh-pages", str(other))
    (other / "CNAME").write_text("talk.example.org\n")
    git(other, "add", ".")
    git(other, "commit", "--quiet", "-m", "domain")
    git(other, "push", "--quiet", str(bare), "gh-pages")
    git(talk, "init", "--quiet")
    return bare


def publish(talk: Path, bare: Path, **more: object) -> None:
    build_site(talk, talk / "_site")
    publish_folder(
        talk / "_site",
        talk,
        remote=str(bare),
        branch="gh-pages",
        message="m",
        **more,
    )


def domain(bare: Path) -> str:
    return git(bare, "show", "gh-pages:CNAME")


def test_the_domain_of_the_branch_stays_unless_another_is_said(talk: Path, branch: Path) -> None:
    publish(talk, branch)
    assert domain(branch) == "talk.example.org"
    publish(talk, branch, address="https://name.github.io/talk/")
    assert domain(branch) == "talk.example.org"
    publish(talk, branch, address="https://new.example.org/")
    assert domain(branch) == "new.example.org"
    (talk / "CNAME").write_text("own.example.org\n")
    publish(talk, branch, address="https://new.example.org/")
    assert domain(branch) == "own.example.org"


def test_what_no_build_made_is_named_and_stays(talk: Path, branch: Path, tmp_path: Path) -> None:
    publish(talk, branch)
    work = tmp_path / "work"
    git(tmp_path, "clone", "--quiet", "--branch", "gh-pages", str(branch), str(work))
    (work / "slides é.pdf").write_bytes(b"pdf")
    git(work, "add", ".")
    git(work, "commit", "--quiet", "-m", "slides")
    git(work, "push", "--quiet")
    (talk / "chapters" / "00-about.md").write_text("# Other\n\nText.\n")
    before = git(branch, "rev-parse", "gh-pages")
    with pytest.raises(UsageError, match=r"no build made: slides é\.pdf; .*--remove"):
        publish(talk, branch)
    assert git(branch, "rev-parse", "gh-pages") == before
    publish(talk, branch, remove=True)
    assert "slides" not in git(branch, "ls-tree", "-r", "--name-only", "gh-pages")
    (talk / "chapters" / "00-about.md").rename(talk / "chapters" / "00-else.md")
    publish(talk, branch)  # pages of an earlier build go without a word
    assert "chapters/about.html" not in git(branch, "ls-tree", "-r", "--name-only", "gh-pages")


def test_the_command_line_leaves_out_and_names(talk: Path) -> None:
    (talk / "recordings" / "else.specrec").write_bytes(b"PNG")

    def checked(*more: str) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "-m", "specrecord", "check", str(talk), *more]
        return subprocess.run(words, cwd=talk, capture_output=True, text=True, check=False)

    assert checked().returncode == 2
    done = checked("--skip-bad")
    assert done.returncode == 0
    assert "left out: " in done.stderr
