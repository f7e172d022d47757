"""`vanguard connect`.

It does not know what a client has to be told; `vanguard.cli.clients.recipes` does.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vanguard.cli.connect import platform_options
from vanguard.cli.output import note

if TYPE_CHECKING:
    from vanguard.cli.clients.recipes import Recipe

CLIENTS = ("claude-code", "codex", "cursor", "copilot", "aider", "gemini-cli", "boto3")


@click.command()
@click.argument("client", type=click.Choice(CLIENTS))
@click.option("--model", metavar="NAME", default="", help="The model that the client asks for.")
@click.option("--write", "writes", is_flag=True, help="Write the client's own settings files.")
@platform_options
def connect(client: str, *, model: str, writes: bool, url: str | None, home: str | None) -> int:
    """Point a client at this gateway.

    Prints the client's settings; with --write, puts them into its files. What stands there stays,
    and the old file is kept beside the new one. The key comes from VANGUARD_API_KEY, or is the first
    key of the platform that runs here.
    """
    from vanguard.cli.clients.recipes import RECIPES, Aim  # noqa: PLC0415 - not for --help
    from vanguard.core.errors import SettingsError  # noqa: PLC0415 - as above
    from vanguard.sdk.target import find_target  # noqa: PLC0415 - as above

    target = find_target(url, None, home)
    if not target.key:
        raise SettingsError("no key: set VANGUARD_API_KEY, or make one: vanguard key create NAME")
    recipe = RECIPES[client](Aim(target.url, target.key, model))
    if writes:
        _write(recipe)
    else:
        _show(recipe)
    option = f" --model {shlex.quote(model)}" if model else ""
    note(f"try it: vanguard doctor --client {client}{option}")
    return 0


def _show(recipe: Recipe) -> None:
    for line in recipe.steps:
        click.echo(line)
    for name, value in recipe.variables.items():
        click.echo(f"export {name}={shlex.quote(value)}")
    for file in recipe.files:
        click.echo(f"\n# or in ~/{file.path} (--write puts it there):")
        click.echo(f"{file.top}{file.text}".rstrip())


def _write(recipe: Recipe) -> None:
    from vanguard.cli.clients.merge import merged, write  # noqa: PLC0415 - not for --help
    from vanguard.core.errors import SettingsError  # noqa: PLC0415 - as above

    if not recipe.files:
        raise SettingsError(
            f"the settings of {recipe.title} cannot be written from here; without --write you are"
            " shown what to do"
        )
    for file in recipe.files:
        path = Path.home() / file.path
        old = path.read_text("utf-8") if path.exists() else ""
        new = merged(old, file)
        if new == old:
            click.echo(f"{path} says so already")
            continue
        kept = write(path, new)
        click.echo(f"wrote {path}" + (f"; the old one is {kept.name}" if kept else ""))
        if path.stat().st_mode & 0o077:
            note(f"others may read {path}, and a key may stand in it: chmod 600 {path}")
    written = "".join(file.top + file.text for file in recipe.files)
    for line in recipe.steps:
        click.echo(line)
    for name, value in recipe.variables.items():
        if value not in written:
            click.echo(f"still to be exported: {name}={shlex.quote(value)}")
