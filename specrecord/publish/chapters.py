"""Chapters: markdown files, first filled in by jinja2 (formulas and recorded numbers), then rendered by markdown-it.

A chapter's title is its first heading and its description its first paragraph. Files come in the order of their
names; a leading number orders them and is no part of the address: `10-reading.md` becomes `chapters/reading.html`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from specrecord.errors import FindingError

_ORDER = re.compile(r"^\d+-")
_NOT_IN_ANCHORS = re.compile(r"[^\w]+")


@dataclass(frozen=True)
class ChapterSource:
    """A chapter as its author wrote it. `heading` is its title, known before anything is rendered."""

    path: Path
    address: str
    heading: str
    text: str


@dataclass(frozen=True)
class Chapter:
    """A chapter as a page needs it."""

    title: str
    description: str
    body: Markup


def read_chapters(folder: Path) -> list[ChapterSource]:
    """Every `*.md` of the folder, in order.

    Raises FindingError for one that is not UTF-8 or does not open with a heading.
    """
    return [_read_chapter(path) for path in sorted(folder.glob("*.md"))]


def render_chapter(source: ChapterSource, environment: Environment, known: Mapping[str, Any]) -> Chapter:
    """Fill in and render one chapter. Headings get anchors made of their words. Jinja2 errors pass through."""
    filled = environment.from_string(source.text).render(known)
    markdown = MarkdownIt("commonmark", {"html": True, "typographer": True})
    markdown.enable(["table", "smartquotes", "replacements"])
    tokens = markdown.parse(filled)
    _anchor_headings(tokens)
    body = markdown.renderer.render(tokens, markdown.options, {})
    return Chapter(source.heading, _description(tokens), Markup(body))


def _read_chapter(path: Path) -> ChapterSource:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise FindingError(f"{path}: not UTF-8 (byte {error.start}); save it as UTF-8") from None
    heading = re.match(r"#\s+(.+)", text)
    if heading is None:
        raise FindingError(f"{path}: does not open with a heading; its first line is its title (# Title)")
    return ChapterSource(path, f"chapters/{_ORDER.sub('', path.stem)}.html", heading[1].strip(), text)


def _anchor_headings(tokens: list[Token]) -> None:
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            opening.attrSet("id", _NOT_IN_ANCHORS.sub("-", _words(inline).lower()).strip("-"))


def _description(tokens: list[Token]) -> str:
    """The words of the first paragraph."""
    for opening, inline in pairwise(tokens):
        if opening.type == "paragraph_open":
            return _words(inline)
    return ""


def _words(inline: Token) -> str:
    """An inline token without its markup; a line's end is a space."""
    parts = [part for part in inline.children or [] if part.type in ("text", "code_inline", "softbreak")]
    return "".join(part.content or " " for part in parts)
