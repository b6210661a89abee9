"""Renders every page of the site from templates, runs and chapters, and adds the files they stand
on.
"""

import json
from pathlib import Path
from traceback import extract_tb
from typing import Any

from jinja2 import TemplateError

import specrecord
from specrecord.errors import FindingError, UsageError
from specrecord.options import OPTIONS, TREE_RULES
from specrecord.publish.assets import Assets, player_files
from specrecord.publish.option_field import option_field
from specrecord.publish.policy import FRAMED, FROM_DISK, PAGE_POLICY
from specrecord.publish.runs.gallery import chosen_first, gallery_sections, hero_of, same_prompt
from specrecord.publish.runs.load import Run, stated
from specrecord.publish.runs.numbers import BASELINES, GROUPS
from specrecord.publish.site.source import Source
from specrecord.publish.templates import environment
from specrecord.publish.walkthrough.bibliography import read_sources
from specrecord.publish.walkthrough.chapters import read_chapters, render_chapter
from specrecord.publish.walkthrough.glossary import read_glossary
from specrecord.publish.walkthrough.template_functions import PARTS, template_functions
from specrecord.recording.format import SUFFIX

# Recordings that a chapter offers and that are compared; a reader can choose among no more.
_CHOICES = 60
_CARDS = 12  # on the first page, where its author chose none
_LABORATORY_PAIR = (
    "draft/config.json",
    "draft/model.safetensors",
    "target/config.json",
    "target/model.safetensors",
    "target/tokenizer.json",
)


def site_files(runs: list[Run], assets: Assets, source: Source) -> dict[str, bytes]:
    """Every file of the site by its address.

    Raises UsageError when something of the installed program is missing, FindingError, naming the
    file, when a page does not render.
    """
    try:
        files = _ready_files(assets, source)
    except OSError as error:
        raise UsageError(
            f"{error.filename}: cannot be read ({error.strerror}); install specrecord again"
        ) from None
    sections = gallery_sections(source.recordings, runs)
    runs = chosen_first(sections, runs)
    weights = sum(len(data) for name, data in files.items() if name.startswith("laboratory/"))
    files["card.png"] = runs[0].card
    shown, pages = runs[:_CHOICES], _Pages(assets, runs, source)
    figures = [run.figure_data for run in shown]
    files["figures.json"] = json.dumps(figures, ensure_ascii=False).encode()
    pages.add("gallery.html", "index.html", sections=sections, hero=hero_of(runs), cards=_CARDS)
    for one in (one for section in sections for one in section.chosen if one.racers):
        pages.add("race.html", f"races/{one.run.name}.html", one=one)
    pair = same_prompt(shown)
    pages.add("compare.html", "compare.html", shown=shown, pair=pair, baselines=BASELINES)
    if source.settings.laboratory:
        pages.add("laboratory.html", "laboratory.html", weights=weights)
    pages.add("glossary.html", "glossary.html")
    pages.add("missing.html", "404.html")
    for run in runs:
        files[f"recordings/{run.name}{SUFFIX}.gz"] = run.packed
        files[f"runs/{run.name}.png"] = run.card
        pages.add("run.html", f"runs/{run.name}.html", run=run, sections=sections)
    pages.add_chapters()
    pages.add("feed.xml", "feed.xml")
    if source.settings.address:
        found = sorted(page for page in pages.files if page.endswith(".html"))
        pages.add("sitemap.xml", "sitemap.xml", addresses=found)
    return files | pages.files


class _Pages:
    """The templates, what every page knows, and the pages made of both by their addresses."""

    def __init__(self, assets: Assets, runs: list[Run], source: Source) -> None:
        own = [source.own] if source.own else []
        folders = [*own, assets.site]
        shipped = [assets.site] if source.settings.walkthrough else []
        self.files: dict[str, bytes] = {}
        self.chapters = read_chapters([folder / "chapters" for folder in [*shipped, *own]])
        works = read_sources([folder / "sources.toml" for folder in [assets.site, *own]])
        self.environment = environment(*folders)
        self.environment.globals |= {
            "chapters": self.chapters,
            "runs": runs,
            "groups": GROUPS,
            "glossary": read_glossary([folder / "glossary.toml" for folder in [assets.site, *own]]),
            "site": source.settings,
            "laboratory": source.settings.laboratory,
            "built": assets.built,
            "own_style": bool(source.own and (source.own / "style.css").is_file()),
            "policy": PAGE_POLICY,
            "framed": FRAMED,
            "from_disk": FROM_DISK,
            "option_field": option_field,
            "options": OPTIONS,
            "stated": stated,
            "tree_rules": TREE_RULES,
            **template_functions(runs, works),
        }
        parts = self.environment.get_template("chapter_parts.html").make_module()
        self.environment.globals |= {name: getattr(parts, name) for name in PARTS}

    def add_chapters(self) -> None:
        for source in self.chapters:
            try:
                chapter = render_chapter(source, self.environment)
            except (TemplateError, KeyError, FindingError) as error:
                raise _finding(error, source.path) from None
            self.add("chapter.html", source.address, chapter=chapter, source=source)

    def add(self, name: str, address: str, **values: Any) -> None:
        """One page at `address`; `root` leads from it to the top of the site."""
        values |= {"address": address, "root": "../" * address.count("/"), "page": Path(name).stem}
        try:
            self.files[address] = self.environment.get_template(name).render(values).encode()
        except TemplateError as error:
            raise _finding(error, Path(name)) from None


def _finding(error: Exception, file: Path) -> FindingError:
    """The error with its place: the line of `file` that led to it, or of any template."""
    places = {
        frame.filename: f"{frame.filename} line {frame.lineno}"
        for frame in extract_tb(error.__traceback__)
        if frame.filename.endswith((".html", ".md", ".xml"))
    }
    place = places.get(str(file)) or [str(file), *places.values()][-1]
    reason = str(error.args[0] if error.args else error).split("\n")[0]
    return FindingError(f"{place}: {reason}")


def _ready_files(assets: Assets, source: Source) -> dict[str, bytes]:
    """What is published as it lies there: player, styles, icon, scripts, and the embedded pair,
    which the laboratory's worker fetches when it is first asked to run.
    """
    laboratory = source.settings.laboratory
    player = player_files(assets.player, laboratory=laboratory)
    sources = " ".join(["connect-src 'self'", *source.settings.embed_sources]).encode()
    player["embed.html"] = player["embed.html"].replace(b"connect-src 'self'", sources)
    paths = {name: assets.pages / name for name in ("style.css", "pages.css", "embeds.css")}
    paths["icon.svg"] = assets.site / "icon.svg"
    for path in sorted([*assets.pages.glob("scripts/**/*.js"), *assets.pages.glob("styles/*.css")]):
        paths[path.relative_to(assets.pages).as_posix()] = path
    if source.own and (source.own / "style.css").is_file():
        paths["own.css"] = source.own / "style.css"
    if laboratory:
        tiny = Path(specrecord.__file__).parent / "models" / "tiny"
        paths |= {f"laboratory/{name}": tiny / name for name in _LABORATORY_PAIR}
    # `.nojekyll`: GitHub Pages serves each file as it is.
    return {
        ".nojekyll": b"",
        **{f"player/{name}": data for name, data in player.items()},
        **{address: path.read_bytes() for address, path in paths.items()},
    }
