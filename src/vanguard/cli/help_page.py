"""Writes the help of every verb as one Markdown page, and checks that the kept one agrees.

It does not know the verbs; the table in `vanguard.cli.main` does.

    python -m vanguard.cli.help_page --write docs
    python -m vanguard.cli.help_page --check docs
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from vanguard.cli.main import vanguard

PAGE = "cli.md"
_WIDTH = 100

_INTRODUCTION = """\
# The command line

<!-- Made from the commands by `python -m vanguard.cli.help_page --write docs`. -->

Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted. Errors are one line each on standard
error; `VANGUARD_DEBUG=1` shows where in the code an unexpected one arose.
"""


def page() -> str:
    """The page, Markdown; the same on every machine and terminal."""
    parts = [_INTRODUCTION]
    for path, text in _helps(vanguard, "vanguard", None):
        parts.append(f"## `{path}`\n\n```text\n{text.rstrip()}\n```\n")
    return "\n".join(parts)


def main(arguments: list[str]) -> int:
    """`--write FOLDER` or `--check FOLDER`; 1 when the kept page differs, 2 on wrong usage."""
    if len(arguments) != 2 or arguments[0] not in {"--write", "--check"}:
        sys.stderr.write("usage: python -m vanguard.cli.help_page --write|--check DIR\n")
        return 2
    path = Path(arguments[1]) / PAGE
    if arguments[0] == "--write":
        path.write_text(page(), "utf-8")
        return 0
    if path.exists() and path.read_text("utf-8") == page():
        return 0
    remedy = f"python -m vanguard.cli.help_page --write {arguments[1]}"
    sys.stderr.write(f"{path} differs from the commands; run: {remedy}\n")
    return 1


def _helps(
    command: click.Command, path: str, parent: click.Context | None
) -> Iterator[tuple[str, str]]:
    """The help of a command and of all below it."""
    name = path.rpartition(" ")[2]
    settings = {**command.context_settings, "terminal_width": _WIDTH, "max_content_width": _WIDTH}
    with click.Context(command, info_name=name, parent=parent, **settings) as context:
        yield path, command.get_help(context)
        if isinstance(command, click.Group):
            for verb in command.list_commands(context):
                inner = command.get_command(context, verb)
                if inner is not None and not inner.hidden:
                    yield from _helps(inner, f"{path} {verb}", context)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
