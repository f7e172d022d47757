"""The command `vanguard`: finds a verb, loads only that one, and turns errors into one line.

It does not know what a verb does. Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted.
"""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import click

OLDEST_PYTHON = (3, 11)


class Verb(NamedTuple):
    """Where a verb's command is, and what the overview says about it."""

    target: str
    help: str


# The line of help stands here too, so that the overview loads no verb; a test compares the two.
VERBS: Mapping[str, Verb] = {
    "up": Verb("vanguard.cli.up:up", "Start the platform and keep it running."),
    "chat": Verb("vanguard.cli.chat:chat", "Chat with a model in the terminal."),
    "key": Verb("vanguard.cli.key:key", "Make, list, rotate and revoke keys."),
    "usage": Verb("vanguard.cli.usage:usage", "Show what was used and what it cost."),
    "models": Verb("vanguard.cli.models:models", "List the models that clients can ask for."),
    "route": Verb("vanguard.cli.diagnosis.route:route", "Show where requests would go."),
    "reload": Verb("vanguard.cli.reload:reload", "Take up a changed settings file."),
    "documents": Verb(
        "vanguard.cli.documents.group:documents", "Read Arabic pages, measure it, make pages."
    ),
    "review": Verb("vanguard.cli.review.verbs:review", "See what people review, and take it out."),
    "connect": Verb("vanguard.cli.clients.connect:connect", "Point a client at this gateway."),
    "doctor": Verb("vanguard.cli.doctor:doctor", "Find what stands in the way."),
    "version": Verb("vanguard.cli.version:version", "Show the version."),
}


class LazyGroup(click.Group):
    """A group that imports a verb when it is called or asked for help.

    Attributes:
        verbs: its table, in the order of the overview.
    """

    verbs: Mapping[str, Verb] = VERBS

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs in the order of the table."""
        del ctx
        return list(self.verbs)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb's command."""
        del ctx
        verb = self.verbs.get(cmd_name)
        if verb is None:
            return None
        module, _, name = verb.target.partition(":")
        command = getattr(importlib.import_module(module), name)
        return command if isinstance(command, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it, with the nearest verb in the error."""
        if args and args[0] not in self.verbs and not args[0].startswith("-"):
            ctx.fail(f"no such command {args[0]!r}{_near(args[0], self.verbs)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The overview, from the table alone."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, verb.help) for name, verb in self.verbs.items()])


@click.group(
    cls=LazyGroup,
    invoke_without_command=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--version",
    "show_version",
    is_flag=True,
    is_eager=True,
    help="Show the version.",
    callback=lambda ctx, _, value: _show_version(ctx) if value else None,
    expose_value=False,
)
def vanguard() -> None:
    """The production platform for small teams that build with generative AI."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns its exit status and prints errors on standard error."""
    too_old = python_fault(sys.version_info[:3])
    if too_old:
        return _fail(too_old)
    try:
        result = vanguard.main(
            args=None if arguments is None else list(arguments),
            prog_name="vanguard",
            standalone_mode=False,
        )
    except click.UsageError as error:
        return _usage(error)
    except click.ClickException as error:
        return _fail(error.format_message(), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        # The reader went away; there is nobody to tell, and Python must not try at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:  # noqa: BLE001 - the border of the process: one line, no traceback
        return _unexpected(error)
    return result if isinstance(result, int) else 0


def python_fault(found: tuple[int, ...]) -> str:
    """Why this Python cannot run Vanguard; empty when it can."""
    if found >= OLDEST_PYTHON:
        return ""
    wanted = ".".join(map(str, OLDEST_PYTHON))
    return f"Vanguard needs Python {wanted} or newer, this is {'.'.join(map(str, found))}"


def _near(word: str, verbs: Mapping[str, Verb]) -> str:
    import difflib  # noqa: PLC0415 - only for a mistyped verb

    found = difflib.get_close_matches(word, verbs, n=1)
    return f"; did you mean {found[0]!r}?" if found else ""


def _show_version(ctx: click.Context) -> None:
    import vanguard as package  # noqa: PLC0415 - reads the distribution's metadata

    click.echo(f"vanguard {package.__version__}")
    ctx.exit()


def _usage(error: click.UsageError) -> int:
    where = error.ctx.command_path if error.ctx else "vanguard"
    return _fail(f"{error.format_message().rstrip('.')}; see: {where} --help", 2)


def _unexpected(error: Exception) -> int:
    from vanguard.core.errors import VanguardError  # noqa: PLC0415 - only when something failed
    from vanguard.core.settings import environment  # noqa: PLC0415 - as above

    if environment.read("VANGUARD_DEBUG"):
        traceback.print_exception(error)
        return 1
    if isinstance(error, VanguardError):
        return _fail(error.message)
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return _fail(f"{where}{error.strerror or error}")
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return _fail(f"unexpected {text}; VANGUARD_DEBUG=1 shows where")


def _fail(message: str, status: int = 1) -> int:
    for line in message.splitlines() or [""]:
        click.echo(f"vanguard: {line}", err=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
