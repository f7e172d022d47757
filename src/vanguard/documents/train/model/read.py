"""Reads pages with a model, one after the other, the likeliest token each time.

It does not know what is right. It is what the gate uses where no server is at hand; a server that
batches is many times faster.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from PIL import Image

from vanguard.documents.train.examples import Example
from vanguard.documents.train.model.lengths import conversation


def read(
    model: Any,
    processor: Any,
    examples: Sequence[Example],
    most_tokens: int,
    seen: Callable[[Example, str], None],
) -> None:
    """Tells `seen` of each page what the model read of it, at most so many tokens."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = model.to(device).eval()
    for example in examples:
        with Image.open(example.image) as image:
            pixels = image.convert("RGB")
        text = processor.apply_chat_template(
            conversation(example), add_generation_prompt=True, tokenize=False
        )
        inputs = processor(images=[[pixels]], text=[text], return_tensors="pt").to(device)
        with torch.inference_mode():
            made = model.generate(
                **inputs, max_new_tokens=most_tokens, do_sample=False, use_cache=True
            )
        answer = made[0, inputs["input_ids"].shape[1] :]
        seen(example, processor.tokenizer.decode(answer, skip_special_tokens=True))
