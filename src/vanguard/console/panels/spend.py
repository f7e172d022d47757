"""What was spent today, by model and by key, the dearest first.

It does not know prices; control has priced every request.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from nicegui import ui

from vanguard.console import wording
from vanguard.console.feed import Overview
from vanguard.console.panels.card import card
from vanguard.console.records import Usage

_SHOWN = 5
_NOTHING_TODAY = "Nothing yet today: models and keys show here with their first request."


class Share(msgspec.Struct, frozen=True):
    """One line of a list: a name, its amount in words, and its part of the largest, 0 to 1."""

    name: str
    amount: str
    detail: str
    part: float


def shares(rows: Sequence[Usage], name_of: Callable[[Usage], str | None]) -> list[Share]:
    """The five dearest names; where money is equal (all of it free), those with more tokens."""
    sums: dict[str, list[int]] = {}
    for row in rows:
        found = sums.setdefault(name_of(row) or wording.NOTHING, [0, 0, 0, 0])
        tokens = row.input_tokens + row.output_tokens
        figures = (row.cost_usd_micros, tokens, row.requests, row.unknown_price_requests)
        for place, figure in enumerate(figures):
            found[place] += figure
    ranked = sorted(sums.items(), key=lambda item: item[1], reverse=True)
    measure = 0 if any(figures[0] for figures in sums.values()) else 1
    largest = max((figures[measure] for figures in sums.values()), default=0) or 1
    return [
        Share(name, _amount(figures), _detail(figures), figures[measure] / largest)
        for name, figures in ranked[:_SHOWN]
    ]


def _amount(figures: Sequence[int]) -> str:
    known = wording.usd(figures[0])
    if not figures[3]:
        return known
    return f"{known} + unknown" if figures[0] else "unknown"


def _detail(figures: Sequence[int]) -> str:
    return f"{wording.count(figures[2], 'request')} · {wording.tokens(figures[1])} tokens"


class SpendPanel:
    """Two short lists."""

    def __init__(self) -> None:
        with card("Spent today"):
            self._words = ui.label("").classes("vg-empty")
            self._lists = ui.element("div").classes("vg-shares")
            with self._lists:
                self._models = _ShareList("By model")
                self._keys = _ShareList("By key")

    def update(self, overview: Overview) -> None:
        """Shows an overview."""
        usage = overview.usage
        rows = usage.data if usage else ()
        self._words.set_visibility(not rows)
        self._lists.set_visibility(bool(rows))
        asking = overview.problems.get("usage", "Asking …")
        self._words.set_text(asking if usage is None else _NOTHING_TODAY)
        self._models.show(shares(rows, lambda row: row.model))
        self._keys.show(shares(rows, lambda row: row.key_name or row.key))


class _ShareList:
    def __init__(self, title: str) -> None:
        self._shown: list[Share] = []
        with ui.element("div"):
            ui.label(title).classes("vg-share-title")
            self._lines = ui.element("div").props('role="list"')

    def show(self, wanted: list[Share]) -> None:
        if wanted == self._shown:
            return
        self._shown = wanted
        self._lines.clear()
        with self._lines:
            for share in wanted:
                _draw(share)


def _draw(share: Share) -> None:
    with ui.element("div").classes("vg-share").props('role="listitem"'):
        with ui.element("div").classes("vg-share-line"):
            ui.label(share.name).classes("vg-name").props('dir="auto"')
            ui.label(share.amount).classes("vg-nowrap")
        bar = ui.element("div").classes("vg-share-bar").props('aria-hidden="true"')
        bar.style(f"--part: {share.part:.4f}")
        ui.label(share.detail).classes("vg-share-detail")
