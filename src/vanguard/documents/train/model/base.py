"""Loads a model and what prepares its input from a local folder.

It does not know training. Nothing is fetched: neither weights nor code of a model hub.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoTokenizer,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2_5_VLProcessor,
)
from transformers.models.qwen2_vl import image_processing_pil_qwen2_vl
from transformers.processing_utils import ProcessorMixin
from transformers.utils import logging

from vanguard.core.errors import SettingsError
from vanguard.documents.train.settings import Recipe

logging.disable_progress_bar()
logging.set_verbosity_error()

PREPROCESSOR = "preprocessor_config.json"
TEMPLATE = "chat_template.jinja"
MODEL_TYPE = "qwen2_5_vl"


class PageProcessor(Qwen2_5_VLProcessor):  # type: ignore[misc]
    """The model's own processor without its part for videos, which needs torchvision; pages do not."""

    def __init__(
        self, image_processor: Any = None, tokenizer: Any = None, chat_template: str | None = None
    ) -> None:
        self.image_token, self.video_token = "<|image_pad|>", "<|video_pad|>"
        self.image_token_id = tokenizer.convert_tokens_to_ids(self.image_token)
        self.video_token_id = tokenizer.convert_tokens_to_ids(self.video_token)
        # not the next class's, which wants the processor of videos
        ProcessorMixin.__init__(self, image_processor, tokenizer, chat_template=chat_template)


def trained_dtype(recipe: Recipe) -> torch.dtype:
    """The type of weights that learn: a step of 1e-5 is lost in bfloat16, so it is for frozen ones."""
    return served_dtype(recipe) if recipe.method == "lora" else torch.float32


def served_dtype(recipe: Recipe) -> torch.dtype:
    """The type of weights that are written and read with."""
    return torch.bfloat16 if recipe.precision == "bfloat16" else torch.float32


def load_model(folder: Path, dtype: torch.dtype) -> Any:
    """The model, on the CPU.

    Raises:
        SettingsError: it cannot be loaded.
    """
    try:
        return Qwen2_5_VLForConditionalGeneration.from_pretrained(
            folder, dtype=dtype, local_files_only=True, trust_remote_code=False
        )
    except (OSError, ValueError, KeyError) as error:
        raise SettingsError(f"{folder}: cannot be loaded: {error}") from error


def load_processor(folder: Path, recipe: Recipe) -> Any:
    """Tokenizer and image processor, with the recipe's size of images.

    Raises:
        SettingsError: a file is missing or damaged.
    """
    fewest, most = recipe.image_px
    try:
        tokenizer = AutoTokenizer.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
        images = image_processing_pil_qwen2_vl.Qwen2VLImageProcessorPil.from_pretrained(
            folder, local_files_only=True, size={"shortest_edge": fewest, "longest_edge": most}
        )
        return PageProcessor(images, tokenizer, chat_template=_template(folder))
    except (OSError, ValueError, KeyError) as error:
        raise SettingsError(f"{folder}: tokenizer or image processor: {error}") from error


def _template(folder: Path) -> str:
    """The chat template: in a file of its own, or in one of two JSON files of older models."""
    if (folder / TEMPLATE).is_file():
        return (folder / TEMPLATE).read_text("utf-8")
    for name in ("chat_template.json", "tokenizer_config.json"):
        path = folder / name
        if path.is_file():
            found = json.loads(path.read_text("utf-8")).get("chat_template")
            if isinstance(found, str):
                return found
    raise SettingsError(f"{folder}: there is no chat template in it, such as {TEMPLATE}")
