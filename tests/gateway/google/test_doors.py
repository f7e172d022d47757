"""Google's paths."""

from __future__ import annotations

import json

import pytest

from vanguard.core.errors import InvalidRequest
from vanguard.gateway.doors import DOORS, find_door
from vanguard.gateway.google.doors import (
    GoogleDoor,
    RawDoor,
    as_messages,
    find_google_door,
    query_key,
    wants_array,
)
from vanguard.gateway.http.messages import Request

VERTEX = "/v1/projects/p/locations/l/publishers"


@pytest.mark.parametrize(
    ("path", "operation", "model", "stream"),
    [
        ("/v1beta/models/m:generateContent", "chat", "m", False),
        ("/v1/models/m:streamGenerateContent", "chat", "m", True),
        ("/v1beta/models/llama3%3A8b:countTokens", "count_tokens", "llama3:8b", False),
        ("/v1beta/models/a/b:embedContent", "embeddings", "a/b", False),
        ("/v1alpha/models/m:batchEmbedContents", "embeddings", "m", False),
        (f"{VERTEX}/google/models/m:generateContent", "chat", "m", False),
        ("/vertex/v1beta1/publishers/google/models/m:generateContent", "chat", "m", False),
    ],
)
def test_a_path_says_model_and_operation(path, operation, model, stream):
    door = find_google_door(path)
    assert isinstance(door, GoogleDoor)
    assert (door.dialect, door.operation) == ("google_generate", operation)
    assert (door.model, door.stream, door.verb) == (model, stream, path.rpartition(":")[2])
    assert find_door(path) is None


@pytest.mark.parametrize(
    "path", ["/v1beta/models", "/v1beta/models/llama3:8b", "/v1alpha/models/m"]
)
def test_lists_of_models(path):
    door = find_google_door(path)
    assert (door.operation, door.method) == ("models", "GET")


@pytest.mark.parametrize(
    "path",
    [
        "/v1/models",
        "/v1/models/m",
        "/v1beta/tunedModels/m:generateContent",
        "/v1beta/modelsm:generateContent",
        "/v2/models/m:generateContent",
        "/api/v1beta/models/m:generateContent",
        f"/v1beta/models/{'m' * 600}:generateContent",
        f"{VERTEX}/google/models/m",
        "/v1beta/models/:generateContent/x/../..",
    ],
)
def test_what_is_no_path_of_googles(path):
    door = find_google_door(path)
    assert door is None or door.operation == "models"
    if path.startswith("/v1/models"):
        assert find_door(path) is DOORS["/v1/models"]


def test_claude_at_vertex_is_anthropics_own_door():
    body = {"anthropic_version": "vertex-2023-10-16", "messages": [], "max_tokens": 5}
    path = f"{VERTEX}/anthropic/models/claude-x@1:streamRawPredict"
    door = find_google_door(path)
    assert isinstance(door, RawDoor)
    request = Request("POST", f"{path}?beta=true".encode(), [], json.dumps(body).encode())
    assert as_messages(request, door) is DOORS["/v1/messages"]
    assert request.query == ""
    assert json.loads(request.body) == {
        "model": "claude-x@1",
        "messages": [],
        "max_tokens": 5,
        "stream": True,
    }


def test_counting_for_claude_at_vertex():
    path = f"/vertex{VERTEX}/anthropic/models/count-tokens:rawPredict"
    body = b'{"anthropic_version":"v","model":"claude-x","messages":[]}'
    request = Request("POST", path.encode(), [], body)
    door = find_google_door(path)
    assert as_messages(request, door) is DOORS["/v1/messages/count_tokens"]
    assert request.body == b'{"model":"claude-x","messages":[]}'


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"{}", b"\xff"])
def test_what_is_no_request_of_claudes_is_refused(body):
    door = RawDoor("anthropic_messages", "chat", model="m")
    with pytest.raises(InvalidRequest):
        as_messages(Request("POST", b"/", [], body), door)


@pytest.mark.parametrize(
    ("query", "array", "key"),
    [
        ("", True, b""),
        ("?alt=sse&key=k%2B1", False, b"k+1"),
        ("?alt=json", True, b""),
        ("?$alt=sse", False, b""),
    ],
)
def test_queries(query, array, key):
    request = Request("POST", f"/v1beta/models/m:streamGenerateContent{query}".encode(), [])
    assert wants_array(request) is array
    assert query_key(request) == key
