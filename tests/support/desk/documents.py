"""Documents over HTTP as the console's page meets them; whoever looks makes their reading go on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import FastAPI, Request, Response

from support.desk.refused import Refused
from support.desk.tasks import DOCUMENT, PICTURE

_PAGES = 3


class Documents:
    """What was handed in, the newest first."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.all: list[dict[str, Any]] = [document(DOCUMENT, "تقرير ٢٠٢٤.pdf", "done", 1, 1)]
        self.by_key: dict[str, dict[str, Any]] = {}
        self.uploads: list[dict[str, Any]] = []

    def go_on(self) -> None:
        for one in self.all:
            pages = one["pages"]
            if one["state"] == "queued":
                one["state"], pages["all"] = "reading", _PAGES
            elif one["state"] == "reading" and one["name"].startswith("locked"):
                one["state"], one["error"] = (
                    "failed",
                    {"type": "document_locked", "message": "it needs a password"},
                )
            elif one["state"] == "reading" and pages["done"] < _PAGES:
                pages["done"] += 1
            elif one["state"] == "reading":
                one["state"] = "done"

    def add(self, key: str, name: str, content: bytes, fields: dict[str, str]) -> dict[str, Any]:
        if content.startswith(b"broken"):
            raise Refused(422, "this is no document")
        self.uploads.append({"name": name, "key": key, "bytes": len(content), "fields": fields})
        if key not in self.by_key:
            self.by_key[key] = document(f"doc_{len(self.all)}", name, "queued", 0, None)
            self.all.insert(0, self.by_key[key])
        return self.by_key[key]

    def remove(self, name: str) -> dict[str, Any]:
        for one in self.all:
            if one["id"] == name:
                self.all.remove(one)
                return one
        raise Refused(404, f"there is no document {name}")


def document(name: str, file: str, state: str, done: int, of: int | None) -> dict[str, Any]:
    """One as the API shows it."""
    now = datetime.now(UTC)
    return {
        "id": name, "name": file, "state": state, "pages": {"all": of, "done": done, "failed": 0}, "error": None,
        "created": now.isoformat(), "finished": None, "expires": (now + timedelta(days=30)).isoformat(),
    }  # fmt: skip


def add_documents(app: FastAPI, documents: Documents) -> None:
    """The routes of documents and of what comes out of them."""

    @app.get("/api/documents")
    async def listed() -> dict[str, Any]:
        documents.go_on()
        return {"documents": documents.all, "next": None}

    @app.post("/api/documents", status_code=202)
    async def submit(request: Request) -> dict[str, Any]:
        form = await request.form()
        file = form["file"]
        assert not isinstance(file, str)
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        key = request.headers["idempotency-key"]
        return documents.add(key, str(file.filename), await file.read(), fields)

    @app.delete("/api/documents/{name}")
    async def remove(name: str) -> dict[str, Any]:
        return documents.remove(name)

    @app.get("/api/documents/corrections")
    async def corrections(format: str = "jsonl") -> Response:  # noqa: A002 - its name in the API
        return Response(f"corrections as {format}", media_type="application/octet-stream")

    @app.get("/api/documents/{name}/result")
    async def result(name: str, format: str = "markdown") -> Response:  # noqa: A002
        return Response(f"{name} as {format}", media_type="text/plain")

    @app.get("/api/documents/{name}/pages/{page}/image")
    async def picture(name: str, page: int) -> Response:
        if (name, page) != (DOCUMENT, 1):
            raise Refused(404, f"there is no page {page} of {name}")
        return Response(PICTURE.read_bytes(), media_type="image/png")
