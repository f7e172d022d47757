"""Several gateway workers on one port: limits hold over all of them, and none is missed when it goes."""

import asyncio
import json
import os
import signal
import threading

import httpx
import pytest

from support.gateway import STREAM, USAGE, chunk, delta
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
    answer = await client.post(
        platform.base_url + "/v1/chat/completions",
        json=body(**fields),
        headers={"authorization": f"Bearer {key}", "connection": "close"},
    )
    return answer


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


def spent(platform, key_budget_left=None):
    return sum(row["cost_usd_micros"] or 0 for row in platform.requests())


def rows(platform):
    """All usage rows, once none is open."""
    with platform.admin() as client:
        found, cursor = [], None
        while True:
            query = {"limit": 500} | ({"cursor": cursor} if cursor else {})
            page = client.get("/api/requests", params=query).json()
            found += page["data"]
            cursor = page.get("next_cursor") or page.get("cursor")
            if not cursor or not page["data"]:
                break
    return found if found and all(row["status"] != "open" for row in found) else None


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
