"""Signatures: a recording is by who signed it, or not. minisign reads and makes them, too."""

import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from runs import small_recording

from specrecord.cli import specrecord
from specrecord.errors import FindingError, UsageError
from specrecord.recording.signature import (
    check_signature,
    make_keys,
    read_public_key,
    read_secret_key,
    signature_of,
)


def no_password() -> str:
    raise AssertionError("no password guards this key")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    make_keys(tmp_path / "me")
    return small_recording(tmp_path / "run.specrec", max_tokens=4)


def command(*words: object) -> Result:
    return CliRunner().invoke(specrecord, list(map(str, words)))


def test_a_signed_recording_passes_and_says_by_whom(run: Path) -> None:
    key, public = run.with_name("me.key"), run.with_name("me.pub")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert command("sign", run, "--key", key, "--comment", "mine\n\x1b[31m").exit_code == 0
    line = public.read_text().splitlines()[-1]
    for one in (public, line):
        done = command("audit", run, "--key", one)
        assert done.exit_code == 0, done.output
        assert f"signed by key {read_public_key(line)} (mine" in done.output
        assert "\x1b" not in done.output


def test_what_was_changed_or_is_by_another_fails(run: Path) -> None:
    key, public = run.with_name("me.key"), run.with_name("me.pub")
    secret, data = read_secret_key(key, no_password), run.read_bytes()
    signature = signature_of(data, secret, "hello")
    own = read_public_key(str(public))
    assert check_signature(data, signature, own) == "hello"
    other = read_public_key(str(make_keys(run.with_name("other"))[1]))
    hostile = [
        (data[:-1] + b"x", signature, own),
        (data, signature.replace(b"hello", b"hullo"), own),
        (data, signature, other),
        (data, b"", own),
        (data, b"\n".join([b"a"] * 4), own),
        (data, signature[:-3], own),
    ]
    for forged, given, whose in hostile:
        with pytest.raises(FindingError):
            check_signature(forged, given, whose)
    done = command("audit", run, "--key", public)
    assert (done.exit_code, "run.specrec.minisig" in done.output) == (1, True)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("sign", "run.specrec"), "by which key"),
        (("sign", "run.specrec", "--key", "no.key"), "cannot be read"),
        (("sign", "run.specrec", "--key", "me.pub"), "no secret key"),
        (("sign", "cut.specrec", "--key", "me.key"), "only a whole recording"),
        (("sign", "--new-key", "me"), "cannot be made"),
        (("audit", "run.specrec", "--key", "me.key"), "no public key"),
        (("audit", "run.specrec", "--key", "RW"), "no public key"),
        (("audit", "-", "--key", "me.pub"), "standard input"),
    ],
)
def test_what_cannot_be_is_told_in_a_line(
    run: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], line: str
) -> None:
    monkeypatch.chdir(run.parent)
    Path("cut.specrec").write_bytes(run.read_bytes()[:-40])
    done = command(*words)
    assert done.exit_code == 2 or isinstance(done.exception, Exception)
    assert line in (done.output + str(done.exception))


def test_a_key_of_another_form_is_refused(run: Path) -> None:
    key = run.with_name("me.key")
    comment, line = key.read_text().splitlines()
    key.write_text(f"{comment}\n{'A' if line[60] != 'A' else 'B'}".join([line[:60], line[61:]]))
    with pytest.raises(UsageError):
        read_secret_key(key, no_password)


@pytest.mark.skipif(shutil.which("minisign") is None, reason="minisign is not installed")
def test_minisign_reads_our_signatures_and_we_read_its(run: Path) -> None:
    def minisign(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["minisign", *words], cwd=run.parent, capture_output=True, text=True, check=True
        )

    assert command("sign", run, "--key", run.with_name("me.key")).exit_code == 0
    assert "verified" in minisign("-V", "-m", run.name, "-p", "me.pub").stdout
    minisign("-G", "-W", "-p", "its.pub", "-s", "its.key")
    for old in ((), ("-l",)):
        minisign("-S", *old, "-m", run.name, "-s", "its.key", "-t", "by minisign")
        assert command("audit", run, "--key", run.with_name("its.pub")).exit_code == 0
    assert command("sign", run, "--key", run.with_name("its.key"), "--force").exit_code == 0
    assert "verified" in minisign("-V", "-m", run.name, "-p", "its.pub").stdout
    minisign("-S", "-m", run.name, "-s", "me.key", "-W")
    assert command("audit", run, "--key", run.with_name("me.pub")).exit_code == 0
