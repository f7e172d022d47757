"""How each measured thing is configured and started.

It does not know what is measured.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bench.models import parse
from bench.rig import gateway_home, process

KEY = "vk-bench-0123456789abcdefghijklmnopqr"


@dataclass
class Running:
    """A started candidate."""

    name: str
    port: int
    process: subprocess.Popen[bytes] | None
    began: float = 0.0
    held: list[socket.socket] = field(default_factory=list)

    @property
    def pid(self) -> int | None:
        """The root of its process tree; None for the upstream itself."""
        return None if self.process is None else self.process.pid

    def stop(self) -> None:
        """Ends it and lets its sockets go."""
        if self.process is not None:
            process.stop(self.process)
        for held in self.held:
            held.close()


@dataclass(frozen=True)
class Site:
    """Where a candidate runs: its folder, its core, and the upstream behind it."""

    folder: Path
    core: int
    upstream_port: int
    models: tuple[str, ...]


@dataclass(frozen=True)
class Candidate:
    """One thing to measure.

    Attributes:
        scale: share of the load that it gets; a slow one would take all day.
        start: starts it anew.
        version: what it calls itself.
    """

    name: str
    scale: float
    start: Callable[[Site], Running]
    version: Callable[[], str]


def start_direct(site: Site) -> Running:
    """The upstream itself, to know what the load alone takes."""
    return Running("direct", site.upstream_port, None, time.monotonic())


NGINX = """\
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log error;
{user}
events {{ worker_connections 8192; }}
http {{
  access_log off;
  keepalive_requests 10000000;
  client_body_buffer_size 64k;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  upstream model {{ server 127.0.0.1:{upstream}; keepalive 1024; keepalive_requests 10000000; }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{
      proxy_pass http://model;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
    }}
  }}
}}
"""


def start_nginx(site: Site) -> Running:
    """One worker, keep-alive both ways, no buffering, no log: a proxy that knows no keys."""
    port = process.free_port()
    user = "user root;" if os.geteuid() == 0 else ""
    config = site.folder / "nginx.conf"
    config.write_text(
        NGINX.format(folder=site.folder, user=user, upstream=site.upstream_port, port=port)
    )
    began = time.monotonic()
    command = [nginx_path(), "-c", str(config), "-p", str(site.folder)]
    return Running(
        "nginx", port, process.spawn(command, site.core, site.folder / "nginx.log"), began
    )


def nginx_path() -> str:
    """The program, also where only root's path has it; empty when it is not installed."""
    return shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin") or ""


def start_gateway(site: Site) -> Running:
    """Vanguard's gateway process as `vanguard up` starts it, with key, limits, budget and ledger on."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    listener.set_inheritable(True)
    home = site.folder / f"home-{time.monotonic_ns()}"
    upstreams = gateway_home.Upstreams(site.upstream_port)
    made = gateway_home.snapshot(KEY, upstreams, tuple(map(parse, site.models)))
    boot = gateway_home.make(home, listener.fileno(), made)
    began = time.monotonic()
    started = process.spawn(
        [sys.executable, "-m", "vanguard.compose.gateway_process", "--boot", str(boot)],
        site.core,
        site.folder / "vanguard.log",
        pass_fds=(listener.fileno(),),
    )
    return Running("vanguard", listener.getsockname()[1], started, began, [listener])


LITELLM = Path(".venv-litellm")
LITELLM_PACKAGE = "litellm[proxy]==1.106.2"


def start_litellm(site: Site) -> Running:
    """LiteLLM's proxy, one worker, a master key, no database."""
    port = process.free_port()
    config = site.folder / "litellm.json"
    models = [
        {
            "model_name": name,
            "litellm_params": {
                "model": f"openai/{name}",
                "api_base": f"http://127.0.0.1:{site.upstream_port}/v1",
                "api_key": "none",
            },
        }
        for name in site.models
    ]
    config.write_text(json.dumps({"model_list": models, "general_settings": {"master_key": KEY}}))
    command = [
        *(str((LITELLM / "bin/litellm").absolute()), "--config", str(config)),
        *("--host", "127.0.0.1", "--port", str(port), "--num_workers", "1"),
    ]
    began = time.monotonic()
    environment = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    started = process.spawn(
        command, site.core, site.folder / "litellm.log", env=environment, cwd=site.folder
    )
    return Running("litellm", port, started, began)


def _said(command: list[str]) -> str:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return (done.stdout or done.stderr).strip()


CANDIDATES = {
    "direct": Candidate("direct", 1.0, start_direct, lambda: "the load alone"),
    "nginx": Candidate(
        "nginx", 1.0, start_nginx, lambda: _said([nginx_path(), "-v"]).rpartition("/")[2]
    ),
    "vanguard": Candidate(
        "vanguard",
        1.0,
        start_gateway,
        lambda: _said(
            [sys.executable, "-c", "import importlib.metadata as m;print(m.version('vanguard-ai'))"]
        ),
    ),
    "litellm": Candidate(
        "litellm", 0.02, start_litellm, lambda: LITELLM_PACKAGE.partition("==")[2]
    ),
}
