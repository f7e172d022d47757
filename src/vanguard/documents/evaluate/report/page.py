"""The report as one HTML file: figures, pages from the worst to the best, the worst side by side.

It does not know how figures are worked out. All text of pages is escaped, and the file's policy lets
no browser fetch or run anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from vanguard.documents.evaluate.figures import LOWER_IS_BETTER, MEANINGS
from vanguard.documents.evaluate.forms.registry import FORMS
from vanguard.documents.evaluate.metrics.edits import Rates
from vanguard.documents.evaluate.report import diff
from vanguard.documents.evaluate.report.style import CSS
from vanguard.documents.evaluate.result import Evaluation, PageScore
from vanguard.documents.evaluate.sources.content import Content
from vanguard.documents.evaluate.sources.files import Pair

MAX_ROWS = 2_000
MAX_DIFFS = 20
_TILES = ("cer", "wer", "chrf", "teds", "mars_assigned", "numbers_exact", "failed")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def html(found: Evaluation, pairs: Sequence[Pair]) -> str:
    """The whole file.

    Args:
        found: what was measured.
        pairs: the pages that it was measured on, for their texts.
    """
    by_name = {pair.name: pair for pair in pairs}
    worst = [page for page in found.pages if page.cer or page.wer][:MAX_DIFFS]
    parts = [
        "<!doctype html>",
        f'<html lang="en"><head><meta charset="utf-8"><title>{_title(found)}</title>',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<style>{CSS}</style></head><body>",
        *_head(found),
        *_notes(found),
        *_figures(found),
        *_rates(found),
        *_rows(found, {page.name: number for number, page in enumerate(worst)}),
        *_diffs(worst, by_name, found.method.profile),
        "</body></html>\n",
    ]
    return "\n".join(parts)


def shown(value: float | None) -> str:
    """A figure as people read it: three digits behind the point, a dash for none."""
    return "–" if value is None else f"{value:,.3f}"


def _title(found: Evaluation) -> str:
    return escape(f"Documents against their truth, {found.method.form}")


def _head(found: Evaluation) -> Iterable[str]:
    method = found.method
    pages = f"{len(found.pages):,} pages of {found.documents:,} documents"
    libraries = ", ".join(f"{name} {version}" for name, version in method.libraries.items())
    yield f"<h1>{_title(found)}</h1>"
    yield f'<p class="soft">{pages}, {found.failed:,} failed. Form: {escape(method.source)}.</p>'
    yield f'<p class="soft">{escape(libraries)}; {method.draws:,} draws, seed {method.seed}.</p>'
    yield '<div class="tiles">'
    for name in _TILES:
        yield f'<div class="tile">{escape(name)}<b>{shown(found.figures[name])}</b></div>'
    yield "</div>"


def _notes(found: Evaluation) -> Iterable[str]:
    if found.notes:
        yield "<h2>To know</h2><ul>"
        yield from (f"<li>{escape(note)}</li>" for note in found.notes)
        yield "</ul>"


def _figures(found: Evaluation) -> Iterable[str]:
    yield '<h2>Figures</h2><div class="wide"><table><tr><th>figure</th><th class="n">value</th>'
    yield '<th class="n">95 % interval</th><th>better</th><th>what it is</th></tr>'
    for name, value in found.figures.items():
        interval = found.intervals.get(name)
        both = "–" if interval is None else f"{shown(interval[0])} to {shown(interval[1])}"
        better = "lower" if name in LOWER_IS_BETTER else "higher"
        yield (
            f'<tr><td>{escape(name)}</td><td class="n">{shown(value)}</td><td class="n">{both}</td>'
            f'<td class="soft">{better}</td><td>{escape(MEANINGS[name])}</td></tr>'
        )
    yield "</table></div>"


def _rates(found: Evaluation) -> Iterable[str]:
    names = list(Rates.__struct_fields__)
    heads = "".join(f'<th class="n">{escape(name)}</th>' for name in names)
    yield "<h2>How the rates are spread over pages</h2>"
    yield f'<div class="wide"><table><tr><th></th>{heads}</tr>'
    for name, rates in (("CER", found.cer), ("WER", found.wer)):
        cells = "".join(f'<td class="n">{shown(getattr(rates, field))}</td>' for field in names)
        yield f"<tr><td>{name}</td>{cells}</tr>"
    yield "</table></div>"


def _rows(found: Evaluation, linked: dict[str, int]) -> Iterable[str]:
    yield "<h2>Pages, the worst first</h2>"
    if len(found.pages) > MAX_ROWS:
        yield f"<p>The worst {MAX_ROWS:,} of {len(found.pages):,}.</p>"
    heads = ("CER", "WER", "TEDS", "numbers", "invented marks", "order of pairs")
    columns = "".join(f'<th class="n">{head}</th>' for head in heads)
    yield f'<div class="wide"><table><tr><th>page</th>{columns}<th></th></tr>'
    yield from (_row(page, linked.get(page.name)) for page in found.pages[:MAX_ROWS])
    yield "</table></div>"


def _row(page: PageScore, place: int | None) -> str:
    name = f"<bdi>{escape(page.name)}</bdi>"
    link = name if place is None else f'<a href="#page-{place}">{name}</a>'
    rates = "".join(
        f'<td class="n{" over" if rate > 1 else ""}">{shown(rate)}</td>'
        for rate in (page.cer, page.wer)
    )
    numbers, order = page.numbers, page.order
    counts = (
        shown(page.tables.teds),
        f"{numbers.right} of {numbers.truth}" if numbers.truth else "–",
        f"{page.marks.invented:,}",
        f"{order.right_pairs} of {order.pairs}" if order.pairs else "–",
    )
    cells = "".join(f'<td class="n">{count}</td>' for count in counts)
    kind = ' class="failed"' if page.failed else ""
    return f"<tr{kind}><td>{link}</td>{rates}{cells}<td>{escape(page.failed)}</td></tr>"


def _diffs(worst: Sequence[PageScore], pairs: dict[str, Pair], profile: str) -> Iterable[str]:
    if not worst:
        return
    yield "<h2>The worst pages, side by side</h2>"
    yield (
        '<p class="soft">Text without markup, in the letters of the normal form. '
        "<del>Missing or wrong</del> in the truth, <ins>added or wrong</ins> in what was read.</p>"
    )
    for number, page in enumerate(worst):
        yield from _article(number, page, pairs[page.name], profile)


def _article(number: int, page: PageScore, pair: Pair, profile: str) -> Iterable[str]:
    prediction = Content() if page.failed else pair.prediction
    truth, read = _lines(pair.truth, profile), _lines(prediction, profile)
    left, right = diff.both(truth, read)
    way = diff.direction(truth or read)
    failed = f"<span>failed: {escape(page.failed)}</span>" if page.failed else ""
    yield f'<article id="page-{number}"><header><h3><bdi>{escape(page.name)}</bdi></h3>'
    yield f"<span>CER {shown(page.cer)}</span><span>WER {shown(page.wer)}</span>{failed}</header>"
    yield f'<div class="sides" dir="{way}">'
    for title, text in (("truth", left), ("read", right)):
        yield f'<section class="side"><h4>{title}</h4><div class="text" dir="{way}">{text}</div></section>'
    yield "</div></article>"


def _lines(content: Content, profile: str) -> str:
    normal = FORMS[profile].normal
    return "\n".join(filter(None, map(normal, content.text.splitlines())))
