"""A bounded memory of keys: what was not used for a while goes, the oldest first.

It does not know what is remembered. Two dictionaries take turns, so that forgetting costs nothing and
no order is kept: the younger takes what is used, and when it is full the older one is dropped.
"""

from __future__ import annotations

from typing import Generic, TypeVar

Value = TypeVar("Value")


class Generations(Generic[Value]):
    """Holds at most twice `most` keys."""

    __slots__ = ("_most", "_old", "_young")

    def __init__(self, most: int) -> None:
        self._most = most
        self._young: dict[int, Value] = {}
        self._old: dict[int, Value] = {}

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def get(self, key: int) -> Value | None:
        """What was last put there, None when it was forgotten."""
        found = self._young.get(key)
        return self._old.get(key) if found is None else found

    def put(self, key: int, value: Value) -> None:
        """Remembers; may forget what has not been put for longest."""
        if len(self._young) >= self._most and key not in self._young:
            self._old, self._young = self._young, {}
        self._young[key] = value
