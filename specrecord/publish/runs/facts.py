"""What a recording's header says, as lines of `label: value`. What it does not say is shown as not
recorded.
"""

from datetime import datetime
from typing import Any

from specrecord.header import Header, Machine, Model, Prompt, TimeSource
from specrecord.publish.runs.numbers import UNKNOWN, figures
from specrecord.text import visible


def header_facts(header: Header) -> dict[str, str]:
    """Label to value, in reading order."""
    return {
        "draft": _model(header.draft),
        "target": _model(header.target),
        "K": plain(header.k),
        "temperature": plain(header.temperature),
        "top-k, top-p": f"{_off(header.top_k, 0)}, {_off(header.top_p, 1.0)}",
        "sampled distribution": plain(header.law),
        "rule, tree": f"{plain(header.rule)}, {plain(header.tree)}",
        "seed": plain(header.seed),
        "token budget": plain(header.max_tokens),
        "prompt": _prompt(header.prompt, header.chat),
        "started": started(header.start),
        "machine": _machine(header.machine),
        "round trip to the target": _round_trip(header.round_trip_us),
        "clock": _clock(header.clock),
        "recorded by": plain(header.tool),
    }


def plain(value: Any) -> str:
    """A header value as text, None as not recorded."""
    if value is None or value == "":
        return UNKNOWN
    return f"{value:g}" if isinstance(value, float) else visible(str(value))


def started(start: Any) -> str:
    """`24 November 2026, 19:38 UTC`; a start that is no ISO time is shown as it stands."""
    try:
        moment = datetime.fromisoformat(str(start))
    except ValueError:
        return plain(start)
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def _off(value: Any, off: float) -> str:
    return "off" if value == off else plain(value)


def _model(model: Model) -> str:
    """Name, then whatever else there is: parameters, backend, quantisation, revision."""
    parts = [plain(model.name)]
    if model.parameters is not None:
        parts.append(f"{model.parameters:,} parameters")
    parts += [
        f"{key} {plain(value)}"
        for key in ("backend", "quantisation", "revision")
        if (value := getattr(model, key))
    ]
    if model.context is not None:
        parts.append(f"context {model.context:,}")
    return " · ".join(parts)


def _prompt(prompt: Prompt, chat: bool) -> str:
    count = f"{plain(prompt.tokens)} tokens"
    template = "chat template applied" if chat else "no chat template"
    if prompt.text is None:
        return f"redacted, SHA-256 {plain(prompt.sha256)} · {count} · {template}"
    return f"{count} · {template}"


def _machine(machine: Machine) -> str:
    if machine == Machine():
        return UNKNOWN
    parts = [
        plain(machine.chip),
        f"{plain(machine.cores)} cores",
        f"{plain(machine.memory_gib)} GiB",
        plain(machine.system),
        f"Python {plain(machine.python)}",
        *(visible(f"{name} {version}") for name, version in sorted(machine.libraries.items())),
    ]
    return " · ".join(parts)


def _round_trip(microseconds: Any) -> str:
    return (
        "none: the target is local"
        if microseconds is None
        else f"{figures(microseconds / 1000)} ms, measured"
    )


def _clock(clock: TimeSource) -> str:
    if clock == TimeSource():
        return UNKNOWN
    return f"{plain(clock.name)}, resolution {plain(clock.resolution_us)} µs"
