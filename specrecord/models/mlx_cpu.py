"""Fits a model of mlx-lm to mlx's CPU build: the same values and the same steps, laid out so that
they cost less.

The few rows of a round leave a CPU little to compute and much to dispatch. mlx is made for Apple's
GPUs, where nothing of this is needed or done. Only what is computed in float32 is touched: other
formats go other ways in mlx, and gain nothing.
"""

from typing import Any

import mlx.core
from mlx.nn.layers.embedding import Embedding
from mlx.nn.layers.linear import Linear
from mlx.nn.layers.normalization import RMSNorm
from mlx.nn.layers.positional_encoding import RoPE

core: Any = mlx.core  # its stubs know only some of its types
_AHEAD, _BEHIND = (
    64,
    16,
)  # positions whose rotations are kept at once: from where a round begins, and for rolling back


def fit_for_cpu(model: Any) -> None:
    """Transpose the matrices of `model` in memory, and let all of its layers share their rotations.

    A layer multiplies by its transposed matrix. The BLAS of mlx's Linux build adds up along the
    inputs, one product at a time, but goes along the outputs, many at once, where it is the
    transposed matrix that lies in one piece.

    Where the norms are float32, as in models that were GGUF files, so is all that layers multiply:
    then mlx makes a float32 copy of each narrower matrix for every pass. Here that is done once, at
    the price of keeping it.
    """
    shared: dict[tuple[Any, ...], Rotation] = {}
    modules = model.modules()
    promoted = {norm.weight.dtype for norm in modules if type(norm) is RMSNorm} == {core.float32}
    for module in modules:
        if type(module) in (Linear, Embedding) and (
            promoted or module.weight.dtype == core.float32
        ):
            module.weight = core.contiguous(module.weight.astype(core.float32).T).T
            core.eval(
                module.weight
            )  # at once, so that no second copy of the whole model is ever there
        rope: Any = getattr(module, "rope", None)
        if type(rope) is RoPE:
            key = (rope.dims, rope.traditional, rope.base, rope.scale)
            module.rope = shared.setdefault(key, Rotation(rope))


class Rotation:
    """A rotary embedding as one product with a matrix a position, in place of some twenty steps
    that make its sines.

    The matrices are what `rope` itself makes of the unit vectors, and serve all layers. Many
    positions at once, as in a prompt, and other formats than float32 are left to `rope`.
    """

    def __init__(self, rope: Any) -> None:
        self._rope = rope
        self._start, self._turns = 0, core.zeros((0, 0, 0))

    def __call__(self, x: Any, offset: Any = 0) -> Any:
        """`x` of shape (batch, heads, positions, size), its first position being number
        `offset`.
        """
        length, size = x.shape[-2:]
        if (
            x.dtype != core.float32
            or x.ndim != 4
            or length > _BEHIND
            or not isinstance(offset, int)
        ):
            return self._rope(x, offset=offset)
        first = offset - self._start
        if not 0 <= first <= len(self._turns) - length or self._turns.shape[-1] != size:
            self._start = max(0, offset - _BEHIND)
            first = offset - self._start
            units = core.broadcast_to(
                core.eye(size)[None, :, None], (1, size, _BEHIND + _AHEAD, size)
            )
            self._turns = self._rope(units, offset=self._start)[0].swapaxes(0, 1)
        turned = (x.swapaxes(1, 2) @ self._turns[first : first + length]).swapaxes(1, 2)
        begin(turned)
        return turned


def begin(values: Any) -> None:
    """Have all that is asked so far computed while the layers above are still put together."""
    core.async_eval(values)
