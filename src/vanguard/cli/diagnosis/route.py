"""`vanguard route`.

It does not know how requests are routed; the gateway that would route one says what it would do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

import click

from vanguard.cli.connect import connect, platform_options
from vanguard.cli.output import count, plain, print_json, print_table

if TYPE_CHECKING:
    from vanguard.sdk.values import Route, RoutePlace

_DOORS = {
    "chat": "/v1/chat/completions",
    "messages": "/v1/messages",
    "responses": "/v1/responses",
    "embeddings": "/v1/embeddings",
}


@click.group()
def route() -> None:
    """Show where requests would go."""


@route.command()
@click.argument("model", required=False)
@click.option(
    "--body", type=click.File("rb"), metavar="FILE", help="The request's JSON body; - reads it."
)
@click.option(
    "--key", default="", metavar="ID|NAME", help="It comes with. [default: the admin key]"
)
@click.option(
    "--door",
    type=click.Choice(list(_DOORS)),
    default="chat",
    show_default=True,
    help="The API it comes to.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@platform_options
def explain(
    model: str | None,
    *,
    body: BinaryIO | None,
    key: str,
    door: str,
    as_json: bool,
    url: str | None,
    home: str | None,
) -> int:
    """Say which attempts a request would make, in which order and why.

    The request is not made. Name a model, or give the body that a client would send; with it, what a
    cache holds of the prompt counts too. Of several gateway workers one answers, with what it knows.
    """
    request = _request(model, body)
    with connect(url, home) as client:
        found = client.explain_route(request, path=_DOORS[door], key=key)
    if as_json:
        print_json(found)
    else:
        _show(found)
    return 0


def _request(model: str | None, body: BinaryIO | None) -> dict[str, Any]:
    import msgspec  # noqa: PLC0415 - not for --help

    if body is None:
        if not model:
            raise click.UsageError("name a model, or give --body")
        return {"model": model}
    try:
        request = msgspec.json.decode(body.read(), type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise click.BadParameter(f"not a JSON object: {error}", param_hint="--body") from error
    return request | ({"model": model} if model else {})


def _show(found: Route) -> None:
    click.echo(f"{plain(found.model, keep='')}: routing {found.policy}, asked of {found.worker}")
    if found.pinned_account:
        click.echo(f"pinned to {plain(found.pinned_account, keep='')}")
    columns = ("", "DEPLOYMENT", "STANDING", "WHY", "IN FLIGHT", "WAIT", "LEFT THIS MINUTE")
    rows = [_row(place, one) for place, one in enumerate(found.deployments, 1)]
    rows += [("-", one.deployment, "left out", one.why, "", "", "") for one in found.left_out]
    print_table(columns, rows, numbers=frozenset({"IN FLIGHT", "WAIT"}))
    click.echo(f"attempts: {plain(', '.join(found.attempts), keep='') or 'none'}")
    if found.fallbacks:
        reasons = ", ".join(found.fallback_on)
        click.echo(f"then, on {reasons}: {plain(', '.join(found.fallbacks), keep='')}")


def _row(place: int, one: RoutePlace) -> tuple[str, ...]:
    left = ", ".join(
        f"{count(max(0, round(quota.left)))} {name}" for name, quota in one.quota.items()
    )
    wait = f"{one.wait_ms} ms" if one.wait_ms else ""
    return (
        str(place),
        one.deployment,
        one.standing,
        one.why,
        count(one.requests_in_flight),
        wait,
        left,
    )
