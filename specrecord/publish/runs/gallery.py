"""The author's choice among the recordings: `gallery.toml` beside them names sections, and in each
the runs in the order to read them in, with one sentence of what to see.
"""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from specrecord.errors import FindingError
from specrecord.publish.runs.load import Run

CHOICE = "gallery.toml"


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    see: str


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    run: list[_Entry]


class _Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    section: list[_Part]


@dataclass(frozen=True)
class Section:
    """Chosen runs under a title, each with what to see in it."""

    title: str
    chosen: list[tuple[Run, str]]


def gallery_sections(recordings: Path, runs: list[Run]) -> list[Section]:
    """The sections of `gallery.toml` in the folder of recordings; none where there is no such file.

    Raises FindingError where it cannot be read or names a recording that is not there.
    """
    path = recordings / CHOICE
    if not path.is_file():
        return []
    try:
        choice = msgspec.toml.decode(path.read_bytes(), type=_Choice)
    except (OSError, UnicodeDecodeError, msgspec.DecodeError) as error:
        raise FindingError(f"{path}: {error}; see docs/site.md") from None
    by_name = {run.name: run for run in runs}
    missing = [one.name for part in choice.section for one in part.run if one.name not in by_name]
    if missing:
        raise FindingError(f"{path}: no recording is called {missing[0]}; record it or leave it out")
    return [
        Section(part.title, [(by_name[one.name], one.see) for one in part.run])
        for part in choice.section
    ]


def chosen_first(sections: list[Section], runs: list[Run]) -> list[Run]:
    """All runs, those of the sections before the others, each once."""
    chosen = [run for section in sections for run, _ in section.chosen]
    return list({run.name: run for run in [*chosen, *runs]}.values())
