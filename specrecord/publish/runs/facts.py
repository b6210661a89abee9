"""What a recording's header says, as lines of `label: value`. What it does not say is shown as not
recorded.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from specrecord.publish.runs.numbers import UNKNOWN, figures
from specrecord.text import visible


def header_facts(header: Mapping[str, Any]) -> dict[str, str]:
    """Label to value, in reading order."""
    return {
        "draft": _model(header.get("draft")),
        "target": _model(header.get("target")),
        "K": plain(header.get("k")),
        "temperature": plain(header.get("temperature")),
        "top-k, top-p": f"{_off(header.get('top_k'), 0)}, {_off(header.get('top_p'), 1.0)}",
        "sampled distribution": plain(header.get("law")),
        "rule, tree": f"{plain(header.get('rule'))}, {plain(header.get('tree'))}",
        "seed": plain(header.get("seed")),
        "token budget": plain(header.get("max_tokens")),
        "prompt": _prompt(header.get("prompt") or {}, bool(header.get("chat"))),
        "started": started(header.get("start")),
        "machine": _machine(header.get("machine") or {}),
        "round trip to the target": _round_trip(header.get("round_trip_us")),
        "clock": _clock(header.get("clock") or {}),
        "recorded by": plain(header.get("tool")),
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


def _model(model: Any) -> str:
    """Name, then whatever else is known: parameters, backend, quantisation, revision."""
    if not isinstance(model, Mapping):
        return UNKNOWN
    parts = [plain(model.get("name"))]
    if isinstance(model.get("parameters"), int):
        parts.append(f"{model['parameters']:,} parameters")
    parts += [
        f"{key} {plain(model[key])}"
        for key in ("backend", "quantisation", "revision")
        if model.get(key)
    ]
    if isinstance(model.get("context"), int):
        parts.append(f"context {model['context']:,}")
    return " · ".join(parts)


def _prompt(prompt: Mapping[str, Any], chat: bool) -> str:
    count = f"{plain(prompt.get('tokens'))} tokens"
    template = "chat template applied" if chat else "no chat template"
    if prompt.get("text") is None:
        return f"redacted, SHA-256 {plain(prompt.get('sha256'))} · {count} · {template}"
    return f"{count} · {template}"


def _machine(machine: Mapping[str, Any]) -> str:
    if not machine:
        return UNKNOWN
    libraries = machine.get("libraries") or {}
    parts = [
        plain(machine.get("chip")),
        f"{plain(machine.get('cores'))} cores",
        f"{plain(machine.get('memory_gib'))} GiB",
        plain(machine.get("system")),
        f"Python {plain(machine.get('python'))}",
        *(visible(f"{name} {version}") for name, version in sorted(libraries.items())),
    ]
    return " · ".join(parts)


def _round_trip(microseconds: Any) -> str:
    return (
        "none: the target is local"
        if microseconds is None
        else f"{figures(microseconds / 1000)} ms, measured"
    )


def _clock(clock: Mapping[str, Any]) -> str:
    if not clock:
        return UNKNOWN
    return f"{plain(clock.get('name'))}, resolution {plain(clock.get('resolution_us'))} µs"
