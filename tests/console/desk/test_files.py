from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vanguard.console.desk.files import DeskFiles
from vanguard.core.errors import RouteNotFound

IMPORT = re.compile(r'from "(\.[^"]+)"')


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "logic").mkdir()
    (tmp_path / "main.js").write_text("export {}", "utf-8")
    (tmp_path / "logic" / "a.js").write_text("// ي", "utf-8")
    (tmp_path / "secret.txt").write_text("not served", "utf-8")
    return tmp_path


async def get(files: DeskFiles, path: str) -> httpx.Response:
    async def not_found(_request: Request, _error: Exception) -> Response:
        return Response(status_code=404)

    app = Starlette(
        routes=[Route(files.ROUTE, files.show)], exception_handlers={RouteNotFound: not_found}
    )
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        return await http.get(path)


async def test_scripts_are_served_for_ever_under_their_version(folder: Path) -> None:
    files = DeskFiles(folder)
    answer = await get(files, files.address("logic/a.js"))
    assert (answer.status_code, answer.text) == (200, "// ي")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_what_changes_gets_another_address(folder: Path) -> None:
    before = DeskFiles(folder)
    (folder / "logic" / "a.js").write_text("// ك", "utf-8")
    after = DeskFiles(folder)
    assert before.address("main.js") != after.address("main.js")
    assert (await get(after, before.address("main.js"))).status_code == 404


@pytest.mark.parametrize(
    "name", ["secret.txt", "..%2fmain.js", "logic/%2e%2e%2fmain.js", "logic", "", "b.js"]
)
async def test_nothing_else_is_served(folder: Path, name: str) -> None:
    files = DeskFiles(folder)
    assert (await get(files, files.address(name))).status_code == 404


def test_every_script_imports_what_is_there() -> None:
    """A browser would find out only when somebody opens the page."""
    files = DeskFiles()
    scripts = {name: code for name, code in files._files.items() if name.endswith(".js")}
    assert {"desk.js", "documents.js"} <= set(scripts)
    for name, code in scripts.items():
        for target in IMPORT.findall(code.decode()):
            found = (Path("/") / name).parent.joinpath(target).resolve().relative_to("/")
            assert found.as_posix() in scripts, f"{name} imports {target}"
