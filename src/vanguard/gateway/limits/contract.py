"""What requests ask of whoever counts limits and budgets.

It does not know whether this worker owns the counters (`Limiter`) or borrows (`Borrower`). A chain and
a reservation belong to the one that made them and are handed back to it.
"""

from __future__ import annotations

from typing import Any, Protocol

from vanguard.gateway.limits.limiter import Standing
from vanguard.snapshot.model import Scope


class Limits(Protocol):
    """Reserves over a whole chain of scopes, in one step or not at all."""

    def chain(self, key_id: str, scopes: tuple[Scope, ...]) -> Any:
        """The chain of a key, worked out once for each snapshot."""

    def reserve(self, chain: Any, tokens: int, usd_micros: int) -> Any:
        """Takes one request, its tokens and its money; raises `LimitError` or `NotHeld`."""

    def settle(self, reservation: Any, tokens: int, usd_micros: int) -> None:
        """Gives back what was reserved and counts what was used."""

    def standing(self, chain: Any) -> Standing | None:
        """The tightest request and token limit of a chain."""

    def remaining_usd_micros(self, chain: Any) -> int | None:
        """The least that any budget of the chain still allows."""

    def be_sure(self, chain: Any, since_s: float) -> None:
        """Raises `NotHeld` when what `remaining_usd_micros` said may be older than a moment."""

    def forget(self, keep: set[str]) -> None:
        """Drops what belongs to scopes that are gone."""
