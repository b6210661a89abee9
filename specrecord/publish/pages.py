"""Renders every page of the site from templates, runs and chapters, and adds the files they stand
on.
"""

import json
from pathlib import Path
from typing import Any

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateSyntaxError,
    UndefinedError,
)

import specrecord
from specrecord.errors import FindingError, UsageError
from specrecord.options import OPTIONS, TREE_RULES
from specrecord.publish.assets import Assets, player_files
from specrecord.publish.feeds import feed, sitemap
from specrecord.publish.option_field import option_field
from specrecord.publish.runs.compare import comparison
from specrecord.publish.runs.load import Run
from specrecord.publish.runs.numbers import GROUPS
from specrecord.publish.source import Source
from specrecord.publish.walkthrough.bibliography import read_sources
from specrecord.publish.walkthrough.chapters import ChapterSource, read_chapters, render_chapter
from specrecord.publish.walkthrough.template_functions import TemplateFunctions
from specrecord.recording.format import SUFFIX

_CHOICES = (
    60  # recordings that a chapter offers and that are compared; a reader can choose among no more
)
_KEPT = 256  # compiled texts; an author who writes all day makes a new one with every keystroke
_TEMPLATES = ("gallery.html", "run.html", "chapter.html", "compare.html", "missing.html")


def site_files(runs: list[Run], assets: Assets, source: Source) -> dict[str, bytes]:
    """Every file of the site by its address.

    Raises UsageError when player or templates are missing, FindingError, naming the file, when one
    does not render.
    """
    player = player_files(assets.player, laboratory=source.settings.laboratory)
    files = {f"player/{name}": data for name, data in player.items()} | _own_files(assets, source)
    files |= {f"recordings/{run.name}{SUFFIX}.gz": run.packed for run in runs}
    files |= {f"runs/{run.name}.png": run.card for run in runs} | {"card.png": runs[0].card}
    pages = _Pages(assets, runs, source)
    shown = runs[:_CHOICES]
    figures = [run.figure_data for run in shown]
    files["figures.json"] = json.dumps(figures, ensure_ascii=False).encode()
    files["index.html"] = pages.render("gallery.html", "index.html", page="gallery")
    files["compare.html"] = pages.render(
        "compare.html", "compare.html", page="compare", table=comparison(shown), shown=shown
    )
    if source.settings.laboratory:
        models = _laboratory_files()
        files |= models
        weights = sum(map(len, models.values()))
        files["laboratory.html"] = pages.render(
            "laboratory.html",
            "laboratory.html",
            page="laboratory",
            weights=weights,
            option_field=option_field,
            options=OPTIONS,
            tree_rules=TREE_RULES,
        )
    files["404.html"] = pages.render("missing.html", "404.html", page="missing")
    for run in runs:
        address = f"runs/{run.name}.html"
        files[address] = pages.render("run.html", address, page="run", run=run)
    files |= {chapter.address: pages.chapter(chapter) for chapter in pages.chapters}
    files["feed.xml"] = feed(runs, source.settings)
    if source.settings.address:
        files["sitemap.xml"] = sitemap(files, source.settings.address)
    return files


_compiled: dict[tuple[str, str | None, str | None], Any] = {}


class _Environment(Environment):
    """Compiles a text once in a process: a preview builds again and again, from templates that
    seldom change.
    """

    def compile(
        self, source: Any, name: str | None = None, filename: str | None = None, *others: Any
    ) -> Any:
        if others or not isinstance(source, str):
            return super().compile(source, name, filename, *others)
        key = (source, name, filename)
        if key not in _compiled:
            if len(_compiled) >= _KEPT:
                _compiled.clear()
            _compiled[key] = super().compile(source, name, filename)
        return _compiled[key]


class _Pages:
    """The templates, and what every page knows."""

    def __init__(self, assets: Assets, runs: list[Run], source: Source) -> None:
        site = assets.site
        for name in _TEMPLATES:
            if not (site / "templates" / name).is_file():
                raise UsageError(
                    f"{site / 'templates' / name}: the template is missing; install specrecord "
                    "again"
                )
        own = [source.own] if source.own else []
        shipped = [site] if source.settings.walkthrough else []
        self.templates = site / "templates"
        self.chapters = read_chapters([folder / "chapters" for folder in [*shipped, *own]])
        self.words = TemplateFunctions(
            runs, read_sources([folder / "sources.toml" for folder in [site, *own]])
        )
        self.environment = _Environment(
            loader=ChoiceLoader(
                [FileSystemLoader(folder / "templates") for folder in [*own, site]]
            ),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.globals |= {
            "chapters": self.chapters,
            "runs": runs,
            "groups": list(GROUPS),
            "site": source.settings,
            "laboratory": source.settings.laboratory,
            "built": assets.built,
            "own_style": bool(source.own and (source.own / "style.css").is_file()),
        }

    def chapter(self, source: ChapterSource) -> bytes:
        try:
            chapter = render_chapter(source, self.environment, self.words.known())
        except (TemplateError, KeyError, FindingError) as error:
            raise FindingError(f"{source.path}{_line(error)}: {_reason(error)}") from None
        place = self.chapters.index(source)
        neighbours = {
            "before": self.chapters[place - 1] if place else None,
            "after": self.chapters[place + 1] if place + 1 < len(self.chapters) else None,
        }
        return self.render(
            "chapter.html", source.address, page="chapter", chapter=chapter, **neighbours
        )

    def render(self, name: str, address: str, **known: Any) -> bytes:
        """One page at `address`; `root` leads from it to the top of the site."""
        root = "../" * address.count("/")
        try:
            return (
                self.environment.get_template(name)
                .render(known | {"address": address, "root": root})
                .encode()
            )
        except TemplateError as error:
            where = getattr(error, "filename", None) or self.templates / name
            raise FindingError(f"{where}{_line(error)}: {_reason(error)}") from None


def _line(error: Exception) -> str:
    if isinstance(error, TemplateSyntaxError):
        return f" line {error.lineno}"
    if not isinstance(error, UndefinedError):
        return ""
    frames, trace = [], error.__traceback__
    while trace is not None:
        frames.append((trace.tb_frame.f_code.co_filename, trace.tb_lineno))
        trace = trace.tb_next
    lines = [line for file, line in frames if file == "<template>"]
    return f" line {lines[-1]}" if lines else ""


def _reason(error: Exception) -> str:
    return str(error.args[0] if error.args else error).split("\n")[0]


def _laboratory_files() -> dict[str, bytes]:
    """The embedded pair, for the laboratory: what its worker fetches when it is first asked to
    run.
    """
    tiny = Path(specrecord.__file__).parent / "models" / "tiny"
    names = [
        f"{side}/{name}"
        for side in ("draft", "target")
        for name in ("config.json", "model.safetensors")
    ]
    try:
        return {
            f"laboratory/{name}": (tiny / name).read_bytes()
            for name in [*names, "target/tokenizer.json"]
        }
    except OSError as error:
        raise UsageError(
            f"{error.filename}: cannot be read ({error.strerror}); install specrecord again"
        ) from None


def _own_files(assets: Assets, source: Source) -> dict[str, bytes]:
    """The site's styles, icon and scripts. `.nojekyll`: GitHub Pages serves each as it is."""
    files = {"style.css": assets.pages / "style.css", "icon.svg": assets.site / "icon.svg"}
    files |= {
        f"scripts/{path.name}": path for path in sorted((assets.pages / "scripts").glob("*.js"))
    }
    if source.own and (source.own / "style.css").is_file():
        files["own.css"] = source.own / "style.css"
    for path in files.values():
        if not path.is_file():
            raise UsageError(f"{path}: is missing; install specrecord again")
    return {".nojekyll": b""} | {name: path.read_bytes() for name, path in files.items()}
