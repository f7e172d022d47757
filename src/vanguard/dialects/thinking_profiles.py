"""What is known of how each model is told to think, from `data/thinking.toml`.

It does not know any API's fields for it, nor any model that the file does not name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal, get_args

import msgspec

from vanguard.dialects.conversation import Effort

Form = Literal["budget", "adaptive", "effort"]

EFFORTS: tuple[Effort, ...] = get_args(Effort)


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One family of models; the fields are described at the top of the file."""

    match: str
    forms: tuple[Form, ...]
    efforts: tuple[Effort, ...]
    off: bool
    docs: str
    as_of: date

    def nearest(self, effort: Effort) -> Effort:
        """The effort that the model takes and that comes next to a wish, the lower of two.

        Thinking that shall not be is not made longer than it must, and what shall be is not left out.
        """
        wanted = EFFORTS.index(effort)
        known = [one for one in self.efforts if one != "none" or effort == "none"]
        return min(known or [effort], key=lambda one: abs(EFFORTS.index(one) - wanted))


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    budgets: dict[Effort, int]
    from_tokens: dict[Effort, int]
    models: tuple[Profile, ...]


@cache
def _file() -> _File:
    """Read when the first request asks for it: most processes translate no thinking."""
    path = Path(__file__).parent.parent / "data" / "thinking.toml"
    return msgspec.toml.decode(path.read_bytes(), type=_File)


def profiles() -> Sequence[Profile]:
    """All families, in the order in which they are looked through."""
    return _file().models


@lru_cache(maxsize=1024)
def profile_of(model: str) -> Profile | None:
    """The family of a model by its provider's name; None when nothing is known of it."""
    for one in profiles():
        if re.search(one.match, model, re.IGNORECASE):
            return one
    return None


def budget_tokens(effort: Effort) -> int:
    """How many tokens of thinking an effort stands for; 0 for none."""
    return _file().budgets.get(effort, 0)


def effort_of(tokens: int) -> Effort:
    """Which effort a budget of that many tokens is."""
    known = [effort for effort, least in _file().from_tokens.items() if tokens >= least]
    return known[-1]
