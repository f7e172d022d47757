"""`vanguard version`.

It does not know any other part of the platform, so that it answers at once.
"""

from __future__ import annotations

import json
import platform
import sys

import click

import vanguard


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def version(as_json: bool) -> None:
    """Show the version."""
    facts = {
        "version": vanguard.__version__,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "executable": sys.executable,
    }
    if as_json:
        click.echo(json.dumps(facts))
    else:
        click.echo(f"vanguard {facts['version']} (Python {facts['python']}, {facts['platform']})")
