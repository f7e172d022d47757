"""The model that training begins with: whether its folder can be used, and the hashes of its files.

It does not load it.
"""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from vanguard.core.errors import SettingsError
from vanguard.documents.train.examples import digest

MODEL_TYPE = "qwen2_5_vl"
CONFIG = "config.json"


class Base(msgspec.Struct, frozen=True):
    """A model's folder.

    Attributes:
        sha256: of each of its files, by name.
    """

    folder: str
    sha256: dict[str, str]


def check(folder: Path) -> None:
    """Raises SettingsError when the folder has no model that can be trained here."""
    advice = "name a folder with a Qwen2.5-VL model; nothing is downloaded"
    if not folder.is_dir():
        raise SettingsError(f"base: there is no folder {folder}; {advice}")
    try:
        config = json.loads((folder / CONFIG).read_text("utf-8"))
        found = config.get("model_type") if isinstance(config, dict) else None
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"base: {folder / CONFIG} cannot be read ({error}); {advice}"
        ) from error
    if found != MODEL_TYPE:
        raise SettingsError(
            f"base: {folder} is of the type {found!r}, not {MODEL_TYPE!r}; {advice}"
        )
    if not any(folder.glob("*.safetensors")):
        raise SettingsError(f"base: {folder} has no weights (*.safetensors); {advice}")


def base_of(folder: Path) -> Base:
    """The hashes of a model's files; of ten gigabytes that takes some seconds."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    return Base(str(folder.resolve()), {path.name: digest(path) for path in files})
