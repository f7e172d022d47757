"""Several gateway workers on one port: limits hold over all of them, and none is missed when it goes."""

import asyncio
import json
import os
import signal
import threading

import httpx
import pytest

from support.gateway import STREAM, USAGE, delta
from support.platform import eventually
from support.upstream import Upstream, stream, whole

pytestmark = pytest.mark.e2e

REPLY = {
    "id": "c",
    "object": "chat.completion",
    "created": 1,
    "model": "scripted",
    "choices": [
        {"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}
    ],
    "usage": USAGE,
}
# 20 tokens in, 5 out
COST = 20 * 3 + 5 * 15


class InThread:
    """A scripted upstream in a thread of its own, so that the test may block."""

    def __init__(self, *scripts):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.upstream = Upstream(list(scripts))

    def __enter__(self):
        self.thread.start()
        self._run(self.upstream.__aenter__())
        return self.upstream

    def _run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def __exit__(self, *_):
        self._run(self.upstream.__aexit__())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


def settings(upstream, workers=2):
    return f"""
gateway: {{workers: {workers}}}
models:
  m:
    deployments:
      - provider: openai
        base_url: {upstream.base_url}
        model: scripted
        api_key: env:SCRIPTED_KEY
        max_output_tokens: 1000
        price: {{input: 3, output: 15}}
"""


def workers_of(platform):
    """Process ids of the gateway's workers, by name."""
    found = json.loads((platform.home / "run" / "up.json").read_text())["children"]
    return {name: pid for name, pid in found.items() if name.startswith("gateway")}


def make_key(platform, **fields):
    with platform.admin() as client:
        return client.post("/api/keys", json={"name": "k", **fields}).json()["secret"]


def body(**fields):
    return {"model": "m", "messages": [{"role": "user", "content": "hello"}], **fields}


async def ask(client, platform, key, **fields):
    return await client.post(
        platform.base_url + "/v1/chat/completions",
        json=body(**fields),
        headers={"authorization": f"Bearer {key}", "connection": "close"},
    )


def all_at_once(platform, key, count, together=100, **fields):
    """Answers to so many requests, each on a connection of its own."""

    async def run():
        gate = asyncio.Semaphore(together)
        limits = httpx.Limits(max_keepalive_connections=0, max_connections=together)

        async def one(client):
            async with gate:
                return await ask(client, platform, key, **fields)

        async with httpx.AsyncClient(timeout=60, limits=limits) as client:
            return await asyncio.gather(*(one(client) for _ in range(count)))

    return asyncio.run(run())


def rows(platform):
    """All usage rows, once none is open."""
    found, last = [], ""
    with platform.admin() as client:
        while True:
            page = client.get("/api/requests", params={"limit": 500, "before": last}).json()["data"]
            if not page:
                break
            found += page
            last = page[-1]["id"]
    return found if found and all(row["status"] != "open" for row in found) else None


def counted(platform):
    """Requests that `/metrics` knows, over all workers."""
    text = httpx.get(platform.base_url + "/metrics").text
    lines = [line for line in text.splitlines() if line.startswith("vanguard_requests_total{")]
    assert {line.split('worker="')[1].split('"')[0] for line in lines} <= {"gateway-0", "gateway-1"}
    return sum(int(line.rsplit(" ", 1)[1]) for line in lines)


def test_a_limit_a_minute_holds_over_both_workers_to_the_last_request(own_platform):
    with InThread(whole(200, REPLY)) as upstream:
        platform = own_platform(settings=settings(upstream), model="none").start(SCRIPTED_KEY="k")
        assert len(workers_of(platform)) == 2
        key = make_key(platform, requests_per_minute=100)
        answers = all_at_once(platform, key, 300)
        statuses = [answer.status_code for answer in answers]
        assert (statuses.count(200), statuses.count(429)) == (100, 200), set(statuses)
        assert len(upstream.asked) == 100
        refused = [answer for answer in answers if answer.status_code == 429]
        assert all(int(answer.headers["retry-after"]) > 0 for answer in refused)
        assert all(answer.json()["error"]["code"] == "rate_limited" for answer in refused)
        journals = sorted(
            path.name for path in (platform.home / "journal").iterdir() if path.is_dir()
        )
        assert journals == ["gateway-0", "gateway-1"]
        # whichever worker is asked, it answers for both
        eventually(lambda: [counted(platform) for _ in range(6)] == [100] * 6)


def budget_rows(platform):
    return eventually(lambda: rows(platform))


@pytest.mark.parametrize("cap", [{"max_tokens": 200}, {}], ids=["with-a-cap", "without"])
def test_a_thousand_requests_on_the_last_dollar_spend_it_and_no_more(own_platform, cap):
    # it ignores every cap and never says what it used
    with InThread(stream([delta("word ") * 4] * 400, end=False)) as upstream:
        platform = own_platform(settings=settings(upstream), model="none").start(SCRIPTED_KEY="k")
        key = make_key(platform, budget_usd="1.00", budget_window="total")
        answers = all_at_once(platform, key, 1_000, together=60, stream=True, **cap)
        assert {answer.status_code for answer in answers} == {200, 429}
        found = eventually(lambda: rows(platform))
        assert 950_000 <= sum(row["cost_usd_micros"] for row in found) <= 1_000_000
        assert len(upstream.asked) == len(found)
        journals = [path.stat().st_size for path in (platform.home / "journal").glob("*/*.journal")]
        assert len(journals) == 2
        assert min(journals) > 0


SLOW = [delta(str(number)) for number in range(60)] + STREAM


class Streams:
    """Many clients, each reading one stream in the background."""

    def __init__(self, platform, key, count):
        self.platform = platform
        self.key = key
        self.count = count
        self.texts = [b""] * count
        self.errors = []
        self.thread = threading.Thread(target=lambda: asyncio.run(self._all()))

    def __enter__(self):
        self.thread.start()
        eventually(lambda: all(text.count(b"\n\n") > 2 for text in self.texts))
        return self

    def __exit__(self, *_):
        self.thread.join(60)
        assert not self.thread.is_alive()

    async def _all(self):
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(timeout=60, limits=limits) as client:
            await asyncio.gather(*(self._one(client, index) for index in range(self.count)))

    async def _one(self, client, index):
        url = self.platform.base_url + "/v1/chat/completions"
        headers = {"authorization": f"Bearer {self.key}"}
        try:
            async with client.stream(
                "POST", url, json=body(stream=True), headers=headers
            ) as answer:
                async for part in answer.aiter_raw():
                    self.texts[index] += part
        except httpx.TransportError as error:
            self.errors.append(error)

    @property
    def whole(self):
        return sum(text.endswith(b"data: [DONE]\n\n") for text in self.texts)


class Knocking:
    """A client that asks again and again, over kept-alive connections, and keeps every status."""

    def __init__(self, platform, key):
        self.platform = platform
        self.key = key
        self.seen = []
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def _run(self):
        headers = {"authorization": f"Bearer {self.key}"}
        with httpx.Client(timeout=30, headers=headers) as client:
            while not self.stop.is_set():
                try:
                    self.seen.append(client.get(self.platform.base_url + "/v1/models").status_code)
                except httpx.TransportError as error:
                    self.seen.append(error)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join(30)


@pytest.mark.parametrize("count", [1, 2], ids=["alone", "two"])
def test_replacing_the_workers_breaks_no_stream_and_refuses_nobody(own_platform, count):
    with InThread(stream(SLOW, pause_s=0.1)) as upstream:
        platform = own_platform(settings=settings(upstream, count), model="none")
        platform.start(SCRIPTED_KEY="k")
        key = make_key(platform, concurrent_requests=55, budget_usd="1.00", budget_window="total")
        old = workers_of(platform)
        assert len(old) == count
        with Streams(platform, key, 50) as streams, Knocking(platform, key) as knocking:
            platform.tell(signal.SIGUSR2)
            eventually(lambda: not set(old.values()) & set(workers_of(platform).values()))
            # the old ones still stream, and what they hold counts for the new ones
            answers = all_at_once(platform, key, 10, together=10, stream=True)
            statuses = sorted(answer.status_code for answer in answers)
            assert statuses == [200] * 5 + [429] * 5
        assert streams.errors == []
        assert streams.whole == 50
        assert set(knocking.seen) == {200}
        found = eventually(lambda: rows(platform))
        assert len(found) == 55 == len(upstream.asked)
        assert {row["status"] for row in found} == {"ok"}
        assert {row["cost_usd_micros"] for row in found} == {COST}
        for pid in old.values():
            eventually(lambda pid=pid: not alive(pid))


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_killed_worker_loosens_no_limit_and_keeps_nothing_for_ever(own_platform):
    with InThread(stream(SLOW, pause_s=0.1)) as upstream:
        platform = own_platform(settings=settings(upstream), model="none").start(SCRIPTED_KEY="k")
        key = make_key(platform, concurrent_requests=40, budget_usd="5.00", budget_window="total")
        with Streams(platform, key, 40) as streams:
            full = all_at_once(platform, key, 5, together=5)
            assert {answer.status_code for answer in full} == {429}
            os.kill(workers_of(platform)["gateway-0"], signal.SIGKILL)
            eventually(lambda: streams.errors)
            lost = len(streams.errors)
        lost = len(streams.errors)
        assert streams.whole == 40 - lost
        found = eventually(lambda: rows(platform))
        assert len(found) == 40 == len(upstream.asked)
        unsettled = [row for row in found if row["status"] == "unsettled"]
        assert len(unsettled) == lost
        # what died with the worker can be used again, and what it held is charged once
        answers = all_at_once(platform, key, 40, together=40, stream=True)
        assert [answer.status_code for answer in answers] == [200] * 40


def open_connections(platform):
    """Client connections of each worker, as it told the others last."""
    text = httpx.get(platform.base_url + "/metrics").text
    lines = [line for line in text.splitlines() if 'side="client"' in line]
    return {line.split('worker="')[1].split('"')[0]: int(line.rsplit(" ", 1)[1]) for line in lines}


def test_connections_that_are_kept_open_are_shared_out(own_platform):
    with InThread(whole(200, REPLY)) as upstream:
        platform = own_platform(settings=settings(upstream), model="none").start(SCRIPTED_KEY="k")

        async def hold():
            address = platform.base_url.removeprefix("http://").split(":")
            held = []
            for _ in range(60):
                reader, writer = await asyncio.open_connection(*address)
                writer.write(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
                await reader.readuntil(b"\r\n\r\n")
                held.append(writer)
            loop = asyncio.get_running_loop()
            found = await loop.run_in_executor(
                None, eventually, lambda: shared_out(open_connections(platform), 60)
            )
            for writer in held:
                writer.close()
            return found

        assert min(asyncio.run(hold()).values()) >= 25


def shared_out(found, at_least):
    return found if sum(found.values()) >= at_least else None
