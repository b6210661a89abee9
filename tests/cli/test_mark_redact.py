"""`mark` and `redact` as commands."""

import shutil
from pathlib import Path

from commands import Command

STORY = Path(__file__).parents[2] / "recordings" / "story.specrec"


def test_mark_adds_lists_and_says_what_is_wrong(command: Command) -> None:
    shutil.copy(STORY, "run.specrec")
    assert (
        command("mark", "run.specrec", "0.01", "watch this", "--note", "slowly").out
        == "run.specrec\n"
    )
    assert "0.010  watch this  (slowly)" in command("mark", "run.specrec").out
    assert command("audit", "run.specrec").code == 0
    assert command("mark", "run.specrec", "0.02", "second", "-o", "two.specrec").code == 0
    assert "second" not in command("mark", "run.specrec").out
    assert command("mark", "run.specrec", "0.02", "second", "-o", "two.specrec").code == 2
    assert "outside the recording" in command("mark", "run.specrec", "99", "late").err
    assert "needs a title" in command("mark", "run.specrec", "0.01").err
    assert "check the path" in command("mark", "none.specrec").err


def test_redact_takes_out_all_or_what_is_named(command: Command) -> None:
    shutil.copy(STORY, "run.specrec")
    assert command("redact", "run.specrec").out == "run-redacted.specrec\n"
    assert command("audit", "run-redacted.specrec").code == 0
    assert b"Once" not in Path("run-redacted.specrec").read_bytes()
    assert command("redact", "run.specrec").code == 2
    assert command("redact", "run.specrec", "--machine", "-o", "m.specrec").code == 0
    assert b"Once" in Path("m.specrec").read_bytes()
    Path("cut.specrec").write_bytes(STORY.read_bytes()[:-50])
    said = command("redact", "cut.specrec")
    assert (said.code, said.err.count("\n")) == (1, 1)
