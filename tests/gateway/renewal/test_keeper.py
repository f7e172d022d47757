"""One credential: fetched once, renewed ahead, kept until its end, and told why not."""

from __future__ import annotations

import asyncio

import pytest

from support.asking import NOW_S, World, turns
from vanguard.core.errors import UpstreamUnavailable
from vanguard.gateway.renewal import keeper as own
from vanguard.gateway.renewal.keeper import Keeper, Kept


class Source:
    """What is fetched, when the test lets it come."""

    def __init__(self):
        self.world = World()
        self.fetches = 0
        self.next: asyncio.Future = None
        self.keeper = Keeper(self.fetch, self.world.around, "a thing", "its name")

    async def fetch(self):
        self.fetches += 1
        self.next = asyncio.get_running_loop().create_future()
        return await self.next

    async def come(self, value="a", life_s=3_600.0):
        self.next.set_result(Kept(value, self.world.now_s + life_s))
        await turns()

    async def fail(self, why="no way"):
        self.next.set_exception(UpstreamUnavailable(why))
        await turns()


@pytest.fixture
def source():
    return Source()


async def test_it_is_fetched_once_for_all_who_wait(source):
    ready = []
    assert source.keeper.wait(lambda: ready.append(1))
    assert source.keeper.wait(lambda: ready.append(2))
    await turns()
    assert (source.fetches, ready) == (1, [])
    with pytest.raises(UpstreamUnavailable, match="a thing has not come yet"):
        source.keeper.current()
    await source.come()
    assert ready == [1, 2]
    assert source.keeper.current() == "a"
    assert not source.keeper.wait(pytest.fail)


async def test_it_is_renewed_ahead_and_the_old_one_serves_until_its_end(source):
    source.keeper.renew()
    await turns()
    await source.come()
    source.world.now_s += 3_600 - 301
    source.keeper.renew()
    await turns()
    assert source.fetches == 1
    source.world.now_s += 2
    source.keeper.renew()
    source.keeper.renew()
    await turns()
    assert source.fetches == 2
    await source.fail()
    assert source.keeper.current() == "a"
    source.world.now_s += 300
    # why is for the log: whoever asks for a model reads this
    with pytest.raises(UpstreamUnavailable, match="a thing cannot be had at present") as caught:
        source.keeper.current()
    assert "no way" not in caught.value.message
    assert source.keeper.reason == "no way"
    source.keeper.renew()
    await turns()
    await source.come("b")
    assert source.keeper.current() == "b"


async def test_a_short_life_is_renewed_at_three_quarters(source):
    source.keeper.renew()
    await turns()
    await source.come(life_s=100)
    source.world.now_s += 74
    source.keeper.renew()
    await turns()
    assert source.fetches == 1
    source.world.now_s += 2
    source.keeper.renew()
    await turns()
    assert source.fetches == 2


async def test_what_has_just_failed_is_left_alone_for_a_while_and_noted_once(source):
    for _ in range(2):
        assert source.keeper.wait(lambda: None)
        await turns()
        await source.fail()
        assert not source.keeper.wait(pytest.fail)
        source.world.now_s += 6
    assert source.world.notes == ["its name: no way"]
    assert source.keeper.wait(lambda: None)
    await turns()
    await source.fail("another reason")
    assert source.world.notes == ["its name: no way", "its name: another reason"]


async def test_a_stale_one_serves_until_the_next_is_there(source):
    source.keeper.renew()
    await turns()
    await source.come(life_s=float("inf"))
    source.world.now_s += 60
    source.keeper.renew()
    await turns()
    assert source.fetches == 1
    source.keeper.make_stale()
    source.keeper.renew()
    await turns()
    await source.fail()
    assert source.keeper.current() == "a"
    source.world.now_s += 6
    source.keeper.renew()
    await turns()
    assert source.fetches == 3
    await source.come("b", life_s=float("inf"))
    source.world.now_s += 6
    source.keeper.renew()
    await turns()
    assert (source.keeper.current(), source.fetches) == ("b", 3)


async def kept(source):
    source.keeper.renew()
    await turns()
    await source.come()
    source.world.now_s += 60


async def test_one_that_is_refused_before_its_end_serves_nobody_and_another_comes(source):
    await kept(source)
    ready = []
    assert source.keeper.refused(1.0)
    assert not source.keeper.in_force()
    assert source.keeper.wait(lambda: ready.append(1))
    assert source.keeper.refused(1.0), "others were refused with it, too"
    await turns()
    await source.come("b")
    assert (source.keeper.current(), source.fetches, ready) == ("b", 2, [1])
    source.world.now_s += 5
    assert source.keeper.refused(6.0), "it was sent before the other one came"
    assert (source.keeper.current(), source.fetches) == ("b", 2)


async def test_a_service_is_not_asked_without_end_for_what_is_refused_each_time(source):
    await kept(source)
    assert source.keeper.refused(1.0)
    await turns()
    await source.come("b")
    source.world.now_s += 29
    assert not source.keeper.refused(1.0)
    assert (source.keeper.current(), source.fetches) == ("b", 2)
    source.world.now_s += 2
    assert source.keeper.refused(1.0)
    await turns()
    assert source.fetches == 3


async def test_one_that_was_refused_serves_again_where_no_other_can_be_had(source):
    await kept(source)
    assert source.keeper.refused(1.0)
    await turns()
    await source.fail()
    assert source.keeper.current() == "a"
    assert not source.keeper.refused(1.0)
    source.world.now_s += 3_600
    assert not source.keeper.in_force()


async def test_where_there_is_none_a_refusal_has_one_fetched(source):
    assert source.keeper.refused(1.0)
    await turns()
    assert source.fetches == 1


async def test_somebody_who_awaits_gets_it_or_hears_why(source):
    async with asyncio.TaskGroup() as group:
        got = group.create_task(source.keeper.get())
        await turns()
        await source.come()
    assert got.result() == "a"
    assert await source.keeper.get() == "a"
    source.world.now_s = NOW_S + 10_000
    refused = asyncio.create_task(source.keeper.get())
    await turns()
    await source.fail()
    with pytest.raises(UpstreamUnavailable, match="no way"):
        await refused


async def test_it_is_given_up_after_a_while(source, monkeypatch):
    monkeypatch.setattr(own, "_FETCH_S", 0.0)
    with pytest.raises(UpstreamUnavailable, match="not come within 0 s"):
        await source.keeper.get()


async def test_no_more_wait_than_may(source, monkeypatch):
    monkeypatch.setattr(own, "_WAITERS", 1)
    assert source.keeper.wait(lambda: None)
    assert not source.keeper.wait(pytest.fail)


async def test_one_who_waits_badly_harms_nobody_else(source):
    said, ready = [], []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: said.append(context["exception"]))
    source.keeper.wait(lambda: 1 / 0)
    source.keeper.wait(lambda: ready.append(1))
    await turns()
    await source.come()
    assert ready == [1]
    assert isinstance(said[0], ZeroDivisionError)


async def test_closing_ends_the_fetch_and_calls_nobody(source):
    source.keeper.wait(pytest.fail)
    await turns()
    source.keeper.close()
    await turns()
    assert source.next.cancelled()


async def test_one_that_comes_after_its_end_is_not_taken(source):
    source.keeper.wait(lambda: None)
    await turns()
    await source.come(life_s=0.0)
    assert not source.keeper.in_force()
    assert "came after its end" in source.keeper.reason


async def test_a_defect_leaves_nobody_waiting_and_is_tried_again(source):
    ready = []
    source.keeper.wait(lambda: ready.append(1))
    await turns()
    task = source.keeper._task
    source.next.set_exception(KeyError("a defect"))
    await turns()
    assert ready == [1]
    assert isinstance(task.exception(), KeyError)
    assert "defect of the gateway" in source.keeper.reason
    source.world.now_s += 6
    assert source.keeper.wait(lambda: None)
    await turns()
    await source.come()
    assert source.keeper.current() == "a"
