"""Keeps the credentials that requests to AWS are signed with, and renews assumed roles ahead of time.

It does not know requests. What is in force is handed out at once; a session that is not there yet is
fetched once for all who wait for it, and whoever waits is called back.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence

from vanguard.gateway.aws.assume import assume_role
from vanguard.gateway.aws.chain.sources import Sources, place_of
from vanguard.gateway.aws.sts import Asked, Session, asked_for
from vanguard.gateway.renewal.asking import Asker
from vanguard.gateway.renewal.keeper import Keeper, Surroundings
from vanguard.snapshot.model import Aws
from vanguard.wire.sigv4 import AwsCredentials

# sessions of keys that have not asked for long are forgotten first
_SESSIONS = 1_000
_UNUSED_S = 3_600.0

Who = dict[str, str]


class Sessions:
    """All credentials of one process for AWS.

    Args:
        resolve: the secret behind a reference; raises UpstreamUnavailable.
        asker: asks STS.
        sources: credentials that no settings hold.
        around: clock and log.
    """

    def __init__(
        self,
        resolve: Callable[[str], bytes],
        asker: Asker,
        sources: Sources,
        around: Surroundings,
    ) -> None:
        self._resolve = resolve
        self._asker = asker
        self._sources = sources
        self._around = around
        self._roles: OrderedDict[tuple[Aws, Asked], Keeper[AwsCredentials]] = OrderedDict()

    def credentials(self, aws: Aws, who: Who) -> AwsCredentials:
        """What to sign with now; of a role, its session.

        Raises:
            UpstreamUnavailable: a reference leads nowhere, or the role could not be assumed.
        """
        if aws.fetched:
            return self.keeper(aws, who).current()
        return self._own(aws)

    def keeper(self, aws: Aws, who: Who) -> Keeper[AwsCredentials]:
        """Who keeps what a deployment's requests for somebody are signed with; of `Aws.fetched`."""
        if aws.role is None:
            return self._sources.keeper(place_of(aws))
        key = (aws, asked_for(aws.role, who))
        known = self._roles.get(key)
        if known is not None:
            self._roles.move_to_end(key)
            return known
        while len(self._roles) >= _SESSIONS:
            self._roles.popitem(last=False)
        made = self._roles[key] = self._role(*key)
        return made

    def prefetch(self, deployments: Sequence[Aws]) -> None:
        """Fetches what is the same for everybody before anybody asks."""
        self._sources.keep(place_of(aws) for aws in deployments if aws.source)
        for aws in deployments:
            if aws.role is not None and not aws.role.differs:
                self.keeper(aws, {}).renew()

    def sweep(self) -> None:
        """Renews what is soon over, forgets what nobody uses."""
        self._sources.sweep()
        now_s = self._around.now_s()
        for key, keeper in list(self._roles.items()):
            unused = now_s - keeper.used_s > _UNUSED_S
            if not unused:
                keeper.renew()
            elif not keeper.in_force() and not keeper.fetching:
                del self._roles[key]

    def close(self) -> None:
        """Nobody wants any of them any longer."""
        self._sources.close()
        for keeper in self._roles.values():
            keeper.close()

    def _role(self, aws: Aws, asked: Asked) -> Keeper[AwsCredentials]:
        async def fetch() -> Session:
            if aws.source:
                own = await self._sources.keeper(place_of(aws)).get()
            else:
                own = self._own(aws)
            return await assume_role(asked, own, aws.region, self._asker, self._around.now_s())

        return Keeper(
            fetch, self._around, "the AWS role of this deployment", f"role {asked.role.arn}"
        )

    def _own(self, aws: Aws) -> AwsCredentials:
        resolve = self._resolve
        return AwsCredentials(
            resolve(aws.access_key_id).decode("latin-1"),
            resolve(aws.secret_access_key).decode("latin-1"),
            resolve(aws.session_token).decode("latin-1"),
        )
