"""`vanguard usage`.

It does not know the ledger; it speaks to the management API through the client.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from vanguard.cli.connect import connect, platform_options
from vanguard.cli.output import count, note, on_terminal, print_json, print_table

if TYPE_CHECKING:
    from vanguard.sdk import Client
    from vanguard.sdk.values import UsageReport, UsageSums

_SUMS = ("REQUESTS", "FAILED", "RETRIED", "INPUT", "OUTPUT", "CACHED", "COST")


@click.command()
@click.option(
    "--by",
    metavar="FIELDS",
    default="key,model",
    show_default=True,
    help="Any of key, team, user, model, deployment, provider, operation, day, hour, session,"
    " tag:NAME.",
)
@click.option("--from", "since", metavar="TIME", help="From 2026-01-31 or 2026-01-31T12:00:00Z on.")
@click.option("--to", "until", metavar="TIME", help="Until then; a date means its end.")
@click.option("--key", metavar="ID|NAME", help="Of this key alone.")
@click.option("--model", metavar="NAME", help="Of this model alone.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@platform_options
def usage(
    *,
    by: str,
    since: str | None,
    until: str | None,
    key: str | None,
    model: str | None,
    as_csv: bool,
    as_json: bool,
    url: str | None,
    home: str | None,
) -> int:
    """Show what was used and what it cost.

    Hours are whole and in UTC.
    """
    if as_csv and as_json:
        raise click.UsageError("--csv and --json exclude each other")
    fields = [field.strip() for field in by.split(",") if field.strip()]
    chosen = {"since": since or "", "until": until or "", "key": key or "", "model": model or ""}
    with connect(url, home) as client:
        if as_csv:
            table = client.usage_csv(fields, **chosen)
            if key and len(table.splitlines()) < 2:
                _check(client, key)
            click.echo(table, nl=False)
            return 0
        report = client.usage(fields, **chosen)
        if key and not report.groups:
            _check(client, key)
    if as_json:
        print_json(report)
    else:
        _show(report, fields)
    return 0


def _check(client: Client, key: str) -> None:
    """Refuses a key that there never was: what has no usage is not always what was meant."""
    from vanguard.core.errors import RouteNotFound  # noqa: PLC0415 - not for --help

    if not any(key in (found.id, found.name) for found in client.keys.list()):
        raise RouteNotFound(f"no key has the id or name '{key}'; see: vanguard key list --all")


def _show(report: UsageReport, fields: list[str]) -> None:
    rows = [
        (*(_value(group.group, field) for field in fields), *_cells(group.sums))
        for group in report.groups
    ]
    if on_terminal() and fields and rows:
        rows.append(("total", *("" for _ in fields[1:]), *_cells(report.total)))
    elif not fields:
        rows = [_cells(report.total)]
    columns = (*(field.upper() for field in fields), *_SUMS)
    print_table(columns, rows, numbers=frozenset(_SUMS))
    total = report.total
    if total.unknown_price_requests:
        note(f"{_requests(total.unknown_price_requests)} without a known price, not in the cost")
    if total.unsettled_requests:
        note(f"{_requests(total.unsettled_requests)} cut off, at the cost reserved for them")


def _requests(number: int) -> str:
    return "1 request" if number == 1 else f"{number} requests"


def _value(group: dict[str, str | None], field: str) -> str:
    """A group's value; a key is shown by its name."""
    value = group.get(f"{field}_name") or group.get(field)
    return value or "-"


def _cells(sums: UsageSums) -> tuple[str, ...]:
    from vanguard.core.money import usd  # noqa: PLC0415 - not for --help

    return (
        count(sums.requests),
        count(sums.failed),
        count(sums.retried),
        count(sums.input_tokens),
        count(sums.output_tokens),
        count(sums.cache_read_tokens),
        usd(sums.cost_usd_micros),
    )
