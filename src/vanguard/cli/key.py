"""`vanguard key`.

It does not know how keys are kept; it speaks to the management API through the client.
"""

from __future__ import annotations

import math
import shlex
import sys
from decimal import Decimal, InvalidOperation
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, cast

import click

from vanguard.cli.connect import connect, platform_options
from vanguard.cli.output import count, moment, note, on_terminal, plain, print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vanguard.sdk import Client
    from vanguard.sdk.values import Key, KeyOptions, NewKey

_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_yes_option = click.option("--yes", "-y", is_flag=True, help="Do not ask.")


@click.group()
def key() -> None:
    """Make, list, rotate and revoke keys."""


def _money(ctx: click.Context, param: click.Parameter, value: str | None) -> Decimal | None:
    del ctx
    if value is None:
        return None
    try:
        amount = Decimal(value.removeprefix("$"))
    except InvalidOperation:
        raise click.BadParameter(
            f"'{value}' is no amount; write it like 12.50", param=param
        ) from None
    if not amount.is_finite() or amount < 0:
        raise click.BadParameter("a budget is not less than nothing", param=param)
    return amount


def _days(ctx: click.Context, param: click.Parameter, value: float | None) -> float | None:
    del ctx
    if value is not None and not math.isfinite(value):  # no range refuses what is no number
        raise click.BadParameter(f"{value} is no number of days", param=param)
    return value


def _tags(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    del ctx
    tags = {}
    for value in values:
        name, equals, text = value.partition("=")
        if not equals or not name:
            raise click.BadParameter(f"'{value}': write it like NAME=VALUE", param=param)
        tags[name] = text
    return tags


@key.command()
@click.argument("name")
@click.option("--organisation", metavar="NAME", help="Whose; made when new. [default: default]")
@click.option("--team", metavar="NAME", help="Whose; made when new. [default: default]")
@click.option("--user", metavar="NAME", help="Whose; made when new.")
@click.option("--model", "models", multiple=True, metavar="PATTERN", help="May call this; repeat.")
@click.option("--guardrail", "guardrails", multiple=True, metavar="NAME", help="Applies; repeat.")
@click.option("--requests-per-minute", "--rpm", type=click.IntRange(min=1), metavar="COUNT")
@click.option("--tokens-per-minute", "--tpm", type=click.IntRange(min=1), metavar="COUNT")
@click.option("--concurrent-requests", type=click.IntRange(min=1), metavar="COUNT")
@click.option("--budget", callback=_money, metavar="USD", help="The most it may spend, like 12.50.")
@click.option(
    "--budget-window",
    type=click.Choice(["total", "day", "month"]),
    default="total",
    show_default=True,
    help="When the budget begins anew (UTC).",
)
@click.option(
    "--expires-in-days",
    type=click.FloatRange(min=0, min_open=True),
    callback=_days,
    metavar="DAYS",
)
@click.option("--tag", "tags", multiple=True, callback=_tags, metavar="NAME=VALUE", help="Repeat.")
@_json_option
@platform_options
def create(
    name: str,
    budget: Decimal | None,
    budget_window: str,
    as_json: bool,
    url: str | None,
    home: str | None,
    **chosen: object,
) -> int:
    """Make a key; its secret is shown this once.

    What is not set has no limit. On a pipe only the secret is printed.
    """
    given = {option: value for option, value in chosen.items() if value}
    if budget is not None:
        given |= {"budget_usd": str(budget), "budget_window": budget_window}
    options = cast("KeyOptions", given)
    with connect(url, home) as client:
        unserved = _unserved(client, options["models"]) if "models" in options else []
        _show_secret(client.keys.create(name, **options), as_json=as_json)
    for pattern in unserved:
        note(plain(f"no model is called '{pattern}' now; the key may call it once there is one"))
    return 0


@key.command("list")
@click.option("--all", "revoked_too", is_flag=True, help="Revoked keys too.")
@_json_option
@platform_options
def list_(revoked_too: bool, as_json: bool, url: str | None, home: str | None) -> int:
    """List keys, oldest first."""
    with connect(url, home) as client:
        keys = [found for found in client.keys.list() if revoked_too or not found.revoked_at]
    if as_json:
        print_json(keys)
        return 0
    columns = ("ID", "NAME", "SECRET", "TEAM", "MODELS", "SPENT", "BUDGET", "LAST USED", "STATE")
    print_table(columns, [_row(found) for found in keys], numbers=frozenset({"SPENT", "BUDGET"}))
    return 0


@key.command()
@click.argument("which", metavar="ID|NAME")
@_json_option
@platform_options
def show(which: str, as_json: bool, url: str | None, home: str | None) -> int:
    """Show one key; never its secret."""
    with connect(url, home) as client:
        found = _find(client, which)
    if as_json:
        print_json(found)
    else:
        print_table(("FIELD", "VALUE"), _facts(found))
    return 0


@key.command()
@click.argument("which", metavar="ID|NAME")
@_yes_option
@_json_option
@platform_options
def revoke(which: str, yes: bool, as_json: bool, url: str | None, home: str | None) -> int:
    """End a key for good; its usage stays."""
    with connect(url, home) as client:
        found = _find(client, which)
        _confirm(f"Revoke {found.name} ({found.hint})?", yes=yes)
        ended = client.keys.revoke(found.id)
    if as_json:
        print_json(ended)
    else:
        click.echo(plain(f"revoked {ended.name} ({ended.id})"))
    return 0


@key.command()
@click.argument("which", metavar="ID|NAME")
@_yes_option
@_json_option
@platform_options
def rotate(which: str, yes: bool, as_json: bool, url: str | None, home: str | None) -> int:
    """Give a key a new secret; the old one stops within about a tenth of a second.

    On a pipe only the secret is printed.
    """
    with connect(url, home) as client:
        found = _find(client, which)
        _confirm(f"Replace the secret of {found.name} ({found.hint})?", yes=yes)
        _show_secret(client.keys.rotate(found.id), as_json=as_json)
    return 0


@key.command()
@click.argument("which", metavar="ID|NAME")
@_json_option
@platform_options
def aws(which: str, as_json: bool, url: str | None, home: str | None) -> int:
    """Print the key pair by which AWS's SDKs call models as a key.

    As shell commands: eval "$(vanguard key aws NAME)". The pair lasts until the key is rotated or
    revoked, and can be printed again.
    """
    with connect(url, home) as client:
        found = _find(client, which)
        pair = client.keys.aws_pair(found.id)
        address = f"{client.url}/aws"
    if as_json:
        print_json(pair)
        return 0
    # Bedrock alone, its lists of models included: S3 and the others stay where they are
    for name, value in (
        ("AWS_ACCESS_KEY_ID", pair.access_key_id),
        ("AWS_SECRET_ACCESS_KEY", pair.secret_access_key),
        ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", address),
        ("AWS_ENDPOINT_URL_BEDROCK", address),
    ):
        click.echo(f"export {name}={shlex.quote(value)}")
    if on_terminal():
        note(plain(f"The pair of {found.name} ({found.id}). Any AWS_DEFAULT_REGION will do."))
    return 0


def _unserved(client: Client, patterns: Sequence[str]) -> list[str]:
    """Those of the patterns that let a key call nothing; an alias may be a pattern itself."""
    names = [name for model in client.models() for name in (model.name, *model.aliases)]
    return [
        pattern
        for pattern in patterns
        if not any(fnmatchcase(name, pattern) or fnmatchcase(pattern, name) for name in names)
    ]


def _find(client: Client, which: str) -> Key:
    """The key of that id, or the only one in force of that name."""
    from vanguard.core.errors import RouteNotFound  # noqa: PLC0415 - not for --help

    keys = client.keys.list()
    by_id = [found for found in keys if found.id == which]
    named = [found for found in keys if found.name == which and not found.revoked_at]
    found = by_id or named
    if not found:
        raise RouteNotFound(f"no key in force has the id or name '{which}'; see: vanguard key list")
    if len(found) > 1:
        ids = ", ".join(each.id for each in found)
        raise click.UsageError(
            f"{len(found)} keys are called '{which}'; say which by its id: {ids}"
        )
    return found[0]


def _confirm(question: str, *, yes: bool) -> None:
    """Asks a person; a script has said what it wants by calling."""
    if not yes and sys.stdin.isatty():
        click.confirm(plain(question), abort=True)


def _show_secret(made: NewKey, *, as_json: bool) -> None:
    if as_json:
        print_json(made)
        return
    click.echo(made.secret)
    if on_terminal():
        note(plain(f"The secret of {made.name} ({made.id}); it is not shown again."))


def _row(found: Key) -> tuple[str, ...]:
    return (
        found.id,
        found.name,
        found.hint,
        found.team,
        " ".join(found.models) or "all",
        _usd(found.spent_usd_micros),
        _budget(found),
        moment(found.last_used_at),
        _state(found),
    )


def _facts(found: Key) -> list[tuple[str, str]]:
    facts = {
        "id": found.id,
        "name": found.name,
        "secret": found.hint,
        "organisation": found.organisation,
        "team": found.team,
        "user": found.user or "",
        "models": " ".join(found.models) or "all",
        "guardrails": " ".join(found.guardrails),
        "requests per minute": count(found.requests_per_minute),
        "tokens per minute": count(found.tokens_per_minute),
        "concurrent requests": count(found.concurrent_requests),
        "budget": _budget(found),
        "spent": _usd(found.spent_usd_micros),
        "made": moment(found.created_at),
        "expires": moment(found.expires_at),
        "last used": moment(found.last_used_at),
        "tags": " ".join(f"{name}={value}" for name, value in found.tags.items()),
        "state": _state(found),
    }
    return [(name, value) for name, value in facts.items() if value]


def _usd(micros: int) -> str:
    from vanguard.core.money import usd  # noqa: PLC0415 - not for --help

    return usd(micros)


def _budget(found: Key) -> str:
    if found.budget_usd_micros is None:
        return ""
    window = "" if found.budget_window == "total" else f" a {found.budget_window}"
    return f"{_usd(found.budget_usd_micros)}{window}"


def _state(found: Key) -> str:
    from datetime import UTC, datetime  # noqa: PLC0415 - not for --help

    if found.revoked_at:
        return "revoked"
    if found.expires_at and found.expires_at <= datetime.now(UTC):
        return "expired"
    return "in force"
