"""The header of a recording: everything that a reader must know and that is not an event."""

import hashlib
import time
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import cast

from specrecord import __version__
from specrecord.header import Evidence, Header, Machine, Model, Prompt, Rule, TimeSource
from specrecord.models.base import UNKNOWN_CONTEXT, ModelInfo, Tokenizer
from specrecord.recorder.machine import describe_machine
from specrecord.recorder.request import Request
from specrecord.recorder.session import Session
from specrecord.recording.measures.channels import MARKERS

_AS_ASKED = ("title", "temperature", "top_k", "top_p", "seed", "max_tokens")


def run_header(session: Session) -> Header:
    """The header of a session's recording."""
    request, settings, remote = session.request, session.settings, session.remote
    sampled = settings.sampling.name
    start = datetime.fromtimestamp(session.start, UTC)
    resolution = time.get_clock_info("perf_counter").resolution * 1e6
    return Header(
        tool=f"specrecord {__version__}",
        start=f"{start:%Y-%m-%dT%H:%M:%SZ}",
        request=request.entry(),
        prompt=_prompt(request, session.prompt),
        chat=session.chat,
        k=_k(session),
        adaptive=settings.adaptive,
        stop=list(request.stop),
        rule=_rule(session),
        tree=settings.tree.name,
        law=remote.distribution_name(sampled) if remote else sampled,
        draft=_described(session.drafter.info) if session.drafter else _own_draft(session),
        target=_described(session.target.info),
        evidence=Evidence(**settings.capture.header),
        clock=TimeSource(name="perf_counter", resolution_us=resolution),
        machine=Machine(**describe_machine()),
        round_trip_us=round(remote.round_trip * 1_000_000) if remote else None,
        simulated=list(request.simulated),
        markers=_markers(session.tokenizer) or None,
        **{name: getattr(request, name) for name in _AS_ASKED},
    )


def prompt_entry(text: str, ids: list[int]) -> Prompt:
    """A prompt that is not redacted."""
    return Prompt(
        sha256=hashlib.sha256(text.encode()).hexdigest(), tokens=len(ids), text=text, ids=ids
    )


def _markers(tokenizer: Tokenizer) -> dict[str, int]:
    """The tokens by which this vocabulary tells the parts of an answer apart."""
    found = {name: ids[0] for name in MARKERS if len(ids := tokenizer.encode(name)) == 1}
    special = tokenizer.special_names
    return {
        name: token
        for name, token in found.items()
        if name in (special.get(token), tokenizer.token_bytes(token).decode(errors="replace"))
    }


def _k(session: Session) -> int | None:
    """None where there are no rounds, or an engine does not tell."""
    if session.predicts:
        return None
    return session.settings.k if session.engine is None else session.engine.k


def _rule(session: Session) -> Rule:
    if session.engine is not None:
        return "own"
    if session.predicts:
        return "prediction"
    return "drawn" if session.target_samples else cast(Rule, session.settings.rule)


def _own_draft(session: Session) -> Model:
    """An engine's, of which no more is told."""
    return Model(name="own", backend=session.target.info.backend)


def _prompt(request: Request, ids: list[int]) -> Prompt:
    entry = prompt_entry(request.prompt, ids)
    return replace(entry, text=None, ids=None) if request.redact_prompt else entry


def _described(info: ModelInfo) -> Model:
    """A model as the header has it; a context that the server does not name is unknown there."""
    context = None if info.context == UNKNOWN_CONTEXT else info.context
    return Model(**{**asdict(info), "context": context})
