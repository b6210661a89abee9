"""A prompt as one turn of a chat, written the way a model's own template writes it."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from specrecord.errors import UnsupportedModelError
from specrecord.models.weights import read_json_if_there


class _Generation(Extension):
    """{% generation %}, by which training finds a model's own words; nothing but a bracket here."""

    tags = {"generation"}  # noqa: RUF012  # as jinja2 declares it

    def parse(self, parser: Parser) -> list[nodes.Node]:
        """What stands between it and its end."""
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


class ChatTemplate:
    """A model's Jinja template with the tokens it may name, rendered as transformers renders it. It
    is text from a download, so it runs in a sandbox, and is read when a chat is asked for.
    """

    def __init__(self, source: str, names: dict[str, str]) -> None:
        self._source, self._names = source, names

    @cached_property
    def _template(self) -> jinja2.Template:
        environment = ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=[_Generation, loopcontrols]
        )
        environment.filters["tojson"] = _tojson
        environment.globals["raise_exception"] = _refuse
        environment.globals["strftime_now"] = lambda words: datetime.now().strftime(words)
        try:
            return environment.from_string(self._source)
        except (jinja2.TemplateError, RecursionError) as error:
            raise UnsupportedModelError(
                f"the model's chat template cannot be read: {error}; try --raw"
            ) from None

    def __call__(self, text: str) -> str:
        """`text` as a user's only message, followed by the beginning of the answer."""
        messages = [{"role": "user", "content": text}]
        template = self._template
        try:
            given = {"messages": messages, "tools": None, "documents": None}
            return template.render(self._names | given, add_generation_prompt=True)
        except UnsupportedModelError:
            raise
        except Exception as error:  # a template is a program, and fails in every way there is
            raise UnsupportedModelError(
                f"the model's chat template refuses: {error}; try --raw"
            ) from None


def _tojson(
    value: Any,
    ensure_ascii: bool = False,
    indent: int | str | None = None,
    separators: Sequence[str] | None = None,
    sort_keys: bool = False,
) -> str:
    pair = None if separators is None else (separators[0], separators[1])
    return json.dumps(
        value, ensure_ascii=ensure_ascii, indent=indent, separators=pair, sort_keys=sort_keys
    )


def folder_template(folder: Path) -> ChatTemplate | None:
    """The template in a model's folder: chat_template.jinja, or an entry of
    tokenizer_config.json.
    """
    config = read_json_if_there(folder / "tokenizer_config.json")
    own = folder / "chat_template.jinja"
    source = own.read_text(encoding="utf-8") if own.exists() else config.get("chat_template")
    if isinstance(source, list):  # several by name
        source = next((one["template"] for one in source if one.get("name") == "default"), None)
    if not isinstance(source, str):
        return None
    return ChatTemplate(source, _names(config))


def _names(config: dict[str, Any]) -> dict[str, str]:
    """What transformers lets a template name: each special token of tokenizer_config.json; one that
    is not there is not defined.
    """
    extra = config.get("extra_special_tokens")
    extra = extra if isinstance(extra, dict) else {}
    named = {key: token for key, token in config.items() if key.endswith("_token")} | extra
    return {key: piece_of(token) for key, token in named.items() if isinstance(token, str | dict)}


def piece_of(token: Any) -> str:
    """How an entry of tokenizer_config.json writes a token; empty for none."""
    return str(token.get("content", "")) if isinstance(token, dict) else token or ""


def _refuse(message: str) -> None:
    raise jinja2.TemplateError(message)
