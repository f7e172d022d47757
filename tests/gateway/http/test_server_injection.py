"""No field that is forwarded can end a head: both sides are read again by h11."""

import asyncio
import json

import h11
import pytest

from support.gateway import CHAT, REPLY, SECRET, deployment, snapshot
from support.raw_server import raw_server

EVIL = b"\r\nevil: 1\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"


class Asked:
    """An upstream that reads with h11 and answers with the bytes it is given."""

    def __init__(self, answer):
        self.requests = []
        self.answer = answer

    async def __call__(self, reader, writer):
        connection = h11.Connection(h11.SERVER)
        while data := await reader.read(65536):
            connection.receive_data(data)
            while (event := connection.next_event()) not in (h11.NEED_DATA, h11.PAUSED):
                if isinstance(event, h11.Request):
                    self.requests.append(event)
                if isinstance(event, h11.EndOfMessage):
                    writer.write(self.answer)
                    connection.send(h11.Response(status_code=200, headers=[]))
                    connection.send(h11.EndOfMessage())
                    connection.start_next_cycle()


def whole(headers=b"", body=REPLY):
    body = json.dumps(body).encode()
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n%bcontent-length: %d\r\n\r\n"
    return head % (headers, len(body)) + body


def post(path=b"/v1/chat/completions", headers=b"", **fields):
    body = json.dumps({**CHAT, **fields}).encode()
    return (
        b"POST %b HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer %b\r\n"
        b"%bcontent-length: %d\r\n\r\n%b"
    ) % (path, SECRET.encode(), headers, len(body), body)


async def talk(running, data):
    """The one answer, read by h11."""
    reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
    writer.write(data)
    sent = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="GET", target="/", headers=[("host", "x")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(sent)
    connection.receive_data(b"")
    answer = None
    while not isinstance(event := connection.next_event(), h11.ConnectionClosed):
        if isinstance(event, h11.Response):
            assert answer is None
            answer = event
    assert connection.trailing_data[0] == b""
    names = {name for name, _ in answer.headers}
    assert b"evil" not in names
    return answer


@pytest.mark.parametrize(
    "sent",
    [
        post(model="m" + EVIL.decode()),
        post(model="claude-" + EVIL.decode()),
        post(path=b"/v1/chat/completions?a=%0d%0aevil:%201&b=%00"),
        post(path=b"/v1/chat/completions?a=" + b"'\"<>;:@[]"),
        post(headers=b"x-request-id: a\tb\x80\xff\r\n"),
        post(headers=b"x-vanguard-session: a%0d%0aevil\r\nx-vanguard-tags: a=%0d%0aevil: 1,b=\xff\r\n"),
        post(headers=b"idempotency-key: a\x80b\r\nopenai-beta: x\r\nopenai-beta: y\r\n"),
        post(path=b"/v1/models/%0d%0aevil:%201"),
        post(path=b"/nowhere/%0d%0aevil:%201"),
        post(**{"evil\r\nevil: 1\r\n": 1}),
        post(stop="a\r\nevil: 1"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("dialect", ["openai_chat", "anthropic_messages"])
async def test_nothing_that_a_client_sends_ends_a_head(runner, sent, dialect):
    asked = Asked(whole())
    async with raw_server(asked) as url:
        running = await runner.start(
            snapshot([deployment(url, dialect=dialect, max_output_tokens=9)])
        )
        await talk(running, sent)
    for request in asked.requests:
        assert b"evil" not in {name for name, _ in request.headers}
    assert len(asked.requests) <= 1 or dialect == "anthropic_messages"


@pytest.mark.parametrize("name", ["m/0", "a b", "م", "a\r\nevil: 1", "a\0b", "x" * 3000])
async def test_a_deployments_name_does_not_end_a_head(runner, name):
    asked = Asked(whole())
    async with raw_server(asked) as url:
        running = await runner.start(snapshot([deployment(url, name=name)]))
        answer = await talk(running, post())
        assert answer.status_code == 200


@pytest.mark.parametrize(
    "value", [b"plain", b"a\tb", b"\x80\xff", b"x" * 9_000, "م".encode(), b"a%0d%0aevil"]
)
async def test_an_upstreams_request_id_does_not_end_a_head(runner, value):
    asked = Asked(whole(b"x-request-id: " + value + b"\r\n"))
    async with raw_server(asked) as url:
        running = await runner.start(snapshot([deployment(url)]))
        answer = await talk(running, post())
        assert answer.status_code == 200
        assert dict(answer.headers)[b"x-upstream-request-id"]


@pytest.mark.parametrize(
    "headers",
    [
        {"x-own": "a\r\nevil: 1"},
        {"x-own\r\nevil": "1"},
        {"anthropic-version": "1\r\nevil: 1"},
        {"openai-beta": "1\nevil: 1"},
    ],
)
async def test_a_configured_header_with_a_line_break_is_not_sent(runner, headers):
    asked = Asked(whole())
    async with raw_server(asked) as url:
        running = await runner.start(snapshot([deployment(url, headers=headers)]))
        answer = await talk(running, post())
        assert answer.status_code == 500
    assert asked.requests == []


async def test_a_masked_or_translated_answer_does_not_end_a_head(runner):
    asked = Asked(whole(body={**REPLY, "id": "a\r\nevil: 1", "model": "b\r\nevil: 1"}))
    async with raw_server(asked) as url:
        running = await runner.start(snapshot([deployment(url)]))
        sent = post(path=b"/v1/messages", headers=b"anthropic-version: 2023-06-01\r\n")
        assert (await talk(running, sent)).status_code == 200
