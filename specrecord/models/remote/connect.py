"""From a name on the command line to a target that can verify: connect, probe, choose a verifier,
measure how far.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from specrecord.errors import (
    UnknownModelError,
    UnsupportedModelError,
    UsageError,
    VocabularyMismatchError,
)
from specrecord.models.base import (
    UNKNOWN_CONTEXT,
    ModelInfo,
    OwnSamples,
    TargetFaultError,
    Tokenizer,
)
from specrecord.models.remote import shown, split_address
from specrecord.models.remote.completions.client import CompletionsClient
from specrecord.models.remote.completions.verifiers import VERIFIERS
from specrecord.models.remote.http.rate_limit import RateLimiter
from specrecord.models.remote.http.transport import Transport
from specrecord.models.remote.probing.cache import recall, remember, still_true
from specrecord.models.remote.probing.probe import try_verifiers
from specrecord.models.remote.probing.prober import Prober, ProbeResult
from specrecord.models.remote.target import HttpTarget

CEREBRAS = "https://api.cerebras.ai"
_PINGS = 5


@dataclass(frozen=True)
class RemoteOptions:
    """What a run asks of a remote target. `sleep` waits; `key` and `base_url` default to the
    environment's. `second_pass`: an engine that drafts by itself is asked for one, where it can.
    """

    verifier: str = "auto"
    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    key: str | None = None
    per_minute: int | None = None
    timeout: float = 60.0
    sleep: Callable[[float], None] = time.sleep
    base_url: str | None = None
    second_pass: bool = True


@dataclass(frozen=True)
class Address:
    """A remote model: how it is named in a recording (`api:MODEL`), where it is, and the key to
    it.
    """

    name: str
    backend: str
    model: str
    url: str
    key: str | None


def address_of(name: str, options: RemoteOptions) -> Address:
    """Takes `cerebras:MODEL`, and `api:MODEL@URL` with all like it, apart. Raises
    UnknownModelError or UsageError for what is missing.
    """
    kind, _, rest = name.partition(":")
    if kind == "cerebras":
        key = options.key or os.environ.get("CEREBRAS_API_KEY")
        model = rest or os.environ.get("CEREBRAS_TARGET_MODEL", "")
        if not model:
            raise UnknownModelError(
                "cerebras: needs a model; list yours with: specrecord models cerebras"
            )
        url = options.base_url or os.environ.get("CEREBRAS_BASE_URL") or CEREBRAS
        if not key and url == CEREBRAS:
            raise UsageError(
                "cerebras: needs a key; put CEREBRAS_API_KEY=... into the environment or .env"
            )
        return Address(f"cerebras:{model}", "cerebras", model, _checked(url), _sendable(key))
    model, url = split_address(rest)
    if not model or not url:
        raise UnknownModelError(
            f"{kind}:{shown(model)}: write {kind}:MODEL@URL, as in "
            f"{kind}:tiny:target@http://127.0.0.1:8091"
        )
    return Address(
        f"{kind}:{shown(model)}",
        kind,
        model,
        _checked(url),
        _sendable(options.key or os.environ.get("SPECRECORD_TARGET_KEY")),
    )


def _checked(url: str) -> str:
    """The address, which is not repeated in what is raised: it may hold a password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        port, parts = -1, urlsplit("")
    if not parts.hostname or port == -1:
        raise UsageError("the target's address is none; write it as in http://127.0.0.1:8091")
    if parts.username is not None or parts.query or parts.fragment:
        raise UsageError(
            f"the address at {parts.hostname} holds more than host, port and path; give a key in "
            "SPECRECORD_TARGET_KEY, not in the address"
        )
    return url


def _sendable(key: str | None) -> str | None:
    """The key, if a header can hold it. Raises UsageError, which does not quote it."""
    if key and not (key.isascii() and key.isprintable() and " " not in key):
        raise UsageError("the API key holds what no key can: a space, a line end, a strange letter")
    return key


@contextmanager
def connecting(address: Address, options: RemoteOptions, what: str = "") -> Iterator[Transport]:
    """A connection that stays, unless what is asked on it fails: then it is closed, and a fault
    becomes a UsageError that begins with `what`.
    """
    limiter = RateLimiter(options.per_minute)
    transport = Transport(address.url, address.key, options.timeout, limiter)
    try:
        yield transport
    except BaseException as error:
        transport.close()
        if isinstance(error, TargetFaultError):
            raise UsageError(f"{address.name}: {what}{error}") from None
        raise


def measure_round_trip(transport: Transport) -> float:
    """Seconds of a request that asks for nothing, in the median."""
    return statistics.median(transport.ping() for _ in range(_PINGS))


def open_remote(name: str, tokenizer: Tokenizer, options: RemoteOptions) -> HttpTarget:
    """Connect and choose. `tokenizer` is the draft's, which must be the target's too.

    Raises UsageError in all its kinds when the target cannot be used; faults on the way become one,
    too.
    """
    address = address_of(name, options)
    with connecting(address, options) as transport:
        result = probe(address, transport, tokenizer, options)
        chosen = _choose(result, options)
        round_trip = measure_round_trip(transport)
        context = read_context(transport, address.model)
    client = CompletionsClient(
        transport=transport,
        model=address.model,
        tokenizer=tokenizer,
        temperature=options.temperature,
        top_p=options.top_p,
        capabilities=result.capabilities,
    )
    info = _info(address, tokenizer, result, chosen, context)
    return HttpTarget(info, client, VERIFIERS[chosen](client), round_trip)


def probe(
    address: Address, transport: Transport, tokenizer: Tokenizer, options: RemoteOptions
) -> ProbeResult:
    """What works, from the cache where the same server was probed before. Raises
    VocabularyMismatchError.
    """
    prober = Prober(transport, address.model, tokenizer, options.sleep)
    before = recall(address.url, address.model)
    result = prober.form(None if before is None else before.capabilities)
    check_vocabulary(address, result.fingerprint, tokenizer)
    if before is not None and still_true(before, result):
        return before
    try_verifiers(prober, result)
    remember(address.url, address.model, result)
    return result


def _choose(result: ProbeResult, options: RemoteOptions) -> str:
    """The verifier that was asked for, or the best that works. Raises UsageError where it does not
    work, or cannot do what the run asks.
    """
    chosen = options.verifier
    if chosen == "auto":
        if not result.working:
            reasons = dict.fromkeys(why for why in result.works.values() if why)
            raise UnsupportedModelError(f"no verifier works with this target: {'; '.join(reasons)}")
        chosen = result.working[0]
    if chosen not in VERIFIERS:
        raise UsageError(
            f"no verifier is called {chosen!r}; there are auto, {', '.join(VERIFIERS)}"
        )
    reason = result.works.get(chosen, "it was not tried")
    if reason is not None:
        others = f"; there is {', '.join(result.working)}" if result.working else ""
        raise UsageError(f"the verifier {chosen} does not work with this target: {reason}{others}")
    samples = VERIFIERS[chosen].output_type is OwnSamples
    if samples and options.top_k:
        raise UsageError(
            f"--top-k cannot be asked of the server, which draws the tokens itself with {chosen}"
        )
    if samples and options.temperature > 2:
        raise UsageError(f"the temperature is {options.temperature:g}; this API takes 0 to 2")
    return chosen


def check_vocabulary(address: Address, fingerprint: str, tokenizer: Tokenizer) -> None:
    """The fingerprint of our own servers holds the hash of their vocabulary. Raises
    VocabularyMismatchError.
    """
    kind, _, rest = fingerprint.partition(":")
    if kind == "specrecord" and rest.partition(":")[0] != tokenizer.fingerprint[:16]:
        raise VocabularyMismatchError(
            f"the draft's vocabulary is not that of target {address.name}; choose two models of "
            "one family"
        )


def read_context(transport: Transport, model: str) -> int:
    """The model's context in tokens, where the server's list of models tells it; UNKNOWN_CONTEXT
    elsewhere.
    """
    try:
        entries = transport.models()
    except TargetFaultError:
        return UNKNOWN_CONTEXT
    contexts = (one.context for one in entries if one.id == model)
    return next(contexts, None) or UNKNOWN_CONTEXT


def reachable_models(name: str, options: RemoteOptions | None = None) -> list[str]:
    """The models at `cerebras` or `api:@URL`, as names for --target, sorted.

    Raises UsageError for a missing key or address, and when the server does not answer.
    """
    kind = name.partition(":")[0]
    asked = name.replace("api:@", "api:any@") if kind == "api" else "cerebras:any"
    address = address_of(asked, options or RemoteOptions())
    try:
        entries = Transport(address.url, address.key).models()
    except TargetFaultError as fault:
        raise UsageError(f"{name}: {fault}") from None
    where = f"@{address.url}" if kind == "api" else ""
    return sorted(f"{kind}:{entry.id}{where}" for entry in entries)


def _info(
    address: Address, tokenizer: Tokenizer, result: ProbeResult, chosen: str, context: int
) -> ModelInfo:
    capabilities = result.capabilities
    details = {
        "verifier": chosen,
        "verifiers": {name: why or "works" for name, why in result.works.items()},
        "server": result.server,
        "fingerprint": result.fingerprint,
        "prompts": "ids" if capabilities.ids else "text",
        "likeliest": capabilities.most,
        "scoring": "shifted rows, put right" if capabilities.shifted else None,
        "rounding_nats": capabilities.rounding or None,
        "sampling": result.sampling or None,
        "retokenised": result.retokenised or None,
        "doctor": result.facts or None,
    }
    return ModelInfo(
        address.name,
        address.backend,
        shown(address.model),
        tokenizer.fingerprint,
        context,
        details={name: value for name, value in details.items() if value is not None},
    )
