"""What budgets have spent, from the snapshot and from what the journals hold beyond its marks.

It does not know who counts on from there, nor whether the workers that wrote still live.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from vanguard.core.journal import Intent
from vanguard.gateway.accounting.journal import holds, replay, segments
from vanguard.gateway.limits.limiter import Limiter
from vanguard.snapshot.model import JournalMark, Scope, Snapshot, Window
from vanguard.snapshot.window import window_start_ms


class Stretch(NamedTuple):
    """A part of one worker's journal.

    Attributes:
        begin: where to read, so that every intent still open at `offset` is seen.
        offset: settlements from here on count.
        end: where to stop; -1 for the journal's present end.
        own: intents from here on count; those before are of workers whose death has been charged.
    """

    folder: Path
    begin: int
    offset: int
    end: int = -1
    own: int = 0


def starts_of(scopes: Iterable[Scope], now_ms: int) -> dict[str, int]:
    """When the present window of each budgeted scope began, UTC milliseconds, by scope id."""
    return {
        scope.id: window_start_ms(scope.budget.window, now_ms)
        for scope in scopes
        if scope.budget is not None
    }


def windows_of(scopes: Iterable[Scope]) -> dict[str, Window]:
    """The kind of window of each budgeted scope, by scope id."""
    return {scope.id: scope.budget.window for scope in scopes if scope.budget is not None}


class Spent(dict[str, int]):
    """Micro-dollars that scopes have spent in the present windows of their budgets, by scope id.

    Attributes:
        ahead: what they have spent in later windows, by the window's start: a clock that was ahead dates
            in windows that are yet to come, and each of them begins with that when it comes.
    """

    def __init__(self, scopes: Iterable[str]) -> None:
        super().__init__(dict.fromkeys(scopes, 0))
        self.ahead: dict[str, dict[int, int]] = {}

    def add(self, scope_id: str, start_ms: int, present_ms: int, usd_micros: int) -> None:
        """Adds what was spent in the window that began at `start_ms`; `present_ms` is the present one's start."""
        if start_ms == present_ms:
            self[scope_id] += usd_micros
        elif start_ms > present_ms:
            ahead = self.ahead.setdefault(scope_id, {})
            ahead[start_ms] = ahead.get(start_ms, 0) + usd_micros


def spent_as_published(snapshot: Snapshot, starts: Mapping[str, int]) -> Spent:
    """What scopes had spent as of the snapshot's marks."""
    spent = Spent(starts)
    for spend in snapshot.spend:
        if spend.scope_id in spent:
            present = starts[spend.scope_id]
            spent.add(spend.scope_id, spend.window_start_ms, present, spend.usd_micros)
    return spent


def beyond_mark(folder: Path, snapshot: Snapshot, end: int = -1) -> Stretch:
    """What the snapshot's spend does not hold of a worker's journal."""
    mark = snapshot.journals.get(folder.name, JournalMark(0, 0))
    if not holds(folder, mark.replay_from):
        # a mark that lies in no segment is of another journal: then all of this one counts
        mark = JournalMark(0, 0)
    return Stretch(folder, mark.replay_from, mark.offset, end)


def add_settled(
    spent: Spent,
    stretch: Stretch,
    starts: Mapping[str, int],
    windows: Mapping[str, Window],
) -> dict[int, Intent]:
    """Adds the cost of what was settled in a stretch; returns the intents still open at its end.

    These are given by their offsets.

    A record counts in the window that control puts it in, whichever way the clock has stepped;
    where the kind of window is not told, from its start on.
    """
    intents: dict[tuple[str, int], tuple[int, Intent]] = {}
    for offset, record in replay(stretch.folder, stretch.begin):
        if 0 <= stretch.end <= offset:
            break
        name = (record.request_id, record.attempt)
        if isinstance(record, Intent):
            if offset >= stretch.own:
                intents[name] = (offset, record)
            continue
        found = intents.pop(name, None)
        if found is not None and offset >= stretch.offset and record.cost_usd_micros:
            for scope_id in found[1].scopes:
                if scope_id not in spent:
                    continue
                start, window = starts.get(scope_id, 0), windows.get(scope_id)
                its = window_start_ms(window, record.at_ms) if window is not None else start
                if window is not None or record.at_ms >= start:
                    spent.add(scope_id, its, start, record.cost_usd_micros)
    return dict(intents.values())


def add_open(spent: dict[str, int], intents: Iterable[Intent]) -> None:
    """Adds open intents at their reservation, in the present window: what their death costs."""
    for intent in intents:
        for scope_id in intent.scopes:
            if scope_id in spent:
                spent[scope_id] += intent.reserved_usd_micros


def journal_end(folder: Path) -> int:
    """The offset at which a worker's journal ends now, 0 where there is none."""
    return max((one.end for one in segments(folder)), default=0)


def restore_budgets(
    limiter: Limiter, folders: Iterable[Path], snapshot: Snapshot, now_ms: int
) -> None:
    """Sets the spending of every budget that the limiter does not know yet.

    What control had ingested comes with the snapshot; what the journals of all workers hold beyond
    its marks is added here. Budgets that are known keep their own, newer count.
    """
    wanted = [
        scope
        for scope in snapshot.scopes.values()
        if scope.budget is not None and not limiter.budgeted(scope.id, scope.budget.window)
    ]
    if not wanted:
        return
    starts = starts_of(wanted, now_ms)
    windows = windows_of(wanted)
    spent = spent_as_published(snapshot, starts)
    for folder in folders:
        add_settled(spent, beyond_mark(folder, snapshot), starts, windows)
    for scope in wanted:
        limiter.restore(scope, spent[scope.id], starts[scope.id], spent.ahead.get(scope.id))
