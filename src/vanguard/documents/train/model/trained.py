"""Says which weights of a model learn, and how fast.

It does not know the loop. The names are those of Qwen2.5-VL: `visual` sees, its `merger` joins what is
seen to the language model, and learns with that.
"""

from __future__ import annotations

import re
import warnings
from typing import Any

import torch
from peft import LoraConfig, get_peft_model

from vanguard.documents.train.settings import Recipe

_VISION = re.compile(r"\bvisual\.(?!merger\b)")
_LANGUAGE_LAYERS = r".*\blanguage_model\.layers\..*\.(q|k|v|o|gate|up|down)_proj"
_VISION_LAYERS = r".*\bvisual\.blocks\..*\.(qkv|proj|gate_proj|up_proj|down_proj)"


def is_vision(name: str) -> bool:
    """Whether a weight is of the vision tower."""
    return _VISION.search(name) is not None


def prepared(model: Any, recipe: Recipe) -> Any:
    """The model with the weights that learn set free and all others frozen, adapters put in."""
    if recipe.method == "lora":
        layers = _LANGUAGE_LAYERS
        if recipe.vision_learning_rate:
            layers = f"({_LANGUAGE_LAYERS}|{_VISION_LAYERS})"
        config = LoraConfig(
            r=recipe.lora_rank,
            lora_alpha=recipe.lora_alpha,
            lora_dropout=recipe.lora_dropout,
            target_modules=layers,
            task_type="CAUSAL_LM",
        )
        with warnings.catch_warnings():
            # PEFT 0.21 asks transformers 5 for a property by its old name
            warnings.simplefilter("ignore", FutureWarning)
            return get_peft_model(model, config)
    for name, weight in model.named_parameters():
        weight.requires_grad_(not is_vision(name) or recipe.vision_learning_rate > 0)
    return model


def merged(model: Any) -> Any:
    """The model itself, what its adapters learnt added to its weights."""
    return model.merge_and_unload() if hasattr(model, "merge_and_unload") else model


def optimizer(model: Any, recipe: Recipe) -> torch.optim.Optimizer | None:
    """AdamW with a rate of its own for the vision tower; nothing where one rate is enough."""
    if not recipe.vision_learning_rate:
        return None
    groups: dict[tuple[bool, bool], list[Any]] = {}
    for name, weight in model.named_parameters():
        if weight.requires_grad:
            # scales and biases are not pulled to zero, as the trainer's own optimizer does it
            groups.setdefault((is_vision(name), weight.ndim > 1), []).append(weight)
    return torch.optim.AdamW(
        [
            {
                "params": weights,
                "lr": recipe.vision_learning_rate if vision else recipe.learning_rate,
                "weight_decay": recipe.weight_decay if decays else 0.0,
            }
            for (vision, decays), weights in groups.items()
        ]
    )
