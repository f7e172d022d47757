"""`kill -9` of each process while a stream is open: the others go on, the supervisor restores it."""

import asyncio
import json
import threading

import httpx
import pytest

from support.gateway import STREAM, delta
from support.platform import eventually
from support.upstream import Upstream, stream

pytestmark = pytest.mark.e2e

EVENTS = [delta(str(number)) for number in range(120)] + STREAM
CHAT = {"model": "slow", "stream": True, "messages": [{"role": "user", "content": "x"}]}


class SlowUpstream:
    """A scripted upstream in a thread of its own, so that the test may block."""

    def __enter__(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.upstream = Upstream([stream(EVENTS, pause_s=0.05)])
        self.run(self.upstream.__aenter__())
        return self.upstream

    def run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def __exit__(self, *_):
        self.run(self.upstream.__aexit__())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


def settings(upstream):
    return f"""
models:
  slow:
    deployments:
      - provider: openai
        base_url: {upstream.base_url}
        model: scripted
        api_key: env:SCRIPTED_KEY
        price: {{input: 3, output: 15}}
"""


class Streaming:
    """A client that reads a stream in the background."""

    def __init__(self, platform):
        self.content = b""
        self.error = None
        self.request_id = ""
        self._platform = platform
        self._thread = threading.Thread(target=self._read)
        self._thread.start()
        eventually(lambda: self.content.count(b"\n\n") > 3)

    def _read(self):
        headers = {"authorization": f"Bearer {self._platform.key}"}
        url = self._platform.base_url + "/v1/chat/completions"
        try:
            with httpx.stream("POST", url, json=CHAT, headers=headers, timeout=60) as answer:
                self.request_id = answer.headers["x-request-id"]
                for part in answer.iter_raw():
                    self.content += part
        except httpx.TransportError as error:
            self.error = error

    def finish(self):
        self._thread.join(60)
        assert not self._thread.is_alive()
        return self


def rows_of(platform, request_id):
    return [row for row in platform.requests() if row["request_id"] == request_id]


def settled_rows(platform, request_id):
    rows = rows_of(platform, request_id)
    return rows if rows and all(row["status"] != "open" for row in rows) else None


def test_each_process_dies_alone_and_the_ledger_stays_whole(own_platform):
    with SlowUpstream() as upstream:
        platform = own_platform(settings=settings(upstream)).start(SCRIPTED_KEY="sk-test")
        for role in ("control", "engine"):
            client = Streaming(platform)
            old = platform.kill(role)
            client.finish()
            assert client.error is None
            assert client.content.endswith(b"data: [DONE]\n\n")
            assert client.content.count(b'"content"') == 123
            eventually(lambda role=role, old=old: platform.children().get(role, old) != old)
            (row,) = eventually(lambda c=client: settled_rows(platform, c.request_id))
            assert (row["status"], row["output_tokens"]) == ("ok", 5)
            assert row["cost_usd_micros"] == 20 * 3 + 5 * 15

        client = Streaming(platform)
        old = platform.kill("gateway")
        client.finish()
        assert b"[DONE]" not in client.content
        assert client.error is not None
        eventually(lambda: platform.children().get("gateway", old) != old)
        (row,) = eventually(lambda: settled_rows(platform, client.request_id))
        assert row["status"] == "unsettled"

        again = Streaming(platform).finish()
        assert again.content.endswith(b"data: [DONE]\n\n")
        # what the upstream was asked is what the ledger knows, one row each
        asked = len(upstream.asked)
        rows = [row for row in platform.requests() if row["model"] == "slow"]
        assert len(rows) == asked == 4
        assert len({(row["request_id"], row["attempt"]) for row in rows}) == asked
        headers = [one.headers["authorization"] for one in upstream.asked]
        assert headers == ["Bearer sk-test"] * asked


def test_stopping_drains_open_streams(own_platform):
    with SlowUpstream() as upstream:
        platform = own_platform(settings=settings(upstream), model="none").start(
            SCRIPTED_KEY="sk-test"
        )
        client = Streaming(platform)
        assert platform.stop() == 0
        client.finish()
        assert client.error is None
        assert client.content.endswith(b"data: [DONE]\n\n")


def test_while_control_is_down_a_restarted_gateway_serves_from_the_last_snapshot(own_platform):
    with SlowUpstream() as upstream:
        platform = own_platform(settings=settings(upstream), model="none").start(
            SCRIPTED_KEY="sk-test"
        )
        snapshot = json.loads((platform.home / "snapshot.json").read_text())
        assert "sk-test" not in json.dumps(snapshot)
        platform.kill("control")
        platform.kill("gateway")
        headers = {"authorization": f"Bearer {platform.key}"}

        def served():
            answer = httpx.get(platform.base_url + "/v1/models", headers=headers)
            return answer.status_code == 200 and "slow" in answer.text

        assert eventually(served)
