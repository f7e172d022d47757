"""The login page: one HTML document without any library, which posts the key to `/api/login`.

It does not know keys or sessions; control checks the one and opens the other.
"""

from __future__ import annotations

import base64
import hashlib
import re

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from vanguard.console.assets import read_asset
from vanguard.console.gate import SECURITY_HEADERS
from vanguard.console.session import IsValid, session_of

_INLINE = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)


class LoginPage:
    """Serves the page; a browser that is signed in already is sent on to the console."""

    def __init__(self, is_valid: IsValid) -> None:
        self._is_valid = is_valid
        self._html = read_asset("login.html").replace("<!--mark-->", read_asset("mark.svg"))
        self._headers = {
            **SECURITY_HEADERS,
            "content-security-policy": content_policy(self._html),
            "cache-control": "no-store",
        }

    async def show(self, request: Request) -> Response:
        """The page, or the way to the console."""
        if session_of(request.scope["headers"], self._is_valid).holds():
            return RedirectResponse("/", 303, {"cache-control": "no-store"})
        return HTMLResponse(self._html, headers=self._headers)


def content_policy(html: str) -> str:
    """A policy that lets exactly this page's own inline script and style run, by their hashes."""
    hashes = {"script": "", "style": ""}
    for kind, text in _INLINE.findall(html):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        hashes[kind] += f" 'sha256-{digest}'"
    return (
        f"default-src 'none'; script-src{hashes['script']}; style-src{hashes['style']}; "
        "img-src data:; connect-src 'self'; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
