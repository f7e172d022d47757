"""A small platform for the console's tests: the management API and a streaming chat, on loopback.

Run as a program it prints its address and serves until it is killed. The first word of a question decides
how the chat behaves (see `_SCRIPTS`); `POST /test/state` changes what the API tells.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import socket
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from support.desk.api import Desk, add_desk
from vanguard.console.app import mount

ADMIN_KEY = "adm-console-test-4711-never-shown"
EVIL = '<img src=x onerror="window.injected=1">'
COOKIE = "vanguard_session"
ARABIC = "مرحبا! هذا نص عربي مع كلمة Vanguard في وسطه."
CODE = (
    "Here is a function:\n\n```python\ndef add(a: int, b: int) -> int:\n    return a + b\n```\n\n"
    "It adds two numbers."
)


class Platform:
    """What the stand-in remembers."""

    def __init__(self) -> None:
        self.sessions: set[str] = set()
        self.failed_logins = 0
        self.chats: list[dict[str, Any]] = []
        self.open_chats = 0
        self.seen_keys: set[str] = set()
        self.state: dict[str, Any] = {"ready": True, "empty": False, "engine": "ready"}

    def valid(self, token: str) -> bool:
        return token in self.sessions

    def allowed(self, request: Request) -> bool:
        given = request.headers.get("authorization", "")
        return given == f"Bearer {ADMIN_KEY}" or self.valid(request.cookies.get(COOKIE, ""))


def problem(status: int, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """An error in the API's envelope."""
    body = {"code": "x", "message": message, "param": None, "request_id": "req_1"}
    return JSONResponse({"error": body}, status, headers)


def make_app(platform: Platform) -> FastAPI:
    """The API without the console."""
    app = FastAPI(openapi_url=None)

    @app.middleware("http")
    async def door(request: Request, call_next: Any) -> Response:
        path = request.url.path
        closed = path.startswith(("/api/", "/v1/")) and path != "/api/login"
        if closed and not platform.allowed(request):
            return problem(401, "log in")
        return await call_next(request)

    _add_sessions(app, platform)
    _add_reports(app, platform)
    _add_chat(app, platform)
    add_desk(app, Desk())

    @app.post("/test/state")
    async def set_state(request: Request) -> dict[str, Any]:
        change = await request.json()
        if change.pop("expire", False):
            platform.sessions.clear()
        if session := change.pop("session", ""):
            platform.sessions.add(session)
        if change.pop("forget_failures", False):
            platform.failed_logins = 0
        if change.pop("forget_chats", False):
            platform.chats.clear()
        platform.state |= change
        return {"chats": platform.chats, "open_chats": platform.open_chats}

    return app


def _add_sessions(app: FastAPI, platform: Platform) -> None:
    @app.post("/api/login")
    async def login(request: Request) -> Response:
        if platform.failed_logins >= 3:
            return problem(429, "too many", {"retry-after": "42"})
        if (await request.json())["key"] != ADMIN_KEY:
            platform.failed_logins += 1
            return problem(401, "this is not the admin key")
        token = secrets.token_urlsafe(16)
        platform.sessions.add(token)
        answer = JSONResponse({"csrf_token": f"csrf-{token}"})
        answer.set_cookie(COOKIE, token, httponly=True, samesite="strict")
        return answer

    @app.get("/api/session")
    async def session(request: Request) -> dict[str, str]:
        return {"csrf_token": f"csrf-{request.cookies.get(COOKIE)}"}

    @app.post("/api/logout")
    async def logout(request: Request) -> Response:
        token = request.cookies.get(COOKIE, "")
        if request.headers.get("x-csrf-token") != f"csrf-{token}":
            return problem(403, "csrf")
        platform.sessions.discard(token)
        return Response(status_code=204)


def _add_reports(app: FastAPI, platform: Platform) -> None:
    state = platform.state
    started = datetime.now(UTC) - timedelta(hours=3, minutes=12)

    @app.get("/readyz")
    async def readyz() -> Response:
        return Response("ok") if state["ready"] else problem(503, "no snapshot yet")

    @app.get("/api/status")
    async def status() -> dict[str, Any]:
        fetching = state["engine"] == "fetching"
        message = "fetching qwen2.5-coder-0.5b: 120 of 456 MB" if fetching else ""
        return {
            "version": "0.1.0",
            "started_at": started.isoformat(),
            "snapshot_version": 1 if state["empty"] else 12,
            "keys": 0 if state["empty"] else 3,
            "models": 0 if state["empty"] else 3,
            "engine": {
                "state": state["engine"],
                "message": message or "2 embedded models are loaded",
                "progress": 0.26 if fetching else 1,
            },
            "ingest": {"workers": {"w0": {"offset": 123456, "lag_bytes": 0}}, "last_error": None},
        }

    @app.get("/api/models")
    async def models() -> dict[str, Any]:
        return {"data": [] if state["empty"] else MODELS}

    @app.get("/api/usage")
    async def usage() -> dict[str, Any]:
        rows = [] if state["empty"] else USAGE
        names = {name for row in rows for name in row if isinstance(row[name], int)}
        return {"data": rows, "total": {name: sum(r.get(name, 0) for r in rows) for name in names}}

    @app.get("/api/requests")
    async def requests() -> dict[str, Any]:
        return {"data": [] if state["empty"] else _requests()}


def _deployment(id_: str, provider: str, model: str, price: Any, context: int) -> dict[str, Any]:
    return {
        "id": id_, "provider": provider, "dialect": "openai_chat", "base_url": "http://x/v1",
        "model": model, "price": price, "context_tokens": context, "max_output_tokens": None,
    }  # fmt: skip


def _price(id_: str, input_: int, output: int) -> dict[str, Any]:
    return {
        "id": id_, "version": "1", "input_usd_micros_per_mtok": input_,
        "output_usd_micros_per_mtok": output, "request_usd_micros": 0,
    }  # fmt: skip


MODELS: list[dict[str, Any]] = [
    {
        "name": "qwen2.5-coder-0.5b", "kind": "chat", "aliases": ["default"], "guardrails": [],
        "deployments": [
            _deployment("d1", "embedded", "qwen2.5-coder-0.5b", _price("embedded:free", 0, 0), 8192)
        ],
    },
    {
        "name": "sonnet", "kind": "chat", "aliases": ["claude-*"], "guardrails": [],
        "deployments": [
            _deployment(
                "d2", "anthropic", "claude-sonnet-4-5", _price("p", 3_000_000, 15_000_000), 200_000
            ),
            _deployment("d3", "openai", "my-model", None, 32_768),
        ],
    },
    {
        "name": "use-multilingual-v3", "kind": "embedding", "aliases": ["default-embedding"],
        "guardrails": [],
        "deployments": [
            _deployment("d4", "embedded", "use-multilingual-v3", _price("embedded:free", 0, 0), 512)
        ],
    },
]  # fmt: skip

USAGE: list[dict[str, Any]] = [
    {"key": "key_1", "key_name": "first", "model": "qwen2.5-coder-0.5b", "requests": 41, "failed": 1,
     "input_tokens": 18_200, "output_tokens": 6_400, "cost_usd_micros": 0},
    {"key": "key_2", "key_name": EVIL, "model": "sonnet", "requests": 12, "failed": 0, "input_tokens": 52_000,
     "output_tokens": 9_100, "cost_usd_micros": 292_500, "unknown_price_requests": 2},
    {"key": "key_3", "key_name": "nightly-report", "model": "sonnet", "requests": 3, "failed": 0,
     "input_tokens": 9_000, "output_tokens": 1_200, "cost_usd_micros": 45_000},
]  # fmt: skip


def _requests() -> list[dict[str, Any]]:
    now = datetime.now(UTC).replace(microsecond=0)
    rows: list[dict[str, Any]] = [
        {"status": None, "http_status": None, "duration_ms": None, "cost_usd_micros": 0},
        {"model": "sonnet", "key_name": "nightly-report", "cost_usd_micros": 14_210, "input_tokens": 3120},
        {"model": "sonnet", "key_name": EVIL, "cost_usd_micros": 42, "first_token_ms": 1480},
        {"status": "failed", "http_status": 503, "error": "upstream_unavailable", "output_tokens": 0,
         "first_token_ms": None},
        {"model": "use-multilingual-v3", "operation": "embeddings", "output_tokens": 0,
         "first_token_ms": None, "duration_ms": 38},
        {"model": "sonnet", "key_name": "تقارير", "price_unknown": True},
        {"status": "cancelled"}, {}, {}, {},
    ]  # fmt: skip
    usual = {
        "attempt": 0, "key": "key_1", "key_name": "first", "model": "qwen2.5-coder-0.5b", "operation": "chat",
        "status": "ok", "http_status": 200, "error": None, "input_tokens": 412,
        "output_tokens": 128, "cost_usd_micros": 0, "price_unknown": False, "first_token_ms": 212,
        "duration_ms": 4_120,
    }  # fmt: skip
    minute = int(time.time()) // 60
    return [
        usual | {"request_id": f"req_{minute}_{i}", "at": (now - timedelta(seconds=47 * i)).isoformat()} | row
        for i, row in enumerate(rows)
    ]  # fmt: skip


def _add_chat(app: FastAPI, platform: Platform) -> None:
    @app.post("/v1/chat/completions")
    async def chat(request: Request) -> Response:
        body = await request.json()
        platform.chats.append(body)
        question = body["messages"][-1]["content"]
        if question.startswith("refuse"):
            return problem(429, "the key's budget is spent", {"retry-after": "30"})
        return StreamingResponse(_answer(platform, question), media_type="text/event-stream")


_SCRIPTS = {
    "html": f"Careful: {EVIL} <script>window.injected=2</script>",
    "arabic": ARABIC,
    "code": CODE,
}


async def _answer(platform: Platform, question: str) -> AsyncIterator[bytes]:
    platform.open_chats += 1
    try:
        script = question.split(" ", maxsplit=1)[0]
        text = _SCRIPTS.get(script, f"You said: {question}")
        endless = script == "endless"
        words = text.split(" ")
        sent = 0
        while sent < len(words) or endless:
            word = words[sent % len(words)]
            yield _event({"choices": [{"index": 0, "delta": {"content": f"{word} "}}]})
            sent += 1
            await asyncio.sleep(0.03)
            if sent == 2 and script == "error":
                yield _event({"error": {"message": "the provider fell over", "type": "x"}})
                return
            if sent == 2 and script == "broken":
                return
        yield _event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        yield _event({"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": sent}})
        yield b"data: [DONE]\n\n"
    finally:
        platform.open_chats -= 1


def _event(value: Any) -> bytes:
    return f"data: {json.dumps(value)}\n\n".encode()


def serve(port: int) -> None:
    """Serves until killed; prints the address when it listens."""
    listener = socket.create_server(("127.0.0.1", port))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    platform = Platform()
    app = make_app(platform)
    mount(app, gateway_url=url, admin_key=ADMIN_KEY, session_valid=platform.valid)
    print(url, flush=True)
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    serve(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
