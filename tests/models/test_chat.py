"""Chat templates: written as the model's own template says, in a sandbox, and used unless asked not
to.
"""

import json
import shutil
from pathlib import Path

import pytest

import specrecord
from specrecord.errors import UnsupportedModelError, UsageError
from specrecord.models.tokenization.chat_template import ChatTemplate, folder_template
from specrecord.options import command_line
from specrecord.recorder.header import run_header
from specrecord.recorder.request import Request
from specrecord.recorder.session import prepare

TEMPLATE = (
    "{% for message in messages %}{{ bos_token }}{{ message.role }}: {{ message.content }}\n{% "
    "endfor %}"
    "{% if add_generation_prompt %}assistant: {% endif %}"
)
TINY = Path(specrecord.__file__).parent / "models" / "tiny"


def with_template(folder: Path) -> str:
    """The embedded target with a chat template of its own."""
    shutil.copytree(TINY / "target", folder)
    path = folder / "tokenizer_config.json"
    config = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(
        json.dumps({**config, "chat_template": TEMPLATE, "bos_token": {"content": ">"}})
    )
    return f"llama:{folder}"


def test_a_template_writes_one_turn_and_the_beginning_of_the_answer(tmp_path: Path) -> None:
    with_template(tmp_path / "model")
    template = folder_template(tmp_path / "model")
    assert template is not None
    assert template("Hi {{ 1 + 1 }}") == ">user: Hi {{ 1 + 1 }}\nassistant: "
    assert folder_template(TINY / "target") is None


def test_a_template_may_stand_alone_or_be_one_of_several(tmp_path: Path) -> None:
    (tmp_path / "chat_template.jinja").write_text("<{{ messages[0]['content'] }}>")
    assert folder_template(tmp_path)("a") == "<a>"  # type: ignore[misc]
    (tmp_path / "chat_template.jinja").unlink()
    named = [{"name": "tool", "template": "no"}, {"name": "default", "template": "yes"}]
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"chat_template": named}))
    assert folder_template(tmp_path)("a") == "yes"  # type: ignore[misc]


@pytest.mark.parametrize(
    "source",
    [
        "{% for %}",
        "{{ raise_exception('no system') }}",
        "{{ messages.__class__.__base__.__subclasses__() }}",
    ],
)
def test_a_template_that_is_broken_refuses_or_reaches_out_is_an_error(source: str) -> None:
    with pytest.raises(UnsupportedModelError):
        ChatTemplate(source, {})("text")


def test_chat_is_used_where_there_is_a_template_unless_told_otherwise(tmp_path: Path) -> None:
    target = with_template(tmp_path / "model")
    by_default = prepare(Request("abc", draft="ngram", target=target))
    raw = prepare(Request("abc", draft="ngram", target=target, chat=False))
    spelled = [
        b"".join(map(session.tokenizer.token_bytes, session.prompt))
        for session in (by_default, raw)
    ]
    assert spelled == [b">user: abc\nassistant: ", b"abc"]
    assert [run_header(session).chat for session in (by_default, raw)] == [True, False]
    assert run_header(by_default).prompt.text == "abc"
    assert "--raw" in str(command_line(run_header(raw)))
    with pytest.raises(UsageError, match="no chat template"):
        prepare(Request("abc", chat=True))
