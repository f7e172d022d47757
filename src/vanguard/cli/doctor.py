"""`vanguard doctor`.

It does not know what is wrong with what; the looks in `vanguard.cli.diagnosis` do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from vanguard.cli.clients.connect import CLIENTS

if TYPE_CHECKING:
    from vanguard.cli.diagnosis.finding import Finding

_MARKS = {"ok": ("ok  ", "green"), "warn": ("warn", "yellow"), "fail": ("FAIL", "red")}


@click.command()
@click.option("--home", metavar="FOLDER", help="The home to look at.")
@click.option("--config", metavar="FILE", help="The settings file to look at.")
@click.option(
    "--client", type=click.Choice(CLIENTS), help="Play this client's first minute instead."
)
@click.option("--model", metavar="NAME", default="", help="The model that the client asks for.")
@click.option("--url", metavar="URL", help="The gateway that the client asks.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def doctor(
    *,
    home: str | None,
    config: str | None,
    client: str | None,
    model: str,
    url: str | None,
    as_json: bool,
) -> int:
    """Find what stands in the way.

    Looks at the machine, the settings, the folders and ports, and at the platform when it runs.
    With --client it sends what that client sends first, which costs some tokens. The exit code is 1
    when something fails.
    """
    import msgspec  # noqa: PLC0415 - not for --help

    if client is None and (model or url):
        raise click.UsageError("--model and --url are for --client")
    findings = []
    for finding in play(client, url, home, model) if client else examine(home, config):
        findings.append(finding)
        if not as_json:
            _show(finding)
    failed = sum(finding.level == "fail" for finding in findings)
    if as_json:
        click.echo(msgspec.json.encode({"ok": not failed, "findings": findings}))
    elif failed:
        click.echo(f"{failed} of {len(findings)} checks failed", err=True)
    return 1 if failed else 0


def examine(home: str | None, config: str | None) -> Iterator[Finding]:
    """Every look, in the order in which one would mend things."""
    from vanguard.cli.diagnosis.machine import machine  # noqa: PLC0415 - not for --help

    yield from machine()

    from vanguard.cli.diagnosis import platform, setup  # noqa: PLC0415 - as above
    from vanguard.compose.supervisor.running import find_home, read_running  # noqa: PLC0415
    from vanguard.core.errors import SettingsError  # noqa: PLC0415
    from vanguard.core.settings.load import config_path, load_settings  # noqa: PLC0415

    overrides = {} if home is None else {"home": home}
    try:
        loaded = load_settings(config_path(config), overrides)
    except SettingsError as error:
        yield from setup.settings(error)
        return
    place = find_home(home, config)
    running = read_running(place)
    yield from setup.settings(loaded, is_running=running is not None)
    yield from setup.folders(loaded, place, is_running=running is not None)
    yield setup.ports(loaded, running.url if running else None)
    yield from platform.platform(place, running)


def play(client: str, url: str | None, home: str | None, model: str) -> Iterator[Finding]:
    """The first minute of a client, against the platform that is meant."""
    from vanguard.cli.clients.recipes import Aim  # noqa: PLC0415 - not for --help
    from vanguard.cli.clients.rehearsal import first_chat_model, rehearse  # noqa: PLC0415
    from vanguard.sdk.target import find_target  # noqa: PLC0415

    target = find_target(url, None, home)
    if not model and client != "claude-code":
        model = first_chat_model(target.url, target.key, target.certificate)
    yield from rehearse(client, Aim(target.url, target.key, model), target.certificate)


def _show(finding: Finding) -> None:
    mark, colour = _MARKS[finding.level]
    advice = f"\n     {'':<12} → {finding.advice}" if finding.advice else ""
    click.echo(f"{click.style(mark, fg=colour)} {finding.check:<12} {finding.text}{advice}")
