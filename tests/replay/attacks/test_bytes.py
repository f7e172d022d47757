"""Attacks by bytes: what clients and upstreams should not send, and do."""

import asyncio
import gzip
import json
import socket
import struct

import pytest

from support.bytes_of_providers import (
    ANTHROPIC_STREAM,
    ANTHROPIC_TEXT,
    OPENAI_STREAM,
    OPENAI_TEXT,
    as_asked,
)
from support.gateway import (
    CHAT,
    KEY,
    REPLY,
    SECRET,
    STREAM,
    chat,
    delta,
    deployment,
    snapshot,
    until,
)
from support.upstream import Upstream, stream, whole
from vanguard.core.policy import Policy, Rule
from vanguard.snapshot.boot import Bounds
from vanguard.snapshot.model import Budget

# attackers leave their sockets lying about
pytestmark = [
    pytest.mark.e2e,  # they wait for deadlines: too long for the unit suite
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

H = b"host: x\r\nauthorization: Bearer " + SECRET.encode() + b"\r\n"


async def talk(port, data, wait=1.0):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    got = b""
    try:
        while True:
            more = await asyncio.wait_for(reader.read(65536), wait)
            if not more:
                break
            got += more
    except (TimeoutError, ConnectionError):
        pass
    writer.close()
    return got


def post_bytes(body, path=b"/v1/chat/completions", more=b"", version=b"1.1", length=None):
    return b"POST %b HTTP/%b\r\n%b%bcontent-length: %d\r\n\r\n%b" % (
        path,
        version,
        H,
        more,
        len(body) if length is None else length,
        body,
    )


DEEP = b"[" * 50_000 + b"]" * 50_000
MSG = b'"messages":[{"role":"user","content":"hi"}]'
WEIRD = {
    "deep": b'{"model":"m",' + MSG + b',"x":' + DEEP + b"}",
    "badutf8model": b'{"model":"\xff","messages":[]}',
    "surrogate": b'{"model":"\\ud800","messages":[]}',
    "badutf8content": b'{"model":"m","messages":[{"role":"user","content":"\xff\xfe"}]}',
    "surrogatecontent": b'{"model":"m","messages":[{"role":"user","content":"\\ud800"}]}',
    "nan": b'{"model":"m","x":NaN,' + MSG + b"}",
    "huge": b'{"model":"m","n":' + b"9" * 400 + b"," + MSG + b"}",
    "hugemax": b'{"model":"m","max_tokens":' + b"9" * 400 + b"," + MSG + b"}",
    "huge5000": b'{"model":"m","max_tokens":' + b"9" * 5000 + b"," + MSG + b"}",
    "bom": b'\xef\xbb\xbf{"model":"m",' + MSG + b"}",
    "list": b"[]",
    "null": b"null",
    "str": b'"m"',
    "empty": b"",
    "ws": b"  ",
    "messages_int": b'{"model":"m","messages":5}',
    "msg_null": b'{"model":"m","messages":[null]}',
    "content_obj": b'{"model":"m","messages":[{"role":"user","content":{}}]}',
    "content_deep": b'{"model":"m","messages":[{"role":"user","content":' + DEEP + b"}]}",
    "args": b'{"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"'
    + b"[" * 50000
    + b'"}}]}]}',
    "stream_obj": b'{"model":"m","stream":{},' + MSG + b"}",
    "model_quote": b'{"model":"a\\"b\\n\\r\\u0000","messages":[]}',
    "model_huge": b'{"model":"' + b"m" * 100_000 + b'","messages":[]}',
    "key_nul": b'{"model":"m","\\u0000\\r\\n":1,' + MSG + b"}",
    "tools_int": b'{"model":"m","tools":[1,2],' + MSG + b"}",
    "truncated": b'{"model":"m","messages":[{"role":"user","content":"hi"',
    "hugefloat": b'{"model":"m","temperature":1e999,' + MSG + b"}",
    "meta": b'{"model":"m","metadata":{"user_id":"\\ud83d"},' + MSG + b"}",
}
POLICY = Policy("p", (Rule("r", "zzz"),))


@pytest.mark.parametrize("guarded", [False, True])
@pytest.mark.parametrize(
    ("door", "dialect"),
    [
        ("openai", "openai_chat"),
        ("openai", "anthropic_messages"),
        ("anthropic", "openai_chat"),
        ("anthropic", "anthropic_messages"),
    ],
)
@pytest.mark.parametrize("budget", [None, Budget(10_000_000)])
async def test_weird_bodies_are_the_clients_fault(runner, client, guarded, door, dialect, budget):
    reply = OPENAI_TEXT if dialect == "openai_chat" else ANTHROPIC_TEXT
    async with Upstream([whole(200, reply)]) as up:
        r = await runner.start(
            snapshot(
                [deployment(up.base_url, dialect=dialect, max_output_tokens=100)],
                budget=budget,
                policies=(POLICY,) if guarded else (),
            )
        )
        bad = {}
        for name, body in WEIRD.items():
            path = "/v1/chat/completions" if door == "openai" else "/v1/messages"
            try:
                a = await client.post(r.base_url + path, content=body, headers=KEY, timeout=4)
                if a.status_code >= 500:
                    bad[name] = (a.status_code, a.text[:110])
            except Exception as e:  # noqa: BLE001 - any failure is what this test looks for
                bad[name] = repr(e)
        assert (bad, r.gateway.in_flight, r.gateway.limiter.counters("key").concurrent) == (
            {},
            0,
            0,
        )


@pytest.mark.parametrize("path", ["/v1/embeddings", "/v1/messages/count_tokens"])
async def test_weird_bodies_at_other_doors(runner, client, path):
    async with Upstream([whole(200, {"usage": {"prompt_tokens": 1}, "input_tokens": 1})]) as up:
        r = await runner.start(
            snapshot([deployment(up.base_url, counts_tokens=True)], policies=(POLICY,))
        )
        bad = {}
        for name, body in WEIRD.items():
            a = await client.post(
                r.base_url + path,
                content=body.replace(b'"m"', b'"e"') if "emb" in path else body,
                headers=KEY,
                timeout=4,
            )
            if a.status_code >= 500:
                bad[name] = (a.status_code, a.text[:110])
        assert bad == {}


async def test_no_header_can_be_injected_by_a_field_name(runner, client):
    async with Upstream([whole(200, ANTHROPIC_TEXT)]) as up:
        r = await runner.start(snapshot([deployment(up.base_url, dialect="anthropic_messages")]))
        got = await talk(
            r.port,
            post_bytes(
                b'{"model":"m","max_tokens":5,"evil\\r\\nset-cookie: a=b\\r\\nx: ":1,' + MSG + b"}"
            ),
        )
        head = got.split(b"\r\n\r\n")[0]
        assert b"\r\nset-cookie" not in head, head


@pytest.mark.parametrize(
    "header",
    [
        "x-vanguard-tags",
        "x-vanguard-session",
        "x-claude-code-session-id",
        "anthropic-beta",
        "idempotency-key",
        "anthropic-version",
    ],
)
async def test_odd_header_values(runner, client, header):
    async with Upstream([whole(200, REPLY)]) as up:
        r = await runner.start(snapshot([deployment(up.base_url)]))
        for value in (
            b"\xff\xfe",
            b"a=\xc3\xa9,b",
            b"=,=,,=",
            b"x" * 20000,
            b"a=1," * 500,
            b"\t",
            b"\xed\xa0\x80",
        ):
            got = await talk(
                r.port,
                post_bytes(
                    json.dumps(CHAT).encode(), more=header.encode() + b": " + value + b"\r\n"
                ),
                0.3,
            )
            assert got[9:12] in {b"200", b"400"}, (value[:10], got[:200])
        assert [s.status for s in r.settled()].count("ok") == len(r.intents())


async def test_java_http_client_upgrade_h2c_is_ignored(runner, client):
    """JDK's HttpClient offers h2c on every cleartext request (RFC 9110 7.8: a server may ignore it)."""
    async with Upstream([whole(200, REPLY)]) as up:
        r = await runner.start(snapshot([deployment(up.base_url)]))
        got = await talk(
            r.port,
            post_bytes(
                json.dumps(CHAT).encode(),
                more=b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n",
            ),
        )
        assert got.startswith(b"HTTP/1.1 200"), got[:300]


async def test_absolute_form(runner, client):
    async with Upstream([whole(200, REPLY)]) as up:
        r = await runner.start(snapshot([deployment(up.base_url)]))
        got = await talk(
            r.port, post_bytes(json.dumps(CHAT).encode(), path=b"http://x/v1/chat/completions")
        )
        assert got.startswith(b"HTTP/1.1 200"), got[:300]


async def test_trailers_are_not_headers(runner, client):
    async with Upstream([whole(200, REPLY)]) as up:
        r = await runner.start(snapshot([deployment(up.base_url)]))
        body = json.dumps(CHAT).encode()
        got = await talk(
            r.port,
            b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\nauthorization: Bearer %b\r\n\r\n"
            % (len(body), body, SECRET.encode()),
        )
        assert got.startswith(b"HTTP/1.1 401"), got[:200]


async def test_continue_does_not_land_inside_an_answer(runner, client):
    async with Upstream([stream([delta("a")] * 5 + STREAM, pause_s=0.05), whole(200, REPLY)]) as up:
        r = await runner.start(snapshot([deployment(up.base_url)]))
        first = post_bytes(json.dumps({**CHAT, "stream": True}).encode())
        reader, writer = await asyncio.open_connection("127.0.0.1", r.port)
        writer.write(first)
        await reader.readuntil(b"\n\n")
        await asyncio.sleep(0.05)
        writer.write(post_bytes(b"", more=b"expect: 100-continue\r\n", length=10))
        got = await reader.readuntil(b"0\r\n\r\n")
        assert b"100 Continue" not in got, got


async def test_upstreams_endless_header_is_bounded(runner, client):
    async def endless(asked, write):
        await write(b"HTTP/1.1 200 OK\r\nx: ")
        for _ in range(64):
            await write(b"a" * 262_144)
        await write(b"\r\ncontent-length: 2\r\n\r\n{}")

    async with Upstream([endless]) as up:
        r = await runner.start(snapshot([deployment(up.base_url)]), bounds=Bounds(attempts=1))
        a = await chat(client, r)
        assert a.status_code == 502, a.status_code


async def test_pipelined_bodies_are_bounded(runner, client):
    async with Upstream([stream([delta("a")] * 100 + STREAM, pause_s=0.05)]) as up:
        r = await runner.start(snapshot([deployment(up.base_url)]))
        reader, writer = await asyncio.open_connection("127.0.0.1", r.port)
        writer.write(post_bytes(json.dumps({**CHAT, "stream": True}).encode()))
        await reader.readuntil(b"\n\n")
        big = post_bytes(b"x" * 8_000_000)
        for _ in range(10):
            writer.write(big)
            try:
                await asyncio.wait_for(writer.drain(), 0.5)
            except TimeoutError:
                break
        (c,) = r.pipeline.server.connections
        held = sum(len(q.body) for q in c._waiting) + c._reader.body_bytes
        writer.transport.abort()
        assert held <= 40_000_000, held


async def test_http10_keep_alive(runner, client):
    async with Upstream([whole(200, REPLY)]) as up:
        r = await runner.start(snapshot([deployment(up.base_url)]))
        got = await talk(
            r.port,
            post_bytes(
                json.dumps(CHAT).encode(), version=b"1.0", more=b"connection: keep-alive\r\n"
            ),
            0.5,
        )
        assert b"connection: keep-alive" in got.lower() or b"connection: close" in got.lower(), got[
            :300
        ]


# ------------------------------------------------------------------ upstream
def answer(data, die=False):
    async def script(asked, write):
        await write(data)
        if die:
            raise ConnectionAbortedError

    return script


HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"


def js(body, head=HEAD):
    return head + b"content-length: %d\r\n\r\n%b" % (len(body), body)


R = json.dumps(REPLY).encode()
FAULTS = {  # what a client may see: only an error
    "empty200": js(b""),
    "204": b"HTTP/1.1 204 No Content\r\n\r\n",
    "302": b"HTTP/1.1 302 Found\r\nlocation: /login\r\ncontent-length: 0\r\n\r\n",
    "html200": b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 15\r\n\r\n<html>hi</html>",
    "half_json": js(R[:40]),
    "304": b"HTTP/1.1 304 Not Modified\r\n\r\n",
}


@pytest.mark.parametrize("name", FAULTS)
async def test_an_answer_that_is_none_is_not_a_success(runner, client, name):
    async with Upstream([answer(FAULTS[name])]) as up:
        r = await runner.start(snapshot([deployment(up.base_url)]), bounds=Bounds(attempts=1))
        a = await chat(client, r)
        assert a.status_code >= 500
        assert r.settled()[0].status != "ok"


async def test_error_in_200_json_is_not_ok(runner, client):
    async with Upstream([whole(200, {"error": {"message": "boom", "code": 502}})]) as up:
        r = await runner.start(snapshot([deployment(up.base_url)]), bounds=Bounds(attempts=1))
        a = await chat(client, r)
        assert r.settled()[0].status != "ok", (a.status_code, r.settled()[0].cost_usd_micros)


async def test_reset_of_an_until_close_body_is_a_truncation(runner, client):
    async def serve(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(HEAD + b"\r\n" + R[:60])
        await writer.drain()
        await asyncio.sleep(0.1)
        writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    r = await runner.start(
        snapshot([deployment(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1")]),
        bounds=Bounds(attempts=1),
    )
    a = await chat(client, r)
    server.close()
    assert a.status_code >= 500, (a.status_code, a.content)


async def test_truncated_gzip_is_a_truncation(runner, client):
    z = gzip.compress(R)[:-12]
    async with Upstream(
        [answer(HEAD + b"content-encoding: gzip\r\ncontent-length: %d\r\n\r\n%b" % (len(z), z))]
    ) as up:
        r = await runner.start(snapshot([deployment(up.base_url)]), bounds=Bounds(attempts=1))
        a = await chat(client, r)
        assert a.status_code >= 500, (a.status_code, a.content)


async def test_surplus_after_a_whole_answer_does_not_spoil_it(runner, client):
    async with Upstream([answer(js(R) + b"garbage")]) as up:
        r = await runner.start(snapshot([deployment(up.base_url)]), bounds=Bounds(attempts=1))
        a = await chat(client, r)
        assert a.status_code == 200, a.text


@pytest.mark.parametrize(
    "ct", ["Text/Event-Stream", "TEXT/EVENT-STREAM; charset=utf-8", " text/event-stream"]
)
async def test_event_stream_in_any_case(runner, client, ct):
    body = b"".join(STREAM)
    async with Upstream(
        [
            answer(
                b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\ncontent-length: %d\r\n\r\n%b"
                % (ct.encode(), len(body), body)
            )
        ]
    ) as up:
        r = await runner.start(snapshot([deployment(up.base_url)]), bounds=Bounds(attempts=1))
        a = await chat(client, r, stream=True)
        assert a.status_code == 200, a.text


UNREADABLE = {
    "badutf8": b'data: {"id":"c","choices":[{"index":0,"delta":{"content":"\xf0\x9f"},"finish_reason":null}]}\n\n',
    "deep": b'data: {"x":'
    + DEEP
    + b',"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}\n\n',
    "surrogate": b'data: {"choices":[{"index":0,"delta":{"content":"\\ud83d"},"finish_reason":null}]}\n\n',
    "choices_obj": b'data: {"choices":{}}\n\n',
    "list": b"data: []\n\n",
    "text": b"data: hello\n\n",
    "nodata": b"event: x\nid: 1\n\n",
    "retry": b"retry: 10\n\n",
    "usage_list": b'data: {"usage":[]}\n\n',
}


@pytest.mark.parametrize("where", [0, 2])
@pytest.mark.parametrize("name", UNREADABLE)
async def test_unreadable_chunks_pass_through(runner, client, name, where):
    events = [*STREAM[:where], UNREADABLE[name], *STREAM[where:]]
    async with Upstream([stream(events)]) as up:
        r = await runner.start(snapshot([deployment(up.base_url)]), bounds=Bounds(attempts=1))
        a = await chat(client, r, stream=True, stream_options={"include_usage": True})
        assert a.content == b"".join(events), a.content[-300:]
        assert r.settled()[0].usage.output_tokens == 5


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("deep", b'{"x":' + DEEP + b',"usage":{"prompt_tokens":20,"completion_tokens":5}}'),
        ("badutf8", b'{"x":"\xff","usage":{"prompt_tokens":20,"completion_tokens":5}}'),
        ("hugeusage", b'{"usage":{"prompt_tokens":' + b"9" * 30 + b',"completion_tokens":5}}'),
    ],
)
@pytest.mark.parametrize("guarded", [False, True])
async def test_unreadable_whole_answers_end_the_request(runner, client, name, body, guarded):
    async with Upstream([answer(js(body))]) as up:
        r = await runner.start(
            snapshot([deployment(up.base_url)], policies=(POLICY,) if guarded else ()),
            bounds=Bounds(attempts=1),
        )
        await client.post(r.base_url + "/v1/chat/completions", json=CHAT, headers=KEY, timeout=3)
        await until(lambda: r.gateway.in_flight == 0)
        assert all(s.cost_usd_micros < 2**63 for s in r.settled()), r.settled()


@pytest.mark.parametrize(
    ("dialect", "path", "events"),
    [
        ("openai_chat", "/v1/chat/completions", OPENAI_STREAM),
        ("anthropic_messages", "/v1/messages", ANTHROPIC_STREAM),
    ],
)
@pytest.mark.parametrize("tail", [b"", b"\n", b"\r\n"])
async def test_last_event_without_its_blank_line_is_passed_on(
    runner, client, dialect, path, events, tail
):
    sent = b"".join(events)[:-2] + tail
    async with Upstream([stream([sent])]) as up:
        r = await runner.start(
            snapshot([deployment(up.base_url, dialect=dialect)]), bounds=Bounds(attempts=1)
        )
        a = await client.post(
            r.base_url + path,
            json={
                **CHAT,
                "stream": True,
                **({"stream_options": {"include_usage": True}} if "chat" in path else {}),
            },
            headers=KEY,
        )
        assert a.content.rstrip() == as_asked(sent).rstrip(), a.content[-200:]
        assert r.settled()[0].status == "ok"


@pytest.mark.parametrize("nl", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize(
    ("dialect", "path", "events"),
    [
        ("openai_chat", "/v1/chat/completions", OPENAI_STREAM),
        ("anthropic_messages", "/v1/messages", ANTHROPIC_STREAM),
    ],
)
async def test_split_at_each_byte(runner, client, nl, dialect, path, events):
    sent = b": hello\n\n".replace(b"\n", nl) + b"".join(e.replace(b"\n", nl) for e in events)
    async with Upstream([stream([bytes([b]) for b in sent])]) as up:
        r = await runner.start(
            snapshot([deployment(up.base_url, dialect=dialect)]), bounds=Bounds(attempts=1)
        )
        a = await client.post(
            r.base_url + path,
            json={
                **CHAT,
                "stream": True,
                **({"stream_options": {"include_usage": True}} if "chat" in path else {}),
            },
            headers=KEY,
        )
        assert a.content == as_asked(sent)
        s = r.settled()[0]
        assert (s.status, s.usage.output_tokens) == ("ok", 7)


async def test_big_event_in_small_pieces_costs_linear_time(runner, client):
    import time

    from vanguard.wire.sse import Splitter

    def cost(n):
        s = Splitter()
        s.feed(b"data: ")
        t = time.process_time()
        for _ in range(n):
            s.feed(b"x" * 1400)
        return time.process_time() - t

    a, b = cost(1000), cost(8000)
    assert b < a * 30, (a, b)


# ------------------------------------------------------------------ fidelity
async def test_stream_options_keep_their_other_fields(runner, client):
    async with Upstream([stream(STREAM)]) as up:
        r = await runner.start(snapshot([deployment(up.base_url)]))
        await chat(client, r, stream=True, stream_options={"include_obfuscation": False})
        assert up.asked[0].json()["stream_options"] == {
            "include_obfuscation": False,
            "include_usage": True,
        }


async def test_beta_headers_given_twice_and_the_query_survive(runner, client):
    async with Upstream([whole(200, ANTHROPIC_TEXT)]) as up:
        r = await runner.start(snapshot([deployment(up.base_url, dialect="anthropic_messages")]))
        await talk(
            r.port,
            post_bytes(
                json.dumps(CHAT).encode(),
                path=b"/v1/messages?beta=true",
                more=b"anthropic-beta: one\r\nanthropic-beta: two\r\n",
            ),
            0.3,
        )
        asked = up.asked[0]
        assert "one" in asked.headers["anthropic-beta"]
        assert asked.path.endswith("?beta=true")
