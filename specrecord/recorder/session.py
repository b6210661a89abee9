"""Wires models, decoding and recorder into one recorded run."""

import hashlib
import shlex
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from specrecord import __version__
from specrecord.decoding.logprob_capture import LogprobCapture, Mode
from specrecord.decoding.loop import Clock, Loop, Settings, autoregress, speculate
from specrecord.decoding.rejection.rules import RULES
from specrecord.decoding.remote.baselines import Chunked, Streaming, interleave
from specrecord.decoding.remote.retry import RetryPolicy
from specrecord.decoding.rng import SeededRng
from specrecord.decoding.sampling import SamplingParams
from specrecord.decoding.trees import Chain, Dynamic, Levels, Tree, parse_tree
from specrecord.errors import UsageError
from specrecord.events import (
    CHUNKED,
    PER_REQUEST,
    SPECULATIVE,
    STREAMING,
    EndReason,
    Event,
    Finish,
    Mark,
    TrackBegin,
)
from specrecord.models.base import (
    UNKNOWN_CONTEXT,
    Description,
    Drafter,
    Proposer,
    RemoteTarget,
    Target,
    Tokenizer,
)
from specrecord.models.remote import is_remote, load_draft, public_name
from specrecord.models.remote.forecast import Plan
from specrecord.recorder.machine import describe_machine
from specrecord.recording.intern import Interner
from specrecord.recording.writer import RecordingWriter
from specrecord.registry import Pair, load_pair

_WARM_UP_PASSES = 3


@dataclass(frozen=True)
class Request:
    """All that decides a run but the machine. `prompt` is text; `stop` holds strings; `seed` makes
    it repeatable.

    `verifier` and `requests_per_minute` are for remote targets. `simulated` says in words what is
    not real about it.
    """

    prompt: str
    draft: str = "tiny"
    target: str = "tiny"
    k: int = 4
    rule: str = "standard"
    tree: str = "chain"
    adaptive: bool = False
    chat: bool | None = None
    temperature: float = 0.7
    top_k: int = 0
    top_p: float = 1.0
    max_tokens: int = 128
    stop: tuple[str, ...] = ()
    seed: int = 0
    evidence: Mode = "top"
    verifier: str = "auto"
    requests_per_minute: int | None = None
    simulated: tuple[str, ...] = ()
    baselines: bool = True
    title: str | None = None
    redact_prompt: bool = False

    def check(self) -> None:
        """Raises UsageError for the first value that cannot be."""
        wrong = [
            (not self.prompt, "the prompt is empty; give some text, or --prompt-file FILE"),
            (self.k < 1, f"K is {self.k}; it must be at least 1 (-k 4)"),
            (
                self.temperature < 0,
                f"the temperature is {self.temperature:g}; it must be 0 or more (--temperature "
                "0.7)",
            ),
            (self.top_k < 0, f"top-k is {self.top_k}; it must be 0 (off) or more"),
            (not 0 < self.top_p <= 1, f"top-p is {self.top_p:g}; it must be above 0 and at most 1"),
            (
                self.max_tokens < 1,
                f"the token budget is {self.max_tokens}; it must be at least 1 (--max-tokens 128)",
            ),
            (
                self.rule not in RULES,
                f"no rule is called {self.rule!r}; there are {', '.join(RULES)}",
            ),
            (
                any(not stop for stop in self.stop),
                "a stop string is empty; leave it out, or give it some text",
            ),
        ]
        for is_wrong, message in wrong:
            if is_wrong:
                raise UsageError(message)
        rule, tree = RULES[self.rule], self.shape
        if self.adaptive and not isinstance(tree, Chain):
            raise UsageError(
                f"-k auto is for chains, not for the tree {self.tree}; give a number, or leave "
                "out --tree"
            )
        if not isinstance(tree, Chain) and not rule.branches:
            able = ", ".join(name for name, other in RULES.items() if other.branches)
            raise UsageError(
                f"rule {self.rule} judges chains, not the tree {self.tree}; for trees there are "
                f"{able}"
            )
        if isinstance(tree, Dynamic) and not rule.chosen:
            raise UsageError(
                f"a dynamic tree chooses its tokens, and {self.rule} needs them drawn; try "
                "specinfer"
            )

    @property
    def shape(self) -> Tree:
        """The tree as decoding knows it. Raises UsageError if there is none of that name."""
        try:
            return parse_tree(self.tree)
        except ValueError as error:
            raise UsageError(str(error)) from None

    @property
    def depth(self) -> int:
        """How many tokens deep a round drafts: what the tree says, or K."""
        shape = self.shape
        return len(shape.widths) if isinstance(shape, Levels) else self.k


@dataclass
class Session:
    """A loaded pair and an encoded prompt, ready to record.

    `cold`: each lane begins with nothing of the prompt in a cache. Otherwise what the runs before
    have read is reused, and each `prefill` says how much that was.
    """

    request: Request
    drafter: Drafter | Proposer
    target: Target
    tokenizer: Tokenizer
    prompt: list[int]
    settings: Settings
    chat: bool = False
    cold: bool = True
    start: float = field(default_factory=time.time)

    def header(self) -> dict[str, Any]:
        """Everything a reader must know that is not an event."""
        request = self.request
        return {
            "tool": f"specrecord {__version__}",
            "start": datetime.fromtimestamp(self.start, UTC)
            .isoformat(timespec="seconds")
            .replace("+00:00", "Z"),
            "title": request.title,
            "command": command_line(request),
            "prompt": _prompt_entry(request, self.prompt),
            "chat": self.chat,
            "k": self.settings.k,
            "adaptive": request.adaptive,
            "temperature": request.temperature,
            "top_k": request.top_k,
            "top_p": request.top_p,
            "seed": request.seed,
            "max_tokens": request.max_tokens,
            "stop": list(request.stop),
            "rule": "drawn" if self.drawn else request.rule,
            "tree": self.settings.tree.name,
            "law": self.remote.distribution_name(self.settings.sampling.name)
            if self.remote
            else self.settings.sampling.name,
            "draft": asdict(self.drafter.description),
            "target": _described(self.target.description),
            "evidence": self.settings.evidence.header,
            "clock": {
                "name": "perf_counter",
                "resolution_us": time.get_clock_info("perf_counter").resolution * 1e6,
            },
            "machine": describe_machine(),
            "round_trip_us": round(self.remote.round_trip * 1_000_000) if self.remote else None,
            "simulated": list(request.simulated),
        }

    @property
    def remote(self) -> RemoteTarget | None:
        """The target, if it is behind HTTP."""
        return self.target if isinstance(self.target, RemoteTarget) else None

    @property
    def drawn(self) -> bool:
        """Whether the target draws the tokens that the draft is compared with."""
        return self.remote is not None and not self.remote.verifies_here

    def tracks(self, now: Clock) -> Iterator[Iterator[Event]]:
        """Each lane's events: the run itself, then its baseline; from warm code, and from cold
        caches if `cold`.
        """
        pair, seed = (self.drafter, self.target), self.request.seed
        if self.cold:
            self.warm_up()
        if self.remote is not None:
            yield self.four_lines(self.remote, now)
            return
        yield speculate(*pair, self.prompt, self.settings, now=now, rng=_rng(seed, 0))
        if self.request.baselines:
            if self.cold:
                self.warm_up()
            yield autoregress(self.target, self.prompt, self.settings, now=now, rng=_rng(seed, 1))

    def four_lines(self, target: RemoteTarget, now: Clock) -> Iterator[Event]:
        """The run over a network and its three baselines, turn by turn."""
        settings, seed = self.settings, self.request.seed
        kinds: list[tuple[str, type[Loop], Drafter | Proposer | None]] = [
            (SPECULATIVE, Loop, self.drafter)
        ]
        if self.request.baselines:
            kinds += [
                (PER_REQUEST, Loop, None),
                (CHUNKED, Chunked, None),
                (STREAMING, Streaming, None),
            ]
        loops = [
            kind(name, drafter, self.target, self.prompt, settings, now, _rng(seed, track))
            for track, (name, kind, drafter) in enumerate(kinds)
        ]
        yield from interleave(loops, now, target.pause, settings.retry_policy.pause)

    def forecast(self) -> list[str]:
        """What the run will send to a remote target, in words; nothing for a local one."""
        if self.remote is None:
            return []
        request, fans_out = (
            self.request,
            "fan-out" in str(self.target.description.details.get("verifier")),
        )
        return Plan(
            prompt=len(self.prompt),
            max_tokens=request.max_tokens,
            k=self.settings.k,
            copies=self.settings.k + 1 if fans_out else 1,
            drawn=self.settings.k + 1 if self.drawn else 1,
            baselines=request.baselines,
            per_minute=self.remote.requests_per_minute,
        ).lines()

    def warm_up(self) -> None:
        """Run both models a few times over other text: code and weights are warm, the prompt is in
        no cache.
        """
        other = [token for token in range(self.request.k + 2) if token != self.prompt[0]]
        side_by_side = None if isinstance(self.settings.tree, Chain) else [-1] * (len(other) - 1)
        for _ in range(_WARM_UP_PASSES):
            if not isinstance(self.drafter, Proposer):
                self.drafter.next_logits(other[:1])
            if self.remote is None:
                self.target.verify(other[:1], other[1:], side_by_side)


def prepare(
    request: Request,
    interrupted: Callable[[], bool] = lambda: False,
    loaded: Pair | None = None,
    cold: bool = True,
) -> Session:
    """Check the request, load the pair unless it is `loaded`, encode the prompt. `interrupted` is
    asked each round.

    Raises UsageError (or one of its kinds) when the run cannot be.
    """
    request.check()
    pair = loaded or _load(request, interrupted)
    assert pair.drafter is not None
    drawn = isinstance(pair.target, RemoteTarget) and not pair.target.verifies_here
    if drawn and request.rule not in ("standard", "match"):
        raise UsageError(
            f"rule {request.rule} judges by laws, but this verifier has the target draw; leave "
            "--rule out"
        )
    text, chat = _as_chat(request, pair.tokenizer)
    prompt = pair.tokenizer.encode(text)
    context = pair.target.description.context
    if len(prompt) >= context:
        name = pair.target.description.name
        raise UsageError(
            f"the prompt has {len(prompt)} tokens and {name} holds {context}; shorten the prompt"
        )
    settings = Settings(
        k=request.depth,
        max_tokens=request.max_tokens,
        end_ids=pair.tokenizer.end_ids,
        token_bytes=pair.tokenizer.token_bytes,
        rule=request.rule,
        tree=request.shape,
        adaptive=request.adaptive,
        sampling=SamplingParams(request.temperature, request.top_k, request.top_p),
        stop=tuple(stop.encode() for stop in request.stop),
        evidence=LogprobCapture(
            request.evidence,
            raw=request.temperature == 0 or drawn,
            fine=RULES[request.rule].by_lists,
        ),
        # Where the target draws by itself, its likeliest token is the best guess at what it will
        # draw.
        draft_sampling=SamplingParams(0.0) if drawn else None,
        retry_policy=RetryPolicy(pause=partial(_pause, interrupted)),
        interrupted=interrupted,
    )
    return Session(request, pair.drafter, pair.target, pair.tokenizer, prompt, settings, chat, cold)


def _as_chat(request: Request, tokenizer: Tokenizer) -> tuple[str, bool]:
    """What the models read, and whether that is the prompt in the target's chat template (used
    where it has one).
    """
    written = None if request.chat is False else tokenizer.chat(request.prompt)
    if written is None and request.chat:
        raise UsageError(f"{request.target} has no chat template; leave out --chat")
    return (request.prompt, False) if written is None else (written, True)


def _described(description: Description) -> dict[str, Any]:
    """A model as the header keeps it; a context that nobody told is unknown there."""
    return {
        **asdict(description),
        "context": None if description.context == UNKNOWN_CONTEXT else description.context,
    }


def _load(request: Request, interrupted: Callable[[], bool]) -> Pair:
    """Both models; a remote target with what it takes to reach it."""
    if not is_remote(request.target):
        return load_pair(request.draft, request.target)
    from specrecord.models.remote.connect import RemoteOptions, open_remote

    if request.shape != Chain():
        raise UsageError(
            f"a remote target verifies chains, not the tree {request.tree}; leave --tree out"
        )
    drafter, alone = load_draft(request.draft)
    options = RemoteOptions(
        verifier=request.verifier,
        temperature=request.temperature,
        top_k=request.top_k,
        top_p=request.top_p,
        per_minute=request.requests_per_minute,
        pause=partial(_pause, interrupted),
    )
    return Pair(drafter, open_remote(request.target, alone.tokenizer, options), alone.tokenizer)


def _pause(interrupted: Callable[[], bool], seconds: float) -> None:
    """Wait, but not for a run that was told to stop."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0 and not interrupted():
        time.sleep(min(left, 0.1))


def record(
    session: Session,
    path: Path,
    *,
    overwrite: bool = False,
    observe: Callable[[Event], None] = lambda event: None,
    annotate: Callable[[], Iterable[tuple[str, str]]] = tuple,
) -> EndReason:
    """Run all lanes and record them to `path`; `observe` sees each event after it was written.

    `annotate` is asked after each event for marks (title, note) that were made meanwhile; they get
    that event's time.

    An interrupted run ends as a whole, valid recording that says so, and "interrupted" is returned.
    Raises RecordingError when the file cannot be written.
    """
    interner = Interner(session.settings.token_bytes)
    reason: EndReason = "complete"
    track = ""
    with RecordingWriter(path, session.header(), overwrite=overwrite) as writer:
        start = time.perf_counter_ns()

        def now() -> int:
            return (time.perf_counter_ns() - start) // 1000

        writer.extend(
            interner.spell(
                set(session.prompt) if not session.request.redact_prompt else set(), now()
            )
        )
        for events in session.tracks(now):
            for event in events:
                writer.extend(interner(event))
                observe(event)
                track = event.name if isinstance(event, TrackBegin) else track
                if isinstance(event, Finish) and event.reason == "failed" and track == SPECULATIVE:
                    reason = "failed"
                for title, note in annotate():
                    writer.append(Mark(event.time, title, note))
            if session.settings.interrupted() and reason == "complete":
                reason = "interrupted"
                break
        writer.finish(now(), reason)
    return reason


def command_line(request: Request) -> str:
    """The command that makes this run again, without file names; a redacted prompt stays out."""
    plain = Request(request.prompt)
    flags = {
        "draft": "--draft",
        "target": "--target",
        "k": "-k",
        "rule": "--rule",
        "tree": "--tree",
        "temperature": "--temperature",
        "top_k": "--top-k",
        "top_p": "--top-p",
        "max_tokens": "--max-tokens",
        "evidence": "--evidence",
        "verifier": "--verifier",
        "requests_per_minute": "--requests-per-minute",
        "title": "--title",
    }
    request = replace(request, target=public_name(request.target))
    words = ["specrecord", "live", "PROMPT" if request.redact_prompt else request.prompt]
    for name, flag in flags.items():
        if name == "k" and request.adaptive:
            words += ["-k", "auto"]
        elif getattr(request, name) != getattr(plain, name):
            words += [flag, f"{getattr(request, name)}"]
    for stop in request.stop:
        words += ["--stop", stop]
    words += {True: ["--chat"], False: ["--raw"], None: []}[request.chat]
    words += ["--seed", str(request.seed)]
    words += [] if request.baselines else ["--no-baselines"]
    words += ["--redact-prompt"] if request.redact_prompt else []
    return shlex.join(words)


def _prompt_entry(request: Request, ids: list[int]) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "sha256": hashlib.sha256(request.prompt.encode()).hexdigest(),
        "tokens": len(ids),
    }
    return entry if request.redact_prompt else {**entry, "text": request.prompt, "ids": ids}


def _rng(seed: int, track: int) -> SeededRng:
    """Each lane has its own stream, so that adding a baseline changes no draw of the run."""
    return SeededRng(np.random.default_rng([seed, track]), seed)
