"""The only place that reads environment variables.

It does not know the settings tree, so that the gateway can use it without pydantic or YAML.
"""

from __future__ import annotations

import os
from collections.abc import Mapping


def read(name: str) -> str | None:
    """The value of one variable, or None when it is not set or empty."""
    return os.environ.get(name) or None


def everything() -> Mapping[str, str]:
    """All variables, for handing to a child process."""
    return dict(os.environ)
