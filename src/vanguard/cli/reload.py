"""`vanguard reload`.

It does not know the settings; control reads them and says what is wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import httpx


_TIMEOUT_S = 60.0
_REPLACED_S = 70.0


@click.command()
@click.option("--home", metavar="FOLDER", help="The home of the platform that runs.")
@click.option("--config", metavar="FILE", help="The settings file that names the home.")
@click.option(
    "--restart-gateway",
    is_flag=True,
    help="Then replace the gateway's processes, without breaking a stream.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def reload(home: str | None, config: str | None, restart_gateway: bool, as_json: bool) -> int:
    """Take up a changed settings file.

    The file is taken up whole, or refused with the reason and the old settings stay in force.
    Settings below `gateway` and `log`, and new code, take new processes: --restart-gateway.
    VANGUARD_URL and VANGUARD_ADMIN_KEY reload a platform on another host.
    """
    import httpx  # noqa: PLC0415 - not for --help
    import msgspec  # noqa: PLC0415 - as above

    from vanguard.cli.output import print_json  # noqa: PLC0415 - as above
    from vanguard.compose.supervisor.first_key import refusal  # noqa: PLC0415
    from vanguard.core.errors import ControlUnavailable, SettingsError  # noqa: PLC0415

    class Reloaded(msgspec.Struct):
        snapshot_version: int
        models: list[str]
        warnings: list[str] = []
        restart_for: list[str] = []

    try:
        with _client(home, config) as client:
            answer = client.post("/api/reload")
    except httpx.TransportError as error:
        raise ControlUnavailable(f"control does not answer: {error}") from error
    if not answer.is_success:
        raise SettingsError(refusal(answer))
    found = msgspec.json.decode(answer.content, type=Reloaded)
    if restart_gateway:
        _restart_gateway(home, config)
    if as_json:
        print_json(found)
        return 0
    for warning in [*found.warnings, *_waiting(found.restart_for, restart_gateway)]:
        click.echo(f"vanguard: {warning}", err=True)
    names = ", ".join(found.models) or "no models"
    click.echo(f"settings reloaded (snapshot {found.snapshot_version}): {names}")
    if restart_gateway:
        click.echo("the gateway's processes are new; old ones end with their open streams")
    return 0


def _waiting(changed: list[str], restarted_gateway: bool) -> list[str]:
    """What to say of settings that changed and are not in force yet."""
    of_gateway = [name for name in changed if name in {"gateway", "log"}]
    if "gateway.workers" in changed:
        of_gateway = []  # its processes cannot be replaced by more or fewer
    rest = [name for name in changed if name not in of_gateway]
    told = []
    if of_gateway and not restarted_gateway:
        named = " and ".join(of_gateway)
        told.append(f"{named}: changed, and in force after `vanguard reload --restart-gateway`")
    if rest:
        told.append(f"{', '.join(rest)}: changed, and in force after a restart of the platform")
    return told


def _restart_gateway(home: str | None, config: str | None) -> None:
    """Has the supervisor replace the workers, and waits until it has.

    Raises:
        ControlUnavailable: nothing runs here.
        PlatformError: they were not replaced.
    """
    import os  # noqa: PLC0415 - not for --help
    import signal  # noqa: PLC0415 - as above
    import time  # noqa: PLC0415 - as above

    from vanguard.compose.supervisor.running import find_home, read_running  # noqa: PLC0415
    from vanguard.core.errors import ControlUnavailable, PlatformError  # noqa: PLC0415

    place = find_home(home, config)
    running = read_running(place)
    if running is None:
        raise ControlUnavailable(
            f"nothing runs on {place.root}: the gateway is replaced on its own host"
        )
    old = _gateways(running.children)
    os.kill(running.pid, signal.SIGUSR2)
    deadline = time.monotonic() + _REPLACED_S * len(old)
    while running is not None and time.monotonic() < deadline:
        if not old & _gateways(running.children):
            return
        time.sleep(0.1)
        running = read_running(place)
    raise PlatformError(f"the gateway was not replaced; {place.logs} says why")


def _gateways(children: dict[str, int]) -> set[int]:
    return {pid for name, pid in children.items() if name.startswith("gateway")}


def _client(home: str | None, config: str | None) -> httpx.Client:
    """Speaks to control: over its socket on this host, or over the address in `VANGUARD_URL`.

    Raises:
        ControlUnavailable: nothing runs on the home.
        OSError: the admin key cannot be read.
    """
    import httpx  # noqa: PLC0415 - not for --help

    from vanguard.compose.supervisor.running import find_home, read_running  # noqa: PLC0415
    from vanguard.core.errors import ControlUnavailable  # noqa: PLC0415
    from vanguard.core.settings import environment  # noqa: PLC0415

    url, key = environment.read("VANGUARD_URL"), environment.read("VANGUARD_ADMIN_KEY")
    if url and key and home is None:
        return httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=_TIMEOUT_S
        )
    place = find_home(home, config)
    running = read_running(place)
    if running is None:
        raise ControlUnavailable(
            f"nothing runs on {place.root}; start it with `vanguard up`, or name another --home"
        )
    key = place.admin_key.read_text("utf-8").strip()
    return httpx.Client(
        transport=httpx.HTTPTransport(uds=running.control_socket),
        base_url="http://control",
        headers={"Authorization": f"Bearer {key}"},
        timeout=_TIMEOUT_S,
    )
