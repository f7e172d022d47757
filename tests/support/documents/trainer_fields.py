"""The fields that other trainers know, as their packages have them: see `trainer_fields.json`.

Taken from the classes named there: dataclass fields of ms-swift's, model fields of axolotl's and of
the HyperPod package's.
"""

from __future__ import annotations

import json
from pathlib import Path

_PATH = Path(__file__).with_suffix(".json")


def fields(trainer: str) -> dict[str, set[str]]:
    """The names of fields, by group."""
    said = json.loads(_PATH.read_text("utf-8"))[trainer]
    about = {"package", "read", "class"}
    return {group: set(names.split()) for group, names in said.items() if group not in about}
