"""The table of options: who reads it agrees with it, and a command follows from a header."""

import inspect
import shlex
from typing import Any, get_args

import click
import pytest

import specrecord
from specrecord.cli import specrecord as specrecord_command
from specrecord.cli.run.live import live
from specrecord.decoding.logprob_capture import Mode
from specrecord.decoding.rejection.rules import RULES
from specrecord.errors import UsageError
from specrecord.header import Header, Prompt
from specrecord.models.remote import PREDICTION
from specrecord.models.remote.completions.verifiers import VERIFIERS
from specrecord.options import OPTIONS, command_line
from specrecord.publish.option_field import option_field
from specrecord.recorder.request import Request, same_run

TYPES = {"int": int, "float": float, "choice": str, "text": str, "flag": bool, "list": tuple}


def test_the_python_interface_has_the_options_and_defaults_of_the_table() -> None:
    parameters = inspect.signature(specrecord.record).parameters
    assert list(parameters) == list(OPTIONS)
    for name, parameter in list(parameters.items())[1:]:
        assert parameter.default == OPTIONS[name].default, name


def test_the_command_line_has_every_option_with_its_help() -> None:
    found = {parameter.name: parameter for parameter in live.params}
    for option in OPTIONS.values():
        parameter: Any = found[option.name]
        if option.flags:
            assert parameter.help == option.help
            assert parameter.envvar == option.env
            assert set(option.flags.split("/")) == {*parameter.opts, *parameter.secondary_opts}


def test_choices_are_those_of_the_parts_that_make_them() -> None:
    assert tuple(OPTIONS["rule"].choices) == ("auto", *RULES)
    assert tuple(OPTIONS["verifier"].choices) == ("auto", *VERIFIERS, PREDICTION)
    assert tuple(OPTIONS["evidence"].choices) == get_args(Mode)


def test_defaults_are_of_their_kind_and_allowed() -> None:
    for option in OPTIONS.values():
        assert option.default is None or isinstance(option.default, TYPES[option.kind])
        if option.name != "prompt":
            option.check(option.default)


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("k", [1, 300, "auto"], [0, -1, 1.5, True, "4", None, 10**9, 10**400]),
        ("max_tokens", [1, 10**6], [0, 10**9]),
        ("prompt", ["x" * 10**6], ["", "\ud800", "x" * 10**7]),
        ("temperature", [0, 0.7, 9], [-0.1, 1e9, float("nan"), float("inf"), "1", None]),
        ("top_p", [1, 1e-9], [0, 1.0001]),
        ("seed", [None, 0, 2**53 - 1], [-1, 2**53, 0.5]),
        ("rule", ["auto", "block"], ["AUTO", "", 3]),
        ("stop", [(), ["a"], ("a", "b")], ["a", [""], [3], None, ["a"] * 1000, ["\udfff"]]),
        ("chat", [None, True, False], ["yes", 1]),
        ("baselines", [True, False], [None, 0]),
        ("title", [None, "x"], ["", 3, "x" * 10**5]),
    ],
)
def test_values_are_checked_where_they_come_in(name: str, good: list[Any], bad: list[Any]) -> None:
    for value in good:
        OPTIONS[name].check(value)
    for value in bad:
        with pytest.raises(UsageError):
            OPTIONS[name].check(value)


@pytest.mark.parametrize(
    "tree", ["9999x9999", "x".join("2" * 40), "1x" * 1500 + "1", "dynamic:9:9999", "9" * 5000]
)
def test_a_tree_that_fits_no_memory_is_refused(tree: str) -> None:
    with pytest.raises(UsageError):
        Request("Once", tree=tree)


def header(request: Request) -> Header:
    prompt = Prompt(text=None if request.redact_prompt else request.prompt)
    return Header(request=request.entry(), prompt=prompt, title=request.title)


ASKED: list[dict[str, Any]] = [
    {},
    {"k": "auto", "chat": True, "stop": ("a b", "'"), "title": "it's"},
    {"k": 7, "chat": False, "baselines": False, "temperature": 0.0, "top_p": 0.95, "top_k": 3},
    {"tree": "2x2x1", "rule": "specinfer", "evidence": "full", "verifier": "match"},
    {"draft": "ngram", "target": "smollm2", "requests_per_minute": 5, "max_tokens": 9},
]


@pytest.mark.parametrize("asked", ASKED)
def test_the_command_asks_for_the_same_run(asked: dict[str, Any]) -> None:
    request = Request("-- two\nlines", seed=7, **asked)
    words = shlex.split(str(command_line(header(request))))
    assert words[:2] == ["specrecord", "live"]
    prompt, *flags = words[2:]
    group = click.Context(specrecord_command, **specrecord_command.context_settings)
    found = live.make_context("live", [*flags, "--", prompt], group).params
    again = Request(**{name: found[name] for name in OPTIONS})
    assert again == request
    assert same_run(again, request.entry())


def test_a_command_has_no_defaults_no_address_and_no_redacted_prompt() -> None:
    request = Request("x", seed=1)
    assert command_line(header(request)) == "specrecord live x --seed 1"
    secret = Request("x", seed=1, redact_prompt=True, target="api:m@http://10.0.0.1:80")
    assert command_line(header(secret)) == (
        "specrecord live PROMPT --target api:m@URL --seed 1 --redact-prompt"
    )
    folder = Request("x", seed=1, draft="llama:/home/me/models/small", baselines=False)
    assert folder.entry()["draft"] == "llama:small"
    assert command_line(Header(command="as it was")) == "as it was"
    assert command_line(Header()) is None
    assert command_line(Header(request={"stop": 3})) is None


def test_another_option_that_decides_a_run_makes_another_run() -> None:
    request = Request("x", seed=1)
    assert same_run(Request("x", seed=1, title="named"), request.entry())
    for changed in ({"seed": 2}, {"k": 5}, {"k": "auto"}, {"baselines": False}, {"stop": ("x",)}):
        assert not same_run(Request("x", **{"seed": 1, **changed}), request.entry())
    assert not same_run(request, {})


def test_a_seed_is_drawn_where_none_is_given() -> None:
    assert len({Request("x").seed for _ in range(3)}) == 3


def test_a_field_of_a_form_has_the_bounds_and_choices_of_the_table() -> None:
    assert 'type="number" step="1" min="1" max="400"' in option_field("max_tokens", most=400)
    assert 'value="0.7" required type="number" step="any" min="0"' in option_field("temperature")
    assert 'pattern="[0-9.]+|auto"' in option_field("k")
    assert 'type="number" step="1" min="1"' in option_field("k", words=())
    rules = option_field("rule", default="block")
    assert all(f">{name}</option>" in rules for name in OPTIONS["rule"].choices)
    assert rules.count(" selected") == 1
    assert " selected>block<" in rules
    assert "required" not in option_field("seed")
    draft = option_field("draft", default='"><b>', choices={'"><b>': "", "ngram": "<i>"})
    assert "<b>" not in draft
    assert "<i>" not in draft
    assert ">ngram</option>" in draft
