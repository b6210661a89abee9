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
from specrecord.models.base import UNTOLD, Description, TargetFaultError, Tokenizer
from specrecord.models.remote import shown
from specrecord.models.remote.http.rate_limit import Pace
from specrecord.models.remote.http.transport import Wire
from specrecord.models.remote.probing.cache import recall, remember
from specrecord.models.remote.probing.probe import Known, Prober, best, build
from specrecord.models.remote.target import HttpTarget
from specrecord.models.remote.verifiers import VERIFIERS, Name, Speaker

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
    wire = Wire(address.url, address.key, options.timeout, Pace(options.per_minute))
    try:
        known = probe(address, wire, tokenizer, options)
        chosen = best(known) if options.verifier == "auto" else _wanted(known, options.verifier)
        _check_settings(chosen, options)
        round_trip = measure_round_trip(wire)
        context = told_context(wire, address.model)
    except TargetFaultError as fault:
        wire.close()
        raise UsageError(f"{address.name}: {fault}") from None
    except UsageError:
        wire.close()
        raise
    server_side = (1.0, 1.0) if chosen == "score" else (options.temperature, options.top_p)
    speaker = Speaker(wire, address.model, tokenizer, *server_side, dialect=known.dialect)
    # What the target writes without a draft follows the run's own temperature, whoever verifies.
    writer = Speaker(
        wire, address.model, tokenizer, options.temperature, options.top_p, dialect=known.dialect
    )
    return HttpTarget(
        _description(address, tokenizer, known, chosen, context),
        writer,
        build(chosen, speaker),
        round_trip,
    )


def probe(address: Address, wire: Wire, tokenizer: Tokenizer, options: RemoteOptions) -> Known:
    """What works, from the cache where the same server was probed before. Raises
    VocabularyMismatchError.
    """
    prober = Prober(wire, address.model, tokenizer, options.pause)
    known = prober.form()
    _check_vocabulary(address, known, tokenizer)
    before = recall(address.url, address.model, known.fingerprint)
    if before is not None and before.fingerprint:
        return before
    prober.verifiers(known)
    remember(address.url, address.model, known)
    return known


def _wanted(known: Known, wanted: str) -> Name:
    name = next((one for one in VERIFIERS if one == wanted), None)
    if name is None:
        raise UsageError(
            f"no verifier is called {wanted!r}; there are auto, {', '.join(VERIFIERS)}"
        )
    why = known.works.get(name, "it was not tried")
    if why is not None:
        works = [other for other in VERIFIERS if known.works.get(other, "") is None]
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


def _check_vocabulary(address: Address, known: Known, tokenizer: Tokenizer) -> None:
    """Our own servers tell the hash of their vocabulary in their fingerprint."""
    kind, _, rest = known.fingerprint.partition(":")
    if kind == "specrecord" and rest.partition(":")[0] != tokenizer.fingerprint[:16]:
        raise VocabularyMismatchError(
            f"the draft's vocabulary is not that of target {address.name}; choose two models of "
            "one family"
        )


def measure_round_trip(wire: Wire) -> float:
    """The median time of a few small requests on the open connection, in seconds."""
    return statistics.median(wire.ping() for _ in range(_PINGS))


def told_context(wire: Wire, model: str) -> int:
    """The model's context in tokens, where the server's list of models tells it; UNTOLD
    elsewhere.
    """
    try:
        found, _ = wire.get("/v1/models")
        entries = found["data"] if isinstance(found, dict) else []
        entry: dict[str, Any] = next((one for one in entries if one.get("id") == model), {})
    except (TargetFaultError, AttributeError, KeyError, TypeError):
        return UNTOLD
    return next((entry[key] for key in _CONTEXT_KEYS if isinstance(entry.get(key), int)), UNTOLD)


def _description(
    address: Address, tokenizer: Tokenizer, known: Known, chosen: Name, context: int
) -> Description:
    dialect = known.dialect
    details = {
        "verifier": chosen,
        "verifiers": {name: why or "works" for name, why in known.works.items()},
        "server": known.server,
        "fingerprint": known.fingerprint,
        "prompts": "ids" if dialect.ids else "text",
        "likeliest": dialect.most,
        **({"scoring": "shifted rows, put right"} if dialect.shifted else {}),
        **({"retokenised": True} if known.retokenised else {}),
        **({"doctor": known.facts} if known.facts else {}),
    }
    return Description(
        address.name,
        address.backend,
        shown(address.model),
        tokenizer.fingerprint,
        context,
        details=details,
    )
