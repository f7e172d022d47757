from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanguard.serving.engines import embeddings as module
from vanguard.serving.engines.embeddings import EmbeddingsApi
from vanguard.serving.engines.encoder import DIMENSIONS, Encoder

pytestmark = pytest.mark.e2e

NAME = "embedder"
CONTEXT = 64


@pytest.fixture
def api(encoder: Encoder) -> Iterator[EmbeddingsApi]:
    api = EmbeddingsApi(NAME, encoder, CONTEXT)
    yield api
    api.close()


@pytest.fixture
def client(api: EmbeddingsApi) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=api.app(), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://engine")


async def ask(client: httpx.AsyncClient, **body: Any) -> httpx.Response:
    return await client.post(
        "/v1/embeddings", content=json.dumps({"model": NAME, "input": "Hello", **body})
    )


async def test_one_text_gives_one_vector_and_its_tokens(
    client: httpx.AsyncClient, encoder: Encoder
) -> None:
    reply = (await ask(client, input="Hello world", user="anna", unknown={})).json()
    assert (reply["object"], reply["model"]) == ("list", NAME)
    (row,) = reply["data"]
    assert (row["object"], row["index"], len(row["embedding"])) == ("embedding", 0, DIMENSIONS)
    count = len(encoder.tokenize("Hello world"))
    assert reply["usage"] == {"prompt_tokens": count, "total_tokens": count}


async def test_many_texts_keep_their_order_over_slices(
    client: httpx.AsyncClient, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SLICE_TOKENS", 10)
    texts = [f"sentence number {number} of many" for number in range(40)]
    reply = (await ask(client, input=texts)).json()
    assert [row["index"] for row in reply["data"]] == list(range(40))
    got = np.array([row["embedding"] for row in reply["data"]])
    tokens = [encoder.tokenize(text) for text in texts]
    assert np.allclose(got, encoder.encode(tokens), atol=1e-4)
    assert reply["usage"]["prompt_tokens"] == sum(map(len, tokens))


async def test_base64_is_the_same_vector_as_little_endian_floats(client: httpx.AsyncClient) -> None:
    numbers = (await ask(client)).json()["data"][0]["embedding"]
    text = (await ask(client, encoding_format="base64")).json()["data"][0]["embedding"]
    assert np.allclose(np.frombuffer(base64.b64decode(text), "<f4"), numbers, atol=1e-8)


@pytest.mark.parametrize(
    ("body", "status", "code", "param", "words"),
    [
        ({"input": ""}, 400, "invalid_request", "input", "must not be empty"),
        ({"input": []}, 400, "invalid_request", "input", "empty list"),
        ({"input": ["a", ""]}, 400, "invalid_request", "input", r"input\[1\]"),
        ({"input": 7}, 400, "invalid_request", None, "input"),
        ({"input": None}, 400, "invalid_request", None, "input"),
        ({"input": "\ud800"}, 400, "invalid_request", None, "request"),
        ({"input": [1, 2]}, 400, "unsupported_feature", "input", "token arrays"),
        ({"input": [[1, 2], [3]]}, 400, "unsupported_feature", "input", "token arrays"),
        ({"input": "a b " * CONTEXT}, 400, "invalid_request", "input", "at most 64"),
        ({"input": "a" * 5000}, 400, "invalid_request", "input", "5000 characters"),
        ({"input": ["a"] * 2049}, 400, "invalid_request", "input", "at most 2048"),
        ({"dimensions": 256}, 400, "unsupported_feature", "dimensions", "512"),
        ({"encoding_format": "hex"}, 400, "invalid_request", None, "hex"),
        ({"model": "other"}, 404, "model_not_found", "model", "other"),
    ],
)
async def test_what_cannot_be_served_is_told(
    client: httpx.AsyncClient, body: dict, status: int, code: str, param: str | None, words: str
) -> None:
    reply = await ask(client, **body)
    assert reply.status_code == status
    error = reply.json()["error"]
    assert (error["type"], error["code"], error["param"]) == ("invalid_request_error", code, param)
    assert re.search(words, error["message"])


async def test_native_dimensions_may_be_named(client: httpx.AsyncClient) -> None:
    assert (await ask(client, dimensions=DIMENSIONS)).status_code == 200


async def test_a_body_that_is_no_json_is_told(client: httpx.AsyncClient) -> None:
    for content in (b"", b"{", b"\xff\xfe", b"[]"):
        reply = await client.post("/v1/embeddings", content=content)
        assert (reply.status_code, reply.json()["error"]["code"]) == (400, "invalid_request")


async def test_bodies_tokens_and_waiting_requests_are_bounded(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_REQUEST_TOKENS", 50)
    reply = await ask(client, input=["a few words of text"] * 20)
    assert (reply.status_code, reply.json()["error"]["param"]) == (400, "input")
    monkeypatch.setattr(module, "MAX_BODY_BYTES", 100)
    reply = await ask(client, input="x" * 200)
    assert (reply.status_code, reply.json()["error"]["code"]) == (413, "request_too_large")
    monkeypatch.setattr(module, "MAX_WAITING", 0)
    reply = await ask(client)
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "1")
    assert reply.json()["error"]["type"] == "server_error"


async def test_model_list_health_and_wrong_routes(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/models")).json()["data"][0]["id"] == NAME
    assert (await client.get("/health")).json() == {"status": "ok"}
    assert (await client.get("/v1/nothing")).json()["error"]["code"] == "not_found"
    wrong = await client.get("/v1/embeddings")
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (405, "method_not_allowed")


async def test_a_defect_is_an_error_of_the_server_without_details(
    client: httpx.AsyncClient, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder, "encode", lambda batch: 1 / 0)
    reply = await ask(client)
    assert (reply.status_code, reply.json()["error"]["type"]) == (500, "server_error")
    assert "division" not in reply.text


async def test_a_client_that_left_is_not_worked_for(
    api: EmbeddingsApi, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SLICE_TOKENS", 1)
    batches: list[int] = []
    monkeypatch.setattr(encoder, "encode", lambda batch: batches.append(len(batch)))
    body = json.dumps({"model": NAME, "input": ["one", "two", "three"]}).encode()
    messages = [
        {"type": "http.request", "body": body, "more_body": False},
        {"type": "http.disconnect"},
    ]
    sent: list[dict] = []

    async def receive() -> dict:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message: dict) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/embeddings",
        "raw_path": b"/v1/embeddings",
        "query_string": b"",
        "headers": [],
    }
    await api.app()(scope, receive, send)
    assert batches == []
    assert sent[0]["status"] == 499


token_lists = st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=30), max_size=30)


@given(token_lists)
def test_slices_hold_every_text_once_and_no_more_than_their_share(tokens: list) -> None:
    slices = list(module._slices(tokens))
    assert [text for part in slices for text in part] == tokens
    for part in slices:
        assert part
        assert len(part) == 1 or sum(map(len, part)) <= module._SLICE_TOKENS
