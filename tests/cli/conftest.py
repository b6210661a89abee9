"""Runs the command line in this process and keeps what it said."""

import pytest
from commands import Command, Said

from specrecord.cli import main
from specrecord.options import OPTIONS


@pytest.fixture
def command(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> Command:
    """Call it with the words after `specrecord`, in a fresh folder, with no settings in the
    environment.
    """
    monkeypatch.chdir(str(tmp_path))
    for option in OPTIONS.values():
        if option.env:  # set and deleted, so that what comes from a .env is undone, too
            monkeypatch.setenv(option.env, "")
            monkeypatch.delenv(option.env)

    def run(*words: object) -> Said:
        capfd.readouterr()
        with pytest.raises(SystemExit) as stop:
            main([str(word) for word in words])
        return Said(int(stop.value.code or 0), *capfd.readouterr())

    return run
