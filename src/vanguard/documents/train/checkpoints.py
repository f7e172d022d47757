"""Finds the checkpoint that a run goes on from.

It does not know what is in it but for the state, which the trainer writes last: a checkpoint without
one was being written when its process ended.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

STATE = "trainer_state.json"
_NAME = re.compile(r"checkpoint-(\d+)")


def newest(folder: Path) -> Path | None:
    """The whole checkpoint with the most steps; none when there is none, or no folder."""
    found = [
        (int(match[1]), path)
        for path in folder.glob("checkpoint-*")
        if (match := _NAME.fullmatch(path.name)) and _is_whole(path)
    ]
    return max(found)[1] if found else None


def _is_whole(path: Path) -> bool:
    try:
        return isinstance(json.loads((path / STATE).read_text("utf-8")), dict)
    except (OSError, ValueError):
        return False
