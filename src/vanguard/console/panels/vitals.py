"""The tiles on top: gateway, control and its ledger, engine, and what was spent today.

It does not know how the figures are fetched.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from nicegui import ui

from vanguard.console import wording
from vanguard.console.feed import Overview
from vanguard.console.records import Engine

Tone = Literal["good", "busy", "bad", "plain"]
_LEDGER_BEHIND_BYTES = 256 * 1024


class Tile(msgspec.Struct, frozen=True):
    """What one tile says; `progress` below 0 shows no bar."""

    value: str
    detail: str
    tone: Tone = "plain"
    progress: float = -1


WAITING = Tile("…", "asking", "busy")


def gateway_tile(overview: Overview) -> Tile:
    """Whether the gateway takes traffic."""
    if problem := overview.problems.get("gateway"):
        return Tile("Not reachable", problem, "bad")
    if overview.gateway is None:
        return WAITING
    if overview.gateway:
        return Tile("Not ready", overview.gateway, "busy")
    version = overview.status.snapshot_version if overview.status else 0
    return Tile("Ready", f"snapshot {version}" if version else "taking traffic", "good")


def control_tile(overview: Overview) -> Tile:
    """Whether control answers, and how far its ledger is behind the gateway."""
    if problem := overview.problems.get("status"):
        return Tile("Not answering", problem, "bad")
    status = overview.status
    if status is None:
        return WAITING
    ingest = status.ingest
    if ingest.last_error:
        return Tile("Ledger trouble", ingest.last_error, "bad")
    up = f"up {wording.elapsed(status.started_at, overview.at)}"
    if ingest.lag_bytes > _LEDGER_BEHIND_BYTES:
        return Tile("Ledger behind", f"{wording.size(ingest.lag_bytes)} to read · {up}", "busy")
    keys = wording.count(status.keys, "key")
    behind = f"ledger {wording.size(ingest.lag_bytes)} behind"
    ledger = behind if ingest.lag_bytes else "ledger up to date"
    return Tile("Running", f"{ledger} · {keys} · {up}", "good")


def engine_tile(overview: Overview) -> Tile:
    """What the embedded engine does, in its own words."""
    if overview.status is None:
        return Tile("Unknown", "control does not answer", "bad") if overview.problems else WAITING
    engine: Engine = overview.status.engine
    value, tone, words = _ENGINE_STATES.get(engine.state, (engine.state.capitalize(), "plain", ""))
    progress = engine.progress if engine.state in {"fetching", "loading"} else -1
    return Tile(value, engine.message or words, tone, progress)


_ENGINE_STATES: dict[str, tuple[str, Tone, str]] = {
    "fetching": ("Fetching", "busy", "fetching the model's weights"),
    "loading": ("Loading", "busy", "loading the model"),
    "ready": ("Ready", "good", "embedded models are loaded"),
    "failed": ("Failed", "bad", "see the log"),
    "off": ("Off", "plain", "switched off in the settings"),
    "unknown": ("Unknown", "busy", "it has not said anything yet"),
}


def spend_tile(overview: Overview) -> Tile:
    """The money and requests of today; a cost that nobody knows is said beside it."""
    if overview.usage is None:
        problem = overview.problems.get("usage", "")
        return Tile("Unknown", problem, "bad") if problem else WAITING
    total = overview.usage.total
    words = [wording.count(total.requests, "request")]
    if total.input_tokens or total.output_tokens:
        words.append(f"{wording.tokens(total.input_tokens + total.output_tokens)} tokens")
    if total.failed:
        words.append(f"{total.failed:,} failed")
    if total.unknown_price_requests:
        words.append(f"{total.unknown_price_requests:,} at unknown price")
    value = wording.usd(total.cost_usd_micros)
    if not total.unknown_price_requests:
        return Tile(value, " · ".join(words))
    # never a sum that looks whole while a part of it is unknown
    value = f"≥ {value}" if total.cost_usd_micros else "Unknown"
    return Tile(value, " · ".join(words), "busy")


class VitalsPanel:
    """The row of tiles."""

    def __init__(self) -> None:
        with ui.element("section").classes("vg-tiles").props('aria-label="State of the platform"'):
            self._tiles = {
                gateway_tile: _TileView("Gateway"),
                control_tile: _TileView("Control"),
                engine_tile: _TileView("Engine"),
                spend_tile: _TileView("Spent today (UTC)"),
            }

    def update(self, overview: Overview) -> None:
        """Shows an overview; what has not changed is not sent."""
        for tell, view in self._tiles.items():
            view.show(tell(overview))


class _TileView:
    def __init__(self, title: str) -> None:
        self._shown = WAITING
        self._card = ui.element("div").classes("vg-card vg-tile vg-tone-busy")
        with self._card:
            ui.label(title).classes("vg-tile-title")
            self._value = ui.label(WAITING.value).classes("vg-tile-value")
            self._detail = ui.label(WAITING.detail).classes("vg-tile-detail")
            self._bar = ui.linear_progress(0, show_value=False).classes("vg-tile-bar")
            self._bar.props('rounded size="6px"').set_visibility(False)

    def show(self, tile: Tile) -> None:
        if tile == self._shown:
            return
        self._card.classes(remove=f"vg-tone-{self._shown.tone}", add=f"vg-tone-{tile.tone}")
        self._value.set_text(tile.value)
        self._detail.set_text(tile.detail)
        self._bar.set_visibility(tile.progress >= 0)
        self._bar.set_value(min(1.0, max(0.0, tile.progress)))
        self._shown = tile
