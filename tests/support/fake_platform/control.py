"""Keeps keys in a file and answers the parts of the management API that the supervisor needs."""

import http.server
import json
import socketserver
from pathlib import Path

import msgspec

from support.fake_platform.behaviour import begin, boot_path
from vanguard.control.boot import ControlBoot
from vanguard.core.errors import SettingsError
from vanguard.core.ids import hint
from vanguard.core.settings.load import load_settings

begin("control")
boot = msgspec.json.decode(boot_path().read_bytes(), type=ControlBoot)
keys = Path(boot.home) / "keys.json"
admin = Path(boot.admin_key_path).read_text().strip()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.headers.get("Authorization") != f"Bearer {admin}":
            return self.answer(401, {"error": {"message": "no"}})
        if self.path == "/api/status":
            return self.answer(200, {})
        if self.path == "/api/keys":
            return self.answer(200, {"data": self.keys()})
        deployments = [{"context_tokens": 200_000}]
        model = {"name": "m", "kind": "chat", "aliases": ["default"], "deployments": deployments}
        return self.answer(200, {"data": [model]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "{}")
        if self.path == "/api/reload":
            try:
                loaded = load_settings(Path(boot.config), boot.overrides)
            except SettingsError as error:
                return self.answer(400, {"error": {"message": error.message}})
            names = list(loaded.settings.models)
            return self.answer(200, {"snapshot_version": 2, "models": names, "warnings": ["w"]})
        made = self.keys()
        secret = f"vk-made-by-the-stand-in-{len(made)}"
        made = [key for key in made if not self.path.endswith(f"{key['id']}/rotate")]
        name = body.get("name", "first")
        key = {"id": f"k{len(made)}", "name": name, "hint": hint(secret), "last_used_at": None}
        keys.write_text(json.dumps([*made, key]))
        return self.answer(201, key | {"secret": secret})

    def keys(self) -> list[dict[str, object]]:
        return json.loads(keys.read_text()) if keys.exists() else []

    def answer(self, status: int, body: object) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def address_string(self) -> str:
        return "unix"

    def log_message(self, *_: object) -> None:
        pass


class Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


Path(boot.socket).unlink(missing_ok=True)
Server(boot.socket, Handler).serve_forever()
