"""Chat templates: written as the model's own template says, in a sandbox, and used unless asked not
to.
"""

import json
import shutil
from dataclasses import replace
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
    assert folder_template(tmp_path)("a") == "<a>"
    (tmp_path / "chat_template.jinja").unlink()
    named = [{"name": "tool", "template": "no"}, {"name": "default", "template": "yes"}]
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"chat_template": named}))
    assert folder_template(tmp_path)("a") == "yes"


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


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("{% generation %}{{ messages[0].content }}{% endgeneration %}", "Hi"),
        ("{% for m in messages %}{{ m.content }}{% break %}{% endfor %}", "Hi"),
        ("{% if tools is not none %}tools{% endif %}{{ messages[0].content }}", "Hi"),
        ("{% if documents is none %}{{ messages[0].content }}{% endif %}", "Hi"),
        ("{{ messages | tojson(ensure_ascii=False) }}", '[{"role": "user", "content": "Hi"}]'),
        ("{{ messages[0] | tojson(separators=(',', ':'), sort_keys=True) }}",
         '{"content":"Hi","role":"user"}'),
    ],
)  # fmt: skip
def test_a_template_is_rendered_as_transformers_renders_it(source: str, wanted: str) -> None:
    assert ChatTemplate(source, {})("Hi") == wanted


def test_a_template_may_name_the_special_tokens_that_there_are(tmp_path: Path) -> None:
    """As transformers has it: those of any name, and what is not there is not defined."""
    source = (
        "{{ pad_token }}{{ image_token }}{{ think }}{{ bos_token is defined }}{{ add_bos_token }}"
    )
    tokens = {"pad_token": "<pad>", "image_token": {"content": "<img>"}, "bos_token": None}
    extra = {"extra_special_tokens": {"think": "<think>"}, "add_bos_token": True}
    config = {"chat_template": source, **tokens, **extra}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(config))
    template = folder_template(tmp_path)
    assert template is not None
    assert template("Hi") == "<pad><img><think>False"


def test_a_template_may_ask_for_the_day() -> None:
    assert len(ChatTemplate("{{ strftime_now('%Y-%m-%d') }}", {})("Hi")) == 10


@pytest.mark.parametrize("source", ["{{ messages[0].content + 1 }}", "{% for %}", "{{ 1 / 0 }}"])
def test_a_template_that_fails_is_one_line_and_only_when_asked_for(
    source: str, tmp_path: Path
) -> None:
    shutil.copytree(TINY / "target", tmp_path / "model")
    (tmp_path / "model" / "chat_template.jinja").write_text(source)
    request = Request(prompt="Hi", target=f"llama:{tmp_path / 'model'}", draft="ngram", chat=False)
    assert prepare(request).prompt
    template = folder_template(tmp_path / "model")
    assert template is not None
    with pytest.raises(UnsupportedModelError, match="try --raw") as error:
        template("Hi")
    assert "\n" not in str(error.value)


def with_bos(folder: Path) -> str:
    """The embedded target, whose tokenizer begins every text with its special token."""
    shutil.copytree(TINY / "target", folder)
    path = folder / "tokenizer.json"
    special = {"id": "<|end|>", "type_id": 0}
    single = [{"SpecialToken": special}, {"Sequence": {"id": "A", "type_id": 0}}]
    content = json.loads(path.read_text())
    content["post_processor"] = {
        "type": "TemplateProcessing",
        "single": single,
        "pair": [*single, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {"<|end|>": {"id": "<|end|>", "ids": [0], "tokens": ["<|end|>"]}},
    }
    path.write_text(json.dumps(content))
    return f"llama:{folder}"


def test_a_raw_prompt_begins_as_the_models_tokenizer_begins_a_text(tmp_path: Path) -> None:
    name = with_bos(tmp_path / "model")
    request = Request(prompt="Once upon", target=name, draft="ngram", chat=False)
    ids = prepare(request).prompt
    assert ids[0] == 0
    assert prepare(replace(request, prompt="<|end|>Once upon")).prompt == ids
    assert prepare(replace(request, bos=False)).prompt == ids[1:]
    assert ids[1:] == prepare(replace(request, target="tiny")).prompt
