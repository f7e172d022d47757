"""Review tasks over HTTP as the desk's page meets them, kept in memory; documents stand beside.

`POST /test/desk` resets it, lets another person act, or makes the next change fail.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from support.desk.documents import Documents, add_documents
from support.desk.refused import Refused
from support.desk.tasks import tasks

COOKIE = "vanguard_session"
OTHER = "somebody else"


class Desk:
    """Tasks, documents, and what is to go wrong."""

    def __init__(self) -> None:
        self.documents = Documents()
        self.reset()

    def reset(self) -> None:
        self.tasks: dict[str, dict[str, Any]] = {task["id"]: task for task in tasks()}
        self.documents.reset()
        self.fail: dict[str, Any] = {}
        self.asked: list[str] = []

    def told(self) -> dict[str, Any]:
        return {"tasks": self.tasks, "asked": self.asked, "uploads": self.documents.uploads}

    def state(self, task: dict[str, Any]) -> str:
        claim = task["claim"]
        live = claim is not None and claim["until"] > time.time()
        return "claimed" if task["state"] == "open" and live else str(task["state"])

    def shown(self, task: dict[str, Any], *, history: bool = False) -> dict[str, Any]:
        claim = task["claim"]
        claimed = self.state(task) == "claimed"
        shown = {
            name: value for name, value in task.items() if name not in {"history", "trail", "claim"}
        }
        shown |= {
            "state": self.state(task),
            "claim": claim
            and claimed
            and {"expires": moment(claim["until"]), "reviewer": claim["reviewer"]},
        }
        return shown | ({"history": task["history"], "trail": task["trail"]} if history else {})

    def get(self, name: str) -> dict[str, Any]:
        if name not in self.tasks:
            raise Refused(404, f"there is no task {name}")
        return self.tasks[name]

    def mine(self, task: dict[str, Any], who: str, version: int | None = None) -> None:
        if task["state"] != "open":
            raise Refused(409, "the task is decided")
        if self.state(task) == "claimed" and task["claim"]["reviewer"] != who:
            raise Refused(409, "somebody else has claimed the task")
        if version is not None and version != task["version"]:
            raise Refused(409, "the task has changed since it was read")

    def hold(self, task: dict[str, Any], who: str, lease_s: float) -> None:
        self.mine(task, who)
        task["claim"] = {"reviewer": who, "until": time.time() + lease_s}
        task["trail"].append({"action": "claim", "reviewer": who, "at": moment(time.time())})

    def claim(self, who: str, wish: dict[str, Any]) -> list[dict[str, Any]]:
        found = []
        ordered = sorted(self.tasks.values(), key=lambda task: -float(task["doubt"]))
        ordered.sort(key=lambda task: self.state(task) != "claimed")  # one's own first
        for task in ordered:
            skipped = any(d["reviewer"] == who and d["verdict"] == "skip" for d in task["history"])
            taken = self.state(task) == "claimed" and task["claim"]["reviewer"] != who
            if task["state"] != "open" or taken or skipped or len(found) == wish["count"]:
                continue
            if wish["tag"] and wish["tag"] not in task["tags"]:
                continue
            if not task["subject"].startswith(wish["subject_prefix"] or ""):
                continue
            self.hold(task, who, wish["lease_s"])
            found.append(task)
        return found

    def decide(self, task: dict[str, Any], who: str, given: dict[str, Any]) -> None:
        self.mine(task, who, given["version"])
        skip = given["verdict"] == "skip"
        task |= {
            "state": "open" if skip else "decided",
            "version": task["version"] + 1,
            "claim": None,
        }
        kept = {name: given[name] for name in ("verdict", "value", "note")}
        task["history"].append(kept | {"reviewer": who, "at": moment(time.time())})

    def undo(self, task: dict[str, Any], who: str, version: int) -> None:
        if task["version"] != version:
            raise Refused(409, "the task has changed since it was decided")
        task["history"].append(
            {
                "verdict": "undo",
                "value": None,
                "note": "",
                "reviewer": who,
                "at": moment(time.time()),
            }
        )
        task["history"] = [
            d for d in task["history"] if d["verdict"] != "skip" or d["reviewer"] != who
        ]
        task |= {"state": "open", "version": task["version"] + 1}


def moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def add_desk(app: FastAPI, desk: Desk) -> None:
    """All routes; whoever serves them has seen to it that somebody is signed in."""

    @app.exception_handler(Refused)
    async def refuse(_request: Request, error: Refused) -> Response:
        body = {"code": "x", "message": error.message, "param": None, "request_id": "req_1"}
        return JSONResponse({"error": body}, error.status)

    @app.middleware("http")
    async def watch(request: Request, call_next: Any) -> Response:
        path = request.url.path
        if not path.startswith(("/api/review", "/api/documents")):
            answer: Response = await call_next(request)
            return answer
        desk.asked.append(f"{request.method} {path}")
        token = request.cookies.get(COOKIE, "")
        if request.method != "GET" and request.headers.get("x-csrf-token") != f"csrf-{token}":
            return await refuse(request, Refused(403, "csrf"))
        wrong = desk.fail
        if wrong and f"{request.method} {path}".startswith(wrong["at"]):
            desk.fail = {}
            return await refuse(request, Refused(wrong["status"], wrong["message"]))
        through: Response = await call_next(request)
        return through

    _add_review(app, desk)
    add_documents(app, desk.documents)
    _add_tests(app, desk)


def _who(request: Request) -> str:
    named = unquote(request.headers.get("x-reviewer", ""))
    return named or f"console-{request.cookies.get(COOKIE, '')[:8]}"


def _add_review(app: FastAPI, desk: Desk) -> None:
    @app.get("/api/review/queues")
    async def queues() -> dict[str, Any]:
        states = [desk.state(task) for task in desk.tasks.values()]
        counts = {state: states.count(state) for state in ("open", "claimed", "decided")}
        return {"queues": [{"name": "documents", "oldest": None, **counts}] if states else []}

    @app.post("/api/review/queues/{queue}/claims")
    async def claim(queue: str, request: Request) -> dict[str, Any]:
        wish = await request.json()
        found = desk.claim(_who(request), wish) if queue == "documents" else []
        return {"tasks": [desk.shown(task) for task in found]}

    @app.put("/api/review/tasks/{name}/claim")
    async def hold(name: str, request: Request) -> dict[str, Any]:
        body = await request.body()
        lease_s = (await request.json()).get("lease_s", 300) if body else 300
        desk.hold(desk.get(name), _who(request), lease_s)
        return desk.shown(desk.get(name))

    @app.delete("/api/review/tasks/{name}/claim")
    async def release(name: str, request: Request) -> dict[str, Any]:
        task = desk.get(name)
        if desk.state(task) == "claimed" and task["claim"]["reviewer"] != _who(request):
            raise Refused(409, "somebody else has claimed the task")
        task["claim"] = None
        return desk.shown(task)

    @app.post("/api/review/tasks/{name}/decisions")
    async def decide(name: str, request: Request) -> dict[str, Any]:
        desk.decide(desk.get(name), _who(request), await request.json())
        return desk.shown(desk.get(name))

    @app.post("/api/review/tasks/{name}/undo")
    async def undo(name: str, request: Request) -> dict[str, Any]:
        desk.undo(desk.get(name), _who(request), (await request.json())["version"])
        return desk.shown(desk.get(name))

    @app.get("/api/review/tasks/{name}")
    async def task(name: str) -> dict[str, Any]:
        return desk.shown(desk.get(name), history=True)


def _add_tests(app: FastAPI, desk: Desk) -> None:
    @app.post("/test/desk")
    async def act(request: Request) -> dict[str, Any]:
        change = await request.json()
        if change.get("reset"):
            desk.reset()
        if change.get("empty"):
            desk.tasks = {}
            desk.documents.all.clear()
        if name := change.get("steal"):  # as if the claim had run out and another had taken it
            desk.tasks[name]["claim"] = {"reviewer": OTHER, "until": time.time() + 300}
        if name := change.get("release"):
            desk.tasks[name]["claim"] = None
        if name := change.get("decide"):
            desk.tasks[name]["claim"] = None
            given = {"verdict": "correct", "value": {"text": change["text"]}, "note": "seen"}
            desk.decide(desk.tasks[name], OTHER, given | {"version": desk.tasks[name]["version"]})
        for name, fields in change.get("payload", {}).items():
            desk.tasks[name]["payload"] |= fields
        desk.fail = change.get("fail", desk.fail)
        return desk.told()
