"""Serves the scripts and styles of the desk, under a path that changes when they change.

It does not know what they do. They are the same for everybody and say nothing about anybody.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from vanguard.console import assets
from vanguard.console.gate import SECURITY_HEADERS
from vanguard.core.errors import RouteNotFound

_KINDS = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
_FOLDER = Path(assets.__file__).parent / "desk"


class DeskFiles:
    """All files of one folder, read once; what is not among them is not found."""

    ROUTE = "/assets/{version}/{name:path}"

    def __init__(self, folder: Path = _FOLDER) -> None:
        self._files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.suffix in _KINDS
        }
        whole = hashlib.sha256()
        for name, content in self._files.items():
            whole.update(f"{name}\0{len(content)}\0".encode() + content)
        self._version = whole.hexdigest()[:16]

    def address(self, name: str) -> str:
        """Where a file is served; browsers may keep what is there for ever."""
        return f"/assets/{self._version}/{name}"

    async def show(self, request: Request) -> Response:
        """The file of a request.

        Raises:
            RouteNotFound: there is none of that name and version.
        """
        name: str = request.path_params["name"]
        content = self._files.get(name)
        if content is None or request.path_params["version"] != self._version:
            raise RouteNotFound(f"there is no {request.url.path}")
        headers = {
            "cache-control": "public, max-age=31536000, immutable",
            "x-content-type-options": SECURITY_HEADERS["x-content-type-options"],
        }
        return Response(content, headers=headers, media_type=_KINDS[Path(name).suffix])
