"""What a training run is asked for: the recipe, with its units and bounds.

It does not know which library carries it out, so that the same settings can be written for another
trainer. The defaults are those published for Arabic pages (arXiv 2509.18174, 2025-09-17): everything
but the vision tower, 3 epochs, 1e-4 with a cosine, 100 steps of warm-up, 4,096 tokens.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from vanguard.core.errors import SettingsError

Method = Literal["decoder", "lora"]
Precision = Literal["bfloat16", "float32"]
Positive = Annotated[int, msgspec.Meta(ge=1)]
Rate = Annotated[float, msgspec.Meta(ge=0, le=1)]
# one token stands for a square of 28 pixels in Qwen2-VL and Qwen2.5-VL (patches of 14, merged by two)
TOKEN_SIDE_PX = 28
_LIMIT_BYTES = 1_000_000


class Recipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to train.

    Attributes:
        method: `decoder` trains all weights but the vision tower's, `lora` small matrices beside them.
        epochs: how often all pages are seen; `steps` ends earlier, 0 does not.
        batch_pages: of one device at a time; `accumulate` such batches make one step.
        learning_rate: its highest value; it rises over `warmup_steps` and falls by a cosine.
        vision_learning_rate: of the vision tower, which is frozen at 0. A second run with a tenth of
            the first's rate is what brought a gain in print (Nakba 2026).
        max_tokens: pages whose image, question and answer need more are left out, not cut.
        min_image_tokens, max_image_tokens: images are scaled to this many squares of 28 pixels.
        answer_tokens: at most, when the held-out pages are read.
        lora_rank, lora_alpha, lora_dropout: have a say with `lora` alone.
        save_steps: between two checkpoints; the newest `keep_checkpoints` stay.
        loader_workers: processes that prepare images.
        gradient_checkpointing: less memory for a third more time.
        seed: of the order of pages, dropout and new weights; the same seed, the same weights on the
            same device and versions.
    """

    method: Method = "decoder"
    epochs: Annotated[float, msgspec.Meta(gt=0, le=1000)] = 3.0
    steps: Annotated[int, msgspec.Meta(ge=0)] = 0
    batch_pages: Positive = 1
    accumulate: Positive = 8
    learning_rate: Annotated[float, msgspec.Meta(gt=0, le=1)] = 1e-4
    vision_learning_rate: Rate = 0.0
    warmup_steps: Annotated[int, msgspec.Meta(ge=0)] = 100
    weight_decay: Rate = 0.01
    max_tokens: Annotated[int, msgspec.Meta(ge=64, le=131_072)] = 4096
    min_image_tokens: Positive = 256
    max_image_tokens: Positive = 1280
    answer_tokens: Positive = 3000
    lora_rank: Annotated[int, msgspec.Meta(ge=1, le=1024)] = 16
    lora_alpha: Positive = 32
    lora_dropout: Rate = 0.05
    precision: Precision = "bfloat16"
    gradient_checkpointing: bool = True
    save_steps: Positive = 500
    keep_checkpoints: Positive = 2
    log_steps: Positive = 10
    loader_workers: Annotated[int, msgspec.Meta(ge=0, le=256)] = 4
    seed: Annotated[int, msgspec.Meta(ge=0, lt=2**32)] = 0

    @property
    def image_px(self) -> tuple[int, int]:
        """The fewest and the most pixels of an image."""
        square = TOKEN_SIDE_PX * TOKEN_SIDE_PX
        return self.min_image_tokens * square, self.max_image_tokens * square


def load(path: Path | None, given: dict[str, object]) -> Recipe:
    """The settings of a TOML file, with those given besides in their place.

    Raises:
        SettingsError: the file cannot be read, or a value is unknown or out of its bounds.
    """
    values = {**(_read(path) if path else {}), **given}
    try:
        recipe = msgspec.convert(values, Recipe)
    except msgspec.ValidationError as error:
        where = f"{path}: " if path else ""
        raise SettingsError(f"{where}training settings: {error}") from error
    if recipe.min_image_tokens > recipe.max_image_tokens:
        raise SettingsError(
            f"min_image_tokens {recipe.min_image_tokens} is above max_image_tokens"
            f" {recipe.max_image_tokens}"
        )
    if recipe.max_image_tokens >= recipe.max_tokens:
        raise SettingsError(
            f"max_image_tokens {recipe.max_image_tokens} leaves no room for an answer within"
            f" max_tokens {recipe.max_tokens}"
        )
    return recipe


def dumps(recipe: Recipe) -> str:
    """The settings as TOML that `load` reads."""
    lines = [f"{name} = {_toml(value)}" for name, value in msgspec.structs.asdict(recipe).items()]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _read(path: Path) -> dict[str, object]:
    try:
        if path.stat().st_size > _LIMIT_BYTES:
            raise SettingsError(f"{path}: more than {_LIMIT_BYTES:,} bytes")
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: no TOML: {error}") from error
