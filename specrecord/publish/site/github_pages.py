"""Puts a built site on a branch of a git repository, with git's own plumbing: the work tree and
index stay untouched.

The tree of the site is made in an index of its own and compared with the one that is published, so
that a site which did not change makes neither a commit nor a push. What stands on the branch and is
of no earlier build is kept (the domain) or named; it goes only when that is asked for.
"""

import ipaddress
import json
import os
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from specrecord.errors import UsageError
from specrecord.publish.runs.names import MARKER
from specrecord.publish.site.own_files import DOMAIN

_HOSTED = (".github.io", ".gitlab.io", ".codeberg.page")  # no domain of the author's own
_NAMED = 8  # files that a refusal names


@dataclass(frozen=True)
class Published:
    """The commit that the branch is at now, and whether it had to be pushed."""

    commit: str
    pushed: bool


def publish_folder(
    folder: Path,
    repository: Path,
    *,
    remote: str,
    branch: str,
    message: str,
    address: str = "",
    remove: bool = False,
) -> Published:
    """Make `branch` at `remote` hold the files of `folder`, as a commit on top of what is there.

    The domain is the folder's `CNAME`, else that of `address` where it is one of the author's own,
    else the one of the branch. Raises UsageError where git is missing, `repository` is no
    repository, the remote refuses, or files that no build made would go and `remove` does not say
    so.
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
        reference = f"refs/heads/{branch}"
        name = f"is {remote!r} the remote's name?"
        there = _git(repository, "ls-remote", remote, reference, why=name)
        parent = there.split()[0] if there else ""
        if parent:
            _git(repository, "fetch", "--quiet", remote, reference)
        _git(folder, *"-c core.autocrlf=false add --all --force .".split(), settings=own)
        kept = _domain(repository, folder, parent, address)
        if kept:
            entry = f"100644,{kept},{DOMAIN}"
            _git(folder, "update-index", "--add", "--cacheinfo", entry, settings=own)
        tree = _git(folder, "write-tree", settings=own)
    if parent:
        if _git(repository, "rev-parse", f"{parent}^{{tree}}") == tree:
            return Published(parent, pushed=False)
        foreign = _foreign(repository, parent, tree)
        if foreign and not remove:
            more = f" and {len(foreign) - _NAMED} more" if len(foreign) > _NAMED else ""
            raise UsageError(
                f"{remote} {branch} holds files that no build made: {', '.join(foreign[:_NAMED])}"
                f"{more}; put them into static/ to keep them, or let them go with --remove"
            )
    commit = _git(
        repository, "commit-tree", tree, "-m", message, *(["-p", parent] if parent else [])
    )
    push = ("push", "--quiet", remote, f"{commit}:{reference}")
    _git(repository, *push, why="may you push there?")
    return Published(commit, pushed=True)


def _domain(repository: Path, folder: Path, parent: str, address: str) -> str:
    """The object that holds the domain, "" where the folder has one or there is none."""
    if (folder / DOMAIN).is_file():
        return ""
    if own := own_domain(address):
        return _git(repository, "hash-object", "-w", "--stdin", data=f"{own}\n")
    listed = _git(repository, "ls-tree", parent, DOMAIN) if parent else ""
    return listed.split()[2] if listed else ""


def own_domain(address: str) -> str:
    """The domain that an address sets: that of a site at the top of a host which has a name of its
    own. "" for any other.
    """
    parts = urlsplit(address)
    host = (parts.hostname or "").lower()
    if parts.path not in ("", "/") or parts.port or "." not in host or host.endswith(_HOSTED):
        return ""
    with suppress(ValueError):
        ipaddress.ip_address(host)
        return ""
    return host


def _foreign(repository: Path, parent: str, tree: str) -> list[str]:
    """Files of the branch that are not in the new tree and that no earlier build lists."""
    before, after = (
        set(_git(repository, "ls-tree", "-r", "-z", "--name-only", one).split("\0"))
        for one in (parent, tree)
    )
    built: set[str] = set()
    if MARKER in before:
        with suppress(ValueError, KeyError, TypeError):
            built = set(json.loads(_git(repository, "show", f"{parent}:{MARKER}"))["files"])
    return sorted(before - after - built - {"", MARKER})


def _git(
    where: Path,
    *words: str,
    settings: dict[str, str] | None = None,
    why: str = "",
    data: str | None = None,
) -> str:
    """What git prints, stripped. `why` says what to look at when it fails, `data` is its input."""
    try:
        done = subprocess.run(
            ["git", *words],
            cwd=where,
            env=os.environ | (settings or {}),
            input=data,
            capture_output=True,
            text=True,
            errors="surrogateescape",
        )
    except FileNotFoundError:
        raise UsageError("git is not installed, and publishing needs it") from None
    if done.returncode:
        reason = done.stderr.strip().split("\n")[-1].removeprefix("fatal: ")
        advice = why and f"; {why}"
        raise UsageError(f"git {words[0]} failed in {where.resolve()}: {reason}{advice}")
    return done.stdout.strip()
