"""mlx-lm's own generation, with and without a draft model. Needs mlx-lm."""

from pathlib import Path
from typing import Any

import mlx.core as mx
from mlx_lm.generate import generate_step, speculative_generate_step
from mlx_lm.utils import load_model
from runner import ALONE, SPECULATIVE, run, task


def main() -> None:
    asked = task()
    (target, config), (draft, _) = (load_model(Path(asked[name])) for name in ("target", "draft"))
    end = config.get("eos_token_id")
    ends = set(end if isinstance(end, list) else [end])

    def taken(steps: Any) -> list[int]:
        output: list[int] = []
        for token, *_ in steps:
            output.append(int(token))
            if output[-1] in ends:
                break
        return output

    def alone(ids: list[int]) -> list[int]:
        return taken(generate_step(mx.array(ids), target, max_tokens=asked["tokens"]))

    def speculative(ids: list[int]) -> list[int]:
        given = {"num_draft_tokens": asked["k"], "max_tokens": asked["tokens"]}
        return taken(speculative_generate_step(mx.array(ids), target, draft, **given))

    run(asked, {ALONE: alone, SPECULATIVE: speculative})


if __name__ == "__main__":
    main()
