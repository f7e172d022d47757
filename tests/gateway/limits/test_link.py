import asyncio

import pytest

from vanguard.core.clock import SystemClock
from vanguard.core.errors import LimitsUnavailable
from vanguard.gateway.limits.holding import NotHeld
from vanguard.gateway.limits.link import Link
from vanguard.gateway.limits.protocol import (
    PROTOCOL,
    Alive,
    Ask,
    Bye,
    Denied,
    Frames,
    Grant,
    Hello,
    Left,
    Lot,
    Report,
    frame,
    read_from_worker,
)
from vanguard.snapshot.model import Limits, Scope

SCOPE = Scope("s", "key", "s", Limits(concurrent_requests=9))


class Lender(asyncio.Protocol):
    """Says what the test tells it to, and answers reports."""

    def __init__(self, desk):
        self.desk = desk
        self.frames = Frames()

    def connection_made(self, transport):
        self.transport = transport
        self.desk.connections.append(self)

    def data_received(self, data):
        for payload in self.frames.feed(data):
            message = read_from_worker(payload)
            self.desk.heard.append(message)
            if isinstance(message, Hello) and self.desk.denies:
                self.say(Denied(self.desk.denies))
            elif isinstance(message, Hello):
                self.say(Alive(message.report.at_s, True))
            elif isinstance(message, Report):
                self.say(Alive(message.at_s, True))

    def say(self, message):
        self.transport.write(frame(message))


class Desk:
    def __init__(self, folder):
        self.path = str(folder / "l.sock")
        self.heard = []
        self.connections = []
        self.denies = ""

    async def open(self):
        loop = asyncio.get_running_loop()
        self.server = await loop.create_unix_server(lambda: Lender(self), self.path)

    def of(self, kind):
        return [one for one in self.heard if isinstance(one, kind)]

    async def until(self, condition):
        async with asyncio.timeout(20):
            while not condition():
                await asyncio.sleep(0.005)


@pytest.fixture
async def desk(tmp_path):
    made = Desk(tmp_path)
    await made.open()
    yield made
    made.server.close()


@pytest.fixture
async def link(desk):
    made = Link(desk.path, "gateway-0", SystemClock(), lambda: 7, begins=5)
    yield made
    await made.close()


def wanted(link):
    chain = link.borrower.chain("k", (SCOPE,))
    with pytest.raises(NotHeld) as caught:
        link.borrower.reserve(chain, 0, 0)
    return caught.value


async def test_it_introduces_itself_beats_and_says_good_bye(desk, link):
    await link.start()
    await desk.until(lambda: desk.of(Report))
    hello = desk.heard[0]
    assert (hello.protocol, hello.journal, hello.begins, hello.report.offset) == (
        PROTOCOL,
        "gateway-0",
        5,
        7,
    )
    await link.close()
    await desk.until(lambda: desk.of(Bye))


async def test_what_is_asked_is_answered(desk, link):
    await link.start()
    told = []
    link.ask(wanted(link), told.append, 0.0, 0)
    await desk.until(lambda: desk.of(Ask))
    lot = Lot("s", (0, 0, 1, 0))
    grant = Grant(1, desk.of(Ask)[0].number, (lot,), (Left("s", -1, -1, -1),))
    desk.connections[0].say(grant)
    await desk.until(lambda: told)
    assert told == [None]


async def test_who_asked_in_vain_waits_a_moment_and_can_be_taken_back(desk, link):
    await link.start()
    told = []
    take_back = link.ask(wanted(link), told.append, 0.0, 3)
    link.ask(wanted(link), told.append, 0.0, 3)
    assert not desk.of(Ask)
    take_back()
    await desk.until(lambda: desk.of(Ask))
    await asyncio.sleep(0.1)
    assert len(desk.of(Ask)) == 1


async def test_it_comes_back_when_the_connection_breaks(desk, link):
    await link.start()
    desk.connections[0].transport.abort()
    await desk.until(lambda: len(desk.of(Hello)) == 2)
    first, second = desk.of(Hello)
    assert first.incarnation == second.incarnation
    # nonsense ends a connection too
    desk.connections[1].transport.write(b"\0\0\0\1\xc1")
    await desk.until(lambda: len(desk.of(Hello)) == 3)


async def test_a_lender_that_comes_late_is_waited_for_and_none_at_all_is_an_error(tmp_path):
    desk = Desk(tmp_path)
    link = Link(desk.path, "w", SystemClock(), lambda: 0)
    begun = asyncio.create_task(link.start())
    await asyncio.sleep(0.1)
    await desk.open()
    await begun
    await link.close()
    desk.server.close()
    none = Link(str(tmp_path / "none.sock"), "w", SystemClock(), lambda: 0)
    with pytest.raises(LimitsUnavailable, match="nobody lends limits"):
        await none.start(patience_s=0.1)


async def test_a_lender_that_speaks_another_protocol_ends_the_start(desk, link):
    desk.denies = "restart the platform"
    with pytest.raises(LimitsUnavailable, match="restart the platform"):
        await link.start()


async def test_a_defect_of_one_beat_breaks_the_connection_and_the_next_goes_on(desk, link):
    heard = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, what: heard.append(what))
    await link.start()
    beat, defects = link.borrower.beat, [OverflowError("too large")]

    def fail_once():
        if defects:
            raise defects.pop()
        beat()

    link.borrower.beat = fail_once
    await desk.until(lambda: len(desk.of(Hello)) == 2)
    before = len(desk.of(Report))
    await desk.until(lambda: len(desk.of(Report)) > before)
    assert [str(one["exception"]) for one in heard] == ["too large"]


async def test_a_worker_that_cannot_introduce_itself_tries_again(desk, link):
    connect, defects = link.borrower.connect, [OverflowError("too large")]

    def fail_once(greet):
        if defects:
            raise defects.pop()
        connect(greet)

    link.borrower.connect = fail_once
    asyncio.get_running_loop().set_exception_handler(lambda _loop, _what: None)
    await link.start()
    assert len(desk.of(Hello)) == 1
