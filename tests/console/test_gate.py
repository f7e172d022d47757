from __future__ import annotations

from typing import Any

import httpx
import pytest
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from vanguard.console.gate import Gate, same_site
from vanguard.core.errors import StoreUnavailable

HOST = "127.0.0.1:8080"
COOKIE = {"cookie": "vanguard_session=good"}


async def inner(scope: Scope, receive: Receive, send: Send) -> None:
    """Says what it was asked; on a socket, echoes until the other side is gone."""
    if scope["type"] == "http":
        await PlainTextResponse(f"inside {scope['path']}")(scope, receive, send)
        return
    assert (await receive())["type"] == "websocket.connect"
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})
    await send({"type": "test.ended", "code": message["code"]})


def client(valid: Any = lambda token: token == "good") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(Gate(inner, valid))
    return httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}")


async def test_a_page_is_for_those_who_are_signed_in() -> None:
    async with client() as http:
        stranger = await http.get("/")
        assert (stranger.status_code, stranger.headers["location"]) == (303, "/login")
        assert (await http.get("/", headers={"cookie": "vanguard_session=bad"})).status_code == 303
        known = await http.get("/", headers=COOKIE)
    assert known.text == "inside /"
    assert "frame-ancestors 'none'" in known.headers["content-security-policy"]
    assert known.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("path", ["/api/keyz", "/v1/nothing", "/docs", "/a/../b", "/_nicegui"])
async def test_what_is_no_page_is_an_error_of_the_api(path: str) -> None:
    async with client() as http:
        answer = await http.get(path, headers=COOKIE)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"
    assert answer.json()["error"]["request_id"] == answer.headers["x-request-id"]


async def test_the_librarys_files_are_for_everybody() -> None:
    async with client() as http:
        assert (await http.get("/_nicegui/3/static/nicegui.js")).status_code == 200


async def test_polling_asks_for_session_and_site() -> None:
    path = "/_nicegui_ws/socket.io/?EIO=4&transport=polling"
    async with client() as http:
        assert (await http.get(path)).status_code == 401
        assert (await http.get(path, headers=COOKIE)).status_code == 200
        for bad in ({"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}):
            assert (await http.post(path, headers=COOKIE | bad)).status_code == 403


async def test_when_sessions_cannot_be_asked_for_nobody_gets_in() -> None:
    def broken(_token: str) -> bool:
        raise StoreUnavailable("the database is locked")

    async with client(broken) as http:
        answer = await http.get("/", headers=COOKIE)
    assert answer.status_code == 503
    assert answer.json()["error"]["message"] == "the database is locked"


async def socket(
    headers: dict[str, str], received: list[str], valid: Any = lambda token: token == "good"
) -> list[Message]:
    """What a socket is sent that receives these texts and then goes away."""
    scope = {
        "type": "websocket",
        "path": "/_nicegui_ws/socket.io/",
        "headers": [(k.encode(), v.encode()) for k, v in ({"host": HOST} | headers).items()],
    }
    incoming: list[Message] = [{"type": "websocket.connect"}]
    incoming += [{"type": "websocket.receive", "text": text} for text in received]
    incoming.append({"type": "websocket.disconnect", "code": 1001})
    sent: list[Message] = []

    async def receive() -> Message:
        return incoming.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    await Gate(inner, valid)(scope, receive, send)
    return sent


ORIGIN = {"origin": f"http://{HOST}"}


async def test_a_socket_of_our_own_page_passes() -> None:
    sent = await socket(COOKIE | ORIGIN, ["a", "b"])
    assert [m.get("text") for m in sent if m["type"] == "websocket.send"] == ["a", "b"]
    assert sent[-1] == {"type": "test.ended", "code": 1001}


@pytest.mark.parametrize(
    "headers",
    [
        ORIGIN,
        COOKIE,
        COOKIE | {"origin": "http://evil.example"},
        COOKIE | {"origin": "http://127.0.0.1:3000"},
        COOKIE | {"origin": "null"},
        {"cookie": "vanguard_session=bad"} | ORIGIN,
    ],
)
async def test_every_other_socket_is_refused(headers: dict[str, str]) -> None:
    assert await socket(headers, ["a"]) == [{"type": "websocket.close", "code": 1008}]


async def test_a_session_that_ends_acts_no_more() -> None:
    answers = iter([True, True, False])
    sent = await socket(COOKIE | ORIGIN, ["a", "b", "c"], lambda _token: next(answers))
    assert [m["type"] for m in sent] == [
        "websocket.accept",
        "websocket.send",
        "websocket.close",
        "test.ended",
    ]


@pytest.mark.parametrize(
    ("headers", "same"),
    [
        ({"host": HOST, "origin": f"http://{HOST}"}, True),
        ({"host": "a.example", "origin": "https://a.example"}, True),
        ({"host": "a.example:443", "origin": "https://a.example"}, True),
        ({"host": "A.example", "origin": "https://a.EXAMPLE"}, True),
        ({"host": "[::1]:8080", "origin": "http://[::1]:8080"}, True),
        ({"host": "inner:1", "x-forwarded-host": "a.example", "origin": "https://a.example"}, True),
        ({"host": "a.example", "origin": "https://b.example"}, False),
        ({"host": "a.example", "origin": "https://a.example:8443"}, False),
        ({"host": "a.example", "origin": "https://a.example.evil"}, False),
        (
            {"host": "a.example", "origin": "https://a.example", "sec-fetch-site": "same-site"},
            False,
        ),
        ({"host": "a.example", "origin": "http://[broken"}, False),
        ({"host": "a.example", "origin": "http://a.example:port"}, False),
        ({"origin": "https://a.example"}, False),
        ({"host": "a.example"}, False),
    ],
)
def test_same_site(headers: dict[str, str], same: bool) -> None:
    assert same_site(Headers(headers), origin_needed=True) is same
