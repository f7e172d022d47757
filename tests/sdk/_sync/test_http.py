# Made from tests/sdk/_async/test_http.py by tools/unasync.py; change that file, not this one.
"""Connections that fail, and what is tried again."""

from __future__ import annotations

import socket

import pytest

from support.api_server import Answer, ApiServer, error
from vanguard.core.errors import NotReady, UpstreamTimeout, UpstreamTruncated, UpstreamUnavailable
from vanguard.sdk._sync import http
from vanguard.sdk._sync.http import Http
from vanguard.sdk.target import Target


def http_to(url: str, timeout_s: float = 5) -> Http:
    return Http(Target(url, "vk", "admin"), timeout_s, {})


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "_PAUSE_S", 0.0)


def test_a_refused_connection_asks_whether_vanguard_is_up() -> None:
    with socket.socket() as taken:  # bound, never listening: nobody answers there
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        client = http_to(url)
        with pytest.raises(NotReady, match="is `vanguard up` running"):
            client.get("/api/status")
        with pytest.raises(NotReady, match=url):
            client.model_call("/v1/chat/completions", b"{}")
        with pytest.raises(NotReady):
            client.change("POST", "/api/reload")
        client.close()


def test_silence_is_a_timeout() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        client = http_to(f"http://127.0.0.1:{silent.getsockname()[1]}", 0.05)
        with pytest.raises(UpstreamTimeout, match="in time"):
            client.get("/api/status")
        client.close()


def test_reads_are_tried_three_times(api: ApiServer) -> None:
    api.on("GET", "/api/x", error(503, "control_unavailable", "no"), Answer(body=b"ok"))
    client = http_to(api.url)
    assert (client.get("/api/x")).content == b"ok"
    api.on("GET", "/api/x", Answer(body=b"half", breaks=True), Answer(body=b"ok"))
    assert (client.get("/api/x")).content == b"ok"
    assert len(api.asked) == 4
    api.on("GET", "/api/x", Answer(body=b"half", breaks=True))
    with pytest.raises(UpstreamTruncated):
        client.get("/api/x")
    assert len(api.asked) == 7
    client.close()


def test_nothing_else_is_sent_twice(api: ApiServer) -> None:
    api.on("POST", "/api/x", Answer(503))
    client = http_to(api.url)
    with pytest.raises(UpstreamUnavailable, match="HTTP status 503"):
        client.change("POST", "/api/x")
    api.on("POST", "/v1/x", Answer(body=b"half", breaks=True))
    with pytest.raises(UpstreamTruncated):
        client.model_call("/v1/x", b"{}")
    assert len(api.asked) == 2
    client.close()


def test_each_door_gets_its_key(api: ApiServer) -> None:
    api.on("GET", "/v1/models", {})
    api.on("GET", "/api/models", {})
    client = http_to(api.url)
    client.get("/v1/models")
    client.get("/api/models")
    assert [asked.headers["authorization"] for asked in api.asked] == ["Bearer vk", "Bearer admin"]
    client.close()


def test_the_management_api_is_asked_at_its_own_port(api: ApiServer) -> None:
    for method, path in (("GET", "/api/x"), ("POST", "/api/x")):
        api.on(method, path, {})
    with socket.socket() as taken:  # bound, never listening: nobody answers there
        taken.bind(("127.0.0.1", 0))
        public = f"http://127.0.0.1:{taken.getsockname()[1]}"
        client = Http(Target(public, "vk", "admin", admin_url=api.url), 5, {})
        client.get("/api/x", {"a": "b"})
        client.change("POST", "/api/x")
        client.upload("/api/x", {"a": "b"}, b"file", {})
        with client.streamed_get("/api/x", {"a": "b"}):
            pass
        with pytest.raises(NotReady, match=public):
            client.get("/v1/models")
        with pytest.raises(NotReady, match=public):
            client.model_call("/v1/x", b"{}")
        client.close()
    assert [(asked.path, asked.query) for asked in api.asked] == [
        ("/api/x", {"a": "b"}),
        ("/api/x", {}),
        ("/api/x", {"a": "b"}),
        ("/api/x", {"a": "b"}),
    ]


def test_who_is_silent_is_named(api: ApiServer) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        admin = f"http://127.0.0.1:{taken.getsockname()[1]}"
        client = Http(Target(api.url, "vk", "admin", admin_url=admin), 5, {})
        with pytest.raises(NotReady, match=admin):
            client.get("/api/status")
        client.close()


def test_a_platform_of_this_machine_is_asked_without_a_proxy(
    api: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One port on an address of its own, the other on loopback: neither is elsewhere."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    api.on("GET", "/api/x", {})
    client = Http(Target("http://192.0.2.1", "vk", "admin", admin_url=api.url), 5, {})
    client.get("/api/x")
    client.close()
