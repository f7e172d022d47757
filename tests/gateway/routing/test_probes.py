import asyncio

import pytest

from support.gateway import deployment, snapshot, until
from support.upstream import Upstream, whole
from vanguard.core.errors import UpstreamUnavailable
from vanguard.gateway.http.origin import parse_base_url
from vanguard.gateway.routing.health import Health
from vanguard.gateway.routing.probes import Probes
from vanguard.snapshot.model import Probe


class FakeCall:
    def __init__(self):
        self.cancelled = False

    def cancel(self):
        self.cancelled = True


class FakePool:
    """Keeps what is asked; a test answers."""

    def __init__(self):
        self.asked = []

    def request(self, origin, data, sink, *, repeat):
        call = FakeCall()
        self.asked.append((data, sink, call))
        return call


def probed(name="a", **more):
    return deployment("http://127.0.0.1:1/v1", name=name, probe=Probe("/health", 10), **more)


class Desk:
    def __init__(self, *places):
        self.pool, self.health = FakePool(), Health()
        self.probes = Probes(self.pool, self.health, self.secret)
        self.take_up(*places)
        self.now = 100.0

    def secret(self, reference):
        if reference == "env:GONE":
            raise UpstreamUnavailable("not set")
        return b"s3cret"

    def take_up(self, *places):
        origins = {one.id: parse_base_url(one.base_url) for one in places}
        self.probes.take_up(places, origins)

    def ask(self):
        self.now += 10.0
        self.probes.sweep(self.now)
        return self.pool.asked[-1][1]

    def healthy(self):
        return self.health.healthy("a", self.now)


@pytest.mark.parametrize(("status", "alive"), [(200, True), (401, True), (404, True), (503, False)])
def test_two_failures_set_it_aside_and_one_answer_brings_it_back(status, alive):
    desk = Desk(probed())
    for times in (1, 2):
        sink = desk.ask()
        sink.head(status, [])
        sink.end()
        assert desk.healthy() == (alive or times == 1)
    sink = desk.ask()
    sink.head(200, [])
    assert desk.healthy()


def test_busy_is_neither_dead_nor_alive():
    desk = Desk(probed())
    for _ in range(3):
        sink = desk.ask()
        sink.head(429, [])
        sink.end()
    assert desk.healthy()


def test_silence_until_the_next_time_is_a_miss():
    desk = Desk(probed())
    desk.ask()
    desk.ask()
    assert desk.pool.asked[0][2].cancelled
    assert desk.healthy()
    desk.ask()
    assert not desk.healthy()


def test_asked_when_due_with_its_credential():
    desk = Desk(probed(auth_header="authorization", auth_prefix="Bearer ", credential="env:K"))
    desk.probes.sweep(100.0)
    desk.probes.sweep(105.0)
    assert len(desk.pool.asked) == 1
    head = desk.pool.asked[0][0]
    assert head.startswith(b"GET /health HTTP/1.1\r\nhost: 127.0.0.1:1\r\n")
    assert b"authorization: Bearer s3cret\r\n" in head


def test_a_credential_that_is_gone_is_a_miss():
    desk = Desk(probed(auth_header="authorization", credential="env:GONE"))
    for _ in range(2):
        desk.now += 10
        desk.probes.sweep(desk.now)
    assert not desk.pool.asked
    assert not desk.healthy()


def test_a_long_body_is_cut_off():
    desk = Desk(probed())
    sink = desk.ask()
    sink.head(200, [])
    sink.data(b"x" * 70_000)
    assert desk.pool.asked[0][2].cancelled


def test_changed_settings_are_taken_up_and_what_is_gone_is_not_dead():
    desk = Desk(probed())
    for _ in range(2):
        desk.ask().fail(UpstreamUnavailable("refused"))
    assert not desk.healthy()
    desk.take_up(probed())
    assert not desk.healthy()
    desk.take_up(deployment("http://127.0.0.1:1/v1", name="a"))
    assert desk.healthy()
    desk.probes.sweep(1_000.0)
    assert len(desk.pool.asked) == 2


async def test_the_running_gateway_probes(runner):
    async with Upstream([whole(500, {})]) as upstream:
        place = deployment(upstream.base_url, probe=Probe("/health", 0.01))
        running = await runner.start(snapshot([place]))
        for _ in range(3):
            running.gateway.probes.sweep(running.gateway.loop_time())
            await asyncio.sleep(0.03)
        await until(lambda: not running.gateway.health.healthy("m/0", 0.0))
        assert {(one.method, one.path) for one in upstream.asked} == {("GET", "/health")}
