"""Vanguard: one gateway in front of every model, its ledger and an embedded model.

Names are loaded when they are first used: `import vanguard` alone costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vanguard.sdk import AsyncClient, Client

    __version__: str

__all__ = ["AsyncClient", "Client", "__version__"]

_HOMES = {"AsyncClient": "vanguard.sdk", "Client": "vanguard.sdk"}


def __getattr__(name: str) -> object:
    """Loads a public name.

    Raises:
        AttributeError: there is none of this name.
    """
    if name == "__version__":
        value: object = importlib.import_module("importlib.metadata").version("vanguard-ai")
    elif name in _HOMES:
        value = getattr(importlib.import_module(_HOMES[name]), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names, loaded or not."""
    return sorted({*globals(), *__all__})
