"""Engines that draft by themselves: how each is asked to tell its rounds, and how they are read."""

from specrecord.models.remote.engines.engine import Engine
from specrecord.models.remote.engines.llama_server import LlamaServer
from specrecord.models.remote.engines.sglang import Sglang
from specrecord.models.remote.engines.vllm import Vllm

ENGINES: dict[str, type[Engine]] = {
    "vllm": Vllm,
    "llama-server": LlamaServer,
    "sglang": Sglang,
}
