"""Puts a built site on a branch of a git repository, with git's own plumbing: the work tree and
index stay untouched.

The tree of the site is made in an index of its own and compared with the one that is published, so
that a site which did not change makes neither a commit nor a push.
"""

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from specrecord.errors import UsageError
from specrecord.publish.output import MARKER


@dataclass(frozen=True)
class Published:
    """The commit that the branch is at now, and whether it had to be pushed."""

    commit: str
    pushed: bool


def publish_folder(
    folder: Path, repository: Path, *, remote: str, branch: str, message: str
) -> Published:
    """Make `branch` at `remote` hold exactly the files of `folder`, as a commit on top of what is
    there.

    Raises UsageError where git is missing, `repository` is no repository, or the remote refuses.
    """
    git_folder = _git(
        repository, "rev-parse", "--absolute-git-dir", why="publish from inside a git repository"
    )
    with tempfile.TemporaryDirectory(prefix="specrecord-") as scratch:
        own = {
            "GIT_DIR": git_folder,
            "GIT_WORK_TREE": str(folder.resolve()),
            "GIT_INDEX_FILE": f"{scratch}/index",
        }
        add = f"-c core.autocrlf=false add --all --force . :!{MARKER}"
        _git(folder, *add.split(), settings=own)
        tree = _git(folder, "write-tree", settings=own)
    reference = f"refs/heads/{branch}"
    name = f"is {remote!r} the remote's name?"
    there = _git(repository, "ls-remote", remote, reference, why=name)
    parent = there.split()[0] if there else ""
    if parent:
        _git(repository, "fetch", "--quiet", remote, reference)
        if _git(repository, "rev-parse", f"{parent}^{{tree}}") == tree:
            return Published(parent, pushed=False)
    commit = _git(
        repository, "commit-tree", tree, "-m", message, *(["-p", parent] if parent else [])
    )
    push = ("push", "--quiet", remote, f"{commit}:{reference}")
    _git(repository, *push, why="may you push there?")
    return Published(commit, pushed=True)


def _git(where: Path, *words: str, settings: dict[str, str] | None = None, why: str = "") -> str:
    """What git prints, stripped. `why` says what to look at when it fails."""
    try:
        done = subprocess.run(
            ["git", *words],
            cwd=where,
            env=os.environ | (settings or {}),
            capture_output=True,
            text=True,
        )
    except FileNotFoundError:
        raise UsageError("git is not installed, and publishing needs it") from None
    if done.returncode:
        reason = done.stderr.strip().split("\n")[-1].removeprefix("fatal: ")
        advice = why and f"; {why}"
        raise UsageError(f"git {words[0]} failed in {where.resolve()}: {reason}{advice}")
    return done.stdout.strip()
