import asyncio

from support.gateway import deployment, snapshot
from vanguard.core.money import Price, Rates
from vanguard.gateway.call.drain import begin_drain
from vanguard.snapshot.boot import Bounds, Deadlines

FREE = Price("free", "1", Rates(0, 0, 0, 0, 0))


async def started(runner, **bounds):
    running = await runner.start(
        snapshot([deployment("http://127.0.0.1:1")]),
        deadlines=Deadlines(drain_s=0.01),
        bounds=Bounds(**bounds),
    )
    return running.gateway


async def test_what_costs_nothing_is_not_read_on_and_what_may_cost_is(runner):
    gateway = await started(runner)
    assert begin_drain(gateway, deployment("http://x", price=FREE), print) is None
    for price in (deployment("http://x").price, None):
        drain = begin_drain(gateway, deployment("http://x", price=price), print)
        assert gateway.drains == {drain}
        drain.end()
        assert gateway.drains == set()


async def test_only_so_many_at_once(runner):
    gateway = await started(runner, drains=1)
    drain = begin_drain(gateway, deployment("http://x"), print)
    assert begin_drain(gateway, deployment("http://x"), print) is None
    drain.end()
    again = begin_drain(gateway, deployment("http://x"), print)
    assert again is not None
    again.end()


async def test_it_says_when_its_time_is_over(runner):
    gateway = await started(runner)
    over = asyncio.Event()
    drain = begin_drain(gateway, deployment("http://x"), over.set)
    await asyncio.wait_for(over.wait(), 5)
    drain.end()
    assert gateway.drains == set()
