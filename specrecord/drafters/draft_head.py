"""A draft that was trained for one target: a small recurrent head over the target's own features.

Each step takes the state before it, which at first is the target's feature of the last token that
it has read, and the embedding of the token that follows; it looks back at all earlier features, and
its output stands for the next feature, which the target's own head reads. Zhang et al. (ReDrafter),
arXiv 2403.09919, have the recurrence; Li et al. (EAGLE), arXiv 2401.15077, the feature as state;
Ankner et al. (Hydra), arXiv 2402.05109, the look back. Only frequent tokens are scored (Zhao et
al., FR-Spec, arXiv 2502.14856): all others have probability zero, which is known, so the rules stay
lossless. `tools/draft_head` trains it. Shapes: b branches, h hidden, n features, v tokens scored.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from specrecord.errors import UnsupportedModelError, VocabularyMismatchError
from specrecord.models.base import Drafter, FeatureTarget, Logits, ModelInfo, Target, path_to
from specrecord.models.cache import KeyValueCache, common_prefix
from specrecord.models.weights import Tensor, public_name, read_config, read_tensors, revision

_EPSILON = np.float32(1e-5)


class RecurrentDrafter(Drafter):
    """Reads a head's `folder`, config.json and model.safetensors, and drafts for `target`, of which
    it uses embedding, head and features.

    Raises UnsupportedModelError for a target that shows no features or has others than the head was
    trained on, VocabularyMismatchError where its tokens are numbered differently.
    """

    def __init__(self, folder: Path, target: Target, name: str) -> None:
        config = read_config(folder)
        if not isinstance(target, FeatureTarget):
            raise UnsupportedModelError(
                f"{name} reads the features of its target, and {target.info.name} is computed by "
                f"{target.info.backend}, which shows none; take --target llama:PATH or hf:PATH"
            )
        self._require_target(config, target, name)
        tensors = read_tensors(folder)
        self._weights = {
            part.removesuffix(".weight"): np.ascontiguousarray(tensor.T)
            for part, tensor in tensors.items()
        }
        self._weights["query"] *= np.float32(config["head_size"] ** -0.5)
        self._slopes = np.array(config["slopes"], np.float32)[:, None, None]
        self._vocabulary = np.array(config["tokens"], np.intp)
        self._head = np.ascontiguousarray(target.head_rows(self._vocabulary).T)
        self._target, self._width = target, len(target.embedding)
        self._memory = KeyValueCache(1, len(self._slopes), config["head_size"])
        self._ids: list[int] = []  # what the memory was made of
        self._context: list[int] = []  # where the states begin
        self._states: dict[tuple[int, ...], Tensor] = {}
        self.info = ModelInfo(
            name=name,
            backend="numpy",
            model=public_name(folder),
            vocabulary=target.info.vocabulary,
            context=target.info.context,
            parameters=sum(tensor.size for tensor in tensors.values()),
            revision=revision(folder),
            details={"tokens": len(self._vocabulary), "features": "of the target's last norm"},
        )

    @staticmethod
    def _require_target(config: dict[str, object], target: FeatureTarget, name: str) -> None:
        if config.get("vocabulary") != target.info.vocabulary:
            raise VocabularyMismatchError(
                f"{name} was trained for {config.get('target')}, and {target.info.name} numbers "
                "its tokens differently; train one for it with: python -m tools.draft_head"
            )
        if config.get("hidden") != target.embedding.shape[1]:
            raise UnsupportedModelError(
                f"{name} was trained for {config.get('target')}, whose features have "
                f"{config.get('hidden')} numbers; those of {target.info.name} have "
                f"{target.embedding.shape[1]}"
            )

    def next_logits(self, context: Sequence[int]) -> Logits | None:
        """Logits after `context`, float32 (vocabulary,), -inf for all but the frequent tokens; None
        while the target has read nothing of it.
        """
        return self.branch_logits(context, (), (), (-1,))[0]

    def branch_logits(
        self,
        context: Sequence[int],
        tokens: Sequence[int],
        parents: Sequence[int],
        nodes: Sequence[int],
    ) -> list[Logits | None]:
        """Logits after each of `nodes`, all branches in one product. The states follow from what
        the target had read of `context` when its root was asked for.
        """
        context = list(context)
        if -1 in nodes or context != self._context:
            self._begin(context)
        if not self._states:
            return [None] * len(nodes)
        paths = [tuple(tokens[node] for node in path_to(node, parents)) for node in nodes]
        states = self._reach(paths)
        logits = np.full((len(nodes), self._width), -np.inf, np.float32)
        logits[:, self._vocabulary] = states @ self._head + self._weights["bias"]
        return list(logits)

    def _begin(self, context: list[int]) -> None:
        """Remember what the target has read, and read on from there to the end of `context`."""
        features = self._target.features(context)[: len(context) - 1]
        self._context, self._states, count = context, {}, len(features)
        if not count:
            return
        self._remember(features, context[: count + 1])
        state = features[-1:].copy()
        for token in context[count:]:
            state = self._step(state, [token])
        self._states[()] = state[0]

    def _remember(self, features: Tensor, ids: list[int]) -> None:
        """Keys and values of the features (n, h) after `ids` but the last, as far as they are
        new: a value knows the token that followed.
        """
        first = max(common_prefix(self._ids, ids) - 1, 0)
        self._ids, end, memory = ids, len(features), self._memory
        embedded, heads = self._embedded(ids[first:]), (end - first, *memory.keys.shape[1:3])
        memory.reserve(end)
        for name, tokens, shape, room in (
            ("key", embedded[:-1], (1, 2, 0), memory.keys[0, :, :, first:end]),
            ("value", embedded[1:], (1, 0, 2), memory.values[0, :, first:end]),
        ):
            rows = np.concatenate((features[first:], tokens), axis=1) @ self._weights[name]
            room[:] = rows.reshape(heads).transpose(shape)

    def _reach(self, paths: list[tuple[int, ...]]) -> Tensor:
        """The states after `paths`, (b, h). A state that is missing follows from that of its
        parent.
        """
        missing = [path for path in dict.fromkeys(paths) if path not in self._states]
        if missing:
            before = self._reach([path[:-1] for path in missing])
            after = self._step(before, [path[-1] for path in missing])
            self._states.update(zip(missing, after, strict=True))
        return np.stack([self._states[path] for path in paths])

    def _embedded(self, tokens: list[int]) -> Tensor:
        return _normalised(self._target.embedding[tokens])

    def _step(self, state: Tensor, tokens: list[int]) -> Tensor:
        """The states (b, h) after one more token each."""
        weights, count = self._weights, len(self._ids) - 1
        x = np.concatenate((state, self._embedded(tokens)), axis=1) @ weights["enter"]
        query = (_normalised(x) @ weights["query"]).reshape(len(x), len(self._slopes), -1)
        scores = query.transpose(1, 0, 2) @ self._memory.keys[0, :, :, :count]
        scores += self._slopes * np.arange(1 - count, 1, dtype=np.float32)
        scores -= scores.max(axis=-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=-1, keepdims=True)
        seen = scores @ self._memory.values[0, :, :count]
        x += seen.transpose(1, 0, 2).reshape(len(x), -1) @ weights["read"]
        gate, up = np.split(_normalised(x) @ weights["gate_up"], 2, axis=1)
        x += (gate * (1 + np.tanh(gate / 2)) / 2 * up) @ weights["down"]
        normalised: Tensor = _normalised(x) * weights["gain"]
        return normalised


def _normalised(x: Tensor) -> Tensor:
    normalised: Tensor = x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + _EPSILON)
    return normalised
