"""The console's own style, script and pictures, as files beside this one."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def read_asset(name: str) -> str:
    """The text of one of these files."""
    return (Path(__file__).parent / name).read_text("utf-8")
