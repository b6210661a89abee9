"""transformers models behind the contract of `base`: any causal model whose cache can be cropped,
on the CPU, CUDA or Apple's MPS.

A rejected token must leave the cache. transformers' own cache drops what a sliding window no longer
shows, and then cannot go back; here every layer keeps all it has read, so that going back is
forgetting, and the window is in the mask, as the model computes it. Of layers with a state that
each token changes (Mamba, linear attention) earlier states are kept and read on from (`snapshots`);
other layers are refused when the model is loaded.
"""

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from specrecord.errors import UnsupportedModelError
from specrecord.models.base import FeatureTarget, Logits, ModelInfo
from specrecord.models.cache import CachedModel, common_prefix
from specrecord.models.context import context_of
from specrecord.models.hf.features import Features
from specrecord.models.hf.loading import FAILURES, device_of, libraries, loaded
from specrecord.models.snapshots import Snapshots
from specrecord.models.tokenization.tokenizer import FolderTokenizer
from specrecord.models.tree_attention import depths, leaf_paths, tree_mask
from specrecord.models.weights import quantisation, read_config, revision, weight_files

_BLOCK = 512  # prompt tokens per pass
_ANSWERS = 0.02  # of the span of its logits: how far two ways to read the same may differ
_KINDS = {"full_attention", "sliding_attention"}  # of layers whose masks are made here


class HfModel(CachedModel, FeatureTarget):
    """A `Drafter` and `Target` computed by transformers: in float32 on the CPU, elsewhere in the
    number format that its weights are stored in.

    `published` is what a recording calls the model; `device` is one of torch's, or `auto`: cuda,
    mps or cpu, whichever is there first. Logits are float32 numpy, as wide as the tokenizer's
    vocabulary: what pads the model beyond it is cut off, ids without a token get -inf. Features are
    kept from when they are first asked for. Raises UnsupportedModelError without torch and
    transformers, for a model that they cannot load whole, for a cache that cannot be cropped, and
    when features are asked for that do not show.
    """

    def __init__(
        self, folder: Path, tokenizer: FolderTokenizer, name: str, published: str, device: str
    ) -> None:
        self._torch, self._transformers = libraries()
        config = read_config(folder)
        weight_files(folder)
        self._device = device_of(self._torch, device)
        self._model = loaded(folder, config, self._device, name)
        self._vocabulary = tokenizer.vocabulary_size
        self._missing_ids = tokenizer.missing_ids
        self._ids: list[int] = []
        self._tree = None
        self._features: Features | None = None
        self._start(name)
        self._require_width(name)
        self._takes_masks = self._reads_trees_by_masks()
        super().__init__(
            ModelInfo(
                name=name,
                backend="hf",
                model=published,
                vocabulary=tokenizer.fingerprint,
                context=context_of(config, name),
                parameters=self._model.num_parameters(),
                revision=revision(folder),
                quantisation=quantisation(config)
                or config.get("quantization_config", {}).get("quant_method"),
                details={
                    "tree": "one pass with a tree mask"
                    if self._takes_masks
                    else "each path to a leaf as a row of one batch",
                    "device": str(self._device),
                    "numbers": str(self._model.dtype).removeprefix("torch."),
                },
            )
        )

    @property
    def layers(self) -> int:
        """How many layers it has."""
        return len(self._cache.layers)

    def first_layers(self, layers: int) -> Self:
        """A draft of this model's own first `layers` layers, with its norm and head, and a cache of
        its own.

        Raises UnsupportedModelError unless 1 <= `layers` < the model's own, and where the layers
        do not stand where most models have them.
        """
        twin = copy.copy(self)
        twin.info = self.first_layers_info(layers)
        prefix = self._model.base_model_prefix
        inner = self._model._modules.get(prefix)
        if inner is None or "layers" not in inner._modules:
            raise UnsupportedModelError(f"{self.info.name} does not show its layers to skip:")
        first = _with_parts(inner, layers=inner.layers[:layers])
        twin._model = _with_parts(self._model, **{prefix: first})
        twin._ids, twin._tree, twin._features = [], None, None
        twin._start(twin.info.name)
        return twin

    @property
    def embedding(self) -> NDArray[np.float32]:  # type: ignore[override]  # made when asked for
        """The rows of the embedding, (vocabulary, h)."""
        return self._shown().embedding

    def head_rows(self, ids: NDArray[np.intp]) -> NDArray[np.float32]:
        """The rows of the head for `ids`, times the last norm's gain, (ids, h)."""
        return self._shown().head_rows(ids)

    def features(self, context: Sequence[int]) -> NDArray[np.float32]:
        """The last norm's output before its gain after all that was read of `context`, (n, h)."""
        shown, ids = self._shown(), list(context)
        self._settle(ids)
        return shown.rows[: min(self._held, common_prefix(self._ids, ids))]

    def _shown(self) -> Features:
        """Features, which are kept from here on: what was read before is forgotten."""
        if self._features is None:
            name = self.info.name
            shown = Features(self._model, self._vocabulary, name)
            self._rollback(0)
            self._ids, self._tree, self._features = [], None, shown
            try:
                shown.require(4, self._forward([0, 1, 2, 3], 4), name)
            except UnsupportedModelError:
                self._features = None
                raise
            finally:
                self._rollback(0)
        return self._features

    def _start(self, name: str) -> None:
        """An empty cache whose every layer keeps all. Raises UnsupportedModelError, naming the
        layer, where one cannot.
        """
        caches = self._transformers.cache_utils
        config = self._model.config
        try:
            wanted = caches.DynamicCache(config=config).layers
        except FAILURES as error:
            raise UnsupportedModelError(f"{name}: it has a cache of its own: {error}") from error
        for index, layer in enumerate(wanted):
            if type(layer) not in (
                caches.DynamicLayer,
                caches.DynamicSlidingWindowLayer,
                caches.LinearAttentionLayer,
            ):
                raise UnsupportedModelError(
                    f"{name} cannot take part: the {type(layer).__name__} of layer {index} cannot "
                    "be rolled back, so rejected tokens would stay in it; choose a model with "
                    "attention alone"
                )
        self._states = [
            index
            for index, layer in enumerate(wanted)
            if type(layer) is caches.LinearAttentionLayer
        ]
        layers = [
            layer if index in self._states else caches.DynamicLayer()
            for index, layer in enumerate(wanted)
        ]
        self._cache = caches.Cache(layers=layers)
        self._empty = self._copied_states()
        self._snapshots = Snapshots()
        self._held = 0  # tokens that stand in the cache
        self._batch: Any = None
        self._paths: list[list[int]] = []

    def _require_width(self, name: str) -> None:
        """One token read and forgotten: the model answers, by the cache that it was given, and its
        vocabulary is wide enough.
        """
        try:
            width = self._compute([[0]], 1).shape[-1]
        except FAILURES as error:
            raise UnsupportedModelError(f"{name}: it does not read a token: {error}") from error
        if any(layer.get_seq_length() != 1 for layer in self._whole(self._cache)):
            raise UnsupportedModelError(f"{name}: it does not use the cache that it is given")
        self._held = 1
        self._rollback(0)
        self._require_parts(name)
        if width < self._vocabulary:
            raise UnsupportedModelError(
                f"{name}: the tokenizer knows {self._vocabulary} ids, the model only {width}"
            )

    def _require_parts(self, name: str) -> None:
        """Read in parts, and after going back, a text is what it is at once: not every model with
        states reads on from them.
        """
        whole = self._forward([0, 1, 2, 3], 4)
        self._rollback(0)
        self._forward([0, 1, 4], 1)
        kept = self._rollback(2)
        rows = self._forward([0, 1, 2, 3][kept:], 2)
        self._rollback(0)
        if not _same(rows, whole[2:]):
            raise UnsupportedModelError(f"{name}: it does not read on from what its cache holds")

    def _reads_trees_by_masks(self) -> bool:
        """Whether a small tree read by a mask is what its paths are one by one; a model may take no
        mask, or pass over it in silence.
        """
        tokens, parents = [1, 2, 3, 4], [-1, -1, 0, 1]
        try:
            own = self._forward_masked([0, 1], tokens, parents)
        except FAILURES:
            return False
        finally:
            self._rollback(0)
        for path in leaf_paths(parents):
            rows = self._forward([0, 1, *(tokens[node] for node in path)], len(path) + 1)
            self._rollback(0)
            if not _same(own[[0, *(node + 1 for node in path)]], rows):
                return False
        return True

    def _rollback(self, length: int) -> int:
        if length < self._held:
            self._held = self._recall(length) if self._states else length
            for layer in self._whole(self._cache):
                layer.keys = layer.keys[:, :, : self._held]
                layer.values = layer.values[:, :, : self._held]
        return min(length, self._held)

    def _whole(self, cache: Any) -> list[Any]:
        """The layers of a cache that keep all they have read."""
        return [layer for index, layer in enumerate(cache.layers) if index not in self._states]

    def _copied_states(self) -> list[Any]:
        return [copy.deepcopy(self._cache.layers[index]) for index in self._states]

    def _recall(self, length: int) -> int:
        """Take up the states of at most `length` tokens; of how many they are."""
        kept, states = self._snapshots.latest(length)
        for index, state in zip(self._states, states or self._empty, strict=True):
            self._cache.layers[index] = copy.deepcopy(state)  # which the next pass writes into
        return kept

    def _forward(self, tokens: list[int], rows: int) -> Logits:
        at_once = rows if self._states else max(rows, _BLOCK)
        while len(tokens) > at_once or (rows == 0 and tokens):
            size = min(_BLOCK, len(tokens) - rows)
            self._compute([tokens[:size]], 1)[0, 0, 0].item()  # which waits for the device
            self._keep_features(self._held)
            self._held += size
            tokens = tokens[size:]
        if rows == 0:
            return np.empty((0, self._vocabulary), np.float32)
        self._snapshots.keep(self._held, self._copied_states())
        start = self._held
        self._held += len(tokens)
        answer = self._compute([tokens], rows)[0]
        self._keep_features(start)
        return self._as_logits(answer)

    def _forward_tree(self, before: list[int], tokens: list[int], parents: list[int]) -> Logits:
        if self._takes_masks:
            return self._forward_masked(before, tokens, parents)
        return self._forward_paths(before, tokens, parents)

    def _forward_masked(self, before: list[int], tokens: list[int], parents: list[int]) -> Logits:
        """All of the tree in one row, with a mask that says who sees whom."""
        start, count = self._held, len(before)
        places = np.array([*range(count), *(count + depth for depth in depths(parents))]) + start
        seen = np.pad(tree_mask(count, parents), ((0, 0), (start, 0)))
        masks = self._masks(seen, places)
        self._held = start + count + len(tokens)
        answer = self._compute(
            [[*before, *tokens]],
            len(tokens) + 1,
            attention_mask=masks,
            position_ids=self._torch.tensor(places[None], device=self._device),
        )
        self._keep_features(start)
        return self._as_logits(answer[0])

    def _masks(self, seen: NDArray[np.float32], places: NDArray[np.intp]) -> Any:
        """`seen` (n, t), 0 or -inf, as the model takes it: one mask for all layers, or one for each
        kind of them. `places` (n,) are the positions of the new tokens.
        """
        config = self._model.config.get_text_config()
        kinds = set(getattr(config, "layer_types", None) or ())
        if kinds - _KINDS:
            raise ValueError(f"no mask is made for {kinds - _KINDS}")
        window = getattr(config, "sliding_window", None)
        near = seen
        if window is not None:
            before = np.arange(seen.shape[1] - len(places))
            away = places[:, None] - np.concatenate([before, places])
            near = np.where(away < window, seen, np.float32(-np.inf))
        if kinds:
            masks = {"full_attention": seen, "sliding_attention": near}
            return {kind: self._mask(masks[kind]) for kind in kinds}
        return self._mask(near)

    def _mask(self, seen: NDArray[np.float32]) -> Any:
        least = self._torch.finfo(self._model.dtype).min
        mask = self._torch.tensor(seen, dtype=self._model.dtype, device=self._device)
        return mask.clamp(min=least)[None, None]

    def _forward_paths(self, before: list[int], tokens: list[int], parents: list[int]) -> Logits:
        """Each path to a leaf as a row of one batch, over a copy of the cache."""
        paths = leaf_paths(parents)
        longest = max(map(len, paths))
        rows = [
            [*before, *(tokens[node] for node in path), *[0] * (longest - len(path))]
            for path in paths
        ]
        self._batch, self._paths = copy.deepcopy(self._cache), paths
        for layer in self._whole(self._batch):
            layer.batch_repeat_interleave(len(rows))
        for index in self._states:
            _repeat(self._batch.layers[index], len(rows))
        answer = self._compute(rows, longest + 1, cache=self._batch)
        places = {
            node: (row, 1 + step)
            for row, path in enumerate(paths)
            for step, node in enumerate(path)
        }
        wanted = [(0, 0), *(places[node] for node in range(len(tokens)))]
        rows_of, columns = zip(*wanted, strict=True)
        return self._as_logits(answer[list(rows_of), list(columns)])

    def _keep_path(self, start: int, path: list[int]) -> int:
        if self._states:  # which stand at the end of a row, perhaps beyond the path
            self._batch = None
            return self._held
        if self._takes_masks:
            kept = [*range(start), *(start + node for node in path)]
            for layer in self._cache.layers:
                layer.keys, layer.values = layer.keys[:, :, kept], layer.values[:, :, kept]
            if self._features:
                self._features.gather(kept)
            self._held = len(kept)
            return self._held
        row = next(row for row, nodes in enumerate(self._paths) if nodes[: len(path)] == path)
        self._keep_features(self._held, row)
        self._cache, self._batch = self._batch, None
        self._cache.batch_select_indices(self._torch.tensor([row], device=self._device))
        self._held = start + len(self._paths[row])
        return self._rollback(start + len(path))

    def _compute(self, rows: list[list[int]], keep: int, cache: Any = None, **more: Any) -> Any:
        """The model's answer to `rows` of ids, after the last `keep` of each: (rows, keep,
        vocabulary).
        """
        with self._torch.inference_mode():
            answer = self._model(
                input_ids=self._torch.tensor(rows, device=self._device),
                cache=self._cache if cache is None else cache,
                use_cache=True,
                output_hidden_states=self._features is not None,
                **more,
                **({"logits_to_keep": keep} if self._model._supports_logits_to_keep() else {}),
            )
        if self._features:
            self._hidden = answer.hidden_states[-1]
        return answer.logits[:, -keep:]

    def _keep_features(self, start: int, row: int = 0) -> None:
        """Those of a row of the latest pass, which read on from `start`."""
        if self._features:
            self._features.store(start, self._hidden[row])

    def _as_logits(self, answer: Any) -> Logits:
        logits: Logits = answer[:, : self._vocabulary].float().cpu().numpy()
        if self._missing_ids.size:
            logits[:, self._missing_ids] = -np.inf
        return logits


def _same(one: Logits, other: Logits) -> bool:
    """Whether two ways to read a text come to the same, but for rounding."""
    finite = other[np.isfinite(other)]
    with np.errstate(invalid="ignore"):  # -inf less -inf, of ids without a token
        worst = np.nanmax(np.abs(one - other))
    return bool(worst <= _ANSWERS * (finite.max() - finite.min()))


def _repeat(layer: Any, rows: int) -> None:
    """The states of a layer, the same for each of `rows` rows."""
    for states in (layer.conv_states, layer.recurrent_states):
        for index, state in states.items():
            states[index] = state if state is None else state.repeat_interleave(rows, 0)


def _with_parts(module: Any, **parts: Any) -> Any:
    """A copy of a torch module that shares all but these of its parts."""
    twin = copy.copy(module)
    twin._modules = {**module._modules, **parts}
    return twin
