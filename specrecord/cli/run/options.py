"""Options of a run for click, from the table in `specrecord.options`."""

from collections.abc import Callable
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from specrecord.cli.settings import origin
from specrecord.errors import UsageError
from specrecord.options import OPTIONS, Option

Command = TypeVar("Command", bound=Callable[..., Any])
_METAVARS = {"int": "N", "float": "X", "text": "TEXT", "list": "TEXT"}


class _Type(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.5 only
    """What click reads for an option: parsed and checked by the table."""

    def __init__(self, option: Option) -> None:
        self.option, self.name = option, option.kind

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return self.option.parse(value)
        except UsageError as error:
            raise UsageError(f"{_origin(param, ctx)}{error}") from None


def run_option(option: Option, *name: str, **changes: Any) -> Callable[[Command], Command]:
    """One option for a command. `changes` are settings of `click.option` that differ here, `name`
    the parameter's if it does.
    """
    settings: dict[str, Any] = {
        "default": option.default,
        "show_default": True,
        "help": option.help,
    }
    if option.kind == "flag":
        settings["is_flag"] = True
    else:
        choices = f"[{'|'.join(option.choices)}]"
        metavar = choices if option.choices else _METAVARS[option.kind]
        settings |= {
            "type": _Type(option),
            "metavar": "|".join((metavar, *option.words)),
            "multiple": option.kind == "list",
            "envvar": option.env,
            "show_envvar": True,
        }
    return click.option(option.flags, *(name or (option.name,)), **{**settings, **changes})


def repeated_option(option: Option, name: str, *default: Any) -> Callable[[Command], Command]:
    """An option that may be given several times."""
    default = default or (option.default,)
    more = {"multiple": True, "help": f"{option.help} May be repeated.", "envvar": None}
    return run_option(option, name, default=default, **more)


def run_options(command: Command) -> Command:
    """Every option of a run, in the order of the table."""
    for option in reversed(OPTIONS.values()):
        if option.flags:
            command = run_option(option)(command)
    return command


def _origin(param: click.Parameter | None, ctx: click.Context | None) -> str:
    """For a value from the environment: which variable, and where it was set."""
    if param is None or ctx is None:
        return ""
    source = ctx.get_parameter_source(param.name or "")
    return f"{origin(str(param.envvar))}: " if source is ParameterSource.ENVIRONMENT else ""
