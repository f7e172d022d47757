"""Keeps the tokens that requests to Vertex are sent with, and renews each ahead of its end.

It does not know requests, nor how a token is had. What is in force is handed out at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from vanguard.core.settings import environment
from vanguard.gateway.google.accounts import Token
from vanguard.gateway.google.federation import World
from vanguard.gateway.google.granting import grant
from vanguard.gateway.renewal.asking import Asker
from vanguard.gateway.renewal.keeper import Keeper, Surroundings

# what a deployment's credential begins with, where the rest leads to an account and not to a secret
KIND = "google"


def lends(credential: str) -> bool:
    """Whether a deployment's credential is a token from here."""
    return credential.startswith(f"{KIND}:")


class Tokens:
    """All tokens of one process.

    Args:
        asker: asks Google.
        around: clock and log.
        variables: of the environment.
    """

    def __init__(
        self,
        asker: Asker,
        around: Surroundings,
        variables: Callable[[], Mapping[str, str]] = environment.everything,
    ) -> None:
        self._asker = asker
        self._around = around
        self._variables = variables
        self._keepers: dict[str, Keeper[bytes]] = {}
        self._leaving: set[str] = set()

    def current(self, account: str) -> bytes:
        """The token in force of an account: `file:/path`, `metadata` or `default`.

        Raises:
            UpstreamUnavailable: there is none now; it is being asked for.
        """
        keeper = self.keeper(account)
        if not keeper.in_force():
            keeper.begin()
        return keeper.current()

    def keeper(self, account: str) -> Keeper[bytes]:
        """Who keeps an account's token."""
        known = self._keepers.get(account)
        if known is None:

            async def fetch() -> Token:
                variables = {name: value for name, value in self._variables().items() if value}
                return await grant(account, World(self._asker, variables, self._around.now_s()))

            known = Keeper(fetch, self._around, "the token for Vertex", f"google:{account}")
            self._keepers[account] = known
        return known

    def keep(self, credentials: Iterable[str]) -> None:
        """The credentials of all deployments: tokens are fetched before anybody asks, others forgotten."""
        wanted = dict.fromkeys(one.partition(":")[2] for one in credentials if lends(one))
        # requests of an older snapshot may wait for a fetch: such a keeper leaves when that is over
        self._leaving = self._keepers.keys() - wanted.keys()
        for account in wanted:
            self.keeper(account)
        self.sweep()

    def sweep(self) -> None:
        """Renews what is soon over."""
        for account, keeper in list(self._keepers.items()):
            if account not in self._leaving:
                keeper.renew()
            elif not keeper.fetching:
                del self._keepers[account]

    def close(self) -> None:
        """Nobody wants any of them any longer."""
        for keeper in self._keepers.values():
            keeper.close()
