"""`vanguard review`.

It does not know how tasks are kept or decided; it speaks to the management API through the client.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from vanguard.cli.connect import connect, platform_options
from vanguard.cli.output import count, moment, note, print_json, print_table

if TYPE_CHECKING:
    from vanguard.sdk.review import State

_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_prefix_option = click.option(
    "--subject", "prefix", default="", metavar="PREFIX", help="Whose subject begins so."
)


@click.group()
def review() -> None:
    """See what people review, and take it out."""


@review.command()
@_json_option
@platform_options
def queues(as_json: bool, url: str | None, home: str | None) -> int:
    """List the queues, and how many of their tasks are in which state."""
    with connect(url, home) as client:
        found = client.reviews.queues()
    if as_json:
        print_json(found)
        return 0
    rows = [
        (one.name, count(one.open), count(one.claimed), count(one.decided), moment(one.oldest))
        for one in found
    ]
    columns = ("QUEUE", "OPEN", "CLAIMED", "DECIDED", "OLDEST")
    print_table(columns, rows, numbers=frozenset({"OPEN", "CLAIMED", "DECIDED"}))
    return 0


@review.command()
@click.argument("queue")
@click.option(
    "--state", type=click.Choice(["open", "claimed", "decided", "withdrawn", "forgotten"])
)
@click.option("--tag", default="", metavar="TAG", help="That have this tag.")
@_prefix_option
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True)
@click.option("--cursor", default="", metavar="TEXT", help="Go on where a list ended.")
@_json_option
@platform_options
def tasks(
    queue: str,
    state: str | None,
    prefix: str,
    as_json: bool,
    url: str | None,
    home: str | None,
    **chosen: object,
) -> int:
    """List a queue's tasks, the most doubtful first."""
    with connect(url, home) as client:
        page = client.reviews.tasks(
            queue,
            state=cast("State | None", state),
            subject_prefix=prefix,
            limit=cast("int", chosen["limit"]),
            cursor=str(chosen["cursor"]),
            tag=str(chosen["tag"]),
        )
    if as_json:
        print_json(page)
        return 0
    rows = [
        (
            task.id,
            task.subject,
            f"{task.doubt:.2f}",
            task.state,
            task.claim.reviewer if task.claim else "",
            " ".join(task.tags),
        )
        for task in page.tasks
    ]
    columns = ("ID", "SUBJECT", "DOUBT", "STATE", "BY", "TAGS")
    print_table(columns, rows, numbers=frozenset({"DOUBT"}))
    if page.next:
        note(f"there are more: --cursor {page.next}")
    return 0


@review.command()
@click.argument("queue")
@_prefix_option
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Where to, once whole."
)
@platform_options
def export(queue: str, prefix: str, output: Path | None, url: str | None, home: str | None) -> int:
    """Write decided tasks with their decisions, one JSON object a line."""
    with connect(url, home) as client:
        lines = client.reviews.decision_lines(queue, prefix)
        if output is None:
            for line in lines:
                click.echo(line)
            return 0
        number = _write(output, lines)
    note(f"{number} decided {'task' if number == 1 else 'tasks'} in {output}")
    return 0


@review.command()
@click.argument("queue")
@_json_option
@platform_options
def agreement(queue: str, as_json: bool, url: str | None, home: str | None) -> int:
    """Show how far reviewers agree on tasks that several of them judged."""
    with connect(url, home) as client:
        found = client.reviews.agreement(queue)
    if as_json:
        print_json(found)
        return 0
    rows = (
        ("tasks", count(found.tasks)),
        ("reviewers", count(found.reviewers)),
        ("equal verdicts", _share(found.equal)),
        ("Cohen's kappa", _share(found.kappa)),
        ("Krippendorff's alpha", _share(found.alpha)),
    )
    print_table(("MEASURE", "VALUE"), rows, numbers=frozenset({"VALUE"}))
    return 0


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _write(output: Path, lines: Iterable[bytes]) -> int:
    """Writes all lines or leaves what was there: half an export would look like a whole one."""
    number = 0
    descriptor, name = tempfile.mkstemp(dir=output.absolute().parent, prefix=f".{output.name}-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            for line in lines:
                file.write(line + b"\n")
                number += 1
        umask = os.umask(0)
        os.umask(umask)
        Path(name).chmod(0o666 & ~umask)
        Path(name).replace(output)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return number
