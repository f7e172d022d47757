import asyncio
import stat
import time

import pytest

from support.gateway import deployment, snapshot
from support.records import intent, settled
from vanguard.compose.supervisor.workers.lend import Lending
from vanguard.core.clock import SystemClock
from vanguard.gateway.accounting.journal import Journal
from vanguard.gateway.limits.protocol import (
    MONEY,
    PROTOCOL,
    Alive,
    Ask,
    Bye,
    Denied,
    Entry,
    Frames,
    Grant,
    Hello,
    Refusal,
    Report,
    Want,
    frame,
    read_to_worker,
)
from vanguard.gateway.limits.spending import add_settled, beyond_mark, journal_end
from vanguard.snapshot.file import write_snapshot
from vanguard.snapshot.model import Budget, JournalMark, Limits, Spend

PID = 4_000_000  # of nobody
WRITERS = []


class Worker:
    """One end of a real socket."""

    def __init__(self, path, name="gateway-0", pid=PID):
        self.path = str(path)
        self.name = name
        self.pid = pid
        self.frames = Frames()
        self.heard = []

    async def connect(self, *entries, offset=0, protocol=PROTOCOL, begins=0):
        self.reader, self.writer = await asyncio.open_unix_connection(self.path)
        WRITERS.append(self.writer)
        report = Report(time.monotonic(), offset, 0, entries)
        incarnation = f"{self.name}#{self.pid}"
        self.say(Hello(protocol, self.name, self.pid, incarnation, report, begins))

    def say(self, message):
        self.writer.write(frame(message))

    async def hear(self, *kinds):
        """The next message of a kind; None at the end."""
        async with asyncio.timeout(20):
            while True:
                for message in self.heard:
                    if isinstance(message, kinds):
                        self.heard.remove(message)
                        return message
                data = await self.reader.read(65_536)
                if not data:
                    return None
                self.heard += [read_to_worker(one) for one in self.frames.feed(data)]

    async def ask(self, usd, number=1):
        self.say(Ask(number, (Want("key", (0, 0, 0, usd)),)))
        return await self.hear(Grant, Refusal)

    def close(self):
        self.writer.close()


class Wall(SystemClock):
    """A wall clock that the test may move."""

    def __init__(self):
        self.now = super().now_ms()

    def now_ms(self):
        return self.now


class Place:
    """A home with a snapshot and journals."""

    def __init__(self, folder, clock=None):
        self.folder = folder
        self.journals = folder / "journal"
        self.journals.mkdir(exist_ok=True)
        self.path = folder / "limits.sock"
        self.said = []
        self.lending = Lending(
            self.path, folder / "snapshot.json", self.journals, self.said.append, clock
        )

    def publish(self, budget=1_000, window="total", **more):
        made = Budget(budget, window) if budget is not None else None
        value = snapshot([deployment("http://127.0.0.1:1/v1")], budget=made, **more)
        write_snapshot(self.folder / "snapshot.json", value)

    def write(self, name, *records):
        journal = Journal(self.journals / name)
        for record in records:
            journal.append(record)
        end = journal.offset
        journal.close()
        return end

    async def until(self, condition):
        async with asyncio.timeout(20):
            while not condition():
                await asyncio.sleep(0.005)

    @property
    def account(self):
        return self.lending.lender.accounts["key"]


@pytest.fixture
def wall():
    return Wall()


@pytest.fixture
async def place(tmp_path, wall):
    made = Place(tmp_path, wall)
    yield made
    await made.lending.close()
    while WRITERS:
        WRITERS.pop().close()


def used(number, cost=None, reserved=50):
    records = [intent(f"r{number}", scopes=("team", "key"), reserved_usd_micros=reserved)]
    if cost is not None:
        records.append(settled(f"r{number}", cost_usd_micros=cost))
    return records


async def test_it_begins_with_what_is_spent_and_lets_only_its_owner_in(place):
    mark = place.write("gateway-0", *used(1, 70))
    place.write("gateway-0", *used(2, 20), *used(3, reserved=30))
    place.write("gateway-1", *used(4, 5))
    marks = {"gateway-0": JournalMark(mark, mark)}
    place.publish(spend=(Spend("key", 0, 300),), journals=marks)
    await place.lending.start()
    assert stat.S_IMODE(place.path.stat().st_mode) == 0o600
    # published, beyond the marks, and what nobody will settle any more
    assert place.account.spent == 300 + 20 + 5 + 30
    worker = Worker(place.path)
    await worker.connect()
    assert (await worker.hear(Alive)).alone
    refusal = await worker.ask(646)
    assert (refusal.what, refusal.left) == (MONEY, 645)
    assert isinstance(await worker.ask(645, 2), Grant)


FEBRUARY = 1_769_904_000_000  # 2026-02-01


async def test_a_clock_that_goes_back_over_the_end_of_a_month_spends_no_budget_twice(place, wall):
    wall.now = FEBRUARY + 5
    spent = (Spend("key", FEBRUARY, 900),)
    place.publish(window="month", spend=spent, published_at_ms=wall.now)
    await place.lending.start()
    worker = Worker(place.path)
    await worker.connect()
    for now in (FEBRUARY - 3_600_000, FEBRUARY + 7, FEBRUARY - 1):
        wall.now = now
        refusal = await worker.ask(101)
        assert (refusal.what, refusal.left) == (MONEY, 100)
    await place.lending.close()
    # one that begins in January, again, learns from the snapshot that it was February
    late = Place(place.folder, wall).lending
    await late.start()
    assert late.lender.accounts["key"].spent == 900
    await late.close()


async def test_a_month_that_others_saw_begin_is_looked_up_before_anything_is_lent(place, wall):
    wall.now = FEBRUARY - 3_600_000
    place.publish(window="month", published_at_ms=wall.now)
    await place.lending.start()
    worker = Worker(place.path)
    await worker.connect()
    assert isinstance(await worker.ask(10), Grant)
    spent = (Spend("key", FEBRUARY, 995),)
    place.publish(window="month", spend=spent, published_at_ms=FEBRUARY + 5, version=2)
    await place.until(lambda: place.account.spent == 995)


async def test_a_worker_that_dies_is_charged_from_its_journal_and_only_once(place):
    place.publish()
    await place.lending.start()
    worker = Worker(place.path)
    offset = place.write("gateway-0", *used(1, 100))
    await worker.connect(offset=0)
    await worker.ask(600)
    worker.say(Report(time.monotonic(), offset, 1, (Entry("key", (0, 0, 0, 900), 0, 0, 100),)))
    await place.until(lambda: place.account.spent == 100)
    # beyond the report: one settled, one open; then it is gone
    place.write("gateway-0", *used(2, 40), *used(3, reserved=60))
    place.lending.ended(worker.pid)
    # its successor settles what is open before anybody has read the journal
    place.write("gateway-0", settled("r3", status="unsettled", cost_usd_micros=60), *used(5, 500))
    worker.close()
    await place.until(lambda: not place.lending.lender.sessions)
    assert place.account.spent == 100 + 40 + 60
    assert place.account.free(MONEY, 0) == 800
    place.lending.ended(worker.pid)
    assert place.said == []


async def _succeeded(place):
    """A worker that died with a request of 60 open, and its successor, which found the disk full."""
    first = Worker(place.path)
    await first.connect()
    await first.ask(600)
    place.write("gateway-0", *used(1, reserved=60))
    place.lending.ended(first.pid)
    first.close()
    await place.until(lambda: not place.lending.lender.sessions)
    journal = Journal(place.journals / "gateway-0")
    second = Worker(place.path, pid=PID + 1)
    await second.connect(offset=journal.offset, begins=journal.begins)
    await second.hear(Alive)
    return second, journal


@pytest.mark.parametrize("room", [True, False])
async def test_what_a_successor_could_not_settle_at_once_is_not_charged_by_its_death_again(
    place, room
):
    place.publish()
    await place.lending.start()
    second, journal = await _succeeded(place)
    assert place.account.spent == 60
    if room:
        journal.append(settled("r1", status="unsettled", cost_usd_micros=60))
        for record in (*used(2, 40), *used(3, reserved=30)):
            journal.append(record)
    journal.close()
    place.lending.ended(second.pid)
    second.close()
    await place.until(lambda: not place.lending.lender.sessions)
    assert place.account.spent == 60 + (40 + 30 if room else 0)
    assert place.account.free(MONEY, 0) == 1_000 - place.account.spent


async def test_a_budget_that_is_new_counts_what_a_successor_could_not_settle_yet(place):
    place.publish(budget=None)
    await place.lending.start()
    second, journal = await _succeeded(place)
    journal.append(used(2)[0])
    place.publish(budget=1_000)
    await place.until(lambda: place.account.window == "total")
    # what is open and its own it will report itself
    assert place.account.spent == 60
    journal.append(settled("r1", status="unsettled", cost_usd_micros=60))
    entry = Entry("key", (0, 0, 0, 0), 0, 0, 45)
    second.say(Report(time.monotonic(), journal.offset, 0, (entry,)))
    await place.until(lambda: place.account.spent == 60 + 45)
    journal.close()


async def test_the_connection_may_end_before_the_process_is_known_to_be_gone(place):
    place.publish()
    await place.lending.start()
    worker = Worker(place.path)
    await worker.connect()
    await worker.ask(600)
    worker.close()
    (session,) = place.lending.lender.sessions.values()
    await place.until(lambda: not session.connected)
    assert place.account.free(MONEY, 0) == 0
    place.lending.ended(worker.pid)
    await place.until(lambda: not place.lending.lender.sessions)
    assert place.account.free(MONEY, 0) == 1_000


async def test_a_budget_that_is_new_counts_what_was_reported_and_what_was_not(place):
    place.publish(budget=None)
    await place.lending.start()
    worker = Worker(place.path)
    reported = place.write("gateway-0", *used(1, 100))
    place.write("gateway-0", *used(2, 40))
    await worker.connect(Entry("key", (0, 0, 0, 0), 0, 0, 100), offset=reported)
    await worker.hear(Alive)
    place.publish(budget=1_000)
    await place.until(lambda: place.account.window == "total")
    assert place.account.spent == 100
    # an ask is no reason to wait for the next look
    place.publish(budget=2_000, limits=Limits(concurrent_requests=1))
    worker.say(Ask(1, (Want("key", (0, 0, 1, 0)),)))
    assert isinstance(await worker.hear(Grant), Grant)
    assert place.account.limit(MONEY) == 2_000


async def test_a_snapshot_that_cannot_be_read_changes_nothing_and_is_told(place):
    place.publish()
    await place.lending.start()
    (place.folder / "snapshot.json").write_text("{")
    await place.until(lambda: place.said)
    assert "limits stay as they are" in place.said[0]
    assert place.account.limit(MONEY) == 1_000


@pytest.mark.parametrize("step", [beyond_mark, add_settled])
async def test_journals_that_cannot_be_read_hold_the_budget_and_are_read_later(
    place, monkeypatch, step
):
    place.write("gateway-0", *used(1, 100))
    place.publish()
    monkeypatch.setattr("vanguard.compose.supervisor.workers.lend._RETRY_S", 0.05)
    full = [OSError(5, "Input/output error")] * 2

    def read(*arguments):
        if full:
            raise full.pop()
        return step(*arguments)

    monkeypatch.setattr(f"vanguard.compose.supervisor.workers.lend.{step.__name__}", read)
    await place.lending.start()
    assert "they wait: [Errno 5] Input/output error" in place.said[0]
    await place.until(lambda: place.account.window == "total")
    assert place.account.spent == 100
    # nor is a death forgotten
    worker = Worker(place.path)
    await worker.connect(offset=journal_end(place.journals / "gateway-0"))
    await worker.ask(500)
    full.append(OSError(5, "Input/output error"))
    place.lending.ended(worker.pid)
    worker.close()
    await place.until(lambda: not place.lending.lender.sessions)
    assert "what gateway-0 has spent cannot be read" in place.said[-1]
    assert place.account.free(MONEY, 0) == 900


async def test_who_speaks_otherwise_is_turned_away(place):
    place.publish()
    await place.lending.start()
    stranger = Worker(place.path)
    await stranger.connect(protocol=PROTOCOL + 1)
    assert "restart the platform" in (await stranger.hear(Denied)).reason
    assert await stranger.hear(Alive) is None
    for nonsense in (frame(Bye()), b"\xff\xff\xff\xff", b"\0\0\0\1\xc1"):
        _, writer = await asyncio.open_unix_connection(str(place.path))
        writer.write(nonsense)
        await writer.drain()
        WRITERS.append(writer)
    twice = Worker(place.path)
    await twice.connect()
    await twice.hear(Alive)
    twice.say(Hello(PROTOCOL, "x", 1, "x", Report(0.0, 0, 0)))
    assert await twice.hear(Grant) is None
    assert [one.journal for one in place.lending.lender.sessions.values()] == ["gateway-0"]


async def test_a_worker_that_comes_again_replaces_its_old_connection(place):
    place.publish()
    await place.lending.start()
    first, second = Worker(place.path), Worker(place.path)
    await first.connect()
    await first.hear(Alive)
    await second.connect(Entry("key", (0, 0, 0, 0), 1, 200, 0))
    await second.hear(Alive)
    assert await first.hear(Grant) is None
    assert place.account.free(MONEY, 0) == 800
    assert isinstance(await second.ask(800), Grant)


async def test_a_silent_worker_is_cut_off(place, monkeypatch):
    monkeypatch.setattr("vanguard.gateway.limits.lender.LEASE_S", 0.2)
    place.publish()
    await place.lending.start()
    worker = Worker(place.path)
    await worker.connect()
    await worker.hear(Alive)
    assert await worker.hear(Grant) is None


async def test_closing_leaves_no_socket(tmp_path):
    place = Place(tmp_path)
    await place.lending.start()
    await place.lending.close()
    assert not place.path.exists()
    assert list((tmp_path / "journal").iterdir()) == []
