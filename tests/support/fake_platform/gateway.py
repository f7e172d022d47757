"""Answers 200 on the inherited socket, `/v1/models` only to the key that control made."""

import http.server
import os
import socket
import sys
from pathlib import Path

import msgspec

from support.fake_platform.behaviour import begin, boot_path
from vanguard.snapshot.boot import GatewayBoot


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        known = self.headers.get("Authorization") == "Bearer vk-made-by-the-stand-in-0"
        status = 401 if self.path == "/v1/models" and not known else 200
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


begin("gateway")
boot = msgspec.json.decode(boot_path().read_bytes(), type=GatewayBoot)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
server.socket.close()
server.socket = socket.socket(fileno=boot.public_fd)
server.socket.setblocking(True)
Path(boot.ready_path).write_text(str(os.getpid()))
sys.stderr.write('{"level": "warning", "event": "a warning of the gateway", "port": 1}\n')
sys.stderr.write('{"level": "info", "event": "told only when asked"}\n')
sys.stderr.flush()
server.serve_forever()
