"""What all requests of one gateway process share.

It does not know the steps or their order; it owns counters, connections, journal and snapshot.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from vanguard.core.clock import Clock, SystemClock
from vanguard.gateway.credentials import Credentials
from vanguard.gateway.health import Health
from vanguard.gateway.http.pool import Pool
from vanguard.gateway.journal import Journal
from vanguard.gateway.ledger import Ledger, close_open_intents, restore_budgets
from vanguard.gateway.limits import Limiter
from vanguard.gateway.logs import Log
from vanguard.gateway.metrics import Metrics
from vanguard.gateway.state import State, View
from vanguard.snapshot.boot import GatewayBoot
from vanguard.snapshot.model import JournalMark

_LOOK_S = 0.1
_SWEEP_S = 0.5


class Gateway:
    """One worker.

    Attributes:
        loop_time: monotonic seconds.
        in_flight: model requests being answered; `drains` those whose client has left.
        draining: whether the worker is stopping.
    """

    def __init__(self, boot: GatewayBoot, clock: Clock | None = None) -> None:
        self.boot = boot
        self.clock: Clock = clock or SystemClock()
        self.log = Log(boot.log_level, boot.log_format)
        self.metrics = Metrics()
        self.health = Health()
        self.credentials = Credentials()
        self.loop_time = self.clock.monotonic
        self.limiter = Limiter(self.clock)
        self.ledger = Ledger(Journal(Path(boot.journal_dir), fsync=boot.journal_fsync))
        self.pool = Pool(boot.deadlines, boot.bounds)
        # apart, so that a full pool of upstreams does not lock the console out
        self.control_pool = Pool(boot.deadlines, boot.bounds)
        self.state = State(Path(boot.snapshot_path), self._changed)
        self.in_flight = 0
        self.drains = 0
        self.draining = False
        self._settled_old = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timers: list[asyncio.TimerHandle] = []

    def start(self) -> None:
        """Takes up the snapshot that is there and begins to look for newer ones."""
        self._loop = asyncio.get_running_loop()
        self._look()
        self._sweep()

    def _look(self) -> None:
        if self._loop is None:
            return
        self._loop.call_later(_LOOK_S, self._look)
        self.state.refresh()
        self.log.flush()

    def _sweep(self) -> None:
        if self._loop is None:
            return
        self._loop.call_later(_SWEEP_S, self._sweep)
        self.pool.sweep(self._loop.time())
        self.control_pool.sweep(self._loop.time())
        self.ledger.retry()

    def _changed(self, view: View, before: View | None) -> None:
        snapshot = view.snapshot
        journal = self.ledger.journal
        now_ms = self.clock.now_ms()
        if not self._settled_old:
            mark = snapshot.journals.get(self.boot.worker, JournalMark(0, 0))
            closed = close_open_intents(self.ledger, mark, now_ms)
            self._settled_old = True
            if closed:
                self.log.warning(
                    "unsettled", requests=closed, reason="a worker died before they ended"
                )
        restore_budgets(self.limiter, journal, snapshot, self.boot.worker, now_ms)
        self.limiter.forget(set(snapshot.scopes))
        self.log.info(
            "snapshot",
            version=view.version,
            keys=len(snapshot.keys),
            models=len(snapshot.models),
            first=before is None,
        )

    def ready(self) -> tuple[bool, dict[str, object]]:
        """Whether the worker may take traffic, and why not."""
        view = self.state.current
        sync_error = self.ledger.journal.sync_error
        well = not self.ledger.behind and not sync_error
        ready = view is not None and not self.draining and well
        return ready, {
            "ready": ready,
            "snapshot_version": view.version if view else 0,
            "snapshot_error": self.state.error,
            "journal_behind": self.ledger.behind,
            "journal_sync_error": sync_error,
            "draining": self.draining,
            "in_flight": self.in_flight,
        }

    def close(self) -> None:
        """Ends what is left."""
        self.pool.close()
        self.control_pool.close()
        self.ledger.retry()
        self.ledger.journal.close()
        self.log.flush()
