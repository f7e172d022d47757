"""What a request leaves behind is freed with its end, and waits for no collection: it holds a body of megabytes.

A collection looks at objects made, not at their bytes, and so comes too late for large ones.
"""

import asyncio
import gc
import json
import socket
import struct

import pytest

from support import bytes_of_google as google
from support import bytes_of_providers as said
from support.gateway import ADMIN, REPLY, SECRET, STREAM, deployment, snapshot, until
from support.raw_server import raw_server
from support.stories import begun, rest
from support.upstream import Upstream, stream, whole
from vanguard.core.policy import Policy, Rule
from vanguard.snapshot.boot import Bounds
from vanguard.snapshot.model import Model

MARK = "of-this-test-alone"
MASK = Policy("mask", (Rule("h", "hello|there"),))
BLOCK = Policy("block", (Rule("h", "hello", action="block"),))
CHAT = {"messages": [{"role": "user", "content": f"hello {MARK}"}], "max_tokens": 50}
ASKED_BY = {
    "openai_chat": ("/v1/chat/completions", CHAT),
    "anthropic_messages": ("/v1/messages", CHAT),
    "openai_responses": ("/v1/responses", {"input": f"hello {MARK}"}),
    "google_generate": (
        "/v1beta/models/{model}:{verb}",
        {"contents": [{"parts": [{"text": f"hello {MARK}"}]}]},
    ),
    "bedrock_converse": (
        "/aws/model/{model}/{verb}",
        {"messages": [{"role": "user", "content": [{"text": f"hello {MARK}"}]}]},
    ),
}
VERBS = {
    "google_generate": ("generateContent", "streamGenerateContent"),
    "bedrock_converse": ("converse", "converse-stream"),
}
STREAMED = pytest.mark.parametrize("streamed", [False, True])


def request(dialect="openai_chat", model="m", *, streamed=False, secret=SECRET):
    path, body = ASKED_BY[dialect]
    if dialect in VERBS:
        path = path.format(model=model, verb=VERBS[dialect][streamed])
    else:
        body = {**body, "model": model, "stream": streamed}
    return raw("POST", path, json.dumps(body).encode(), secret)


def raw(method, path, body, secret):
    head = f"{method} {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {secret}\r\n"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


async def sent(running, data):
    reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
    writer.write(data)
    return reader, writer


async def answered(running, data):
    """One request and the answer's first line; the client leaves when it has it all."""
    reader, writer = await sent(running, data)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if b"content-length:" in head:
        length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
    elif b"transfer-encoding: chunked" in head:
        while (size := int(await reader.readuntil(b"\r\n"), 16)) or not reader.at_eof():
            await reader.readexactly(size + 2)
            if not size:
                break
    writer.close()
    return int(head.split(b" ")[1])


async def dropped(running, data, *, after=b"", reset=False):
    """A client that leaves before it has its answer."""
    reader, writer = await sent(running, data)
    if after:
        await reader.readuntil(after)
    else:
        await asyncio.sleep(0.05)
    if reset:
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.close()


class Watch:
    """What is made within is freed within, or found."""

    def __init__(self, running):
        self._running = running

    async def __aenter__(self):
        gc.disable()
        # a collection looks at nothing that was there before: of all modules that takes half a second
        gc.freeze()

    async def __aexit__(self, kind, error, trace):
        try:
            await until(lambda: not self._running.pipeline.server.connections)
            await until(lambda: not self._running.gateway.in_flight)
            await asyncio.sleep(0.02)
            found = left_behind()
        finally:
            gc.unfreeze()
            gc.enable()
        if error is None:
            assert found == []


def left_behind():
    """Names of what is of the gateway and freed by a collection alone, and bodies that it holds."""
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        gc.collect()
        kinds = [type(one) for one in gc.garbage]
        ours = {f"{kind.__module__}.{kind.__name__}" for kind in kinds}
        held = [one for one in gc.get_referents(*gc.garbage) if type(one) in (bytes, bytearray)]
        bodies = [bytes(one)[:80] for one in held if MARK.encode() in one]
        return sorted(one for one in ours if one.startswith("vanguard.")) + bodies
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.collect()


async def start(runner, upstream, dialect="openai_chat", **more):
    return await runner.start(
        snapshot([deployment(upstream.base_url, dialect=dialect)], **more),
        bounds=Bounds(attempts=2),
    )


def of(dialect, *, streamed):
    bodies = {
        "openai_chat": (REPLY, STREAM),
        "anthropic_messages": (said.ANTHROPIC_TEXT, said.ANTHROPIC_STREAM),
        "google_generate": (google.TEXT, google.STREAM),
    }
    return stream(bodies[dialect][1]) if streamed else whole(200, bodies[dialect][0])


def test_the_watch_finds_what_holds_itself():
    gc.collect()
    ring = deployment("http://x")
    holder = [ring, f"{MARK}".encode()]
    holder.append(holder)
    del ring, holder
    assert left_behind() == ["vanguard.snapshot.model.Deployment", MARK.encode()]


@STREAMED
@pytest.mark.parametrize("model", ["upstream-model", "m"])
async def test_of_an_answer_that_passes_or_is_renamed(runner, model, streamed):
    names = {"m": "m", "upstream-model": "m", "e": "e"}
    async with Upstream([of("openai_chat", streamed=streamed)]) as upstream:
        running = await start(runner, upstream, names=names)
        async with Watch(running):
            assert await answered(running, request(model=model, streamed=streamed)) == 200


@STREAMED
@pytest.mark.parametrize("upstream_dialect", ["openai_chat", "anthropic_messages"])
@pytest.mark.parametrize("dialect", ASKED_BY)
async def test_of_every_door(runner, dialect, upstream_dialect, streamed):
    async with Upstream([of(upstream_dialect, streamed=streamed)]) as upstream:
        running = await start(runner, upstream, upstream_dialect)
        async with Watch(running):
            assert await answered(running, request(dialect, streamed=streamed)) == 200


@STREAMED
@pytest.mark.parametrize("dialect", ["openai_chat", "anthropic_messages"])
async def test_of_a_guarded_answer(runner, dialect, streamed):
    async with Upstream([of("openai_chat", streamed=streamed)]) as upstream:
        running = await start(runner, upstream, policies=(MASK,))
        async with Watch(running):
            assert await answered(running, request(dialect, streamed=streamed)) == 200


@STREAMED
async def test_of_a_blocked_answer(runner, streamed):
    block = Policy("block", (Rule("h", "hi|a", action="block"),), on_input=False)
    async with Upstream([of("openai_chat", streamed=streamed)]) as upstream:
        running = await start(runner, upstream, policies=(block,))
        async with Watch(running):
            await answered(running, request(streamed=streamed))


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (request(secret="vk-nobody"), 401),
        (request(model="unknown"), 404),
        (request(), 400),
        (b"GET / HTTP/9.9\r\n\r\n", 400),
        (raw("POST", "/v1/chat/completions", MARK.encode(), SECRET), 400),
        (raw("GET", "/v1/nothing", MARK.encode(), SECRET), 404),
        (raw("GET", "/aws/nothing", MARK.encode(), SECRET), 404),
        (raw("GET", "/v1/models", MARK.encode(), SECRET), 200),
    ],
)
async def test_of_what_calls_nobody(runner, asked, status):
    async with Upstream([whole(200, REPLY)]) as upstream:
        running = await start(runner, upstream, policies=(BLOCK,))
        async with Watch(running):
            assert await answered(running, asked) == status


@STREAMED
@pytest.mark.parametrize("dialect", ["openai_chat", "anthropic_messages"])
@pytest.mark.parametrize("status", [400, 401, 429, 500])
async def test_of_an_upstreams_refusal(runner, dialect, status, streamed):
    async with Upstream([whole(status, {"error": {"message": MARK}})]) as upstream:
        running = await start(runner, upstream)
        async with Watch(running):
            assert await answered(running, request(dialect, streamed=streamed)) >= 400


@pytest.mark.parametrize("dialect", ["openai_chat", "anthropic_messages"])
@pytest.mark.parametrize(
    "script",
    [
        stream(STREAM[:1], die=True),
        stream(STREAM[:2]),
        stream([*STREAM[:1], b'data: {"error":{"message":"over"}}\n\n']),
        stream([b'data: {"error":{"message":"over"}}\n\n']),
        stream([b"data: {\n\n"]),
        whole(200, b"{"),
    ],
)
async def test_of_an_answer_that_fails(runner, dialect, script):
    async with Upstream([script]) as upstream:
        running = await start(runner, upstream)
        async with Watch(running):
            await answered(running, request(dialect, streamed=True))


async def test_of_an_upstream_that_is_not_there(runner):
    running = await runner.start(snapshot([deployment("http://127.0.0.1:1/v1")]))
    async with Watch(running):
        assert await answered(running, request()) == 503


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("dialect", ["openai_chat", "anthropic_messages"])
async def test_of_a_client_that_leaves(runner, dialect, reset):
    go = asyncio.Event()

    async def slow(asked, write):
        await stream(STREAM[:2], end=False)(asked, write)
        await go.wait()
        raise ConnectionAbortedError

    async def silent(asked, write):
        await go.wait()
        raise ConnectionAbortedError

    async with Upstream([slow, silent]) as upstream:
        running = await start(runner, upstream)
        async with Watch(running):
            data = request(dialect, streamed=True)
            await dropped(running, data, after=b"data", reset=reset)
            await dropped(running, request(dialect), reset=reset)
            await until(lambda: len(upstream.asked) == 2)
            go.set()


@pytest.mark.parametrize("dialect", ["openai_chat", "anthropic_messages"])
@pytest.mark.parametrize("ends", [[], [b'data: {"error":{"message":"over"}}\n\n']])
@pytest.mark.parametrize("told_at_once", [False, True])
async def test_of_an_answer_with_which_another_goes_on(runner, dialect, ends, told_at_once):
    async def goes_on(asked, write):
        last = asked.json()["messages"][-1]
        shown = last["content"] if last["role"] == "assistant" else ""
        await stream(rest("openai_chat", shown))(asked, write)

    events = [*begun("openai_chat", 3), *ends]
    broken = Upstream([stream([b"".join(events)] if told_at_once else events, die=True)])
    async with broken, Upstream([goes_on]) as good:
        places = [
            deployment(broken.base_url),
            deployment(good.base_url, name="m/1", continues="continue_final_message"),
        ]
        model = Model("m", "chat", ("m/0", "m/1"), continuations=1)
        running = await runner.start(snapshot(places, models={"m": model}, names={"m": "m"}))
        async with Watch(running):
            assert await answered(running, request(dialect, streamed=True)) == 200
        assert len(good.asked) == 1


@pytest.mark.parametrize("secret", [ADMIN, "vk-nobody"])
async def test_of_what_goes_to_control(runner, tmp_path, secret):
    async def control(reader, writer):
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
            await reader.readexactly(int(length))
            writer.write(b"HTTP/1.1 401 X\r\ncontent-length: 2\r\n\r\n{}")

    running = await runner.start(snapshot([deployment("http://127.0.0.1:1/v1")]))
    asked = raw("POST", "/api/keys", MARK.encode(), secret)
    async with Watch(running):
        assert await answered(running, asked) == 503
    async with raw_server(control, tmp_path / "control.sock"), Watch(running):
        assert await answered(running, asked) == 401
        assert await answered(running, asked) == 401
        await dropped(running, asked)
