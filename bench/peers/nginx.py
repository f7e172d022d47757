"""nginx as a proxy: one worker, keep-alive both ways, no buffering of answers, no log.

It does not look at keys or bodies.
"""

from __future__ import annotations

import os
import time

from bench.peers.contract import Candidate, Running, Site
from bench.peers.environments import said, system_program
from bench.rig import process

_CONFIG = """\
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log error;
{user}
events {{ worker_connections 8192; }}
http {{
  access_log off;
  keepalive_requests 10000000;
  client_max_body_size 64m;
  client_body_buffer_size 4m;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_buffering off;
  upstream model {{ server 127.0.0.1:{upstream}; keepalive 1024; keepalive_requests 10000000; }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{ proxy_pass http://model; }}
  }}
{tls}}}
"""
# on a port of its own, since nginx does not see the model's name
_TLS = """\
  upstream tls_model {{ server 127.0.0.1:{upstream}; keepalive 1024; keepalive_requests 10000000; }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{
      proxy_pass https://tls_model;
      proxy_ssl_trusted_certificate {authority};
      proxy_ssl_verify on;
      proxy_ssl_name localhost;
    }}
  }}
"""


def start(site: Site) -> Running:
    """Starts it; scenarios with TLS go to a port of their own."""
    port, tls_port = process.free_port(), process.free_port()
    tls = ""
    if site.upstreams.authority:
        tls = _TLS.format(
            upstream=site.upstreams.tls_port, port=tls_port, authority=site.upstreams.authority
        )
    config = site.folder / "nginx.conf"
    config.write_text(
        _CONFIG.format(
            folder=site.folder,
            user="user root;" if os.geteuid() == 0 else "",
            upstream=site.upstreams.port,
            port=port,
            tls=tls,
        )
    )
    began = time.monotonic()
    command = [system_program("nginx"), "-c", str(config), "-p", str(site.folder)]
    started = process.spawn(command, site.core, site.folder / "nginx.log")
    return Running("nginx", port, started, began, tls_port=tls_port)


def prepare() -> str:
    """Installs the package where this user may."""
    if system_program("nginx"):
        return ""
    from tools.system_packages import install  # noqa: PLC0415 - only where it is missing

    reason = install(["nginx-light"])
    return f"the package nginx-light cannot be installed: {reason}" if reason else ""


CANDIDATE = Candidate(
    "nginx",
    "proxy",
    1.0,
    frozenset({"anthropic", "packed", "unasked", "tls"}),
    start,
    lambda: said([system_program("nginx"), "-v"]).rpartition("/")[2],
    prepare,
    "`proxy_pass`, one worker, keep-alive both ways, unbuffered answers, no log: it looks at no key"
    " and no body.",
)
