"""What all requests of one gateway process share.

It does not know the steps or their order; it owns counters, connections, journal and snapshot.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from vanguard.core.clock import BooksClock, Clock, SystemClock
from vanguard.core.errors import LedgerUnavailable
from vanguard.gateway.accounting.claims import claim, close_abandoned, journal_folders
from vanguard.gateway.accounting.journal import Journal
from vanguard.gateway.accounting.ledger import Ledger, close_open_intents
from vanguard.gateway.aws.chain.sources import Sources
from vanguard.gateway.aws.pairs import Pairs
from vanguard.gateway.aws.sessions import Sessions
from vanguard.gateway.credentials import Credentials
from vanguard.gateway.google.tokens import KIND, Tokens
from vanguard.gateway.http.dial.dialler import Dialler
from vanguard.gateway.http.pool import Pool
from vanguard.gateway.limits import Limiter
from vanguard.gateway.limits.contract import Limits
from vanguard.gateway.limits.link import Link
from vanguard.gateway.limits.spending import restore_budgets
from vanguard.gateway.logs import Log
from vanguard.gateway.metrics import Metrics
from vanguard.gateway.pings import Pings
from vanguard.gateway.renewal.asking import Asker
from vanguard.gateway.renewal.keeper import Surroundings
from vanguard.gateway.routing.health import Health
from vanguard.gateway.routing.probes import Probes
from vanguard.gateway.routing.router import Router
from vanguard.gateway.state import State, View
from vanguard.snapshot.boot import GatewayBoot
from vanguard.snapshot.file import read_marks
from vanguard.snapshot.model import JournalMark, Snapshot

_LOOK_S = 0.1
_SWEEP_S = 0.5


class Drained(Protocol):
    """An answer that is read on for its usage alone."""

    over: Callable[[], None]


class Gateway:
    """One worker.

    Attributes:
        clock: of this machine, for what others check against theirs.
        books: the clock by which journal and budgets are kept.
        loop_time: monotonic seconds.
        in_flight: model requests being answered; `drains` those whose client has left.
        draining: whether the worker is stopping; `ending` whether what is open has no more time.
    """

    def __init__(self, boot: GatewayBoot, clock: Clock | None = None) -> None:
        self.boot = boot
        self.clock: Clock = clock or SystemClock()
        self.books = BooksClock(self.clock)
        self.log = Log(boot.log_level, boot.log_format)
        self.metrics = Metrics()
        self.health = Health()
        self.router = Router(self.health, output_tokens=boot.bounds.output_estimate_tokens)
        self.credentials = Credentials(self._no_credential)
        self.loop_time = self.clock.monotonic
        self.claim = claim(Path(boot.journal_dir))
        # control may have read what the folder no longer holds: no offset may mean two records
        mark = read_marks(Path(boot.snapshot_path)).get(self.claim.name, JournalMark(0, 0))
        self.ledger = Ledger(
            Journal(self.claim.folder, fsync=boot.journal_fsync, floor=mark.offset)
        )
        self._own_limits = Limiter(self.books)
        self.limiter: Limits = self._own_limits
        self.link: Link | None = None
        if boot.limits_socket:
            self.link = Link(
                boot.limits_socket,
                self.claim.name,
                self.clock,
                self._journalled,
                self.ledger.journal.begins,
            )
            self.limiter = self.link.borrower
        self.dialler = Dialler(
            boot.deadlines.connect_s,
            upstream_tls=boot.upstream_tls,
            proxies=boot.proxies,
            resolve=self._resolve,
            tell=self._unusable_tls,
        )
        self.pool = Pool(boot.deadlines, boot.bounds, self.dialler)
        self.pairs = Pairs(self._resolve_unsent)
        # past every proxy, to services that only this machine can reach
        self.local_pool = Pool(boot.deadlines, boot.bounds)
        asker = Asker(self.pool.request, self.local_pool.request)
        around = Surroundings(lambda: self.clock.now_ms() / 1000, self._no_credential)
        self.sessions = Sessions(self._resolve, asker, Sources(asker, around), around)
        self.tokens = Tokens(asker, around)
        self.credentials.minted[KIND] = self.tokens.current
        # apart, so that a full pool of upstreams does not lock the console out
        self.control_pool = Pool(boot.deadlines, boot.bounds)
        self.state = State(Path(boot.snapshot_path), self._changed, self._refused)
        self.probes = Probes(
            self.pool,
            self.health,
            lambda reference: self.credentials.resolve(reference, self.loop_time()),
        )
        self.pings = Pings(boot.deadlines.ping_s)
        self.in_flight = 0
        self.drains: set[Drained] = set()
        self.draining = self.ending = False
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
        self.books.now_ms()  # so that one who has nothing to do sees a day begin as well
        self.state.refresh()
        self.log.flush()

    def _sweep(self) -> None:
        if self._loop is None:
            return
        self._loop.call_later(_SWEEP_S, self._sweep)
        self.pool.sweep(self._loop.time())
        self.local_pool.sweep(self._loop.time())
        self.control_pool.sweep(self._loop.time())
        self.sessions.sweep()
        self.tokens.sweep()
        self.pings.sweep(self.loop_time())
        self.probes.sweep(self.loop_time())
        lost = self.ledger.journal.look()
        if lost:
            self.log.error("journal", reason=lost)
            with contextlib.suppress(OSError):  # the log has why
                self.claim.renew()
        self.ledger.retry()

    def _changed(self, view: View, before: View | None) -> None:
        snapshot = view.snapshot
        if self.books.saw(snapshot.published_at_ms):
            self._own_limits.look_up_again()
        if not self._settled_old:
            self._settle_old(snapshot)
        if before is None:
            self.ledger.retry()
            if self.ledger.behind:
                # budgets are restored from the journal: what it lacks would be spent twice
                raise LedgerUnavailable("what a dead worker left open cannot be written yet")
        self.ledger.commit()  # what this turn has settled so far
        if self.link is None:
            restore_budgets(self._own_limits, self._folders(), snapshot, self.books.now_ms())
        self.limiter.forget(set(snapshot.scopes))
        self.router.forget(snapshot.deployments.values())
        self.probes.take_up(snapshot.deployments.values(), view.origins)
        self.tokens.keep(one.credential for one in snapshot.deployments.values())
        self.sessions.prefetch([one.aws for one in snapshot.deployments.values() if one.aws])
        self.log.info(
            "snapshot",
            version=view.version,
            keys=len(snapshot.keys),
            models=len(snapshot.models),
            first=before is None,
        )
        known = before.unusable if before is not None else {}
        for one, why in view.unusable.items():
            if known.get(one) != why:
                self.log.error("unusable_deployment", deployment=one, reason=why)

    def _refused(self, why: str) -> None:
        # keys, limits and models stay as they were: one that was revoked goes on
        self.log.error("snapshot_refused", reason=why)

    def _no_credential(self, why: str) -> None:
        self.log.warning("no_credential", reason=why)

    def _unusable_tls(self, why: str) -> None:
        self.log.warning("upstream_tls", reason=why)

    def _resolve(self, reference: str) -> bytes:
        """The secret behind a reference, as it is now."""
        return self.credentials.resolve(reference, self.loop_time())

    def _resolve_unsent(self, reference: str) -> bytes:
        """The same of what no header holds, and which may be of several lines."""
        return self.credentials.resolve(reference, self.loop_time(), sent=False)

    def _settle_old(self, snapshot: Snapshot) -> None:
        """Once, with the first snapshot: what dead workers left open is charged."""
        now_ms = self.books.now_ms()
        mark = snapshot.journals.get(self.claim.name, JournalMark(0, 0))
        closed = close_open_intents(self.ledger, mark, now_ms)
        if self.boot.journal_root:
            root = Path(self.boot.journal_root)
            closed += close_abandoned(root, self.claim, snapshot, now_ms)
        self._settled_old = True
        if closed:
            self.log.warning("unsettled", requests=closed, reason="a worker died before they ended")

    def _journalled(self) -> int:
        """The journal's length once all that was handed in is in it."""
        self.ledger.commit()
        return self.ledger.journal.offset

    def _folders(self) -> list[Path]:
        root = self.boot.journal_root
        return journal_folders(Path(root)) if root else [self.claim.folder]

    def ready(self) -> tuple[bool, dict[str, object]]:
        """Whether the worker may take traffic, and why not."""
        view = self.state.current
        sync_error = self.ledger.journal.sync_error
        well = not self.ledger.behind and not sync_error
        ready = view is not None and not self.draining and well
        return ready, {
            "ready": ready,
            "worker": self.claim.name,
            "snapshot_version": view.version if view else 0,
            "snapshot_error": self.state.error,
            "journal_behind": self.ledger.behind,
            "journal_sync_error": sync_error,
            "draining": self.draining,
            "in_flight": self.in_flight,
        }

    def close(self) -> None:
        """Ends what is left."""
        self.sessions.close()
        self.tokens.close()
        self.pool.close()
        self.local_pool.close()
        self.control_pool.close()
        self.ledger.flush()
        self.ledger.retry()
        self.ledger.journal.close()
        self.claim.release()
        self.log.flush()
