"""What an attempt tells whoever made it.

It does not know who that is, nor how many attempts there are.
"""

from __future__ import annotations

from typing import Protocol

from vanguard.core.errors import VanguardError
from vanguard.gateway.exchange import Outcome


class Walk(Protocol):
    """What an attempt tells whoever made it."""

    def sent(self) -> None:
        """The upstream has the request: there is time for what it need not wait for."""

    def again(self, error: VanguardError, *, for_good: bool) -> None:
        """This attempt failed before its first token; `for_good` rules the deployment out."""

    def falls_back(self, status: int, body: bytes) -> bool:
        """Whether this refusal sends the request to another model, by `again`."""

    def carries_on(self, error: VanguardError) -> bool:
        """Whether another deployment goes on with an answer that has broken off."""

    def give_up(self, error: VanguardError) -> None:
        """There will be no answer but this error."""

    def over(self) -> None:
        """The exchange has ended."""

    def settle(self, outcome: Outcome) -> None:
        """The settle step."""

    def refuse(self, error: VanguardError) -> None:
        """An error in place of an answer."""
