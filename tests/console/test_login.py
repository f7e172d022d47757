from __future__ import annotations

import base64
import hashlib
import re

import httpx
from starlette.applications import Starlette
from starlette.routing import Route

from vanguard.console.login import LoginPage, content_policy


async def ask(cookie: str = "") -> httpx.Response:
    app = Starlette(routes=[Route("/login", LoginPage(lambda token: token == "good").show)])
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://x", headers={"cookie": cookie}
    ) as http:
        return await http.get("/login")


async def test_the_page_may_not_be_framed_or_kept() -> None:
    answer = await ask()
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-frame-options"] == "DENY"
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_who_is_signed_in_is_sent_on() -> None:
    answer = await ask("vanguard_session=good")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_the_policy_names_every_inline_part_by_its_hash() -> None:
    answer = await ask()
    parts = re.findall(r"<(?:script|style)>(.*?)</(?:script|style)>", answer.text, re.DOTALL)
    assert len(parts) == 2
    for part in parts:
        digest = base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in content_policy(answer.text)
