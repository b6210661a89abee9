"""Chapters: markdown files, first filled in by jinja2 (formulas and recorded numbers), then
rendered by markdown-it.

A chapter's title is its first heading and its description its first paragraph. Files come in the
order of their names; a leading number orders them and is no part of the address: `10-reading.md`
becomes `chapters/reading.html`. Formulas stand between dollars, `$\\alpha$` in the line and `$$ ...
$$` on their own; footnotes as `[^1]`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup
from mdit_py_plugins.anchors import anchors_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

from specrecord.errors import FindingError
from specrecord.publish.runs.names import same, slug
from specrecord.publish.walkthrough.math import mathml

_ORDER = re.compile(r"^\d+-")


@dataclass(frozen=True)
class ChapterSource:
    """A chapter as its author wrote it. `heading` is its title, known before anything is
    rendered.
    """

    path: Path
    address: str
    heading: str


@dataclass(frozen=True)
class Chapter:
    """A chapter as a page needs it."""

    title: str
    description: str
    body: Markup


def read_chapters(folders: Sequence[Path]) -> list[ChapterSource]:
    """Every `*.md` of the folders, in order; a file of a later folder stands in for one of the same
    address.

    Raises FindingError for one that is not UTF-8 or does not open with a heading.
    """
    found: dict[str, ChapterSource] = {}
    for folder in folders:
        here: dict[str, Path] = {}
        for path in sorted(folder.glob("*.md")):
            chapter = _read_chapter(path)
            if (twin := here.setdefault(same(chapter.address), path)) != path:
                raise FindingError(
                    f"{path}: is the page {chapter.address}, which {twin.name} is, too; rename one"
                )
            found[chapter.address] = chapter
    return sorted(found.values(), key=lambda chapter: chapter.path.name)


def render_chapter(source: ChapterSource, environment: Environment) -> Chapter:
    """Fill in and render one chapter. Headings get anchors made of their words. Jinja2 errors pass
    through.
    """
    markdown = _markdown()
    tokens = markdown.parse(environment.get_template(source.path.name).render())
    for token in tokens:  # cells of a table: a page's policy allows no style attribute
        if aligned := token.attrs.pop("style", None):
            token.attrSet("align", str(aligned).removeprefix("text-align:"))
    body = markdown.renderer.render(tokens, markdown.options, {})
    return Chapter(source.heading, _description(tokens), Markup(body))


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": True, "typographer": True})
    markdown.enable(["table", "smartquotes", "replacements"])
    markdown.use(footnote_plugin).use(anchors_plugin, max_level=6, slug_func=_anchor)
    markdown.use(dollarmath_plugin, allow_digits=False, double_inline=True, renderer=_formula)
    for kind in ("math_block", "math_inline_double"):
        markdown.add_render_rule(kind, _block)
    for kind in ("fence", "code_block"):
        markdown.add_render_rule(kind, _listing)
    return markdown


def _listing(renderer: Any, tokens: Sequence[Token], index: int, *rest: Any) -> str:
    """A listing; one that is wider than a phone scrolls, for keys too."""
    shown = getattr(RendererHTML, tokens[index].type)(renderer, tokens, index, *rest)
    return str(shown).replace("<pre>", '<pre tabindex="0">', 1)


def _block(_: Any, tokens: Sequence[Token], index: int, *__: Any) -> str:
    """A formula on its own; one that is wider than a phone scrolls, for keys too."""
    return (
        '<div class="equation" '
        f'tabindex="0">{mathml(tokens[index].content.strip(), block=True)}</div>\n'
    )


def _formula(latex: str, options: Mapping[str, Any]) -> str:
    return mathml(latex.strip(), block=bool(options["display_mode"]))


def _read_chapter(path: Path) -> ChapterSource:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise FindingError(f"{path}: not UTF-8 (byte {error.start}); save it as UTF-8") from None
    heading = re.match(r"#\s+(.+)", text)
    if heading is None:
        raise FindingError(
            f"{path}: does not open with a heading; its first line is its title (# Title)"
        )
    address = f"chapters/{slug(_ORDER.sub('', path.stem))}.html"
    return ChapterSource(path, address, heading[1].strip())


def _anchor(title: str) -> str:
    return re.sub(r"[^\w]+", "-", title.lower()).strip("-")


def _description(tokens: list[Token]) -> str:
    """The words of the first paragraph."""
    for opening, inline in pairwise(tokens):
        if opening.type == "paragraph_open":
            return _words(inline)
    return ""


def _words(inline: Token) -> str:
    """An inline token without its markup; a line's end is a space."""
    parts = [
        part for part in inline.children or [] if part.type in ("text", "code_inline", "softbreak")
    ]
    return "".join(part.content or " " for part in parts)
