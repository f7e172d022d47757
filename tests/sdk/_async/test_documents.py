"""Documents over the management API."""

from __future__ import annotations

import pytest

from support.api_server import Answer, ApiServer, error
from vanguard.core.errors import DocumentLocked, NotInstalled, UpstreamTimeout
from vanguard.sdk._async import documents
from vanguard.sdk._async.client import AsyncClient

WAITING = {
    "id": "doc_1",
    "name": "عقد.pdf",
    "state": "queued",
    "pages": {"all": None, "done": 0, "failed": 0},
    "error": None,
    "created": "2026-11-01T10:00:00Z",
    "something_new": 1,
}
DONE = WAITING | {"state": "done", "pages": {"all": 2, "done": 2, "failed": 0}}


async def test_a_file_is_sent_as_it_is(api: ApiServer) -> None:
    api.on("POST", "/api/documents", WAITING)
    async with AsyncClient(api.url, "a") as client:
        made = await client.documents.submit(
            b"%PDF", "عقد.pdf", idempotency_key="k", languages="ara", review=False
        )
    (asked,) = api.asked
    assert asked.body == b"%PDF"
    assert asked.query == {"name": "عقد.pdf", "languages": "ara", "review": "false"}
    assert asked.headers["idempotency-key"] == "k"
    assert asked.headers["content-type"] == "application/octet-stream"
    assert asked.headers["authorization"] == "Bearer a"
    assert (made.id, made.state, made.pages.all) == ("doc_1", "queued", None)


async def test_without_a_key_none_is_sent(api: ApiServer) -> None:
    api.on("POST", "/api/documents", error(501, "not_installed", "pip install"))
    client = AsyncClient(api.url, "a")
    with pytest.raises(NotInstalled, match="pip install"):
        await client.documents.submit(b"x", "a")
    await client.close()
    assert "idempotency-key" not in api.asked[0].headers


async def test_it_is_waited_for(api: ApiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "_POLL_S", 0.0)
    api.on("GET", "/api/documents/doc_1", WAITING, WAITING | {"state": "reading"}, DONE)
    async with AsyncClient(api.url, "a") as client:
        assert (await client.documents.wait("doc_1")).pages.all == 2
    assert len(api.asked) == 3


async def test_but_not_for_ever(api: ApiServer) -> None:
    api.on("GET", "/api/documents/doc_1", WAITING)
    client = AsyncClient(api.url, "a")
    with pytest.raises(UpstreamTimeout, match="not read after 0 s"):
        await client.documents.wait("doc_1", within_s=0)
    await client.close()


async def test_results_lists_and_deleting(api: ApiServer) -> None:
    api.on("GET", "/api/documents/doc_1/result", Answer(body="نص".encode()))
    api.on("GET", "/api/documents", {"documents": [DONE], "next": "doc_1"})
    api.on("DELETE", "/api/documents/doc_1", DONE)
    async with AsyncClient(api.url, "a") as client:
        assert await client.documents.result("doc_1", "text", corrected=False) == "نص".encode()
        found = await client.documents.list("done", limit=1)
        assert (found.documents[0].id, found.next) == ("doc_1", "doc_1")
        assert (await client.documents.delete("doc_1")).name == "عقد.pdf"
    assert [asked.query for asked in api.asked] == [
        {"format": "text", "corrected": "false"},
        {"state": "done", "limit": "1"},
        {},
    ]


async def test_what_could_not_be_read_raises_what_the_server_says(api: ApiServer) -> None:
    api.on("GET", "/api/documents/a%2Fb/result", error(422, "document_locked", "encrypted"))
    client = AsyncClient(api.url, "a")
    with pytest.raises(DocumentLocked, match="encrypted"):
        await client.documents.result("a/b")
    await client.close()
