"""The options by which a verb finds its platform, and the client that they make.

It does not know what a verb does.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from vanguard.sdk import Client

_URL_HELP = "The platform, such as https://models.example.com. [default: the one that runs here]"


def platform_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--url` and `--home` to a verb."""
    command = click.option("--home", metavar="FOLDER", help="The home of a platform here.")(command)
    return click.option("--url", metavar="URL", help=_URL_HELP)(command)


def connect(url: str | None, home: str | None) -> Client:
    """A client of the platform that is meant.

    Keys are never options, because other users of a machine can see those: they come from
    `VANGUARD_API_KEY`, `VANGUARD_ADMIN_KEY` or the home.

    Raises:
        VanguardError: the URL is none, or the settings file is wrong.
        ControlUnavailable: nothing runs on the home that was named.
    """
    from vanguard.sdk import Client  # noqa: PLC0415 - not for --help

    if home is not None and url is None:
        _check_running(Path(home))

    return Client(url, home=home_meant(home))


def home_meant(home: str | None) -> str | Path | None:
    """The home that was named, else the one of the settings; None leaves the choice to the client."""
    return home or _home_of_settings()


def _check_running(home: Path) -> None:
    """A home that is named but not running must not lead to whatever else listens on this machine."""
    from vanguard.core.errors import ControlUnavailable  # noqa: PLC0415 - not for --help
    from vanguard.core.settings import environment  # noqa: PLC0415 - as above

    if environment.read("VANGUARD_URL") or (home / "run" / "up.json").is_file():
        return
    raise ControlUnavailable(
        f"the platform at {home} is not running; start it with `vanguard up --home {home}`"
    )


def _home_of_settings() -> Path | None:
    """The home that a settings file names; None leaves the choice to the client.

    Reading the settings takes longer than most verbs, so it is done only where it may matter.
    """
    from vanguard.core.settings import environment  # noqa: PLC0415 - not for --help

    if environment.read("VANGUARD_HOME") or environment.read("VANGUARD_URL"):
        return None
    file = Path(environment.read("VANGUARD_CONFIG") or "vanguard.yaml")
    if not file.is_file() or b"home" not in file.read_bytes():
        return None
    from vanguard.compose.supervisor.running import find_home  # noqa: PLC0415 - see above

    return find_home(None, None).root
