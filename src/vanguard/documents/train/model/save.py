"""Writes a trained model as a folder that can be served as the base's could.

It does not know training. All files of the base that are no weights are taken over as they are, so
that a server finds what it found there; but for the size of images and the type of weights.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import msgspec

from vanguard.documents.train.base_model import CONFIG
from vanguard.documents.train.settings import Recipe

RECORD = "training.json"
_WEIGHTS = (
    ".safetensors",
    ".bin",
    ".pt",
    ".pth",
    ".gguf",
    ".safetensors.index.json",
    ".bin.index.json",
)
# where the size of images stands: alone, or as a part of the whole processor's settings
_SIZES = (("preprocessor_config.json", None), ("processor_config.json", "image_processor"))


def save(model: Any, base: Path, folder: Path, recipe: Recipe) -> None:
    """Writes weights and settings; the folder is there and empty."""
    model.save_pretrained(folder)
    for path in sorted(base.iterdir()):
        # the base's own settings over those that were just written, whose form older servers do not know
        if path.is_file() and not path.name.endswith(_WEIGHTS):
            shutil.copyfile(path, folder / path.name)
    _set(folder / CONFIG, None, dict.fromkeys(("dtype", "torch_dtype"), recipe.precision))
    fewest, most = recipe.image_px
    for name, part in _SIZES:
        if (folder / name).is_file():
            _set(folder / name, part, {"min_pixels": fewest, "max_pixels": most})
            _set(
                folder / name,
                part,
                {"size": {"shortest_edge": fewest, "longest_edge": most}},
                new=True,
            )


def record(folder: Path, value: object) -> None:
    """Says beside the weights what they came from."""
    data = msgspec.json.format(msgspec.json.encode(value), indent=2)
    (folder / RECORD).write_bytes(data + b"\n")


def _set(path: Path, part: str | None, values: dict[str, object], *, new: bool = False) -> None:
    """Puts values in the place of those that are there already, or of none when they are `new`."""
    settings = json.loads(path.read_text("utf-8"))
    own = settings if part is None else settings.get(part)
    if isinstance(own, dict):
        own |= {name: value for name, value in values.items() if new or name in own}
        path.write_text(json.dumps(settings, indent=2, ensure_ascii=False) + "\n", "utf-8")
