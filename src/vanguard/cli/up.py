"""`vanguard up`.

It does not know how processes are supervised; it turns flags into settings and hands over.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from vanguard.core.settings.names import leaves


def _setting(name: str, metavar: str) -> str:
    """The help of a flag: the setting's own prose and default."""
    leaf = leaves()[name]
    default = f" [default: {leaf.field.default}]" if leaf.field.default is not None else ""
    prose = (leaf.field.description or metavar).replace("`", "")
    return f"{prose}{default}"


@click.command()
@click.option("--host", metavar="ADDRESS", help=_setting("host", "ADDRESS"))
@click.option("--port", metavar="PORT", help=_setting("port", "PORT"))
@click.option("--home", metavar="FOLDER", help=_setting("home", "FOLDER"))
@click.option("--config", metavar="FILE", help="The settings file. [default: vanguard.yaml]")
@click.option("--engine-model", metavar="NAME", help=_setting("engine.model", "NAME"))
@click.option("--verbose", is_flag=True, help="Show all that the processes write.")
def up(
    host: str | None,
    port: str | None,
    home: str | None,
    config: str | None,
    engine_model: str | None,
    verbose: bool,
) -> int:
    """Start the platform and keep it running.

    Starts the gateway, control and the engine, restarts what dies, and ends everything in order on
    Ctrl-C. Every setting has a default; vanguard.yaml and VANGUARD_... variables change them.
    """
    # The verb's --help needs none of this.
    from vanguard.compose.supervisor.screen import Screen  # noqa: PLC0415
    from vanguard.compose.supervisor.supervise import Options, run_up  # noqa: PLC0415

    flags = {"host": host, "port": port, "home": home, "engine.model": engine_model}
    overrides = {name: value for name, value in flags.items() if value is not None}
    return run_up(Options(config, overrides, verbose, _called_as()), Screen())


def _called_as() -> str:
    """How a person calls this command again: `vanguard`, or its path when that is not on PATH."""
    import shutil  # noqa: PLC0415 - only for the banner

    called = Path(sys.argv[0])
    if called.name != "vanguard":
        return "vanguard"
    found = shutil.which("vanguard")
    if found and Path(found).resolve() == called.resolve():
        return "vanguard"
    path = called.absolute()
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
