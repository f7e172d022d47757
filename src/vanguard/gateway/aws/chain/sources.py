"""Keeps the credentials for AWS that come from profiles, environment, container, web identity or machine.

It does not know requests, nor the roles that settings name. Each place is looked for anew whenever its
credentials are renewed, and as soon as one of AWS's two files has changed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from vanguard.core.aws_profiles import CONFIG, CREDENTIALS, read_profiles
from vanguard.core.errors import SettingsError, UpstreamUnavailable
from vanguard.core.settings import environment
from vanguard.gateway.aws.assume import assume_role, assume_with_token
from vanguard.gateway.aws.chain.plan import (
    Container,
    Found,
    Instance,
    Process,
    Role,
    Source,
    Static,
    WebIdentity,
    find_source,
)
from vanguard.gateway.aws.chain.services import (
    ask_container,
    ask_instance,
    ask_process,
    read_token_file,
)
from vanguard.gateway.aws.sts import Asked, Session
from vanguard.gateway.renewal.asking import Asker
from vanguard.gateway.renewal.keeper import Keeper, Kept, Surroundings
from vanguard.snapshot.model import Aws
from vanguard.wire.sigv4 import AwsCredentials

_FOR_EVER_S = float("inf")
_LOOK_AGAIN_S = 1.0
_FILE_CHARACTERS = 1024 * 1024


class Place(NamedTuple):
    """Whose credentials: a name as in settings, and the region in which roles are assumed."""

    name: str
    region: str
    sts_url: str


def place_of(aws: Aws) -> Place:
    """Where the credentials of a deployment come from."""
    return Place(aws.source, aws.region, aws.sts_url)


class Sources:
    """All of one process.

    Args:
        asker: asks services.
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
        self._keepers: dict[Place, Keeper[AwsCredentials]] = {}
        self._leaving: set[Place] = set()
        self._looked_at = 0.0
        self._mark: tuple[object, ...] | None = None

    def keeper(self, place: Place) -> Keeper[AwsCredentials]:
        """The keeper of a place's credentials."""
        known = self._keepers.get(place)
        if known is None:

            async def fetch() -> Kept[AwsCredentials]:
                return await self._fetched(self._find(place), place.region)

            what = "the AWS credential of this deployment"
            known = Keeper(fetch, self._around, what, f"aws:{place.name}")
            self._keepers[place] = known
        return known

    def keep(self, places: Iterable[Place]) -> None:
        """The places of all deployments: fetched before anybody asks, others are forgotten."""
        wanted = dict.fromkeys(places)
        # requests of an older snapshot may wait for a fetch: such a keeper leaves when that is over
        self._leaving = self._keepers.keys() - wanted.keys()
        for place in wanted:
            self.keeper(place)
        self._renew()

    def sweep(self) -> None:
        """Renews what is soon over, or made from files that have changed."""
        if not self._keepers:
            return
        if self._files_changed():
            for keeper in self._keepers.values():
                keeper.make_stale()
        self._renew()

    def close(self) -> None:
        """Nobody wants any of them any longer."""
        for keeper in self._keepers.values():
            keeper.close()

    def _renew(self) -> None:
        for place, keeper in list(self._keepers.items()):
            if place not in self._leaving:
                keeper.renew()
            elif not keeper.fetching:
                del self._keepers[place]

    def _paths(self) -> tuple[Path, Path]:
        variables = self._variables()
        config = variables.get("AWS_CONFIG_FILE") or CONFIG
        credentials = variables.get("AWS_SHARED_CREDENTIALS_FILE") or CREDENTIALS
        return _path(config), _path(credentials)

    def _files_changed(self) -> bool:
        now = time.monotonic()
        if now - self._looked_at < _LOOK_AGAIN_S:
            return False
        self._looked_at = now
        before, self._mark = self._mark, tuple(_mark(path) for path in self._paths())
        return before is not None and before != self._mark

    def _find(self, place: Place) -> Source:
        config, credentials = self._paths()
        try:
            profiles = read_profiles(_text(config), _text(credentials))
        except SettingsError as error:
            raise UpstreamUnavailable(error.message) from error
        variables = {name: value for name, value in self._variables().items() if value}
        return find_source(place.name, Found(variables, profiles, place.sts_url))

    async def _fetched(self, source: Source, region: str) -> Kept[AwsCredentials]:
        match source:
            case Static(credentials):
                return Kept(credentials, _FOR_EVER_S)
            case Container():
                return await ask_container(source, self._asker)
            case Instance():
                return await ask_instance(source, self._asker)
            case Process():
                return await ask_process(source)
            case WebIdentity():
                return await self._with_token(source)
            case Role():
                own = await self._fetched(source.source, region)
                asked = Asked(source.role, source.role.session_name, ())
                now_s = self._around.now_s()
                return await assume_role(asked, own.value, region, self._asker, now_s)

    async def _with_token(self, source: WebIdentity) -> Session:
        # the file is kept fresh by the cluster, so it is read for each session
        token = read_token_file(source.token_file, "AWS_WEB_IDENTITY_TOKEN_FILE")
        return await assume_with_token(
            source.role_arn, source.session_name, token, source.sts_url, self._asker
        )


def _path(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        # nobody's home is known
        return Path(text)


def _mark(path: Path) -> tuple[int, int, int]:
    try:
        stat = path.stat()
    except OSError:
        return (0, 0, 0)
    return (stat.st_mtime_ns, stat.st_size, stat.st_ino)


def _text(path: Path) -> str:
    """The text of one of AWS's two files; empty where it is not there."""
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(_FILE_CHARACTERS + 1)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UpstreamUnavailable(f"AWS's file {path} cannot be read: {why}") from error
    if len(text) > _FILE_CHARACTERS:
        raise UpstreamUnavailable(f"AWS's file {path} is longer than any such file")
    return text
