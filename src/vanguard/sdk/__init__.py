"""The Python client.

Names are loaded when they are first used, so that importing the package costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vanguard.sdk._async.client import AsyncClient
    from vanguard.sdk._sync.client import Client
    from vanguard.sdk.values import ChatReply, Delta, Message

__all__ = ["AsyncClient", "ChatReply", "Client", "Delta", "Message"]

_HOMES = {
    "AsyncClient": "vanguard.sdk._async.client",
    "ChatReply": "vanguard.sdk.values",
    "Client": "vanguard.sdk._sync.client",
    "Delta": "vanguard.sdk.values",
    "Message": "vanguard.sdk.values",
}


def __getattr__(name: str) -> object:
    """Loads a public name.

    Raises:
        AttributeError: there is none of this name.
    """
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names, loaded or not."""
    return sorted({*globals(), *__all__})
