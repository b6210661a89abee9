"""Runs against vLLM, for real: with a model whose own generation_config.json cuts and penalises,
with neutral settings, and with a draft of its own (n-grams).

python -m tools.engines.check_vllm --vllm ENV/bin/vllm --gguf SmolLM2.gguf

ENV has vLLM; docs/engines.md says how it is installed without a GPU. The GGUF file is written out
as the folder that vLLM reads. What is asked of each setting stands in `checks`.
"""

import argparse
import json
import os
import tempfile
from pathlib import Path

from specrecord.events import SPECULATIVE
from specrecord.models.fetched.gguf_file import convert
from specrecord.recording.reader import Recording, read_recording
from tools.engines.check_servers import free_port, started
from tools.engines.checks import TOKENS, check, own_speculation, posted

MODELS_OWN = {"top_k": 20, "top_p": 0.8, "repetition_penalty": 1.3, "temperature": 0.7}
_DRAFT = {
    "method": "ngram",
    "num_speculative_tokens": 4,
    "prompt_lookup_min": 2,
    "prompt_lookup_max": 4,
}
SETTINGS = {
    "default": ["--generation-config", "auto"],
    "neutral": ["--generation-config", "vllm"],
    "own draft": [
        "--per-request-spec-decode-metrics",
        "detailed",
        "--speculative-config",
        json.dumps(_DRAFT),
    ],
}
_PLAIN = ["--served-model-name", "model", "--dtype", "float32", "--enforce-eager"]
_PLAIN += ["--max-model-len", "1024", "--max-num-seqs", "4", "--max-logprobs", "20"]
_PLAIN += ["--enable-per-request-metrics"]
# One thread, which is what two cores are for, and 1 GiB of its cache; nothing is fetched or told.
_SMALL = {
    "VLLM_CPU_KVCACHE_SPACE": "1",
    "OMP_NUM_THREADS": "1",
    "VLLM_CPU_OMP_THREADS_BIND": "nobind",
    "VLLM_NO_USAGE_STATS": "1",
    "HF_HUB_OFFLINE": "1",
}
_NEUTRAL = {"top_k": 0, "top_p": 1, "min_p": 0, "repetition_penalty": 1, "temperature": 0}
_ROUNDING = 1e-3  # nats between prefill and decode
_PATIENCE = 900  # seconds until it answers: a minute or more on an idle machine


def written(url: str, ids: list[int]) -> list[int]:
    """What the server writes by itself at T = 0, one request."""
    body = {"model": "model", "prompt": ids, "max_tokens": TOKENS, "return_token_ids": True}
    answer = posted(f"{url}/v1/completions", {**body, **_NEUTRAL})
    found: list[int] = answer["choices"][0]["token_ids"]
    return found


def second_pass(setting: str, recording: Recording, url: str) -> None:
    """What it told of the finished text is what it tells when it writes the same, in float32."""
    told = recording.tracks[SPECULATIVE].second_pass
    ids = recording.header.prompt.ids
    body = {"model": "model", "prompt": ids, "max_tokens": len(told), **_NEUTRAL, "logprobs": 1}
    written = posted(f"{url}/v1/completions", body)["choices"][0]["logprobs"]["token_logprobs"]
    off = max(abs(one - other) for one, other in zip(told, written, strict=True))
    print(f"{setting}: its second pass over {len(told)} tokens is off by {off:.2g} nats at most")
    if off > _ROUNDING:
        raise SystemExit(f"{setting}: the second pass does not tell what was told at first")


def main() -> None:
    """Check all settings, or those that are named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--vllm", required=True, help="vLLM's command")
    parser.add_argument("--gguf", required=True, type=Path, help="the model")
    parser.add_argument("--tokens", default="smollm2", help="a model with its tokens")
    parser.add_argument("--settings", nargs="*", default=list(SETTINGS), choices=list(SETTINGS))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "model"
        convert(given.gguf, model, "SmolLM2-135M-Instruct")
        (model / "generation_config.json").write_text(json.dumps(MODELS_OWN))
        for setting in given.settings:
            port = free_port()
            words = [given.vllm, "serve", str(model), "--port", str(port), *_PLAIN]
            with started(
                [*words, *SETTINGS[setting]], port, _PATIENCE, {**os.environ, **_SMALL}
            ) as url:
                check(setting, url, given.tokens, Path(folder), written)
                if setting == "own draft":
                    path = own_speculation(setting, "vllm", url, Path(folder))
                    second_pass(setting, read_recording(path), url)


if __name__ == "__main__":
    main()
