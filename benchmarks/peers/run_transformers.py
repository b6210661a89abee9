"""transformers' `generate`, with an assistant model or prompt lookup. Needs torch, transformers."""

import os

import torch
from runner import ALONE, SPECULATIVE, run, task
from transformers import AutoModelForCausalLM


def main() -> None:
    asked = task()
    torch.set_num_threads(os.cpu_count() or 1)
    model = AutoModelForCausalLM.from_pretrained(asked["target"], dtype=torch.float32)
    if "draft" in asked:
        draft = AutoModelForCausalLM.from_pretrained(asked["draft"], dtype=torch.float32)
        draft.generation_config.num_assistant_tokens = asked["k"]
        draft.generation_config.num_assistant_tokens_schedule = "constant"
        draft.generation_config.assistant_confidence_threshold = 0.0
        with_draft = {"assistant_model": draft}
    else:
        with_draft = {"prompt_lookup_num_tokens": asked["k"]}

    def generate(ids: list[int], **more: object) -> list[int]:
        given = torch.tensor([ids])
        output = model.generate(
            given,
            attention_mask=torch.ones_like(given),
            max_new_tokens=asked["tokens"],
            do_sample=False,
            pad_token_id=0,
            **more,
        )
        return output[0, len(ids) :].tolist()

    run(asked, {ALONE: generate, SPECULATIVE: lambda ids: generate(ids, **with_draft)})


if __name__ == "__main__":
    main()
