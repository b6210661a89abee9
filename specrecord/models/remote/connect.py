"""From a name on the command line to a target that can verify: connect, probe, choose a verifier,
measure how far.
"""

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from specrecord.errors import UnknownModelError, UsageError, VocabularyMismatchError
from specrecord.models.base import UNKNOWN_CONTEXT, Description, TargetFaultError, Tokenizer
from specrecord.models.remote import shown
from specrecord.models.remote.http.rate_limit import RateLimiter
from specrecord.models.remote.http.transport import Transport
from specrecord.models.remote.probing.cache import recall, remember
from specrecord.models.remote.probing.probe import Prober, ProbeResult, best, build
from specrecord.models.remote.target import HttpTarget
from specrecord.models.remote.verifiers import VERIFIERS, CompletionsClient, Name

CEREBRAS = "https://api.cerebras.ai"
_CONTEXT_KEYS = (
    "context_length",
    "max_model_len",
    "max_context_length",
)  # as servers word it in /v1/models
_PINGS = 5


@dataclass(frozen=True)
class RemoteOptions:
    """What a run asks of a remote target. `pause` waits; `key` and `base_url` default to the
    environment's.
    """

    verifier: str = "auto"
    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    key: str | None = None
    per_minute: int | None = None
    timeout: float = 60.0
    pause: Callable[[float], None] = time.sleep
    base_url: str | None = None


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
    """Takes `api:MODEL@URL` and `cerebras:MODEL` apart. Raises UnknownModelError or UsageError for
    what is missing.
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
        return Address(f"cerebras:{model}", "cerebras", model, url, key)
    model, _, url = rest.rpartition("@")
    if not model or not url.startswith(("http://", "https://")):
        raise UnknownModelError(
            f"{name}: write api:MODEL@URL, as in api:tiny:target@http://127.0.0.1:8091"
        )
    return Address(
        f"api:{shown(model)}",
        "api",
        model,
        url,
        options.key or os.environ.get("SPECRECORD_TARGET_KEY"),
    )


def open_remote(name: str, tokenizer: Tokenizer, options: RemoteOptions) -> HttpTarget:
    """Connect and choose. `tokenizer` is the draft's, which must be the target's too.

    Raises UsageError in all its kinds when the target cannot be used; faults on the way become one,
    too.
    """
    address = address_of(name, options)
    transport = Transport(
        address.url, address.key, options.timeout, RateLimiter(options.per_minute)
    )
    try:
        probed = probe(address, transport, tokenizer, options)
        chosen = best(probed) if options.verifier == "auto" else _wanted(probed, options.verifier)
        _check_settings(chosen, options)
        round_trip = measure_round_trip(transport)
        context = told_context(transport, address.model)
    except TargetFaultError as fault:
        transport.close()
        raise UsageError(f"{address.name}: {fault}") from None
    except UsageError:
        transport.close()
        raise
    server_side = (1.0, 1.0) if chosen == "score" else (options.temperature, options.top_p)
    client = CompletionsClient(
        transport, address.model, tokenizer, *server_side, capabilities=probed.capabilities
    )
    # What the target writes without a draft follows the run's own temperature, whoever verifies.
    writer = CompletionsClient(
        transport,
        address.model,
        tokenizer,
        options.temperature,
        options.top_p,
        capabilities=probed.capabilities,
    )
    return HttpTarget(
        _description(address, tokenizer, probed, chosen, context),
        writer,
        build(chosen, client),
        round_trip,
    )


def probe(
    address: Address, transport: Transport, tokenizer: Tokenizer, options: RemoteOptions
) -> ProbeResult:
    """What works, from the cache where the same server was probed before. Raises
    VocabularyMismatchError.
    """
    prober = Prober(transport, address.model, tokenizer, options.pause)
    probed = prober.form()
    _check_vocabulary(address, probed, tokenizer)
    before = recall(address.url, address.model, probed.fingerprint)
    if before is not None and before.fingerprint:
        return before
    prober.verifiers(probed)
    remember(address.url, address.model, probed)
    return probed


def _wanted(probed: ProbeResult, wanted: str) -> Name:
    name = next((one for one in VERIFIERS if one == wanted), None)
    if name is None:
        raise UsageError(
            f"no verifier is called {wanted!r}; there are auto, {', '.join(VERIFIERS)}"
        )
    why = probed.works.get(name, "it was not tried")
    if why is not None:
        works = [other for other in VERIFIERS if probed.works.get(other, "") is None]
        raise UsageError(
            f"the verifier {name} does not work with this target: {why}; there is "
            f"{', '.join(works)}"
        )
    return name


def _check_settings(chosen: Name, options: RemoteOptions) -> None:
    if chosen != "score" and options.top_k:
        raise UsageError(
            f"--top-k cannot be asked of the server, which draws the tokens itself with {chosen}"
        )
    if chosen != "score" and options.temperature > 2:
        raise UsageError(f"the temperature is {options.temperature:g}; this API takes 0 to 2")


def _check_vocabulary(address: Address, probed: ProbeResult, tokenizer: Tokenizer) -> None:
    """Our own servers tell the hash of their vocabulary in their fingerprint."""
    kind, _, rest = probed.fingerprint.partition(":")
    if kind == "specrecord" and rest.partition(":")[0] != tokenizer.fingerprint[:16]:
        raise VocabularyMismatchError(
            f"the draft's vocabulary is not that of target {address.name}; choose two models of "
            "one family"
        )


def measure_round_trip(transport: Transport) -> float:
    """The median time of a few small requests on the open connection, in seconds."""
    return statistics.median(transport.ping() for _ in range(_PINGS))


def told_context(transport: Transport, model: str) -> int:
    """The model's context in tokens, where the server's list of models tells it; UNKNOWN_CONTEXT
    elsewhere.
    """
    try:
        found, _ = transport.get("/v1/models")
        entries = found["data"] if isinstance(found, dict) else []
        entry: dict[str, Any] = next((one for one in entries if one.get("id") == model), {})
    except (TargetFaultError, AttributeError, KeyError, TypeError):
        return UNKNOWN_CONTEXT
    return next(
        (entry[key] for key in _CONTEXT_KEYS if isinstance(entry.get(key), int)), UNKNOWN_CONTEXT
    )


def _description(
    address: Address, tokenizer: Tokenizer, probed: ProbeResult, chosen: Name, context: int
) -> Description:
    capabilities = probed.capabilities
    details = {
        "verifier": chosen,
        "verifiers": {name: why or "works" for name, why in probed.works.items()},
        "server": probed.server,
        "fingerprint": probed.fingerprint,
        "prompts": "ids" if capabilities.ids else "text",
        "likeliest": capabilities.most,
        **({"scoring": "shifted rows, put right"} if capabilities.shifted else {}),
        **({"retokenised": True} if probed.retokenised else {}),
        **({"doctor": probed.facts} if probed.facts else {}),
    }
    return Description(
        address.name,
        address.backend,
        shown(address.model),
        tokenizer.fingerprint,
        context,
        details=details,
    )
