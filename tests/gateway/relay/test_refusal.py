import pytest

from support.gateway import chat, deployment, snapshot
from support.upstream import Upstream, whole

GENERATE = "/v1beta/models/m:generateContent"


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (404, b"", "refused the request (404): no reason given"),
        (422, b"", "refused the request (422): no reason given"),
        (400, b"<h1>x\n  y</h1>", "refused the request (400): <h1>x y</h1>"),
        (400, b"null", "refused the request (400): null"),
        (400, b"[]", "refused the request (400): []"),
        (400, b'{"error": {"mess', 'refused the request (400): {"error": {"mess'),
        (407, b"[" * 100_000, "refused the request (407): ["),
        (413, b"\xff" * 9_000, "refused the request (413): \ufffd"),
        (520, b"error code: 520", "failed (520): error code: 520"),
    ],
)
@pytest.mark.parametrize("dialect", ["openai_chat", "anthropic_messages", "google_generate"])
async def test_what_is_no_object_is_told_in_the_envelope_of_the_clients_api(
    runner, client, status, body, words, dialect
):
    path = {"anthropic_messages": "/v1/messages", "google_generate": GENERATE}.get(dialect)
    async with Upstream([whole(status, body, {"content-type": "text/html"})]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url, dialect=dialect)]))
        more = {"path": path} if path else {}
        answer = await chat(client, running, **more, contents=[{"parts": [{"text": "hi"}]}])
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/json"
        assert words in answer.json()["error"]["message"]
        assert len(answer.content) < 10_000
        assert [one.http_status for one in running.settled()] == [status]


@pytest.mark.parametrize(
    ("dialect", "path", "body"),
    [
        ("openai_chat", "/v1/chat/completions", b'{"error": {"message": "half \\ud83d"}}\n'),
        ("google_generate", GENERATE, b'[{"error": {"code": 400, "message": "x"}}\n]'),
    ],
)
async def test_what_a_client_can_read_passes_as_it_came(runner, client, dialect, path, body):
    async with Upstream([whole(400, body)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url, dialect=dialect)]))
        answer = await chat(client, running, path=path, contents=[{"parts": [{"text": "hi"}]}])
        assert (answer.status_code, answer.content) == (400, body)
