"""Vanguard: one gateway in front of every model, its ledger and an embedded model.

Names are loaded when they are first used: `import vanguard` alone costs next to nothing.
"""

from __future__ import annotations

import importlib

# Type checkers read `__init__.pyi`: an import here, even one for them alone, would tie every module
# of the package to the client in the import contracts.
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
