"""What a running supervisor tells other commands: where it listens and which processes it runs.

It does not know how to start or stop anything.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from vanguard.compose.supervisor.home import Home, home_at, is_locked, write_private
from vanguard.core.errors import SettingsError
from vanguard.core.settings import environment
from vanguard.core.settings.load import config_path, load_settings
from vanguard.core.settings.tree import Settings


class Running(msgspec.Struct, frozen=True):
    """Kept in `run/up.json` while the supervisor lives.

    Attributes:
        url: where this machine reaches the public port.
        admin_url: where it reaches the console and `/api`.
        control_socket: Unix socket of control.
        children: process id of each child, 0 while it is down.
        certificate: path of the certificate that both show; empty for plain HTTP.
        ready: whether the platform answered once since the start.
    """

    pid: int
    url: str
    admin_url: str
    control_socket: str
    children: dict[str, int] = {}
    ready: bool = False
    certificate: str = ""


def write_running(home: Home, running: Running) -> None:
    """Replaces the file.

    Raises:
        OSError: it cannot be written.
    """
    write_private(home.run / "up.json", msgspec.json.encode(running).decode())


def read_running(home: Home) -> Running | None:
    """What the supervisor of this home says; None when none runs."""
    if not is_locked(home):
        return None
    try:
        return msgspec.json.decode((home.run / "up.json").read_bytes(), type=Running)
    except (OSError, msgspec.MsgspecError):
        return None


def find_home(home: str | None, config: str | None) -> Home:
    """The home that other commands mean: a flag, or what the settings say.

    Settings that cannot be read must not hide a platform that runs on older ones; then the
    variable or the default counts.

    Raises:
        SettingsError: `config` names a file that does not exist.
    """
    if home is not None:
        return home_at(Path(home))
    path = config_path(config)
    try:
        return home_at(load_settings(path, {}).settings.home)
    except SettingsError:
        named = environment.read("VANGUARD_HOME")
        return home_at(Path(named) if named else Settings().home)


def forget_running(home: Home) -> None:
    """Removes the file at a stop."""
    (home.run / "up.json").unlink(missing_ok=True)
