"""Text to ids and ids to exact bytes, over a Hugging Face tokenizer.json.

Byte-level vocabularies write every byte as one printable character; that alphabet is inverted here.
SentencePiece vocabularies write a space as U+2581 and a bare byte as <0xAB>. Other kinds are
refused: their pieces are not bytes.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import tokenizers
from numpy.typing import NDArray

from specrecord.errors import UnsupportedModelError
from specrecord.models.tokenization.chat_template import folder_template, piece_of
from specrecord.models.weights import read_json, read_json_if_there


class FolderTokenizer:
    """The `Tokenizer` of a model's folder. Raises UnknownModelError or UnsupportedModelError if it
    has none to use.

    `vocabulary_size` is the highest id + 1; ids below it that name no token are `missing_ids`;
    `special_names` names the special ones. `fingerprint` is a SHA-256 over (id, bytes, special) of
    every token, a special token's name in place of its bytes.
    """

    def __init__(self, folder: Path) -> None:
        content = read_json(folder / "tokenizer.json")
        decode = _piece_decoder(content, folder)
        self._tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        added = self._tokenizer.get_added_tokens_decoder()
        pieces = {
            id_: piece for piece, id_ in self._tokenizer.get_vocab(with_added_tokens=True).items()
        }
        self.vocabulary_size = max(pieces) + 1
        self._bytes = [b""] * self.vocabulary_size
        self.special_names: dict[int, str] = {}
        digest = hashlib.sha256()
        for token, piece in sorted(pieces.items()):
            special = token in added and bool(added[token].special)
            raw = piece.encode() if token in added else decode(piece)
            digest.update(b"%d %d %d " % (token, special, len(raw)) + raw)
            self._bytes[token] = b"" if special else raw
            if special:
                self.special_names[token] = piece
        self.fingerprint = digest.hexdigest()
        self.missing_ids: NDArray[np.intp] = np.setdiff1d(
            np.arange(self.vocabulary_size), np.fromiter(pieces, np.intp)
        )
        self.end_ids = frozenset(self._end_ids(folder))
        self._opening = self._opening_ids(folder)
        self._template = folder_template(folder)

    def encode(self, text: str) -> list[int]:
        """Ids of `text`, with no token added before or after it."""
        return list(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def encode_opening(self, text: str) -> list[int]:
        """Ids of a `text` that nothing stands before: it begins with what the model's own tokenizer
        puts there (a BOS), once.
        """
        ids, opening = self.encode(text), self._opening
        return ids if ids[: len(opening)] == opening else [*opening, *ids]

    def chat(self, text: str) -> str | None:
        """`text` as a user's turn, written as the model's template writes it; None where it has no
        template.
        """
        return None if self._template is None else self._template(text)

    def token_bytes(self, token: int) -> bytes:
        """The bytes `token` adds to the text: half a character perhaps, a leading space kept, b""
        if special.
        """
        return self._bytes[token]

    def described(self, token: int) -> str:
        """A token in words, by which two vocabularies are told apart."""
        if token >= self.vocabulary_size or token in self.missing_ids:
            return "none"
        if token in self.special_names:
            return f"special {self.special_names[token]!r}"
        raw = self._bytes[token]
        try:
            return repr(raw.decode())
        except UnicodeDecodeError:
            return repr(raw)

    def _opening_ids(self, folder: Path) -> list[int]:
        """What the tokenizer puts before a text: by its post-processor, or, where that puts
        nothing there, by the setting that asks for a BOS.
        """
        bare, whole = (
            self._tokenizer.encode("a", add_special_tokens=special).ids for special in (False, True)
        )
        starts = (start for start in range(len(whole)) if whole[start : start + len(bare)] == bare)
        opening = whole[: next(starts, 0)]
        config = read_json_if_there(folder / "tokenizer_config.json")
        bos = self._tokenizer.token_to_id(piece_of(config.get("bos_token")))
        if opening or bos is None or config.get("add_bos_token") is not True:
            return opening
        return [bos]

    def _end_ids(self, folder: Path) -> set[int]:
        """Ids that end a text, from every file of the folder that names some; a chat model may have
        several.
        """
        found: set[int] = set()
        for name in ("config.json", "generation_config.json"):
            ids = read_json_if_there(folder / name).get("eos_token_id")
            found.update(ids if isinstance(ids, list) else [] if ids is None else [ids])
        token = read_json_if_there(folder / "tokenizer_config.json").get("eos_token")
        id_ = self._tokenizer.token_to_id(piece_of(token))
        return found if id_ is None else found | {id_}


def _byte_alphabet() -> dict[str, int]:
    """The character that byte-level vocabularies (GPT-2's and all after it) write for each byte,
    inverted.

    Printable Latin-1 stands for itself; the 68 other bytes are written as U+0100 onwards, in order.
    """
    plain = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    rest = [byte for byte in range(256) if byte not in plain]
    return {chr(byte): byte for byte in plain} | {
        chr(0x100 + place): byte for place, byte in enumerate(rest)
    }


_ALPHABET = _byte_alphabet()


def _byte_level(piece: str) -> bytes:
    """A piece with a character that stands for no byte is itself, as tokenizers decodes it."""
    if not _ALPHABET.keys() >= set(piece):
        return piece.encode()
    return bytes(_ALPHABET[character] for character in piece)


def _sentence_piece(piece: str) -> bytes:
    if len(piece) == 6 and piece.startswith("<0x") and piece.endswith(">"):
        return bytes([int(piece[3:5], 16)])
    return piece.replace("\u2581", " ").encode()


def _piece_decoder(content: dict[str, Any], folder: Path) -> Callable[[str], bytes]:
    decoder = content.get("decoder") or {}
    kinds = {step["type"] for step in decoder.get("decoders", [decoder]) if step}
    if "ByteLevel" in kinds:
        return _byte_level
    if kinds & {"ByteFallback", "Metaspace"}:
        return _sentence_piece
    raise UnsupportedModelError(
        f"{folder / 'tokenizer.json'}: decoder {'+'.join(sorted(kinds)) or 'none'} does not spell "
        "tokens as bytes; "
        "usable are byte-level and SentencePiece vocabularies"
    )
