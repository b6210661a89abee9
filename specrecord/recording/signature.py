"""Who stands for a recording: a detached signature beside it, `RUN.minisig`, in minisign's format,
so that `minisign -V` checks it, too, and minisign's keys sign here.

Ed25519 over the file's BLAKE2b-512 (https://jedisct1.github.io/minisign/#signature-format). The
library `cryptography` signs and verifies; it comes with `specrecord[sign]`.
"""

import os
import secrets
from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b, scrypt
from hmac import compare_digest
from pathlib import Path
from typing import Any

from specrecord.errors import FindingError, UsageError

SUFFIX = ".minisig"
_PURE, _HASHED = b"Ed", b"ED"  # of the file's bytes themselves, and of their hash
_SECRET = 2 + 2 + 2 + 32 + 8 + 8 + 8 + 64 + 32  # bytes of a secret key
_MOST_MEMORY = (1 << 31) - 1  # bytes that a password may ask for


@dataclass(frozen=True)
class PublicKey:
    """Whose signature is good: `number` names the key in messages."""

    number: bytes
    key: bytes

    def __str__(self) -> str:
        return self.number[::-1].hex().upper()


@dataclass(frozen=True)
class SecretKey:
    """What signs: the seed of an Ed25519 key."""

    number: bytes
    seed: bytes


def read_public_key(text: str) -> PublicKey:
    """A public key: a file of minisign's, or its line of base64 itself. Raises UsageError."""
    path = Path(text)
    lines = _lines(path) if path.exists() else [text]
    packed = _unpacked(lines[-1])
    if len(packed) != 42 or packed[:2] != _PURE:
        raise UsageError(f"{text}: no public key of minisign's; give its .pub file or its line")
    return PublicKey(packed[2:10], packed[10:])


def read_secret_key(path: Path, password: Callable[[], str]) -> SecretKey:
    """A secret key in a file of minisign's; `password` is asked for one that has it. Raises
    UsageError.
    """
    packed = _unpacked(_lines(path)[-1])
    if len(packed) != _SECRET or packed[:2] != _PURE or packed[4:6] != b"B2":
        raise UsageError(f"{path}: no secret key of minisign's; make one with --new-key")
    held = packed[54:]
    if packed[2:4] == b"Sc":
        held = _opened(packed, password())
    number, secret, check = held[:8], held[8:72], held[72:]
    own = blake2b(_PURE + number + secret, digest_size=32).digest()
    if any(check) and not compare_digest(own, check):  # zeros: minisign's, without a password
        raise UsageError(f"{path}: that is not its password")
    return SecretKey(number, secret[:32])


def make_keys(name: Path) -> tuple[Path, Path]:
    """A new pair in NAME.key, which nobody else can read and no password guards, and NAME.pub.
    Raises UsageError where one is there.
    """
    number, seed = secrets.token_bytes(8), secrets.token_bytes(32)
    public = _ed25519().Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    own = number + seed + public
    secret = _PURE + b"\0\0B2" + bytes(48) + own
    secret += blake2b(_PURE + own, digest_size=32).digest()
    shown = PublicKey(number, public)
    paths = name.with_name(f"{name.name}.key"), name.with_name(f"{name.name}.pub")
    for path, packed, kind, mode in (
        (paths[0], secret, "minisign secret key", 0o600),
        (paths[1], _PURE + number + public, f"minisign public key {shown}", 0o644),
    ):
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        except OSError as error:
            raise UsageError(f"{path}: cannot be made ({error.strerror})") from None
        with open(descriptor, "w", encoding="ascii") as file:  # noqa: PTH123 - of a mode
            file.write(f"untrusted comment: {kind}\n{b64encode(packed).decode()}\n")
    return paths


def signature_of(data: bytes, key: SecretKey, comment: str) -> bytes:
    """What stands in RUN.minisig; the comment is signed, too."""
    own = _ed25519().Ed25519PrivateKey.from_private_bytes(key.seed)
    sign = own.sign(blake2b(data).digest())
    comment = " ".join(comment.split())
    lines = (
        "untrusted comment: signature of a recording by specrecord",
        b64encode(_HASHED + key.number + sign).decode(),
        f"trusted comment: {comment}",
        b64encode(own.sign(sign + comment.encode())).decode(),
    )
    return ("\n".join(lines) + "\n").encode()


def check_signature(data: bytes, signature: bytes, key: PublicKey) -> str:
    """The comment that was signed with these bytes. Raises FindingError where they were not signed
    by this key.
    """
    lines = signature.decode("utf-8", "replace").replace("\r", "").rstrip("\n").split("\n")
    if len(lines) != 4 or not lines[2].startswith("trusted comment: "):
        raise FindingError("its signature is none of minisign's")
    packed, whole = _unpacked(lines[1]), _unpacked(lines[3])
    if len(packed) != 74 or len(whole) != 64 or packed[:2] not in (_PURE, _HASHED):
        raise FindingError("its signature is none of minisign's")
    if packed[2:10] != key.number:
        other = PublicKey(packed[2:10], b"")
        raise FindingError(f"signed by key {other}, not by {key}")
    signed = blake2b(data).digest() if packed[:2] == _HASHED else data
    comment = lines[2].removeprefix("trusted comment: ")
    public = _ed25519().Ed25519PublicKey.from_public_bytes(key.key)
    from cryptography.exceptions import InvalidSignature

    try:
        public.verify(packed[10:], signed)
        public.verify(whole, packed[10:] + comment.encode())
    except InvalidSignature:
        raise FindingError(f"this is not what key {key} signed") from None
    return comment


def _opened(packed: bytes, password: str) -> bytes:
    """What a password guards of a secret key: scrypt, with libsodium's choice of its numbers."""
    salt = packed[6:38]
    work, memory = (int.from_bytes(packed[at : at + 8], "little") for at in (38, 46))
    block = 8
    most = work // (block * 4) if work < memory // 32 else memory // (block * 128)
    size = 1
    while size < 63 and 1 << size <= most // 2:
        size += 1
    lanes = 1 if work < memory // 32 else max(1, min(work // 4 >> size, 0x3FFFFFFF) // block)
    try:
        stream = scrypt(
            password.encode(), salt=salt, n=1 << size, r=block, p=lanes,
            maxmem=_MOST_MEMORY, dklen=104,
        )  # fmt: skip
    except (ValueError, MemoryError):
        raise UsageError("the key's password asks for more memory than there is") from None
    return bytes(one ^ other for one, other in zip(packed[54:], stream, strict=True))


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8", "replace").strip().splitlines() or [""]
    except OSError as error:
        raise UsageError(f"{path}: the key cannot be read ({error.strerror})") from None


def _unpacked(line: str) -> bytes:
    try:
        return b64decode(line.strip().encode(), validate=True)
    except NoBase64:
        return b""


def _ed25519() -> Any:
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError:
        raise UsageError(
            "signatures need the library cryptography: pip install 'specrecord[sign]'"
        ) from None
    return ed25519
