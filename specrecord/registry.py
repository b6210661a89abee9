"""The names of models on the command line. A new kind is a file of its own and one line in
`MODELS`.
"""

import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from specrecord.drafters.draft_head import RecurrentDrafter
from specrecord.drafters.ensemble import EnsembleDrafter
from specrecord.drafters.lookahead import LookaheadProposer
from specrecord.drafters.ngram import NgramProposer
from specrecord.drafters.skip import SkipDrafter
from specrecord.errors import UnknownModelError, UnsupportedModelError, VocabularyMismatchError
from specrecord.models.base import UNKNOWN_CONTEXT, Drafter, Proposer, Target, Tokenizer
from specrecord.models.fetched.hub import model_folder
from specrecord.models.fetched.store import PUBLISHED, converted, fetched_folder, need
from specrecord.models.hf.model import HfModel
from specrecord.models.llama import LlamaModel
from specrecord.models.mlx.model import MlxModel
from specrecord.models.tokenization.tokenizer import FolderTokenizer
from specrecord.models.weights import public_name

Role = Literal["draft", "target"]
FolderModel = Callable[[Path, FolderTokenizer, str, str], LlamaModel | MlxModel | HfModel]

_EMBEDDED = Path(__file__).parent / "models" / "tiny"
_HEADS = Path(__file__).parent / "models" / "drafts"


@dataclass(frozen=True)
class LoadedModel:
    """A model of this machine and the tokenizer it came with."""

    model: LlamaModel | MlxModel | HfModel
    tokenizer: FolderTokenizer


MakeDraft = Callable[[str, LoadedModel], Drafter | Proposer]


@dataclass(frozen=True)
class ModelKind:
    """A family of names: how to write one, what it is, and how to load it by the whole name, what
    follows its first colon, and the role.
    """

    usage: str
    summary: str
    load: Callable[[str, str, Role], LoadedModel]


@dataclass(frozen=True)
class DraftKind:
    """A way to draft over a target that is there already: how to write it, what it is, and how to
    make it.
    """

    usage: str
    summary: str
    make: MakeDraft


@dataclass(frozen=True)
class Pair:
    """What a run needs. `drafter` is None where the target decodes alone."""

    drafter: Drafter | Proposer | None
    target: Target
    tokenizer: Tokenizer


def load_pair(draft_name: str | None, target_name: str) -> Pair:
    """Load the target, and the draft unless it is None; both must number their tokens alike.

    A draft may be a model, a way to draft over the target's own vocabulary, or several of those:
    `A+B`.

    Raises UnknownModelError for a name that nothing answers to, UnsupportedModelError for a model
    that cannot be used, VocabularyMismatchError, naming both, where the vocabularies differ.
    """
    target = _load(target_name, "target")
    if draft_name is None:
        return Pair(None, target.model, target.tokenizer)
    return Pair(_draft(draft_name, target_name, target), target.model, target.tokenizer)


def pairs_here() -> dict[str, tuple[str, ...]]:
    """Drafts by the target that they fit, of what runs here without a fetch or a path."""
    found: dict[str, tuple[str, ...]] = {
        "tiny": ("tiny", "tiny:draft-int4", "ngram", "lookahead", "skip:2")
    }
    if fetched_folder("smollm2"):
        found["smollm2"] = ("smollm2:draft", "ngram", "lookahead", "skip:8")
    return found


def load_draft(name: str, tokens: str | None = None) -> tuple[Drafter | Proposer, FolderTokenizer]:
    """A draft for a target that runs elsewhere, and the tokenizer that it brings, which must be the
    target's, too: a model, `ngram`, or several of those: `A+B`.

    `ngram` looks up in the tokens of a model that stands beside it, of `ngram:MODEL`, or of
    `tokens`: a model's name, or a folder with its tokenizer. Raises UnknownModelError,
    UnsupportedModelError, VocabularyMismatchError.
    """
    found = [_elsewhere(part) for part in _parts(name)]
    tokenizers = [one.tokenizer for one in found if isinstance(one, LoadedModel)]
    named = [one for one in (tokens, *found) if isinstance(one, str) and one]
    tokenizers += [FolderTokenizer(tokenizer_folder(one)) for one in named]
    if not tokenizers:
        raise UnknownModelError(
            "ngram needs the target's tokens: --tokenizer FOLDER, or a model that has them, as in "
            "ngram:smollm2"
        )
    tokenizer = tokenizers[0]
    for other in tokenizers[1:]:
        if other.fingerprint != tokenizer.fingerprint:
            where = first_difference(tokenizer, other)
            raise VocabularyMismatchError(f"{name}: its parts have different vocabularies: {where}")
    lookup = NgramProposer(tokenizer.fingerprint, UNKNOWN_CONTEXT)
    members = [one.model if isinstance(one, LoadedModel) else lookup for one in found]
    if len(members) == 1:
        return members[0], tokenizer
    return EnsembleDrafter(members, tokenizer.vocabulary_size), tokenizer


def load_tokens(name: str | None) -> FolderTokenizer:
    """The tokens of a target that runs elsewhere and drafts by itself, by a model's name or its
    folder. Raises UnknownModelError.
    """
    if name is None:
        raise UnknownModelError(
            "an engine's own speculation is recorded with the target's tokens: add --tokenizer, a "
            "model that has them or a folder with its tokenizer"
        )
    return FolderTokenizer(tokenizer_folder(name))


def _elsewhere(part: str) -> LoadedModel | str:
    """One part of a draft without a target here: a model, or the name of the tokens that `ngram`
    looks up in, which may be empty.
    """
    prefix, _, argument = part.partition(":")
    if prefix == "ngram":
        return argument
    if part in DRAFTS or prefix in DRAFTS:
        raise UnsupportedModelError(
            f"{part} drafts with a target of this machine; for one elsewhere there are ngram and "
            "models"
        )
    return _load(part, "draft")


def tokenizer_folder(name: str) -> Path:
    """Where the tokenizer of a model lies, by the model's name or as a folder. Raises
    UnknownModelError.
    """
    prefix, _, argument = name.partition(":")
    path = Path(argument if prefix == "llama" else name).expanduser()
    if (path / "tokenizer.json").exists():
        return path
    if path.suffix == ".gguf":
        return converted(path)
    if prefix == "tiny":
        return _EMBEDDED / "target"
    if prefix == "smollm2" and not argument:
        return need("smollm2")
    if prefix in ("mlx", "hf"):
        return _repository(argument.partition("@")[0], prefix)
    raise UnknownModelError(
        f"no tokenizer at {name}; name a model, or a folder with tokenizer.json"
    )


def published_tokenizer(name: str) -> tuple[str, FolderTokenizer]:
    """What a recording may call a model, and its tokenizer. Raises UnknownModelError."""
    folder = tokenizer_folder(name)
    return public_name(folder), FolderTokenizer(folder)


def first_difference(one: FolderTokenizer, other: FolderTokenizer) -> str:
    """Where two vocabularies part, in words: the first token that only one has, or that differs."""
    for token in range(max(one.vocabulary_size, other.vocabulary_size)):
        mine, theirs = one.described(token), other.described(token)
        if mine != theirs:
            return f"token {token} is {mine} in the one and {theirs} in the other"
    return "they differ in no token"


def _parts(name: str) -> list[str]:
    """The parts of `A+B`; a plus in a folder's name parts nothing."""
    parts = name.split("+")
    prefixes = {*MODELS, *DRAFTS}
    return parts if all(part.partition(":")[0] in prefixes for part in parts) else [name]


def _draft(name: str, target_name: str, target: LoadedModel) -> Drafter | Proposer:
    parts = _parts(name)
    if len(parts) > 1:
        members = [_draft(part, target_name, target) for part in parts]
        if any(isinstance(member, LookaheadProposer) for member in members):
            raise UnsupportedModelError(
                f"{name}: lookahead reads along with the target and cannot be one of several"
            )
        return EnsembleDrafter(members, target.tokenizer.vocabulary_size)
    prefix, _, argument = name.partition(":")
    if kind := DRAFTS.get(name) or DRAFTS.get(prefix):
        return kind.make(argument, target)
    draft = _load(name, "draft")
    if draft.tokenizer.fingerprint != target.tokenizer.fingerprint:
        raise VocabularyMismatchError(
            f"draft {name} ({draft.tokenizer.vocabulary_size} tokens) and target {target_name} "
            f"({target.tokenizer.vocabulary_size}) have different vocabularies: "
            f"{first_difference(draft.tokenizer, target.tokenizer)}; choose two models of one "
            "family"
        )
    return draft.model


def _load(name: str, role: Role) -> LoadedModel:
    prefix, _, argument = name.partition(":")
    if prefix not in MODELS:
        raise UnknownModelError(_unknown(name))
    return MODELS[prefix].load(name, argument, role)


def _unknown(name: str) -> str:
    near = get_close_matches(name.lower(), [*MODELS, *DRAFTS, "tiny:draft", "tiny:target"], n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    usages = [kind.usage for kind in MODELS.values()] + [kind.usage for kind in DRAFTS.values()]
    return f"no model is named {name}; {hint}there are {', '.join(usages)}"


def _load_llama(name: str, argument: str, role: Role) -> LoadedModel:
    if not argument:
        raise UnknownModelError("llama: needs a folder, as in llama:models/SmolLM2-135M")
    path = Path(argument).expanduser()
    folder = converted(path) if path.suffix == ".gguf" else path
    return _loaded(folder, LlamaModel, f"llama:{path.resolve().name}", public_name(folder))


def _load_smollm2(name: str, argument: str, role: Role) -> LoadedModel:
    """On mlx where it is at home, else on numpy, which is several times as fast there as mlx's CPU
    build.
    """
    if argument:
        raise UnknownModelError(f"{name} is no model of its own: --draft {name} --target smollm2")
    apple = sys.platform == "darwin" and platform.machine() == "arm64"
    backend = MlxModel if apple and find_spec("mlx_lm") else LlamaModel
    return _loaded(need("smollm2"), backend, "smollm2", PUBLISHED["smollm2"].repository)


def _load_hf(name: str, argument: str, role: Role) -> LoadedModel:
    """What follows an @ is torch's name of the device to compute on."""
    argument, _, device = argument.partition("@")
    backend = partial(HfModel, device=device or "auto")
    return _load_by(backend, "hf", name, argument, role)


def _load_by(
    backend: FolderModel, prefix: str, name: str, argument: str, role: Role
) -> LoadedModel:
    """A folder, a repository, or what numpy computes by other names, by another backend."""
    kind, _, which = argument.partition(":")
    if kind == "tiny":
        return _load_embedded(name, which, role, backend, f"{prefix}:tiny")
    folder = _repository(argument, prefix)
    published = public_name(folder)
    return _loaded(folder, backend, f"{prefix}:{published}", published)


def _repository(argument: str, prefix: str) -> Path:
    return need("smollm2") if argument == "smollm2" else model_folder(argument, prefix)


def _load_embedded(
    name: str, argument: str, role: Role, model: FolderModel = LlamaModel, prefix: str = "tiny"
) -> LoadedModel:
    """The embedded pair's draft (or an int4 twin) or target, as `argument` says; by the role where
    it is empty.
    """
    if argument not in ("", "draft", "draft-int4", "draft-qat", "target"):
        raise UnknownModelError(_unknown(name))
    which = argument or role
    return _loaded(_EMBEDDED / which, model, f"{prefix}:{which}", f"specrecord-tiny-{which}")


def _loaded(folder: Path, model: FolderModel, name: str, published: str) -> LoadedModel:
    tokenizer = FolderTokenizer(folder)
    return LoadedModel(model(folder, tokenizer, name, published), tokenizer)


MODELS = {
    "tiny": ModelKind(
        "tiny[:draft|:draft-int4|:draft-qat|:target]",
        "the embedded pair, computed by numpy",
        _load_embedded,
    ),
    "smollm2": ModelKind(
        "smollm2", "SmolLM2-135M-Instruct: a small real LLM, fetched once", _load_smollm2
    ),
    "llama": ModelKind(
        "llama:PATH",
        "a Llama, Mistral, Qwen 2 or 3 computed by numpy: a folder of safetensors, or a GGUF file",
        _load_llama,
    ),
    "mlx": ModelKind(
        "mlx:REPO_OR_PATH",
        "any mlx-lm model whose cache can be rolled back",
        partial(_load_by, MlxModel, "mlx"),
    ),
    "hf": ModelKind(
        "hf:REPO_OR_PATH[@DEVICE]",
        "any causal model of transformers whose cache can be rolled back, by torch on cuda, mps or "
        "cpu",
        _load_hf,
    ),
}


def _proposer(kind: type[NgramProposer] | type[LookaheadProposer]) -> MakeDraft:
    return lambda _, target: kind(target.tokenizer.fingerprint, target.model.info.context)


def _skip(argument: str, target: LoadedModel) -> Drafter:
    if not argument.isdecimal():
        raise UnknownModelError(f"skip:{argument} needs a number of layers, as in skip:2")
    model, layers = target.model, int(argument)
    return (
        SkipDrafter(model, layers) if isinstance(model, LlamaModel) else model.first_layers(layers)
    )


def _trained_head(argument: str, target: LoadedModel) -> Drafter:
    if not argument:
        raise UnknownModelError("head: needs a folder, as in head:models/my-draft")
    folder = Path(argument).expanduser()
    return RecurrentDrafter(folder, target.model, f"head:{folder.resolve().name}")


DRAFTS = {
    "smollm2:draft": DraftKind(
        "smollm2:draft",
        "a trained head that reads smollm2's features",
        lambda _, target: RecurrentDrafter(_HEADS / "smollm2", target.model, "smollm2:draft"),
    ),
    "head": DraftKind("head:FOLDER", "such a head of your own, by tools/draft_head", _trained_head),
    "ngram": DraftKind(
        "ngram[:MODEL]",
        "what followed the last tokens when they stood in the text before; over a target that runs "
        "elsewhere, in the tokens of MODEL, or of --tokenizer",
        _proposer(NgramProposer),
    ),
    "lookahead": DraftKind(
        "lookahead",
        "n-grams that the target finds while it verifies",
        _proposer(LookaheadProposer),
    ),
    "skip": DraftKind("skip:LAYERS", "the target's own first layers", _skip),
}
