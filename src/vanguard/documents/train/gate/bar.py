"""Compares the figures of a candidate with a bar, with intervals, and says whether they are no worse.

It does not know models or files. Two readings of the same pages are compared page by page: documents
are drawn with both of their scores at once (paired bootstrap), so that a hard page is hard for both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from vanguard.core.errors import InvalidRequest, SettingsError
from vanguard.documents.evaluate import figures
from vanguard.documents.evaluate.metrics import bootstrap
from vanguard.documents.evaluate.metrics.bootstrap import Figure, Sums

# What a reader must not lose: letters, numbers, tables, and pages altogether.
JUDGED = ("cer", "numbers_exact", "teds", "failed")
MARGIN = 0.01
DRAWS = 1000
LEAST_PAGES = 2
# Of scales that end at 100 instead of 1.
_HUNDRED = frozenset(
    {"bleu", "chrf", "mars_kitab", "mars_misraj", "mars_assigned", "invented_marks", "lost_marks"}
)
_BASE, _CANDIDATE = "base ", "candidate "


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """What a candidate must reach.

    Attributes:
        figures: names of figures that must be no worse than the base model's.
        fixed: figures with the values that they must reach.
        margin: how much worse still counts as no worse, on a scale of 0 to 1 (0.01 of 0 to 100 is 1).
        seed: of the draws.
    """

    figures: tuple[str, ...] = JUDGED
    fixed: dict[str, float] = {}
    margin: float = MARGIN
    seed: int = 0


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One figure.

    Attributes:
        candidate, bar: its values.
        interval: in which candidate minus bar lies in 95 of 100 draws.
        passed: whether the worse end of the interval is within the margin.
    """

    figure: str
    against: Literal["base", "fixed"]
    candidate: float
    bar: float
    interval: tuple[float, float]
    passed: bool


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it.

    Attributes:
        passed: every figure did, and there was one.
        silent: figures that no page has a say in.
    """

    passed: bool
    judged: tuple[Judged, ...]
    silent: tuple[str, ...]
    margin: float
    documents: int


def check(bar: Bar) -> None:
    """Raises SettingsError when a figure is unknown, or the bar asks for nothing."""
    for name in (*bar.figures, *bar.fixed):
        if name not in figures.FIGURES:
            raise SettingsError(
                f"bar: there is no figure {name!r}; there are {', '.join(figures.FIGURES)}"
            )
    if not bar.figures and not bar.fixed:
        raise SettingsError("bar: no figure is asked for, so nothing could be told of a candidate")
    if not 0 <= bar.margin <= 1:
        raise SettingsError(f"margin: {bar.margin} is not within 0 and 1")


def check_pages(pages: Sequence[object], *, measured: bool) -> None:
    """Raises InvalidRequest when a model is to be measured on too few pages to say anything."""
    if measured and len(pages) < LEAST_PAGES:
        raise InvalidRequest(
            f"{len(pages)} held-out page: an interval needs {LEAST_PAGES} at least, and some hundred"
            " to be narrow"
        )


def judge(
    bar: Bar, candidate: Sequence[Mapping[str, Sequence[float]]], base: Sequence[Sums] | None
) -> Verdict:
    """Judges a candidate.

    Args:
        bar: what is asked for.
        candidate: the sums of each held-out document, at least two of them.
        base: the sums of the base model's reading of the same documents, in the same order; may be
            missing where the bar has fixed figures alone.

    Raises:
        InvalidRequest: there are too few documents for an interval, or not the same on both sides.
    """
    check_pages(candidate, measured=True)
    if bar.figures and (base is None or len(base) != len(candidate)):
        raise InvalidRequest("the base model was not read on the same documents")
    wanted: list[tuple[str, Literal["base", "fixed"], float | None]] = [
        *((name, "base", None) for name in bar.figures),
        *((name, "fixed", value) for name, value in bar.fixed.items()),
    ]
    judged = _judged(bar, wanted, _both(candidate, base or ()))
    heard = {one.figure for one in judged}
    return Verdict(
        passed=bool(judged) and all(one.passed for one in judged),
        judged=tuple(judged),
        silent=tuple(name for name, _, _ in wanted if name not in heard),
        margin=bar.margin,
        documents=len(candidate),
    )


def _both(candidate: Sequence[Sums], base: Sequence[Sums]) -> list[dict[str, Sequence[float]]]:
    """One mapping for each document, with the sums of both sides under names of their own."""
    rows = []
    for place, own in enumerate(candidate):
        row = {_CANDIDATE + name: values for name, values in own.items()}
        if base:
            row |= {_BASE + name: values for name, values in base[place].items()}
        rows.append(row)
    return rows


def _judged(
    bar: Bar,
    wanted: Sequence[tuple[str, Literal["base", "fixed"], float | None]],
    rows: Sequence[Mapping[str, Sequence[float]]],
) -> list[Judged]:
    total = bootstrap.summed(rows)
    differences = {f"{kind} {name}": _difference(name, value) for name, kind, value in wanted}
    intervals = bootstrap.intervals(rows, differences, draws=DRAWS, seed=bar.seed)
    judged = []
    for name, kind, value in wanted:
        own = _side(_CANDIDATE, name)(total)
        against = value if value is not None else _side(_BASE, name)(total)
        interval = intervals.get(f"{kind} {name}")
        if own is None or against is None or interval is None:
            continue
        low, high = interval
        worst = high if name in figures.LOWER_IS_BETTER else -low
        judged.append(
            Judged(
                figure=name,
                against=kind,
                candidate=own,
                bar=against,
                interval=interval,
                passed=worst <= bar.margin * (100 if name in _HUNDRED else 1),
            )
        )
    return judged


def _side(side: str, name: str) -> Figure:
    """A figure of one side's sums."""

    def figure(sums: Sums) -> float | None:
        own = {key.removeprefix(side): v for key, v in sums.items() if key.startswith(side)}
        return figures.FIGURES[name](own)

    return figure


def _difference(name: str, value: float | None) -> Figure:
    """Candidate minus bar."""
    candidate, base = _side(_CANDIDATE, name), _side(_BASE, name)

    def figure(sums: Sums) -> float | None:
        own = candidate(sums)
        against = base(sums) if value is None else value
        return None if own is None or against is None else own - against

    return figure
