"""Renders every page of the site from templates, runs and chapters, and adds the files they stand on."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, TemplateSyntaxError
from markupsafe import Markup

from specrecord.errors import FindingError, UsageError
from specrecord.publish.assets import Assets
from specrecord.publish.chapters import ChapterSource, read_chapters, render_chapter
from specrecord.publish.gather import Run
from specrecord.publish.numbers import FORMULAS, GROUPS
from specrecord.recording.format import SUFFIX

_TEMPLATES = ("gallery.html", "run.html", "chapter.html")
_PLAYER_MODULE, _PLAYER_STYLE = "player/define.js", "player/player.css"
_PLAYER_SUFFIXES = {".js", ".css"}


def site_files(runs: list[Run], assets: Assets) -> dict[str, bytes]:
    """Every file of the site by its address.

    Raises UsageError when player or templates are missing, FindingError, naming the file, when one does not render.
    """
    files = {**_player_files(assets.player), **_own_files(assets.site)}
    files |= {f"recordings/{run.name}{SUFFIX}.gz": run.packed for run in runs}
    pages = _Pages(assets.site, runs)
    files["index.html"] = pages.gallery()
    files |= {f"runs/{run.name}.html": pages.run(run) for run in runs}
    files |= {chapter.address: pages.chapter(chapter) for chapter in pages.chapters}
    return files


class _Pages:
    """The templates, and what every page knows."""

    def __init__(self, site: Path, runs: list[Run]) -> None:
        self.templates = site / "templates"
        for name in _TEMPLATES:
            if not (self.templates / name).is_file():
                raise UsageError(f"{self.templates / name}: the template is missing; install specrecord again")
        self.runs = runs
        self.chapters = read_chapters(site / "chapters")
        self.environment = Environment(
            loader=FileSystemLoader(self.templates),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.globals |= {
            "chapters": self.chapters,
            "runs": runs,
            "groups": list(GROUPS),
        }

    def gallery(self) -> bytes:
        return self._render("gallery.html", root="")

    def run(self, run: Run) -> bytes:
        return self._render("run.html", root="../", run=run)

    def chapter(self, source: ChapterSource) -> bytes:
        known = {"formula": _formula, "runs": self.runs}
        try:
            chapter = render_chapter(source, self.environment, known)
        except (TemplateError, KeyError) as error:
            raise FindingError(f"{source.path}{_line(error)}: {_reason(error)}") from None
        return self._render("chapter.html", root="../", address=source.address, chapter=chapter)

    def _render(self, name: str, **known: Any) -> bytes:
        try:
            return self.environment.get_template(name).render(known).encode()
        except TemplateError as error:
            where = getattr(error, "filename", None) or self.templates / name
            raise FindingError(f"{where}{_line(error)}: {_reason(error)}") from None


def _formula(key: str) -> Markup:
    """The formula of a number, as the tables show it."""
    if key not in FORMULAS:
        raise KeyError(f"no number is called {key!r}; there are {', '.join(FORMULAS)}")
    return Markup('<span class="formula">{}</span>').format(FORMULAS[key])


def _line(error: Exception) -> str:
    return f" line {error.lineno}" if isinstance(error, TemplateSyntaxError) else ""


def _reason(error: Exception) -> str:
    return str(error.args[0] if error.args else error).split("\n")[0]


def _player_files(player: Path) -> dict[str, bytes]:
    """The player's modules and styles, as they are."""
    files = {
        f"player/{path.relative_to(player).as_posix()}": path.read_bytes()
        for path in sorted(player.rglob("*"))
        if path.is_file() and path.suffix in _PLAYER_SUFFIXES
    }
    for needed in (_PLAYER_MODULE, _PLAYER_STYLE):
        if needed not in files:
            raise UsageError(f"{player.parent / needed}: the player is missing; install specrecord again")
    return files


def _own_files(site: Path) -> dict[str, bytes]:
    """The site's own style and icon. `.nojekyll` lets GitHub Pages serve every file as it is."""
    files = {name: site / name for name in ("style.css", "icon.svg")}
    for path in files.values():
        if not path.is_file():
            raise UsageError(f"{path}: is missing; install specrecord again")
    return {".nojekyll": b"", **{name: path.read_bytes() for name, path in files.items()}}
