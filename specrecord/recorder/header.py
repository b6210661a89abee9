"""The header of a recording: everything that a reader must know and that is not an event."""

import hashlib
import time
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from specrecord import __version__
from specrecord.models.base import UNKNOWN_CONTEXT, Description
from specrecord.recorder.machine import describe_machine
from specrecord.recorder.request import Request
from specrecord.recorder.session import Session


def run_header(session: Session) -> dict[str, Any]:
    """The header of a session's recording; its keys are those of docs/format.md."""
    request, settings, remote = session.request, session.settings, session.remote
    sampled = settings.sampling.name
    start = datetime.fromtimestamp(session.start, UTC).isoformat(timespec="seconds")
    return {
        "tool": f"specrecord {__version__}",
        "start": start.replace("+00:00", "Z"),
        "title": request.title,
        "request": request.entry(),
        "prompt": _prompt(request, session.prompt),
        "chat": session.chat,
        "k": settings.k,
        "adaptive": settings.adaptive,
        "temperature": request.temperature,
        "top_k": request.top_k,
        "top_p": request.top_p,
        "seed": request.seed,
        "max_tokens": request.max_tokens,
        "stop": list(request.stop),
        "rule": "drawn" if session.target_samples else settings.rule,
        "tree": settings.tree.name,
        "law": remote.distribution_name(sampled) if remote else sampled,
        "draft": asdict(session.drafter.description),
        "target": _described(session.target.description),
        "evidence": settings.evidence.header,
        "clock": {
            "name": "perf_counter",
            "resolution_us": time.get_clock_info("perf_counter").resolution * 1e6,
        },
        "machine": describe_machine(),
        "round_trip_us": round(remote.round_trip * 1_000_000) if remote else None,
        "simulated": list(request.simulated),
    }


def _prompt(request: Request, ids: list[int]) -> dict[str, Any]:
    sha256 = hashlib.sha256(request.prompt.encode()).hexdigest()
    entry: dict[str, Any] = {"sha256": sha256, "tokens": len(ids)}
    return entry if request.redact_prompt else {**entry, "text": request.prompt, "ids": ids}


def _described(description: Description) -> dict[str, Any]:
    """A model as the header has it; a context that the server does not name is unknown there."""
    unknown = description.context == UNKNOWN_CONTEXT
    return {**asdict(description), "context": None if unknown else description.context}
