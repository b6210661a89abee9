"""Which models a key can reach: asked of the server, never listed here."""

from specrecord.errors import UsageError
from specrecord.models.base import TargetFaultError
from specrecord.models.remote.connect import RemoteOptions, address_of
from specrecord.models.remote.http.transport import Transport


def reachable_models(name: str, options: RemoteOptions | None = None) -> list[str]:
    """The models at `cerebras` or `api:@URL`, as names for --target, sorted.

    Raises UsageError for a missing key or address, and when the server does not answer.
    """
    kind = name.partition(":")[0]
    asked = name.replace("api:@", "api:any@") if kind == "api" else "cerebras:any"
    address = address_of(asked, options or RemoteOptions())
    transport = Transport(address.url, address.key)
    try:
        found, _ = transport.get("/v1/models")
    except TargetFaultError as fault:
        raise UsageError(f"{name}: {fault}") from None
    finally:
        transport.close()
    entries = found.get("data") if isinstance(found, dict) else None
    ids = [entry["id"] for entry in entries or [] if isinstance(entry, dict) and "id" in entry]
    return sorted(
        f"{kind}:{model}@{address.url}" if kind == "api" else f"{kind}:{model}" for model in ids
    )
