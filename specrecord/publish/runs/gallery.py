"""The author's choice among the recordings: `gallery.toml` beside them names sections, and in each
the runs in the order to read them in, with one sentence of what to see.
"""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from specrecord.errors import FindingError
from specrecord.publish.runs.load import Run
from specrecord.publish.runs.names import slug

CHOICE = "gallery.toml"


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    see: str
    race: list[str] = []


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    run: list[_Entry]


class _Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    section: list[_Part]


@dataclass(frozen=True)
class Chosen:
    """A chosen run, what to see in it, and whom it races on a page of its own, itself included."""

    run: Run
    see: str
    racers: list[Run]


@dataclass(frozen=True)
class Section:
    """Chosen runs under a title."""

    title: str
    chosen: list[Chosen]


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
    entries = [one for part in choice.section for one in part.run]
    names = [slug(name) for one in entries for name in (one.name, *one.race)]
    if missing := [name for name in names if name not in by_name]:
        raise FindingError(
            f"{path}: no recording is called {missing[0]}; record it or leave it out"
        )
    return [
        Section(
            part.title,
            [
                Chosen(
                    by_name[slug(one.name)],
                    one.see,
                    [by_name[slug(name)] for name in (one.name, *one.race)] if one.race else [],
                )
                for one in part.run
            ],
        )
        for part in choice.section
    ]


def chosen_first(sections: list[Section], runs: list[Run]) -> list[Run]:
    """All runs, those of the sections before the others, each once."""
    chosen = [one.run for section in sections for one in section.chosen]
    return list({run.name: run for run in [*chosen, *runs]}.values())


def hero_of(runs: list[Run]) -> Run | None:
    """The run that races on the first page: the first with a baseline, of those that are real
    throughout before the others.
    """
    racing = [run for run in runs if len(run.lanes) > 1]
    return min(racing, key=lambda run: bool(run.simulated), default=None)


def same_prompt(runs: list[Run]) -> list[Run]:
    """The first two runs of one prompt, which may race; the first two where there are none."""
    for place, one in enumerate(runs):
        for other in runs[place + 1 :]:
            if one.header.prompt.sha256 == other.header.prompt.sha256:
                return [one, other]
    return runs[:2]
