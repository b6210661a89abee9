"""Growing a trained model deeper without changing what it says: every layer is followed by copies
of itself whose outputs are zero, and training goes on from there. (Function-preserving growth:
Chen, Goodfellow, Shlens, Net2Net, arXiv 1511.05641.)
"""

from __future__ import annotations

from dataclasses import replace

import torch

from ..model import Llama


@torch.no_grad()
def deepened(model: Llama, times: int) -> Llama:
    """The same function with `times` as many layers. Keys, queries and gates are copied, so that
    a new layer starts out looking where its origin looks; what it adds is zero.
    """
    deeper = Llama(replace(model.shape, layers=model.shape.layers * times))
    deeper.model.embed_tokens.load_state_dict(model.model.embed_tokens.state_dict())
    deeper.model.norm.load_state_dict(model.model.norm.state_dict())
    for index, layer in enumerate(deeper.model.layers):
        layer.load_state_dict(model.model.layers[index // times].state_dict())
        if index % times:
            layer.self_attn.o_proj.weight.zero_()
            layer.mlp.down_proj.weight.zero_()
    return deeper
