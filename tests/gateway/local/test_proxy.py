import asyncio

from websockets.asyncio.client import connect
from websockets.asyncio.server import unix_serve

from support.gateway import ADMIN, deployment, snapshot, until
from support.raw_server import raw_server
from vanguard.gateway.http.messages import Request
from vanguard.gateway.local.proxy import forwarded_head


async def control(path, script):
    async def serve_one(reader, writer):
        while True:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                writer.close()
                return
            length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
            body = await reader.readexactly(int(length or 0))
            writer.write(script(head, body))

    return await asyncio.start_unix_server(serve_one, path)


def reply(head, body):
    text = (
        head.split(b" ")[1]
        + b"|"
        + body
        + b"|"
        + head.lower().partition(b"x-forwarded-for: ")[2].split(b"\r\n")[0]
    )
    return (
        b"HTTP/1.1 201 Created\r\nset-cookie: a=1\r\nset-cookie: b=2\r\ncontent-length: %d\r\n\r\n%b"
        % (len(text), text)
    )


async def test_what_is_not_a_model_call_goes_to_control(runner, client, tmp_path):
    server = await control(tmp_path / "control.sock", reply)
    running = await runner.start(snapshot([deployment("http://127.0.0.1:1/v1")]))
    answer = await client.post(running.base_url + "/api/keys?x=1", content=b"body")
    assert answer.status_code == 201
    assert answer.text == "/api/keys?x=1|body|127.0.0.1"
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert (await client.head(running.base_url + "/")).status_code == 201
    server.close()


async def test_when_control_is_down_model_calls_go_on_and_the_rest_says_so(runner, client):
    running = await runner.start(snapshot([deployment("http://127.0.0.1:1/v1")]))
    answer = await client.get(running.base_url + "/api/keys")
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "control_unavailable"


async def test_the_admin_plane_can_be_closed_on_a_public_port(runner, client, tmp_path):
    server = await control(tmp_path / "control.sock", reply)
    running = await runner.start(
        snapshot([deployment("http://127.0.0.1:1/v1")]), admin_on_public=False
    )
    answer = await client.get(running.base_url + "/api/keys", headers={"x-api-key": ADMIN})
    assert answer.status_code == 404
    assert (await client.get(running.base_url + "/metrics")).status_code == 404
    assert (await client.get(running.base_url + "/healthz")).status_code == 200
    server.close()


async def test_websockets_pass_through(runner, tmp_path):
    async def echo(socket):
        async for message in socket:
            await socket.send(message + "!")

    async with unix_serve(echo, str(tmp_path / "control.sock")):
        running = await runner.start(snapshot([deployment("http://127.0.0.1:1/v1")]))
        async with connect(f"ws://127.0.0.1:{running.port}/_ws") as socket:
            await socket.send("hello")
            assert await socket.recv() == "hello!"
            big = "x" * 300_000
            await socket.send(big)
            assert await socket.recv() == big + "!"


def test_hop_by_hop_headers_and_forged_addresses_are_replaced():
    request = Request(
        "POST",
        b"/x",
        [
            (b"host", b"h"),
            (b"connection", b"close, x"),
            (b"x-forwarded-for", b"6.6.6.6"),
            (b"te", b"x"),
            (b"cookie", b"c"),
        ],
        b"abc",
    )
    request.peer = "127.0.0.1"
    head = bytes(forwarded_head(request, upgrade=False))
    assert (
        head
        == b"POST /x HTTP/1.1\r\nhost: h\r\ncookie: c\r\nx-forwarded-for: 127.0.0.1\r\ncontent-length: 3\r\n\r\n"
    )


def asked(*more, method="GET", body=b""):
    request = Request(method, b"/x", [(b"host", b"h"), *more], body)
    request.peer = "10.0.0.1"
    return request


def test_headers_that_any_connection_header_names_stay_behind_in_every_form():
    request = asked(
        (b"connection", b"X-One, close"),
        (b"x-one", b"1"),
        (b"connection", b" x-two ,upgrade"),
        (b"x-two", b"2"),
        (b"x-three", b"3"),
        (b"upgrade", b"websocket"),
    )
    plain = forwarded_head(request, upgrade=False)
    assert plain == b"GET /x HTTP/1.1\r\nhost: h\r\nx-three: 3\r\nx-forwarded-for: 10.0.0.1\r\n\r\n"
    upgrade = forwarded_head(request, upgrade=True)
    assert upgrade == (
        b"GET /x HTTP/1.1\r\nhost: h\r\nx-three: 3\r\nupgrade: websocket\r\n"
        b"x-forwarded-for: 10.0.0.1\r\nconnection: upgrade\r\n\r\n"
    )


def test_the_host_and_our_own_headers_cannot_be_named_away():
    request = asked((b"connection", b"host, x-forwarded-for, content-length"), method="POST")
    head = forwarded_head(request, upgrade=False)
    assert head == (
        b"POST /x HTTP/1.1\r\nhost: h\r\nx-forwarded-for: 10.0.0.1\r\ncontent-length: 0\r\n\r\n"
    )


def test_what_a_client_says_about_forwarding_is_dropped():
    forged = [b"x-forwarded-host", b"x-forwarded-prefix", b"x-forwarded-proto", b"forwarded"]
    request = asked(*((name, b"evil") for name in (*forged, b"x-real-ip")))
    assert b"evil" not in forwarded_head(request, upgrade=False)


async def test_the_deadline_of_a_whole_request_holds_for_control_too(runner, client, tmp_path):
    async def silent(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        await reader.read()

    async with raw_server(silent, tmp_path / "control.sock"):
        running = await runner.start(snapshot([deployment("http://127.0.0.1:1/v1")]))
        waiting = asyncio.create_task(client.get(running.base_url + "/api/keys"))
        await until(lambda: running.gateway.control_pool.open_connections)
        (line,) = running.pipeline.server.connections
        running.pipeline.server.sweep(line.deadline)
        answer = await waiting
        assert answer.status_code == 503
        await until(lambda: running.gateway.control_pool.open_connections == 0)


def test_control_hears_that_a_client_came_by_tls():
    request = Request("GET", b"/x", [(b"host", b"h"), (b"x-forwarded-proto", b"gopher")])
    for secure in (True, False):
        head = bytes(forwarded_head(request, upgrade=False, secure=secure))
        assert (b"\r\nx-forwarded-proto: https\r\n" in head) is secure
        assert b"gopher" not in head
