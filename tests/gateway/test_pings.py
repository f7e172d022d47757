import asyncio
import json

import httpx
import openai
import pytest

from support.gateway import CHAT, KEY, SECRET, STREAM, chat, delta, deployment, snapshot, until
from support.upstream import Upstream, stream, whole
from vanguard.core.errors import VanguardError
from vanguard.dialects.framing import make_splitter
from vanguard.dialects.registry import DIALECTS
from vanguard.gateway import app
from vanguard.gateway.pings import Pings
from vanguard.gateway.steps.call import Call
from vanguard.snapshot.boot import Bounds, Deadlines


@pytest.fixture(autouse=True)
def often(monkeypatch):
    """Looks more often than twice a second."""
    monkeypatch.setattr(app, "_SWEEP_S", 0.05)


class Stream:
    def __init__(self):
        self.writes = 0
        self.pinged = 0

    def ping(self):
        self.pinged += 1
        self.writes += 1


def test_only_silence_is_pinged_and_each_silence_once_a_while():
    pings, silent, busy = Pings(15), Stream(), Stream()
    pings.watch(silent, 100)
    pings.watch(busy, 100)
    for now in range(100, 200):
        busy.writes += now % 10 == 0
        pings.sweep(now)
    # a ping is a write: it is seen at the next look, and the silence begins anew there
    assert (silent.pinged, busy.pinged) == (6, 0)
    pings.forget(silent)
    pings.forget(silent)
    pings.sweep(1_000)
    assert silent.pinged == 6


def slow(events, silence_s=0.5):
    """An upstream that thinks before its first event, and again before its last one."""

    async def script(asked, write):
        await asyncio.sleep(silence_s)
        await stream(events[:1], end=False)(asked, write)
        await asyncio.sleep(silence_s)
        for event in events[1:]:
            await write(b"%x\r\n%b\r\n" % (len(event), event))
        await write(b"0\r\n\r\n")

    return script


QUICK = Deadlines(ping_s=0.1, drain_s=2)


@pytest.mark.parametrize(
    ("path", "ping"),
    [("/v1/chat/completions", b": ping"), ("/v1/messages", b'event: ping\ndata: {"type": "ping"}')],
)
async def test_a_silent_stream_is_kept_alive_in_the_clients_dialect(runner, client, path, ping):
    async with Upstream([slow(STREAM)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]), deadlines=QUICK)
        answer = await chat(client, running, stream=True, path=path)
        assert answer.status_code == 200
        events = answer.content.split(b"\n\n")
        before = next(at for at, event in enumerate(events) if ping not in event)
        assert before >= 1  # pings came before the first token
        assert ping in events[before + 1 :]
        assert answer.headers["cache-control"] == "no-cache, no-transform"
        (settled,) = running.settled()
        assert (settled.status, settled.usage.output_tokens) == ("ok", 5)


async def test_a_client_that_does_not_take_what_was_written_is_not_pinged(runner, client):
    goes_on = asyncio.Event()

    async def waits(asked, write):
        await goes_on.wait()
        await stream(STREAM)(asked, write)

    async with Upstream([waits]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        asked = asyncio.ensure_future(chat(client, running, stream=True))
        await until(lambda: upstream.asked)
        (line,) = running.pipeline.server.connections
        late = running.gateway.loop_time() + 1_000
        line.pause_writing()
        running.gateway.pings.sweep(late)
        assert not line.started
        line.resume_writing()
        running.gateway.pings.sweep(late + 1_000)
        assert line.started
        goes_on.set()
        assert (await asyncio.wait_for(asked, 5)).content.count(b": ping") == 1


async def test_after_a_ping_another_deployment_may_still_take_over(runner, client):
    async def dies(asked, write):
        await asyncio.sleep(0.4)
        raise ConnectionAbortedError

    async with Upstream([dies]) as bad, Upstream([stream(STREAM)]) as good:
        places = [deployment(bad.base_url, name="m/0"), deployment(good.base_url, name="m/1")]
        running = await runner.start(snapshot(places), deadlines=QUICK)
        answer = await chat(client, running, stream=True)
        assert answer.content.startswith(b": ping\n\n")
        assert answer.content.replace(b": ping\n\n", b"") == b"".join(STREAM[:3] + STREAM[4:])
        assert [one.status for one in running.settled()] == ["failed", "ok"]


async def test_after_a_ping_an_error_is_told_within_the_stream(runner, client):
    async def refuses(asked, write):
        await asyncio.sleep(0.4)
        await whole(500, {"error": {"message": "no"}})(asked, write)

    async with Upstream([refuses]) as upstream:
        running = await runner.start(
            snapshot([deployment(upstream.base_url)]), deadlines=QUICK, bounds=Bounds(attempts=1)
        )
        answer = await chat(client, running, stream=True)
        assert answer.status_code == 200
        last = answer.content.rstrip().split(b"\n\n")[-1]
        assert json.loads(last.removeprefix(b"data: "))["error"]["code"] == "upstream_unavailable"
        assert b"[DONE]" not in answer.content
        messages = await chat(client, running, stream=True, path="/v1/messages")
        assert b"event: error\n" in messages.content


@pytest.fixture
def pinged(monkeypatch):
    """Happens when a client has been pinged."""
    happened, ping = asyncio.Event(), Call.ping

    def pings(call):
        ping(call)
        happened.set()

    monkeypatch.setattr(Call, "ping", pings)
    return happened


WORDS = {"error": {"type": "invalid_request_error", "message": "too odd", "param": None}}
ASKS = {
    "openai_chat": ("/v1/chat/completions", {}),
    "anthropic_messages": ("/v1/messages", {}),
    "openai_responses": ("/v1/responses", {"input": "hi", "messages": None, "max_tokens": None}),
    "google_generate": (
        "/v1beta/models/m:streamGenerateContent?alt=sse",
        {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]},
    ),
    "bedrock_converse": ("/aws/model/m/converse-stream", None),
}


@pytest.mark.parametrize(
    ("clients", "upstreams"),
    [
        *((one, one) for one in list(ASKS)[:4]),
        *zip(ASKS, ["anthropic_messages", *["openai_chat"] * 4], strict=True),
    ],
)
async def test_after_a_ping_a_refusal_is_told_within_the_stream(
    runner, client, pinged, clients, upstreams
):
    # providers write over several lines, and proxies before them no JSON at all
    body = b"<p>\ntoo odd" if clients == "openai_chat" else json.dumps(WORDS, indent=1).encode()

    async def refuses(asked, write):
        await pinged.wait()
        await whole(400, body)(asked, write)

    path, fields = ASKS[clients]
    async with Upstream([refuses]) as upstream:
        running = await runner.start(
            snapshot([deployment(upstream.base_url, dialect=upstreams)]),
            deadlines=Deadlines(ping_s=0.01),
        )
        url, ask = running.base_url + path, {**CHAT, "stream": True, **(fields or {})}
        if clients in {"google_generate", "bedrock_converse"}:
            ask = fields or {"messages": [{"role": "user", "content": [{"text": "hi"}]}]}
        answer = await client.post(url, json=ask, headers=KEY)
        assert answer.status_code == 200
        with pytest.raises(VanguardError, match=r"refused the request.*too odd"):
            read_to_the_end(clients, answer.content)
        (settled,) = running.settled()
        assert (settled.status, settled.error, settled.cost_usd_micros) == (
            "failed",
            "upstream_400",
            0,
        )


def read_to_the_end(dialect, content):
    """Raises what a reader of the dialect finds told within a stream."""
    reader = DIALECTS[dialect].reader()
    for raw in make_splitter(dialect).feed(content):
        reader.event(raw)


async def test_the_openai_sdk_passes_over_pings(runner):
    async with Upstream([slow([delta("a"), *STREAM[1:]])]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]), deadlines=QUICK)
        async with httpx.AsyncClient() as http:
            sdk = openai.AsyncOpenAI(
                api_key=SECRET, base_url=running.base_url + "/v1", http_client=http
            )
            answer = await sdk.chat.completions.create(**CHAT, stream=True)
            text = "".join([one.choices[0].delta.content or "" async for one in answer])
        assert text == "ab"
