"""`vanguard documents evaluate`.

It does not know a measure; it finds the inputs and shows what was found.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vanguard.cli.output import note, on_terminal, plain, print_json, print_table

if TYPE_CHECKING:
    from vanguard.documents.evaluate.facts.check import FactsReport
    from vanguard.documents.evaluate.result import Evaluation
    from vanguard.documents.evaluate.run import Settings

PROFILES = ("strict", "lenient", "kitab", "misraj")
WORST_SHOWN = 10
_PATH = click.Path(exists=True, path_type=Path)


@click.command()
@click.argument("predictions", metavar="PRED", type=_PATH)
@click.argument("truth", metavar="TRUTH", type=_PATH)
@click.option(
    "--profile",
    type=click.Choice(PROFILES),
    default="strict",
    show_default=True,
    help="What counts as the same text.",
)
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write an HTML page with the worst pages side by side.",
)
@click.option(
    "--draws",
    type=click.IntRange(0, 100_000),
    default=1000,
    show_default=True,
    help="Draws of documents for the intervals; 0 for none.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the draws.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def evaluate(
    predictions: Path,
    truth: Path,
    *,
    profile: str,
    report: Path | None,
    draws: int,
    seed: int,
    as_json: bool,
) -> int:
    """Measure how faithful read pages are to their truth.

    PRED and TRUTH are files, or folders whose files are paired by stem: Markdown (.md), read
    documents (.json), .html and .txt. A page that was not read counts as wholly wrong. TRUTH may
    also be a file of facts (.jsonl), one JSON object a line.

    The profiles kitab and misraj are for comparing with published figures.
    """
    if report is not None and not report.parent.is_dir():
        raise click.UsageError(f"--report: there is no folder {report.parent}")
    from vanguard.documents.evaluate.run import Settings  # noqa: PLC0415 - an extra

    settings = Settings(profile, draws, seed)
    if truth.suffix.lower() == ".jsonl":
        if report is not None:
            raise click.UsageError("--report shows pages; a file of facts has none")
        return _facts(predictions, truth, settings, as_json=as_json)
    found = _scored(predictions, truth, settings, report)
    if as_json:
        print_json(found)
    else:
        _show(found)
    return 1 if found.unreadable else 0


def _scored(predictions: Path, truth: Path, settings: Settings, report: Path | None) -> Evaluation:
    from vanguard.documents.evaluate import run  # noqa: PLC0415 - an extra
    from vanguard.documents.evaluate.report import page  # noqa: PLC0415 - an extra
    from vanguard.documents.evaluate.sources import files  # noqa: PLC0415 - an extra

    pairs = files.pair(predictions, truth)
    with click.progressbar(
        length=len(pairs.pairs), label="scoring", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:
        found = run.evaluate(pairs, settings, lambda _: bar.update(1))
    for line in found.notes:
        note(plain(line))
    if report is not None:
        report.write_text(page.html(found, pairs.pairs), "utf-8")
    return found


def _facts(predictions: Path, truth: Path, settings: Settings, *, as_json: bool) -> int:
    from vanguard.documents.evaluate import run  # noqa: PLC0415 - an extra
    from vanguard.documents.evaluate.facts import check, fact  # noqa: PLC0415 - an extra
    from vanguard.documents.evaluate.sources import files  # noqa: PLC0415 - an extra

    facts = fact.load(truth)
    pages = files.predictions_of(predictions, {one.document for one in facts})
    form = run.form_of(settings.profile)
    found = check.check_all(facts, pages, form, draws=settings.draws, seed=settings.seed)
    if as_json:
        print_json(found)
    else:
        _show_facts(found)
    return 0


def _show(found: Evaluation) -> None:
    rows = [
        (name, _figure(value), _interval(found.intervals.get(name)))
        for name, value in found.figures.items()
    ]
    for kind, rates in (("cer", found.cer), ("wer", found.wer)):
        rows += [
            (f"{kind}_{name}", _figure(getattr(rates, name)), "")
            for name in ("median", "p95", "worst", "over_one")
        ]
    print_table(("FIGURE", "VALUE", "95% INTERVAL"), rows, numbers=frozenset({"VALUE"}))
    if not on_terminal():
        return
    pages = f"{len(found.pages):,} pages of {found.documents:,} documents, {found.failed:,} failed"
    note(f"{pages}; form {found.method.form}")
    worst = [page for page in found.pages if page.cer or page.wer][:WORST_SHOWN]
    print_table(
        ("WORST PAGES", "CER", "WER", "FAILED"),
        [(page.name, _figure(page.cer), _figure(page.wer), page.failed) for page in worst],
        numbers=frozenset({"CER", "WER"}),
    )


def _show_facts(found: FactsReport) -> None:
    total = sum(found.counts.values())
    rows = [
        (
            name,
            str(found.counts.get(name, total)),
            _figure(rate),
            _interval(found.intervals.get(name)),
        )
        for name, rate in found.rates.items()
    ]
    columns = ("FACTS", "COUNT", "HOLD", "95% INTERVAL")
    print_table(columns, rows, numbers=frozenset({"COUNT", "HOLD"}))
    if on_terminal():
        wrong = [(one.id, one.wrong) for one in found.results if one.wrong][:WORST_SHOWN]
        print_table(("DOES NOT HOLD", "WHY"), wrong)


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _interval(both: tuple[float, float] | None) -> str:
    return "" if both is None else f"{both[0]:.4f} to {both[1]:.4f}"
