import asyncio
import queue
import socket
import subprocess
import sys
import threading

import pytest

from support.gateway import until
from vanguard.gateway.http.dial import names
from vanguard.gateway.http.dial.names import Names, look_up

V4 = socket.AF_INET
V6 = socket.AF_INET6
OLD = [(V4, ("192.0.2.1", 1))]
NEW = [(V4, ("192.0.2.2", 1))]
SILENT = socket.gaierror(socket.EAI_AGAIN, "nobody answered")
NO_SUCH = socket.gaierror(socket.EAI_NONAME, "no such name")


class Resolver:
    """Says what the test tells it to say, and nothing before."""

    def __init__(self):
        self.asked = []
        self.now = 100.0
        self._told = {}

    def __call__(self, name, port):
        answers = self._answers(name)
        self.asked.append(name)
        answer = answers.get(timeout=20)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _answers(self, name):
        return self._told.setdefault(name, queue.SimpleQueue())

    def tell(self, name, answer):
        self._answers(name).put(answer)

    def clock(self):
        return self.now


@pytest.fixture
def resolver():
    made = Resolver()
    yield made
    for name in made.asked:
        made.tell(name, OLD)


@pytest.fixture
def known(resolver):
    return Names(5, ask=resolver, clock=resolver.clock)


async def found(known, name, port=1):
    """A name's addresses; what never comes is an error, so that no test hangs."""
    async with asyncio.timeout(10):
        return await known.addresses(name, port)


async def asking(known, name, times=1):
    """Tasks that wait for a name's addresses."""
    tasks = [asyncio.create_task(found(known, name)) for _ in range(times)]
    await asyncio.sleep(0)
    return tasks


@pytest.mark.parametrize(
    ("host", "address"),
    [("192.0.2.1", (V4, ("192.0.2.1", 9))), ("2001:db8::1", (V6, ("2001:db8::1", 9, 0, 0)))],
)
async def test_a_literal_address_needs_no_resolver(known, resolver, host, address):
    assert await found(known, host, 9) == [address]
    assert resolver.asked == []


async def test_a_zone_takes_the_resolver_to_become_a_number(known, resolver):
    resolver.tell("fe80::1%lo", OLD)
    assert await found(known, "fe80::1%lo") == OLD


async def test_a_name_in_other_letters_is_looked_up_as_punycode(known, resolver):
    resolver.tell("xn--bcher-kva.test", OLD)
    assert await found(known, "bücher.test") == OLD


async def test_all_who_wait_for_a_name_share_one_lookup(known, resolver):
    waiting = await asking(known, "models.test", 20)
    resolver.tell("models.test", OLD)
    assert await asyncio.gather(*waiting) == [OLD] * 20
    assert resolver.asked == ["models.test"]


async def test_ports_are_looked_up_each_for_itself(known, resolver):
    for port in (1, 2):
        resolver.tell("models.test", OLD)
        await found(known, "models.test", port)
    assert resolver.asked == ["models.test"] * 2


async def test_who_gives_up_leaves_the_lookup_to_the_others(known, resolver):
    first, second = await asking(known, "models.test", 2)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    resolver.tell("models.test", OLD)
    assert await second == OLD
    assert resolver.asked == ["models.test"]


async def test_names_that_hang_do_not_hold_up_the_others(known, resolver):
    dead = [f"dead{number}.test" for number in range(8)]
    hanging = [one for name in dead for one in await asking(known, name, 5)]
    resolver.tell("good.test", NEW)
    assert await found(known, "good.test") == NEW
    await until(lambda: sorted(resolver.asked) == [*dead, "good.test"])
    assert not any(one.done() for one in hanging)
    for one in hanging:
        one.cancel()


async def test_lookups_at_once_are_bounded_and_the_rest_wait_their_turn(
    known, resolver, monkeypatch
):
    monkeypatch.setattr(names, "_MOST_LOOKUPS", 2)
    waiting = [one for name in ("a", "b", "c", "d") for one in await asking(known, name)]
    await until(lambda: sorted(resolver.asked) == ["a", "b"])
    resolver.tell("b", OLD)
    await until(lambda: resolver.asked[2:] == ["c"])
    resolver.tell("c", SILENT)
    await until(lambda: resolver.asked[3:] == ["d"])
    for name in ("a", "d"):
        resolver.tell(name, NEW)
    heard = await asyncio.gather(*waiting, return_exceptions=True)
    assert heard == [NEW, OLD, SILENT, NEW]


async def test_who_comes_when_a_lookup_hangs_beyond_patience_is_refused_at_once(known, resolver):
    (early,) = await asking(known, "models.test")
    resolver.now += 5
    with pytest.raises(socket.gaierror, match="does not answer"):
        await found(known, "models.test")
    # who waits goes on waiting: the answer may still come
    resolver.tell("models.test", OLD)
    assert await early == OLD
    assert await found(known, "models.test") == OLD
    assert resolver.asked == ["models.test"]


async def test_an_answer_is_used_for_seconds_then_the_name_is_looked_up_anew(known, resolver):
    resolver.tell("models.test", OLD)
    assert await found(known, "models.test") == OLD
    resolver.now += 4.9
    assert await found(known, "models.test") == OLD
    assert resolver.asked == ["models.test"]
    resolver.now += 0.2
    resolver.tell("models.test", NEW)
    assert await found(known, "models.test") == NEW


async def test_when_a_later_lookup_fails_the_last_good_answer_stands_in_for_minutes(
    known, resolver
):
    resolver.tell("models.test", OLD)
    await found(known, "models.test")
    resolver.now += 290
    for _ in range(2):  # nor is a resolver that fails asked for each connection
        resolver.tell("models.test", SILENT)
        assert await found(known, "models.test") == OLD
        assert len(resolver.asked) == 2
    resolver.now += 11
    with pytest.raises(socket.gaierror, match="nobody answered"):
        await found(known, "models.test")


async def test_when_a_later_lookup_is_late_the_last_good_answer_stands_in(
    known, resolver, monkeypatch
):
    resolver.tell("models.test", OLD)
    await found(known, "models.test")
    resolver.now += 6
    with monkeypatch.context() as patch:
        patch.setattr(names, "_NEWER_S", 0.001)
        assert await found(known, "models.test") == OLD
    # from then on nobody waits at all
    resolver.now += 1
    assert await found(known, "models.test") == OLD
    resolver.tell("models.test", NEW)
    await until(lambda: known._known["models.test", 1].addresses == NEW)
    assert await found(known, "models.test") == NEW
    assert len(resolver.asked) == 2


async def test_a_late_lookup_is_refused_when_the_last_good_answer_is_too_old(
    known, resolver, monkeypatch
):
    monkeypatch.setattr(names, "_NEWER_S", 0.001)
    resolver.tell("models.test", OLD)
    await found(known, "models.test")
    resolver.now += 299
    assert await found(known, "models.test") == OLD
    resolver.now += 6
    with pytest.raises(socket.gaierror, match="does not answer"):
        await found(known, "models.test")


async def test_that_a_name_is_no_more_ends_what_was_known_of_it(known, resolver):
    resolver.tell("models.test", OLD)
    await found(known, "models.test")
    resolver.now += 6
    for answer in (NO_SUCH, SILENT):
        resolver.tell("models.test", answer)
        with pytest.raises(socket.gaierror, match=answer.strerror):
            await found(known, "models.test")


async def test_a_name_that_was_never_known_is_looked_up_again_after_a_failure(known, resolver):
    for answer in (SILENT, NO_SUCH, UnicodeError("label too long")):
        resolver.tell("models.test", answer)
        with pytest.raises(type(answer)):
            await found(known, "models.test")
    resolver.tell("models.test", NEW)
    assert await found(known, "models.test") == NEW


async def test_a_machine_without_a_thread_to_spare_is_a_failure_of_that_lookup(
    known, resolver, monkeypatch
):
    def start(_thread):
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", start)
        for _ in range(names._MOST_LOOKUPS + 1):  # none of them holds a place
            with pytest.raises(OSError, match="no thread"):
                await found(known, "models.test")
    resolver.tell("models.test", NEW)
    assert await found(known, "models.test") == NEW


async def test_names_known_are_bounded(known, resolver, monkeypatch):
    monkeypatch.setattr(names, "_MOST_NAMES", 2)
    for name in ("a", "b", "c"):
        resolver.tell(name, OLD)
        await found(known, name)
    assert [name for name, _ in known._known] == ["b", "c"]


def test_an_answer_that_comes_after_the_loop_has_ended_is_dropped(known, resolver):
    async def give_up():
        (waiting,) = await asking(known, "models.test")
        waiting.cancel()

    before = set(threading.enumerate())
    asyncio.run(give_up())
    (lookup,) = set(threading.enumerate()) - before
    resolver.tell("models.test", OLD)
    lookup.join()  # pytest fails the test for an exception in it


def test_a_process_that_ends_waits_for_no_lookup():
    program = """
import asyncio, threading
from vanguard.gateway.http.dial.names import Names

async def main():
    hanging = threading.Event()
    asked = asyncio.create_task(Names(5, ask=lambda *_: hanging.wait()).addresses("a", 1))
    await asyncio.wait([asked], timeout=0.01)
    print(threading.active_count())

asyncio.run(main())
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=20, check=True
    )
    assert ran.stdout == "2\n"


def finding(monkeypatch, *addresses):
    """Has the system's resolver find these."""

    def getaddrinfo(name, port, **more):
        return [(family, socket.SOCK_STREAM, 6, "", address) for family, address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def test_a_name_without_addresses_is_an_error(monkeypatch):
    finding(monkeypatch)
    with pytest.raises(OSError, match="no address"):
        look_up("models.test", 1)


def test_families_take_turns_and_their_number_is_bounded(monkeypatch):
    finding(
        monkeypatch,
        *[(V6, (f"::{number}", 1, 0, 0)) for number in range(1, 20)],
        *[(V4, (f"127.0.0.{number}", 1)) for number in range(1, 20)],
    )
    assert [family for family, _ in look_up("models.test", 1)] == [V6, V4] * 4


def test_an_address_that_is_named_twice_is_tried_once(monkeypatch):
    finding(monkeypatch, OLD[0], OLD[0])
    assert look_up("models.test", 1) == OLD
