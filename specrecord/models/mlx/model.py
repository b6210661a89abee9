"""mlx-lm models behind the contract of `base`: the default on Apple silicon, usable on Linux with
mlx[cpu].

A rejected token must leave the cache, and mlx-lm does not promise that: its `trim_prompt_cache`
answers 0 in silence where a layer cannot trim, and a rotating cache stops trimming once its window
is full. So a layer with a window keeps all that it has read, and the window is in its mask
(`windows`); where each token changes a state, earlier states are kept and read on from
(`snapshots`); models with other caches that cannot be trimmed are refused when they are loaded, as
target and as draft alike; and every later trim is checked, layer by layer.
"""

import copy
from pathlib import Path
from typing import Any, Self

import numpy as np

from specrecord.errors import UnsupportedModelError
from specrecord.models.base import Logits, ModelInfo
from specrecord.models.cache import CachedModel
from specrecord.models.context import context_of, within_window
from specrecord.models.mlx.config import readable_config
from specrecord.models.mlx.windows import kept_whole
from specrecord.models.mlx.yarn import unround_ramps
from specrecord.models.snapshots import Snapshots
from specrecord.models.tokenization.tokenizer import FolderTokenizer
from specrecord.models.tree_attention import leaf_paths
from specrecord.models.weights import quantisation, read_config, revision, weight_files

_BLOCK = 512  # prompt tokens per evaluation


class MlxModel(CachedModel):
    """A `Drafter` and `Target` computed by mlx-lm, in the number format that its weights are stored
    in.

    `published` is what a recording calls the model. Logits are float32 numpy, evaluated before the
    call returns, and as wide as the tokenizer's vocabulary: what pads the model beyond it is cut
    off, ids without a token get -inf. Raises UnsupportedModelError without mlx-lm, for a model it
    cannot load, and for a cache that cannot be rolled back.
    """

    def __init__(self, folder: Path, tokenizer: FolderTokenizer, name: str, published: str) -> None:
        core, utils, caches = _libraries()
        config = read_config(folder)
        weight_files(folder)
        try:
            overrides = readable_config(config, utils._get_classes, name)
            self._model, _ = utils.load_model(folder, model_config=overrides)
        except (ValueError, TypeError, KeyError) as error:
            reason = next(iter(str(error).splitlines()), type(error).__name__).rstrip(": ")
            raise UnsupportedModelError(f"{name}: mlx-lm cannot load it: {reason}") from error
        unround_ramps(self._model, config, core)
        self._core, self._caches = core, caches
        self._vocabulary = tokenizer.vocabulary_size
        self._missing_ids = tokenizer.missing_ids
        context = context_of(config, name)
        self._start(context, name)
        self._require_width(name)
        window: dict[str, str] = {}
        if not any(hasattr(part, "window") for part in self._parts):
            # No layer computes the window: past it all would be wrong.
            context, window = within_window(config, context)
        details = {"tree": "each path to a leaf as a row of one batch", **window}
        super().__init__(
            ModelInfo(
                name=name,
                backend="mlx",
                model=published,
                vocabulary=tokenizer.fingerprint,
                context=context,
                parameters=utils.get_total_parameters(self._model),
                revision=revision(folder),
                quantisation=quantisation(config),
                details=details,
            )
        )

    def _start(self, context: int, name: str) -> None:
        """An empty cache."""
        self._ids: list[int] = []
        self._tree = None
        self._cache = list(map(kept_whole, self._caches.make_prompt_cache(self._model)))
        self._parts = rollable_parts(self._cache, context, name)
        self._states = [part for part in opened(self._cache) if has_states(part)]
        self._snapshots = Snapshots()
        self._held = 0  # tokens that stand in the cache
        self._batch: list[Any] = []
        self._paths: list[list[int]] = []

    @property
    def layers(self) -> int:
        """How many layers it has."""
        return len(self._model.layers)

    def first_layers(self, layers: int) -> Self:
        """A draft of this model's own first `layers` layers, with its norm and head, and a cache of
        its own.

        Raises UnsupportedModelError unless 1 <= `layers` < the model's own.
        """
        twin = copy.copy(self)
        twin.info = self.first_layers_info(layers)
        twin._model, twin._model.model = copy.copy(self._model), copy.copy(self._model.model)
        twin._model.model.layers = self._model.layers[:layers]
        twin._start(self.info.context, twin.info.name)
        return twin

    def _require_width(self, name: str) -> None:
        """One token read and forgotten: the model answers, its cache gives way, and its vocabulary
        is wide enough.
        """
        width = self._model(self._core.array([[0]]), cache=self._cache).shape[-1]
        roll_back(self._parts, 0, name)
        self._recall(0)
        if width < self._vocabulary:
            raise UnsupportedModelError(
                f"{name}: the tokenizer knows {self._vocabulary} ids, the model only {width}"
            )

    def _rollback(self, length: int) -> int:
        if length < self._held:
            self._held = self._recall(length) if self._states else length
            roll_back(self._parts, self._held, self.info.name)
        return min(length, self._held)

    def _recall(self, length: int) -> int:
        """Take up the states of at most `length` tokens; of how many they are."""
        count, states = self._snapshots.latest(length)
        for index, part in enumerate(self._states):
            part.cache = [None] * len(part.cache) if states is None else list(states[index])
        return count

    def _forward(self, tokens: list[int], rows: int) -> Logits:
        at_once = rows if self._states else max(rows, _BLOCK)
        while len(tokens) > at_once or (rows == 0 and tokens):
            size = min(_BLOCK, len(tokens) - rows)
            self._model(self._core.array([tokens[:size]]), cache=self._cache)
            self._core.eval([part.state for part in opened(self._cache)])
            self._held += size
            tokens = tokens[size:]
        if rows == 0:
            return np.empty((0, self._vocabulary), np.float32)
        self._snapshots.keep(self._held, [list(part.cache) for part in self._states])
        self._held += len(tokens)
        answer = self._model(self._core.array([tokens]), cache=self._cache)
        return self._as_logits(answer[0, -rows:])

    def _forward_tree(self, before: list[int], tokens: list[int], parents: list[int]) -> Logits:
        """mlx-lm's models take neither a mask nor positions, so each path to a leaf is a row of one
        batch.
        """
        paths = leaf_paths(parents)
        longest = max(map(len, paths))
        rows = [
            [*before, *(tokens[node] for node in path), *[0] * (longest - len(path))]
            for path in paths
        ]
        self._batch = [_repeated(layer, len(rows), self._core) for layer in self._cache]
        self._paths = paths
        answer = self._model(self._core.array(rows), cache=self._batch)
        last = len(before) - 1
        places = {
            node: (row, last + 1 + step)
            for row, path in enumerate(paths)
            for step, node in enumerate(path)
        }
        wanted = [(0, last), *(places[node] for node in range(len(tokens)))]
        rows_of, columns = (self._core.array(places) for places in zip(*wanted, strict=True))
        return self._as_logits(answer[rows_of, columns])

    def _keep_path(self, start: int, path: list[int]) -> int:
        if self._states:  # which stand at the end of a row, perhaps beyond the path
            self._batch = []
            return self._held
        row = next(row for row, nodes in enumerate(self._paths) if nodes[: len(path)] == path)
        for part, several in zip(self._parts, opened(self._batch), strict=True):
            part.keys, part.values = several.keys[row : row + 1], several.values[row : row + 1]
            part.offset = several.offset
        self._batch = []
        self._held = start + len(path)
        roll_back(self._parts, self._held, self.info.name)
        return self._held

    def _as_logits(self, answer: Any) -> Logits:
        logits: Logits = np.array(answer[:, : self._vocabulary].astype(self._core.float32))
        if self._missing_ids.size:
            logits[:, self._missing_ids] = -np.inf
        return logits


def rollable_parts(cache: list[Any], context: int, name: str) -> list[Any]:
    """The simple caches that `cache` consists of but for those of states, lists of caches opened,
    each able to forget at any length.

    Raises UnsupportedModelError, naming the layer, where one cannot trim or may drop tokens before
    `context` of them.
    """
    parts = []
    for index, layer in enumerate(cache):
        for part in opened([layer]):
            if has_states(part):
                continue
            limit = getattr(part, "max_size", None) or getattr(part, "chunk_size", None)
            if not part.is_trimmable() or not hasattr(part, "offset"):
                reason = "cannot be rolled back"
            elif limit is not None and limit <= context:
                reason = f"keeps only {limit} of {context} tokens and then cannot be rolled back"
            else:
                parts.append(part)
                continue
            raise UnsupportedModelError(
                f"{name} cannot take part: the {type(part).__name__} of layer {index} {reason}, "
                "so rejected tokens would stay in it; choose a model with full attention"
            )
    return parts


def has_states(part: Any) -> bool:
    """Whether a cache is of arrays that each token changes."""
    return type(part).__name__ == "ArraysCache"


def opened(cache: list[Any]) -> list[Any]:
    """The simple caches of `cache`, lists of caches opened."""
    return [part for layer in cache for part in getattr(layer, "caches", [layer])]


def _repeated(layer: Any, rows: int, core: Any) -> Any:
    """A copy of a layer's cache that holds the same for each of `rows` rows."""
    twin = copy.copy(layer)
    if hasattr(layer, "caches"):
        twin.caches = [_repeated(part, rows, core) for part in layer.caches]
    elif has_states(layer):
        twin.cache = [one if one is None else core.repeat(one, rows, axis=0) for one in layer.cache]
    elif layer.keys is not None:
        twin.keys, twin.values = (
            core.repeat(layer.keys, rows, axis=0),
            core.repeat(layer.values, rows, axis=0),
        )
    return twin


def roll_back(parts: list[Any], length: int, name: str) -> None:
    """Cut every part to `length` tokens. Raises UnsupportedModelError if one did not give way by
    exactly that.
    """
    for part in parts:
        excess = part.offset - length
        if excess > 0 and (part.trim(excess) != excess or part.offset != length):
            raise UnsupportedModelError(
                f"{name}: its {type(part).__name__} kept tokens that were to be forgotten"
            )


def _libraries() -> tuple[Any, Any, Any]:
    try:
        import mlx.core
        import mlx_lm.models.cache
        import mlx_lm.utils
    except ImportError:
        raise UnsupportedModelError(
            "mlx models need mlx-lm: pip install 'specrecord[mlx]'"
        ) from None
    return mlx.core, mlx_lm.utils, mlx_lm.models.cache
