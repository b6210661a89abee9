"""A readable Llama in numpy, float32: the embedded pair, SmolLM2, any folder of safetensors that is
shaped like a Llama, Mistral, Qwen 2 or Qwen 3.

Small models are bound by the number of numpy calls, so whatever is constant is folded into the
weights once, when they are loaded (`llama_weights`): each norm's gain, the attention scale, q k v
in one matrix. Big ones are bound by memory (`thin_products`). Shapes below: n new tokens, h hidden,
g key-value heads, r query heads for each, d head size, t tokens up to and with the new ones, v
vocabulary.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from specrecord.models.base import FeatureTarget, Logits, ModelInfo
from specrecord.models.cache import CachedModel, KeyValueCache, common_prefix
from specrecord.models.llama_weights import Layer, Rotation, Shape, read_llama
from specrecord.models.thin_products import Products
from specrecord.models.tokenization.tokenizer import FolderTokenizer
from specrecord.models.tree_attention import depths, tree_mask
from specrecord.models.weights import Tensor, quantisation, read_config, revision

# tokens read at once: bounds the attention scores of a long prompt to (heads, 256, context)
_BLOCK = 256


class LlamaModel(CachedModel, FeatureTarget):
    """A `Drafter` and `Target` computed by numpy. `folder` holds config.json, safetensors and a
    tokenizer.
    `published` is what a recording calls the model.

    Logits are as wide as the tokenizer's vocabulary: ids that pad the model beyond it are never
    computed, and ids below it that name no token get -inf. Raises UnknownModelError for missing
    files, UnsupportedModelError for what is no Llama.
    """

    def __init__(self, folder: Path, tokenizer: FolderTokenizer, name: str, published: str) -> None:
        config = read_config(folder)
        self._shape = shape = Shape.from_config(config, name)
        self._weights = read_llama(folder, shape, tokenizer.vocabulary_size, name)
        self._product = Products(self._weights.parameters)
        self._missing_ids = tokenizer.missing_ids
        self._mean = np.full((shape.hidden, 1), 1 / shape.hidden, np.float32)
        self._epsilon = np.full((1, 1), shape.epsilon, np.float32)
        self._rotation = Rotation(shape)
        self._early: list[int] = []  # what the first layers alone have read, for `early_logits`
        self._cache = KeyValueCache(shape.layers, shape.kv_heads, shape.head_size, shape.hidden)
        self.embedding = self._weights.embedding
        super().__init__(
            ModelInfo(
                name=name,
                backend="numpy",
                model=published,
                vocabulary=tokenizer.fingerprint,
                context=shape.context,
                parameters=self._weights.parameters,
                revision=revision(folder),
                quantisation=quantisation(config),
                details={
                    "tree": "one pass with a tree mask",
                    "products": self._product.description,
                    **shape.window,
                },
            )
        )

    @property
    def layers(self) -> int:
        """How many layers it has."""
        return self._shape.layers

    def features(self, context: Sequence[int]) -> Tensor:
        """The last norm's output before its gain after all that was read of `context`, (n, h)."""
        ids = list(context)
        self._settle(ids)
        return self._cache.features[: common_prefix(self._ids, ids)]

    def head_rows(self, ids: NDArray[np.intp]) -> Tensor:
        """The rows of the head for `ids`, times the last norm's gain, (ids, h)."""
        return self._weights.head.rows(ids)

    def early_logits(self, context: list[int], layers: int) -> Logits:
        """Logits after `context` as the first `layers` layers alone have them, (vocabulary,).

        What all layers have read is not read again; what these layers read is kept until all read
        on.
        """
        self._settle(context)
        shared = max(common_prefix(self._ids, context), common_prefix(self._early, context))
        shared = min(shared, len(context) - 1)
        del self._ids[shared:]
        self._early = context
        return self._head(self._through(context[shared:], shared, layers)[-1:])[0]

    def _rollback(self, length: int) -> int:
        """Nothing to do: the next block overwrites from `length` on, and attention reads no further
        than its end.
        """
        return length

    def _forward(self, tokens: list[int], rows: int) -> Logits:
        start, self._early = len(self._ids), []
        return self._head(self._through(tokens, start)[len(tokens) - rows :])

    def _through(self, tokens: list[int], start: int, layers: int | None = None) -> Tensor:
        """The features of `tokens` after the last of `layers`, block by block, (n, h)."""
        self._cache.reserve(start + len(tokens))
        blocks = [
            self._hidden(tokens[first : first + _BLOCK], start + first, layers=layers)
            for first in range(0, len(tokens), _BLOCK)
        ]
        return np.concatenate(blocks)

    def _forward_tree(self, before: list[int], tokens: list[int], parents: list[int]) -> Logits:
        start, both, self._early = len(self._ids), [*before, *tokens], []
        self._cache.reserve(start + len(both))
        places = [
            *range(start, start + len(before)),
            *(start + len(before) + depth for depth in depths(parents)),
        ]
        hidden = self._hidden(both, start, tree_mask(len(before), parents), places)
        return self._head(hidden[len(before) - 1 :])

    def _keep_path(self, start: int, path: list[int]) -> int:
        self._cache.gather(start, start + np.array(path, np.intp))
        return start + len(path)

    def _head(self, rows: Tensor) -> Logits:
        logits: Logits = self._product(rows, self._weights.head)
        if self._missing_ids.size:
            logits[:, self._missing_ids] = -np.inf
        return logits

    def _hidden(
        self,
        tokens: list[int],
        start: int,
        mask: Tensor | None = None,
        places: list[int] | None = None,
        layers: int | None = None,
    ) -> Tensor:
        """The features of `tokens`, which stand at `start` and after, as the last of `layers` (all)
        has them, (n, h).

        Fills the cache. Of a tree, `mask` says who sees whom, `places` at which position a token
        stands in its path.
        """
        end = start + len(tokens)
        hidden = self._weights.embedding.take(tokens, axis=0)
        rotation = (
            self._rotation.rows(start, end)
            if places is None
            else self._rotation.rows(0, end)[places]
        )
        if mask is None and len(tokens) > 1:
            mask = _causal_mask(len(tokens))
        if mask is not None:
            mask = np.repeat(mask, self._shape.heads // self._shape.kv_heads, axis=0)
        keys, values = self._cache.keys[..., :end], self._cache.values[:, :, :end]
        for layer, layer_keys, layer_values in zip(
            self._weights.layers[:layers], keys, values, strict=layers is None
        ):
            hidden += self._attention(
                layer, self._normalised(hidden), rotation, mask, layer_keys, layer_values
            )
            hidden += self._feed_forward(layer, self._normalised(hidden))
        hidden = self._normalised(hidden)
        if layers is None:
            self._cache.features[start:end] = hidden
        return hidden

    def _normalised(self, hidden: Tensor) -> Tensor:
        """RMSNorm without its gain, which the matrix that follows carries."""
        mean_square = (hidden * hidden).dot(self._mean)
        mean_square += self._epsilon
        return hidden / np.sqrt(mean_square)

    def _attention(
        self,
        layer: Layer,
        x: Tensor,
        rotation: NDArray[np.complex64],
        mask: Tensor | None,
        keys: Tensor,
        values: Tensor,
    ) -> Tensor:
        """Attention of the new tokens, `x` (n, h), to all of `keys` (g, d, t) and `values` (g, t,
        d).

        The last n of those are written here. `mask` (n r, n) is added to the scores among the new
        tokens.
        """
        heads, groups, size = self._shape.heads, self._shape.kv_heads, self._shape.head_size
        count, repeats = len(x), heads // groups
        mixed = self._product(x, layer.qkv)
        if layer.head_gain is not None:
            self._normalise_heads(mixed, layer.head_gain)
        pairs = mixed.view(np.complex64)[:, : rotation.shape[1]]
        pairs *= rotation
        mixed = mixed.reshape(count, heads + 2 * groups, size)
        keys[..., -count:] = mixed[:, heads : heads + groups].transpose(1, 2, 0)
        values[:, -count:] = mixed[:, heads + groups :].transpose(1, 0, 2)
        queries = mixed[:, :heads].reshape(count, groups, repeats * size).transpose(1, 0, 2)
        scores = np.matmul(queries.reshape(groups, count * repeats, size), keys)
        if mask is not None:
            among = scores[..., -count:]
            np.add(among, mask, out=among)
        scores -= np.maximum.reduce(scores, axis=-1, keepdims=True)
        np.exp(scores, out=scores)
        read = np.matmul(scores, values)
        read /= np.add.reduce(scores, axis=-1, keepdims=True)
        read = read.reshape(groups, count, repeats * size).transpose(1, 0, 2)
        return self._product(read.reshape(count, heads * size), layer.out)

    def _normalise_heads(self, mixed: Tensor, gain: Tensor) -> None:
        """RMSNorm of each query and key within `mixed`, the projections (n, (heads + 2 kv heads)
        d), in place. `gain` is (heads + kv heads, d).
        """
        heads = mixed[:, : gain.size].reshape(len(mixed), *gain.shape)
        mean_square = np.square(heads).mean(axis=-1, keepdims=True)
        heads = heads / np.sqrt(mean_square + self._shape.epsilon) * gain
        mixed[:, : gain.size] = heads.reshape(len(mixed), gain.size)

    def _feed_forward(self, layer: Layer, x: Tensor) -> Tensor:
        """SwiGLU, (n, h) to (n, h). silu(a) = a/2 + a/2 tanh(a/2), and the gate's weights are
        halved already.
        """
        gate = self._product(x, layer.gate)
        gated = np.tanh(gate)
        gated *= gate
        gated += gate
        gated *= self._product(x, layer.up)
        return self._product(gated, layer.down)


@lru_cache(maxsize=64)
def _causal_mask(count: int) -> Tensor:
    """0 where the row's token may look, -inf for tokens after it; (count, count)."""
    return np.triu(np.full((count, count), -np.inf, np.float32), 1)
