"""Keeps the status file true: two models, each with a phase, make up the state of the engine.

It does not know how models are fetched or loaded.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Literal

import msgspec

from vanguard.serving.boot import EngineModel, EngineStatus, State, write_status

Role = Literal["chat", "embeddings"]

_log = logging.getLogger(__name__)


class Phase(msgspec.Struct, frozen=True):
    """Where one model stands.

    Attributes:
        state: `off` when it is not wanted.
        message: for people; once it is ready, the reason of a fallback.
        progress: 0 to 1 within the state, -1 when unknown.
        model: what is, or will be, served.
    """

    state: State = "off"
    message: str = ""
    progress: float = -1
    model: EngineModel | None = None


class Board:
    """The engine's status, written to its file on every change."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._phases: dict[Role, Phase] = {"chat": Phase(), "embeddings": Phase()}
        self._written: EngineStatus | None = None

    def phase(self, role: Role) -> Phase:
        """Where a model stands."""
        return self._phases[role]

    def show(self, role: Role, phase: Phase) -> None:
        """Takes a model's new phase into the file; a disk that refuses is logged, not raised."""
        if phase.state != self._phases[role].state:
            level = logging.ERROR if phase.state == "failed" else logging.INFO
            _log.log(level, "%s is %s%s", role, phase.state, phase.message and f": {phase.message}")
        self._phases[role] = phase
        status = combined(self._phases["chat"], self._phases["embeddings"])
        if status == self._written:
            return
        try:
            write_status(self._path, status)
        except OSError as error:
            _log.warning("the status cannot be written: %s", error)
        else:
            self._written = status


def combined(chat: Phase, embeddings: Phase) -> EngineStatus:
    """One status from two phases: unsettled ones first, then failures, then readiness.

    `failed` means that something wanted is not served; what is `ready` still is.
    """
    phases = (chat, embeddings)
    lead = Phase()
    for state in ("fetching", "loading", "failed", "ready"):
        matching = [phase for phase in phases if phase.state == state]
        if matching:
            lead = matching[0]
            break
    settled = lead.state in {"failed", "ready", "off"}
    told = phases if settled else (lead,)
    return EngineStatus(
        state=lead.state,
        message="; ".join(dict.fromkeys(phase.message for phase in told if phase.message)),
        progress=lead.progress,
        chat=_shown(chat),
        embeddings=_shown(embeddings),
    )


def _shown(phase: Phase) -> EngineModel | None:
    if phase.model is None or phase.state == "failed":
        return None
    return msgspec.structs.replace(phase.model, ready=phase.state == "ready")
