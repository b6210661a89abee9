"""Runs the command line in this process and keeps what it said."""

import pytest
from commands import Command, Said

from specrecord.cli import main


@pytest.fixture
def command(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> Command:
    """Call it with the words after `specrecord`, in a fresh folder, with no settings in the
    environment.
    """
    monkeypatch.chdir(str(tmp_path))
    for name in ("DRAFT_MODEL", "SPECULATION_K", "TEMPERATURE", "MAX_TOKENS"):
        monkeypatch.delenv(name, raising=False)

    def run(*words: object) -> Said:
        capfd.readouterr()
        with pytest.raises(SystemExit) as stop:
            main([str(word) for word in words])
        return Said(int(stop.value.code or 0), *capfd.readouterr())

    return run
