"""A prompt as one turn of a chat, written the way a model's own template writes it."""

import json
from pathlib import Path
from typing import Any

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from specrecord.errors import UnsupportedModelError
from specrecord.models.weights import read_json_if_there


class ChatTemplate:
    """A model's Jinja template with the tokens it may name. It is text from a download, so it runs
    in a sandbox.
    """

    def __init__(self, source: str, names: dict[str, str]) -> None:
        environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
        environment.filters["tojson"] = lambda value, indent=None: json.dumps(
            value, ensure_ascii=False, indent=indent
        )
        environment.globals["raise_exception"] = _refuse
        self._names = names
        try:
            self._template = environment.from_string(source)
        except jinja2.TemplateError as error:
            raise UnsupportedModelError(
                f"the model's chat template cannot be read: {error}"
            ) from None

    def __call__(self, text: str) -> str:
        """`text` as a user's only message, followed by the beginning of the answer."""
        messages = [{"role": "user", "content": text}]
        try:
            return self._template.render(
                messages=messages, add_generation_prompt=True, **self._names
            )
        except jinja2.TemplateError as error:
            raise UnsupportedModelError(
                f"the model's chat template refuses: {error}; try --raw"
            ) from None


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
    return ChatTemplate(
        source, {key: piece_of(config.get(key)) for key in ("bos_token", "eos_token")}
    )


def piece_of(token: Any) -> str:
    """How an entry of tokenizer_config.json writes a token; empty for none."""
    return str(token.get("content", "")) if isinstance(token, dict) else token or ""


def _refuse(message: str) -> None:
    raise jinja2.TemplateError(message)
