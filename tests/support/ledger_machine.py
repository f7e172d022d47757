"""A state machine over a gateway's journal, control's ingest and the store, with deaths at every seam.

The gateway dies between intent and settlement, with a torn write, with settlements waiting for a
full disk, or with the whole machine, which takes the end of its journal along. Control dies before,
inside and after its transactions. Clocks jump, segments are pruned and copied back, the mark goes
backwards. Whatever happens: each attempt has one row, and all sums are sums of rows.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import zlib
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path
from unittest import mock

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from sqlalchemy import select

from support.clocks import StillClock
from support.records import SCOPES, T0_MS, intent, settled
from vanguard.control import journals
from vanguard.control.ingest import Ingest
from vanguard.control.journals import segments
from vanguard.core.errors import LedgerUnavailable
from vanguard.core.journal import Intent, encode_line
from vanguard.gateway.accounting.journal import Journal
from vanguard.gateway.accounting.ledger import Ledger, close_open_intents
from vanguard.gateway.limits import Limiter
from vanguard.gateway.limits.spending import restore_budgets
from vanguard.snapshot.model import Budget, JournalMark, Limits, Scope, Snapshot, Spend
from vanguard.snapshot.window import window_start_ms
from vanguard.store.database import Database
from vanguard.store.ledger import Batch, all_marks, apply_batch
from vanguard.store.ledger_batch import ADDED, FAILURES, GROUP, HOUR_MS, WINDOWS
from vanguard.store.spending import current_spend
from vanguard.store.tables import rollups, spend, usage

WORKER = "w0"
HOUR = 3_600_000
JUMPS = (1, -1, HOUR, -HOUR, 30 * 24 * HOUR, -31 * 24 * HOUR, 400 * 24 * HOUR, -800 * 24 * HOUR)
POISON = b'{"type":"settled","request_id":"x","attempt":0,"at_ms":1%b,"status":"ok"}' % (b"0" * 30)
RUBBISH = (
    b"",
    encode_line(settled("req_torn"))[:40],
    b"\0" * 50,
    b"%08x %b\n" % (zlib.crc32(POISON), POISON),
    b"\n\n\xff\n",
)

DISKS = st.sampled_from(["well", "well", "full", "short"])

Key = tuple[str, int]


class KilledError(BaseException):
    """Control died here."""


class Heard:
    """Whoever waits for an intent to be on the disk."""

    stands = False

    def journalled(self) -> None:
        self.stands = True

    def unjournalled(self, error: LedgerUnavailable, *, stands: bool) -> None:
        self.stands = stands


class Seams:
    """A database whose transactions end in a death where the machine says so."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.read = database.read
        self.where = ""
        self.after_writes = 0

    @contextmanager
    def write(self):
        self.after_writes -= 1
        dies = self.where if self.after_writes < 0 else ""
        if dies == "before":
            raise KilledError
        with self._database.write() as connection:
            yield connection
            if dies == "inside":
                raise KilledError
        if dies == "after":
            raise KilledError


class Planes(RuleBasedStateMachine):
    """A gateway's ledger, a control, and what the ledger of both must say."""

    def make_database(self) -> Database:
        raise NotImplementedError

    # --- beginnings ------------------------------------------------------------------------------

    @initialize(part=st.integers(300, 3_000), segment_bytes=st.integers(500, 5_000))
    def begin(self, part: int, segment_bytes: int) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ledger-machine-"))
        self.database = self.make_database()
        self.seams = Seams(self.database)
        self.segment_bytes = segment_bytes
        self.patch = mock.patch.object(journals, "MAX_READ_BYTES", part)
        self.patch.start()
        self.now_ms = T0_MS
        self.requests = 0
        self.intents: dict[Key, Intent] = {}  # all that the ledger must know
        self.status: dict[Key, str] = {}  # of those that are settled
        self.cost: dict[Key, int] = {}
        self.flying: set[Key] = set()
        self.written: list[tuple[int, Key, bool]] = []  # end of line, key, whether it settles
        self.kept: dict[str, bytes] = {}  # segments as they were before they were pruned
        self.lost: set[Key] = set()  # known to control, but no more to the journal
        self.doubtful = False
        self.disk = "well"
        self.marks: dict[str, JournalMark] = {}
        self.spent = 0
        self.ledger: Ledger | None = None
        self.new_control()
        self.start_gateway()

    def new_control(self) -> None:
        self.ingest = Ingest(self.seams, self.folder)  # type: ignore[arg-type]

    # --- the gateway -----------------------------------------------------------------------------

    @contextmanager
    def on_this_disk(self):
        """What the kernel says to a write while the disk is as it is."""
        real = os.write

        def write(descriptor: int, data: bytes) -> int:
            if self.disk == "full":
                raise OSError(28, "No space left on device")
            return real(descriptor, data[: len(data) // 2])

        with mock.patch.object(os, "write", real if self.disk == "well" else write):
            yield

    def note(self, key: Key, *, settles: bool) -> None:
        assert self.ledger is not None
        self.written.append((self.ledger.journal.offset, key, settles))

    def note_what_waited(self) -> None:
        assert self.ledger is not None
        count = len(self.waiting) - self.ledger.behind
        written, self.waiting = self.waiting[:count], self.waiting[count:]
        end = self.ledger.journal.offset - sum(length for _, length in written)
        for key, length in written:
            end += length
            self.written.append((end, key, True))

    @precondition(lambda self: self.ledger is None)
    @rule()
    def start_gateway(self) -> None:
        journal = Journal(self.folder / WORKER, self.segment_bytes)
        self.ledger = Ledger(journal, lambda flush: None)
        self.waiting: list[tuple[Key, int]] = []
        self.written.clear()
        self.disk = "well"
        mark = self.marks.get(WORKER, JournalMark(0, 0))
        close_open_intents(self.ledger, mark, self.now_ms)
        for key, one in self.intents.items():
            if key not in self.status:
                self.status[key], self.cost[key] = "unsettled", one.reserved_usd_micros
        limiter = Limiter(StillClock(self.now_ms))
        scope = Scope(SCOPES[3], "key", "k", Limits(), Budget(2**60))
        value = Snapshot(
            1,
            0,
            *({} for _ in range(5)),
            spend=(Spend(scope.id, 0, self.spent),),
            journals=self.marks,
        )
        value = Snapshot(
            **{name: getattr(value, name) for name in value.__struct_fields__}
            | {"scopes": {scope.id: scope}}
        )
        restore_budgets(limiter, [self.folder / WORKER], value, self.now_ms)
        rebuilt = limiter.counters(scope.id).spent
        spent = sum(cost for key, cost in self.cost.items() if key not in self.lost)
        # a settlement that a power cut took may be charged at its reservation besides, and what is
        # below a mark that went back is in the sums already: too much is counted then, never too little
        assert rebuilt >= spent if self.doubtful else rebuilt == spent, (rebuilt, spent)


class GatewayRules(Planes):
    """What clients, disks, clocks and deaths do to the gateway."""

    @precondition(lambda self: self.ledger is not None)
    @rule(
        reserved=st.lists(st.integers(1, 1_000), min_size=1, max_size=4),
        padding=st.integers(0, 300),
        disk=DISKS,
    )
    def ask(self, reserved: list[int], padding: int, disk: str) -> None:
        self.disk = disk
        for one in reserved:
            self.requests += 1
            self._open((f"req_{self.requests}", 0), one, padding)
        self.disk = "well"

    def _open(self, key: Key, reserved: int, padding: int) -> None:
        made = intent(
            *key,
            at_ms=self.now_ms,
            reserved_usd_micros=reserved,
            tags={"n": "x" * padding},
            model=f"m{len(key[0]) % 2}",
        )
        assert self.ledger is not None
        with self.on_this_disk():
            self.ledger.retry()
            self.note_what_waited()
        heard = Heard()
        with self.on_this_disk():
            try:
                self.ledger.intend(encode_line(made), heard)
                self.ledger.flush()
            except LedgerUnavailable:
                assert self.disk != "well"
                return
        if not heard.stands:
            assert self.disk != "well"
            return
        self.intents[key] = made
        self.flying.add(key)
        self.note(key, settles=False)

    @precondition(lambda self: self.ledger is not None and self.flying)
    @rule(
        choices=st.lists(st.integers(0, 999), min_size=1, max_size=4),
        status=st.sampled_from(["ok", "failed", "truncated"]),
        cost=st.integers(1, 2**40),
        disk=DISKS,
    )
    def settle(self, choices: list[int], status: str, cost: int, disk: str) -> None:
        """A failed attempt is followed by another one, if the disk takes its intent."""
        self.disk = disk
        for choice in choices:
            flying = sorted(self.flying)
            if flying:
                request_id, attempt = flying[choice % len(flying)]
                self._settle((request_id, attempt), status, 0 if status == "failed" else cost)
                if status == "failed" and choice % 4:
                    self._open((request_id, attempt + 1), 100, 0)
        self.disk = "well"

    def _settle(self, key: Key, status: str, cost: int) -> None:
        self.flying.discard(key)
        assert self.ledger is not None
        made = settled(*key, status=status, at_ms=self.now_ms, cost_usd_micros=cost)  # type: ignore[arg-type]
        with self.on_this_disk():
            self.ledger.retry()
            self.note_what_waited()
            self.ledger.settled(made)
            self.ledger.flush()
        self.status[key], self.cost[key] = status, cost
        if self.ledger.behind:
            self.waiting.append((key, len(encode_line(made))))
        else:
            self.note(key, settles=True)

    @precondition(lambda self: self.ledger is not None and self.waiting)
    @rule()
    def disk_is_free_again(self) -> None:
        assert self.ledger is not None
        self.ledger.retry()
        self.note_what_waited()

    @rule(jump=st.sampled_from(JUMPS))
    def clock_jumps(self, jump: int) -> None:
        self.now_ms = max(0, self.now_ms + jump)

    @precondition(lambda self: self.ledger is not None)
    @rule(rubbish=st.sampled_from(RUBBISH))
    def gateway_dies(self, rubbish: bytes) -> None:
        path = self._newest()
        self._drop_gateway()
        with path.open("ab") as file:
            file.write(rubbish)

    @precondition(lambda self: self.ledger is not None)
    @rule(share=st.integers(0, 100), read=st.booleans(), asks=st.integers(0, 3))
    def machine_dies(self, share: int, read: bool, asks: int) -> None:
        """It takes the end of the newest segment along; both planes are gone, and come back."""
        if read:
            self.ingest.poll()
        self._cut_power(share)
        self.start_gateway()
        self.ask_in_passing(asks)

    def ask_in_passing(self, asks: int) -> None:
        for _ in range(asks):
            self.requests += 1
            self._open((f"req_{self.requests}", 0), 7, 0)

    def _cut_power(self, share: int) -> None:
        path = self._newest()
        self._drop_gateway()
        self.new_control()
        self.doubtful = True
        # all but the last newline, at the least
        size = path.stat().st_size
        kept = size * share // 100 if share < 100 else max(0, size - 1)
        end = int(path.stem) + kept
        with path.open("r+b") as file:
            file.truncate(kept)
        for place, key, settles in reversed(self.written):
            # the newline alone is no loss
            if place - 1 > end and place > int(path.stem):
                self._forget(key, settles=settles)

    def _forget(self, key: Key, *, settles: bool) -> None:
        with self.database.read() as connection:
            row = connection.execute(
                select(usage.c.state).where(usage.c.request_id == key[0], usage.c.attempt == key[1])
            ).first()
        if settles and (row is None or row.state == "open"):
            self.status.pop(key, None)
            self.cost.pop(key, None)
        elif not settles and row is None:
            self.intents.pop(key, None)
        else:
            self.lost.add(key)

    def _newest(self) -> Path:
        return max((self.folder / WORKER).glob("*.journal"))

    def _drop_gateway(self) -> None:
        assert self.ledger is not None
        for key, _ in self.waiting:
            # they were in the memory of a process that is no more
            del self.status[key], self.cost[key]
        self.ledger.journal.close()
        self.ledger = None
        self.flying.clear()


class LedgerMachine(GatewayRules):
    """And what happens to control. Subclasses say how to make an empty database."""

    @rule()
    def poll(self) -> None:
        self.ingest.poll()

    @rule(
        where=st.sampled_from(["before", "inside", "after"]),
        writes=st.integers(0, 3),
        asks=st.integers(0, 3),
    )
    def control_dies(self, where: str, writes: int, asks: int) -> None:
        if self.ledger is not None:
            self.ask_in_passing(asks)
        self.seams.where, self.seams.after_writes = where, writes
        with suppress(KilledError):
            self.ingest.poll()
        self.seams.where = ""
        self.new_control()

    @rule()
    def publish(self) -> None:
        with self.database.read() as connection:
            self.marks = all_marks(connection)
            self.spent = current_spend(connection, self.now_ms).get((SCOPES[3], "total"), 0)

    @rule()
    def prune(self) -> None:
        for one in segments(self.folder / WORKER):
            self.kept[one.path.name] = one.path.read_bytes()
        self.ingest.prune(self.marks)

    @precondition(lambda self: self.kept)
    @rule(choice=st.integers(0, 999))
    def copy_back(self, choice: int) -> None:
        name = sorted(self.kept)[choice % len(self.kept)]
        path = self.folder / WORKER / name
        if not path.exists():
            path.write_bytes(self.kept[name])

    @rule(choice=st.integers(0, 999))
    def mark_goes_back(self, choice: int) -> None:
        with self.database.write() as connection:
            mark = all_marks(connection).get(WORKER)
            starts = [one.start for one in segments(self.folder / WORKER)]
            if mark is not None and (before := [one for one in starts if one <= mark.offset]):
                back = before[choice % len(before)]
                self.doubtful = True
                apply_batch(connection, Batch(WORKER, mark.offset, back, ()))

    # --- the truth -------------------------------------------------------------------------------

    def teardown(self) -> None:
        if not hasattr(self, "folder"):
            return
        try:
            if self.ledger is None:
                self.start_gateway()
            assert self.ledger is not None
            self.disk = "well"
            self.ledger.retry()
            self.note_what_waited()
            self.check()
        finally:
            self.patch.stop()
            if self.ledger is not None:
                self.ledger.journal.close()
            self.database.close()
            shutil.rmtree(self.folder)

    def check(self) -> None:
        self.ingest.poll()
        # one that runs sees that the mark went back when it has something to read, a new one at once
        self.new_control()
        self.compare()
        self.mark_goes_back(0)  # to the first byte there is
        self.new_control()
        self.compare()

    def compare(self) -> None:
        for _ in range(1_000):
            if not self.ingest.poll():
                break
        with self.database.read() as connection:
            rows = [dict(row) for row in connection.execute(select(usage)).mappings()]
            sums = [dict(row) for row in connection.execute(select(rollups)).mappings()]
            spends = connection.execute(select(spend)).all()
            mark = all_marks(connection).get(WORKER, JournalMark(0, 0))
        assert sorted((row["request_id"], row["attempt"]) for row in rows) == sorted(self.intents)
        for row in rows:
            key = (row["request_id"], row["attempt"])
            assert (row["state"] == "open") == (key not in self.status), key
            assert (row["status"], row["cost_usd_micros"], row["orphan"]) == (
                self.status.get(key),
                self.cost.get(key, 0),
                False,
            ), key
            assert row["retried"] == ((key[0], key[1] + 1) in self.intents), key
        assert {key for key in self.intents if key not in self.status} == self.flying
        assert _nonzero(sums) == rollups_of(rows)
        assert {tuple(row) for row in spends if row[3]} == spends_of(rows)
        waiting = [row["journal_offset"] for row in rows if row["state"] == "open"]
        assert self.ledger is not None
        end = self.ledger.journal.offset
        assert mark == JournalMark(end, min([*waiting, end])), (mark, end, waiting)


def _nonzero(sums: list[dict]) -> dict[tuple, dict]:
    return {
        tuple(row[name] for name in ("hour_ms", *GROUP)): {name: row[name] for name in ADDED}
        for row in sums
        if any(row[name] for name in ADDED)
    }


def rollups_of(rows: list[dict]) -> dict[tuple, dict]:
    """The hourly sums that these rows make."""
    made: dict[tuple, Counter] = {}
    for row in rows:
        if row["state"] == "open":
            continue
        at = row["settled_at_ms"]
        place = (at - at % HOUR_MS, *(row[name] for name in GROUP))
        made.setdefault(place, Counter()).update(
            {
                **{name: row[name] for name in ADDED if name in row},
                "attempts": 1,
                "retried": int(row["retried"]),
                "failed": int(row["status"] in FAILURES and not row["retried"]),
                "cache_write_tokens": row["cache_write_tokens"] + row["cache_write_1h_tokens"],
                "unknown_price_requests": int(row["price_unknown"]),
                "unsettled_requests": int(row["status"] == "unsettled"),
            }
        )
    return {place: {name: one[name] for name in ADDED} for place, one in made.items()}


def spends_of(rows: list[dict]) -> set[tuple]:
    """What each scope spent in each window, by these rows."""
    made: Counter = Counter()
    for row in rows:
        if row["state"] == "settled":
            for scope in row["scopes"]:
                for window in WINDOWS:
                    start = window_start_ms(window, row["settled_at_ms"])
                    made[scope, window, start] += row["cost_usd_micros"]
    return {(*place, amount) for place, amount in made.items() if amount}
