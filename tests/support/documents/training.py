"""What tests that really train share: the recipe of a tiny model, and ways to look into its weights."""

from __future__ import annotations

from pathlib import Path

from vanguard.documents.train.settings import Recipe

TINY = {
    "steps": 60,
    "batch_pages": 6,
    "accumulate": 1,
    "learning_rate": 3e-3,
    # eyes that are random and frozen tell nothing apart
    "vision_learning_rate": 3e-3,
    "warmup_steps": 5,
    "precision": "float32",
    "min_image_tokens": 4,
    "max_image_tokens": 16,
    "max_tokens": 256,
    "answer_tokens": 24,
    "loader_workers": 0,
    "gradient_checkpointing": False,
    "log_steps": 5,
    "save_steps": 30,
}


def recipe(**changed) -> Recipe:
    """The tiny model's recipe."""
    return Recipe(**{**TINY, **changed})


def logits(model, processor, example):
    """What a model says of each next letter of a page and its answer."""
    import torch
    from PIL import Image

    from vanguard.documents.train.model.lengths import conversation

    with Image.open(example.image) as image:
        pixels = image.convert("RGB")
    told = [*conversation(example), {"role": "assistant", "content": example.answer}]
    text = processor.apply_chat_template(told, tokenize=False)
    inputs = processor(images=[[pixels]], text=[text], return_tensors="pt")
    with torch.inference_mode():
        return model.eval()(**inputs).logits


def weights(folder: Path) -> dict:
    """All weights of a model's folder, by name."""
    from safetensors.torch import load_file

    return {
        name: tensor
        for path in sorted(folder.glob("*.safetensors"))
        for name, tensor in load_file(path).items()
    }
