"""The Python interface: record a run, load one, look at it. What `import specrecord` offers.

    import specrecord

    run = specrecord.record("Once upon a time", draft="tiny:draft", target="tiny:target", k=4)
    run.stats["acceptance_rate"]
    [len(round.path) for round in run.rounds]
    [event for event in run if isinstance(event, specrecord.events.Verdict)]
    run.save("run.specrec")
    run     # in a notebook: the player

A `Run` is the recording itself, its bytes, and whatever it says is read from them.
"""

import html
import tempfile
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from specrecord.events import SPECULATIVE, Event
from specrecord.publish.export.html import one_file
from specrecord.publish.runs.text import output_spans
from specrecord.recorder.generate import record_generate as record_generate
from specrecord.recorder.record import record as record_session
from specrecord.recorder.request import Request
from specrecord.recorder.session import prepare
from specrecord.recording.audit import Finding, audit_recording
from specrecord.recording.measures.stats import recording_info
from specrecord.recording.reader import parse_recording, plain_bytes, read_bytes
from specrecord.recording.rewrite import write_whole
from specrecord.recording.rounds import Round, Track
from specrecord.text import visible

_HEIGHT = 820  # pixels of the player in a notebook


class Run(Sequence[Event]):
    """A recording: a sequence of its events, its numbers, and the player where a notebook shows
    it.
    """

    def __init__(self, data: bytes, name: str = "recording") -> None:
        """`data` holds a `.specrec` or `.specrec.gz`, whole or cut; `name` stands in messages.

        Raises RecordingError when it is no recording, or one of a later version.
        """
        self.data = plain_bytes(data)
        self._recording = parse_recording(self.data, name)

    @property
    def header(self) -> Mapping[str, Any]:
        """All that is known of the run besides its events; the keys are those of docs/format.md."""
        return self._recording.header_map

    @property
    def problem(self) -> str | None:
        """Why the recording is not whole; None when its seal holds."""
        return self._recording.problem

    @cached_property
    def stats(self) -> dict[str, Any]:
        """The numbers that `specrecord info --json` prints, times in seconds; None where nothing
        was recorded.
        """
        return recording_info(self._recording)

    @cached_property
    def text(self) -> str:
        """What the run wrote, without the prompt."""
        return "".join(span.text for span in output_spans(self._recording))

    @property
    def tracks(self) -> Mapping[str, Track]:
        """The run itself, `speculative`, and each recorded baseline, by name; see `Track`."""
        return self._recording.tracks

    @property
    def rounds(self) -> list[Round]:
        """The run's rounds in order, each with its drafted tree, its verdicts and what it emitted;
        see `Round`. One that was given up has no `verify`.
        """
        return self.tracks[SPECULATIVE].rounds

    def audit(self) -> list[Finding]:
        """Recompute every verdict from the recorded numbers: what does not follow. Empty means that
        all does.
        """
        return audit_recording(self._recording)

    def save(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Write the recording, compressed if the name ends in .gz; where it was written.

        Raises RecordingError when the file exists and `overwrite` is false, or cannot be written.
        """
        target = Path(path)
        write_whole(target, self.data, overwrite=overwrite)
        return target

    def to_html(self, **attributes: str) -> str:
        """A page that holds the player and this recording and needs nothing else.

        `attributes` are those of `<spec-player>`, as in `to_html(view="text", at="40%")`.
        """
        return one_file(
            self.data,
            title=visible(str(self.header.get("title") or "A recorded run")),
            attributes=attributes,
        )

    def __len__(self) -> int:
        return len(self._recording.events)

    def __getitem__(self, index: Any) -> Any:
        return self._recording.events[index]

    def __repr__(self) -> str:
        stats = self.stats
        rate, accepted = stats["acceptance_rate"], ""
        if rate is not None:
            accepted = f", {stats['accepted']} of {stats['drafted']} drafted accepted ({rate:.2f})"
        length = f"{stats['tokens']} tokens in {stats['rounds']} rounds"
        return f"<Run {stats['draft']} → {stats['target']}: {length}{accepted}>"

    def _repr_html_(self) -> str:
        page = html.escape(self.to_html(link="off"))
        return (
            f'<iframe srcdoc="{page}" width="100%" height="{_HEIGHT}" style="border: 0" '
            f'title="{html.escape(repr(self))}"></iframe>'
        )


def record(
    prompt: str,
    *,
    draft: str = "tiny",
    target: str = "tiny",
    tokenizer: str | None = None,
    k: int | Literal["auto"] = 4,
    rule: str = "auto",
    tree: str = "chain",
    temperature: float = 0.7,
    top_k: int = 0,
    top_p: float = 1.0,
    max_tokens: int = 128,
    stop: Sequence[str] = (),
    seed: int | None = None,
    chat: bool | None = None,
    bos: bool | None = None,
    evidence: Literal["top", "full", "none"] = "top",
    baselines: bool = True,
    verifier: str = "auto",
    requests_per_minute: int | None = None,
    title: str | None = None,
    redact_prompt: bool = False,
) -> Run:
    """Decode `prompt` speculatively, for real, and record it: what `specrecord live` does, with its
    options.

    `k` tokens are drafted a round, at most `max_tokens` written; `temperature` 0 is greedy, `top_k`
    0 and `top_p` 1 are off. The same `seed` gives the same tokens; without one it is drawn, and
    stands in the header. All options: `specrecord.options`, and docs/cli.md.
    Raises UsageError (or one of its kinds) when the run cannot be.
    """
    request = Request(**locals())  # the parameters are the options; a test holds them to the table
    with tempfile.TemporaryDirectory(prefix="specrecord-") as folder:
        path = Path(folder) / "run.specrec"
        record_session(prepare(request), path)
        return Run(path.read_bytes())


def load(path: str | Path) -> Run:
    """A recording from a file, whole or cut, compressed or not. Raises RecordingError when it
    cannot be read.
    """
    return Run(read_bytes(path), str(path))
