# Made from tests/sdk/_async/test_client.py by tools/unasync.py; change that file, not this one.
"""The synchronous client against a real HTTP server."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from support.api_server import Answer, ApiServer, chat_events, error
from vanguard.core.errors import BudgetExceeded, Forbidden, SettingsError, UpstreamError
from vanguard.core.usage import Usage
from vanguard.sdk._sync.client import Client
from vanguard.sdk.values import Message, ModelInfo, ToolCall

CHAT = "/v1/chat/completions"


def test_chat_says_what_was_asked_and_reads_the_whole_answer(api: ApiServer) -> None:
    call = {"id": "t1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    message = {"role": "assistant", "content": "hi", "reasoning": "hm", "tool_calls": [call]}
    usage = {
        "prompt_tokens": 5,
        "completion_tokens": 2,
        "prompt_tokens_details": {"cached_tokens": 3},
    }
    body = {
        "id": "c1",
        "model": "tiny",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": usage,
    }
    api.on("POST", CHAT, body)
    with Client(api.url, "vk-1", headers={"x-vanguard-session": "s"}) as client:
        reply = client.chat("hello", system="be brief", max_tokens=9, extra={"seed": 1})
    asked = api.asked[0]
    assert asked.headers["authorization"] == "Bearer vk-1"
    assert asked.headers["x-vanguard-session"] == "s"
    assert asked.json == {
        "model": "default",
        "messages": [
            {"role": "system", "content": "be brief"},
            {"role": "user", "content": "hello"},
        ],
        "max_tokens": 9,
        "seed": 1,
    }
    assert (reply.text, reply.model, reply.finish_reason) == ("hi", "tiny", "stop")
    assert reply.usage == Usage(input_tokens=5, output_tokens=2, cache_read_tokens=3)
    assert (reply.reasoning, reply.tool_calls) == ("hm", (ToolCall("t1", "f", "{}"),))
    assert reply.timings.first_token_ms is None
    assert reply.timings.total_ms > 0


def test_a_route_is_explained(api: ApiServer) -> None:
    place = {
        "deployment": "m/0",
        "standing": "no_quota",
        "why": "spent",
        "quota": {"tokens": {"left": -3.5}},
    }
    api.on(
        "POST", "/api/route/explain", {"model": "m", "attempts": ["m/0"], "deployments": [place]}
    )
    with Client(api.url, "vk-1") as client:
        found = client.explain_route({"model": "m"}, path="/v1/messages", key="ada")
    assert api.asked[0].json == {"request": {"model": "m"}, "path": "/v1/messages", "key": "ada"}
    assert found.deployments[0].quota["tokens"].left == -3.5
    assert (found.attempts, found.fallbacks) == (("m/0",), ())


def test_messages_may_be_values_or_mappings(api: ApiServer) -> None:
    api.on("POST", CHAT, {"choices": []})
    with Client(api.url, "k") as client:
        client.chat([Message("user", "a"), {"role": "assistant", "content": "b"}], "m")
    assert api.asked[0].json["messages"] == [
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": "b"},
    ]


def test_a_stream_gives_pieces_then_the_reply(api: ApiServer) -> None:
    pieces = chat_events("Hel", "lo", "!")
    api.on("POST", CHAT, Answer(pieces=pieces, headers={"x-request-id": "req_9"}))
    with Client(api.url, "k") as client:
        stream = client.stream("hi")
        texts = [delta.text for delta in stream]
    assert texts == ["Hel", "lo", "!"]
    assert api.asked[0].json["stream_options"] == {"include_usage": True}
    reply = stream.reply
    assert (reply.text, reply.request_id, reply.finish_reason) == ("Hello!", "req_9", "stop")
    assert reply.usage == Usage(input_tokens=7, output_tokens=3)
    assert reply.timings.first_token_ms is not None
    assert reply.timings.first_token_ms <= reply.timings.total_ms


def test_an_error_of_the_server_is_raised_as_itself(api: ApiServer) -> None:
    api.on("POST", CHAT, error(429, "budget_exceeded", "all spent", retry_after="60"))
    with Client(api.url, "k") as client:
        with pytest.raises(BudgetExceeded, match="all spent") as caught:
            client.chat("hi")
        assert caught.value.retry_after_s == 60
        assert caught.value.request_id == "req_1"
        with pytest.raises(BudgetExceeded):
            _ = list(client.stream("hi"))


def test_embeddings_come_in_the_order_of_their_texts(api: ApiServer) -> None:
    data = [{"index": 1, "embedding": [2.0]}, {"index": 0, "embedding": [1.0]}]
    api.on("POST", "/v1/embeddings", {"data": data, "model": "e", "usage": {"prompt_tokens": 4}})
    with Client(api.url, "k") as client:
        found = client.embed(["a", "b"])
    assert found.vectors == ((1.0,), (2.0,))
    assert found.usage == Usage(input_tokens=4)
    assert api.asked[0].json == {
        "model": "default-embedding",
        "input": ["a", "b"],
        "encoding_format": "float",
    }


def test_models_with_deployments_for_an_admin(api: ApiServer) -> None:
    deployment = {
        "id": "d",
        "provider": "p",
        "dialect": "openai_chat",
        "base_url": "http://x/v1",
        "model": "m",
        "price": None,
        "context_tokens": 8192,
        "max_output_tokens": None,
    }
    row = {"name": "sonnet", "kind": "chat", "aliases": ["default"], "deployments": [deployment]}
    api.on("GET", "/api/models", {"data": [row]})
    with Client(api.url, "admin") as client:
        (model,) = client.models()
    assert (model.name, model.aliases) == ("sonnet", ("default",))
    assert model.deployments[0].context_tokens == 8192


def test_models_by_name_for_a_key_that_may_not_administer(api: ApiServer) -> None:
    api.on("GET", "/api/models", error(403, "forbidden", "needs the admin key"))
    api.on("GET", "/v1/models", {"data": [{"id": "tiny", "object": "model"}]})
    with Client(api.url, "vk") as client:
        assert client.models() == (ModelInfo("tiny"),)


def test_models_by_name_without_any_admin_key(api: ApiServer) -> None:
    api.on("GET", "/v1/models", {"data": [{"id": "tiny", "object": "model"}]})
    with Client(api.url) as client:
        assert client.models() == (ModelInfo("tiny"),)
    assert [asked.path for asked in api.asked] == ["/v1/models"]
    assert "authorization" not in api.asked[0].headers


def test_providers(api: ApiServer) -> None:
    api.on("GET", "/api/providers", {"data": [{"name": "groq", "dialect": "openai_chat"}]})
    with Client(api.url, "a") as client:
        assert [provider.name for provider in client.providers()] == ["groq"]


def test_usage_keeps_groups_apart_from_sums(api: ApiServer) -> None:
    row = {"key": "key_1", "day": "2026-11-01", "requests": 2, "cost_usd_micros": 5, "later": 1}
    api.on("GET", "/api/usage", {"data": [row], "total": {"requests": 2, "cost_usd_micros": 5}})
    with Client(api.url, "a") as client:
        report = client.usage(["key", "day"], since="2026-11-01", key="k", model="")
    assert api.asked[0].query == {"from": "2026-11-01", "key": "k", "group_by": "key,day"}
    (group,) = report.groups
    assert group.group == {"key": "key_1", "day": "2026-11-01", "later": "1"}
    assert (group.sums.requests, report.total.cost_usd_micros) == (2, 5)


def test_usage_as_csv(api: ApiServer) -> None:
    api.on("GET", "/api/usage", Answer(body=b"day,requests\n"))
    with Client(api.url, "a") as client:
        assert client.usage_csv("day", until="2026-11-30") == "day,requests\n"
    assert api.asked[0].query == {"to": "2026-11-30", "group_by": "day", "format": "csv"}


def test_requests(api: ApiServer) -> None:
    row = {
        "id": "r:1",
        "request_id": "r",
        "attempt": 1,
        "at": "2026-11-01T10:00:00Z",
        "key": "key_1",
        "model": "tiny",
        "status": "ok",
        "tags": {"a": "b"},
    }
    api.on("GET", "/api/requests", {"data": [row]})
    with Client(api.url, "a") as client:
        (found,) = client.requests(5, before="r:2", model="tiny")
    assert api.asked[0].query == {"limit": "5", "before": "r:2", "model": "tiny"}
    assert found.at == datetime(2026, 11, 1, 10, tzinfo=UTC)


def test_status(api: ApiServer) -> None:
    engine = {"state": "ready", "message": "", "progress": 1, "chat": {"name": "q"}}
    api.on("GET", "/api/status", {"version": "1", "engine": engine, "started_at": None})
    with Client(api.url, "a") as client:
        status = client.status()
    assert status.engine.chat is not None
    assert (status.version, status.engine.chat.name) == ("1", "q")


def test_reload_gives_the_reason_of_a_refusal(api: ApiServer) -> None:
    api.on("POST", "/api/reload", {"snapshot_version": 3, "models": ["a"], "warnings": ["w"]})
    with Client(api.url, "a") as client:
        done = client.reload()
        assert (done.snapshot_version, done.models, done.warnings) == (3, ("a",), ("w",))
        api.on("POST", "/api/reload", error(400, "settings_error", "line 3: bad"))
        with pytest.raises(SettingsError, match="line 3"):
            client.reload()


def test_keys_of_a_home_are_used_by_their_purpose(api: ApiServer, tmp_path: Path) -> None:
    (tmp_path / "first.key").write_text("vk-first\n")
    (tmp_path / "admin.key").write_text("vk-admin\n")
    api.on("POST", CHAT, {"choices": []})
    api.on("GET", "/api/status", {})
    with Client(api.url, home=tmp_path) as client:
        client.chat("hi")
        client.status()
    assert [asked.headers["authorization"] for asked in api.asked] == [
        "Bearer vk-first",
        "Bearer vk-admin",
    ]


def test_an_answer_of_something_else_is_said_to_be_one(api: ApiServer) -> None:
    api.on("GET", "/api/status", Answer(body=b"<html>"), Answer(403, b"<html>"))
    with Client(api.url, "a") as client:
        with pytest.raises(UpstreamError, match="not what this client expects"):
            client.status()
        with pytest.raises(Forbidden, match="HTTP status 403"):
            client.status()
