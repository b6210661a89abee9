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
    try:
        entries = Transport(address.url, address.key).models()
    except TargetFaultError as fault:
        raise UsageError(f"{name}: {fault}") from None
    where = f"@{address.url}" if kind == "api" else ""
    return sorted(f"{kind}:{entry.id}{where}" for entry in entries)
